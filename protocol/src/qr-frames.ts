import { concat, toHex } from './bytes.ts'
import { ProtocolError } from './error.ts'
import { sha256 } from './hash.ts'

// Bytes as a sequence of QR codes for a phone to film from a screen (docs/spec/parcel.md#frames).

/** Bytes in one frame: 600 characters, a symbol of version 15 at level M, which a phone reads from a small screen at arm's length. */
const FRAME_BYTES = 378
/** Some five minutes at eight a second: more is carried on a stick. */
export const MAX_FRAMES = 2_800
const ID_BYTES = 8
const FRAME = /^TSP1:([0-9A-F]{16})\/([0-9]{1,4})\/([0-9]{1,4}):([0-9A-Z $%*+\-./:]*)$/
/** RFC 9285: what a QR code writes at 5.5 bits a character. */
const BASE45 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'

/**
 * The frames of these bytes: `TSP1:<id>/<number from 1>/<of>:<base45>`, id = the first 8 bytes of the SHA-256 of all, in hex. Any order, any
 * number of times. @throws ProtocolError FRAME_SIZE
 */
export function qrFrames(bytes: Uint8Array): string[] {
  const count = Math.max(1, Math.ceil(bytes.length / FRAME_BYTES))
  if (count > MAX_FRAMES)
    throw new ProtocolError('FRAME_SIZE', `${bytes.length} bytes are more than ${MAX_FRAMES} frames`)
  const id = idOf(bytes)
  return Array.from({ length: count }, (_, i) => {
    const part = bytes.subarray(i * FRAME_BYTES, (i + 1) * FRAME_BYTES)
    return `TSP1:${id}/${i + 1}/${count}:${toBase45(part)}`
  })
}

/** Gathers frames as they are seen. */
export class FrameCollector {
  #id = ''
  #parts: (Uint8Array | undefined)[] = []
  #have = 0

  /** How many frames are there and how many there are in all; 0 of 0 before the first. */
  get progress(): { have: number; of: number } {
    return { have: this.#have, of: this.#parts.length }
  }

  /** The numbers that are missing, from 1. */
  get missing(): number[] {
    return this.#parts.flatMap((part, i) => (part === undefined ? [i + 1] : []))
  }

  /**
   * Takes what a camera read; false for what is no frame, or a frame of something else than the first one was of.
   * @throws ProtocolError FRAME_MALFORMED for a frame whose content cannot be
   */
  take(text: string): boolean {
    const match = FRAME.exec(text)
    if (!match) return false
    const [, id = '', number, of, content = ''] = match
    const [i, count] = [Number(number) - 1, Number(of)]
    if (count < 1 || count > MAX_FRAMES || i < 0 || i >= count) malformed('a number that cannot be')
    if (this.#id === '') {
      this.#id = id
      this.#parts = Array.from({ length: count })
    }
    if (id !== this.#id || count !== this.#parts.length) return false
    const part = fromBase45(content)
    if (part.length > FRAME_BYTES || (part.length < FRAME_BYTES && i < count - 1)) malformed('another length')
    if (this.#parts[i] === undefined) this.#have++
    this.#parts[i] = part
    return true
  }

  /** The bytes. @throws ProtocolError FRAME_MISSING, FRAME_DIGEST (after which all must be filmed again) */
  bytes(): Uint8Array {
    const { missing } = this
    if (this.#parts.length === 0 || missing.length > 0)
      throw new ProtocolError('FRAME_MISSING', `frames ${missing.slice(0, 20).join(', ')} are missing`)
    const bytes = concat(...(this.#parts as Uint8Array[]))
    if (idOf(bytes) === this.#id) return bytes
    this.#id = ''
    this.#parts = []
    this.#have = 0
    throw new ProtocolError('FRAME_DIGEST', 'the frames do not give the bytes that they were made of')
  }
}

/** The bytes of frames that are all there, in any order. @throws ProtocolError FRAME_MALFORMED, FRAME_MISSING, FRAME_DIGEST */
export function collectFrames(frames: Iterable<string>): Uint8Array {
  const collector = new FrameCollector()
  for (const frame of frames) collector.take(frame)
  return collector.bytes()
}

function idOf(bytes: Uint8Array): string {
  return toHex(sha256(bytes).subarray(0, ID_BYTES)).toUpperCase()
}

function toBase45(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 2) {
    const pair = i + 1 < bytes.length
    let value = pair ? bytes[i]! * 256 + bytes[i + 1]! : bytes[i]!
    for (let n = pair ? 3 : 2; n > 0; n--) {
      text += BASE45[value % 45]
      value = Math.floor(value / 45)
    }
  }
  return text
}

function fromBase45(text: string): Uint8Array {
  if (text.length % 3 === 1) malformed('a length that cannot be')
  const bytes: number[] = []
  for (let i = 0; i < text.length; i += 3) {
    const digits = Array.from(text.slice(i, i + 3), (character) => BASE45.indexOf(character))
    if (digits.includes(-1)) malformed('another character')
    const value = digits.reduceRight((sum, digit) => sum * 45 + digit, 0)
    const pair = digits.length === 3
    if (value > (pair ? 0xffff : 0xff)) malformed('a value that cannot be')
    if (pair) bytes.push(value >> 8)
    bytes.push(value & 0xff)
  }
  return Uint8Array.from(bytes)
}

function malformed(what: string): never {
  throw new ProtocolError('FRAME_MALFORMED', what)
}
