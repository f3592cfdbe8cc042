import { concat, equal, toHex } from './bytes.ts'
import { ProtocolError } from './error.ts'
import { sha256 } from './hash.ts'

// Bytes as a sequence of QR codes for a phone to film from a screen (docs/spec/parcel.md#frames).

/** Bytes in one frame: 600 characters, a symbol of version 15 at level M, which a phone reads from a small screen at arm's length. */
const FRAME_BYTES = 378
/** Some five minutes at eight a second: more is carried on a stick. */
export const MAX_FRAMES = 2_800
const ID_BYTES = 8
/** What is gathered at once: with 2,800 frames each, and every one read in three ways, 19 MB. */
const MAX_SEQUENCES = 6
const MAX_READINGS = 3
/** Ways to put frames together that were read in more than one way: some 0.1 s of hashing for a parcel of 50 kB. */
const MAX_CHOICES = 64
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
  const id = frameId(bytes)
  return Array.from({ length: count }, (_, i) => {
    const part = bytes.subarray(i * FRAME_BYTES, (i + 1) * FRAME_BYTES)
    return `TSP1:${id}/${i + 1}/${count}:${toBase45(part)}`
  })
}

/** What a camera read: a frame, of which sequence, and whether it said anything new. `finished`: all of that sequence was there before. */
export interface SeenFrame {
  id: string
  number: number
  of: number
  news: 'new' | 'repeated' | 'finished'
}

/** How much of one sequence is there. */
export interface FrameProgress {
  id: string
  have: number
  of: number
  /** Numbers of the frames that were not seen, from 1. */
  missing: number[]
}

/**
 * Gathers frames as they are seen. Several sequences at once: a screen that shows something else in between, or a frame that somebody stuck to
 * the wall, holds none of them up. Bounded: at most 6 sequences; of more, what had the fewest frames goes.
 */
export class FrameCollector {
  /** By id and length, the one that a frame came for last at the end. */
  readonly #sequences = new Map<string, Sequence>()
  readonly #finished: Set<string>

  /** @param finished ids of sequences that are there already, and are not gathered again */
  constructor(finished: Iterable<string> = []) {
    this.#finished = new Set(finished)
  }

  /** Every sequence that was begun, the nearest to complete first. */
  get sequences(): FrameProgress[] {
    return [...this.#sequences.values()].sort(nearestFirst).map(({ id, have, of, missing }) => {
      return { id, have, of, missing }
    })
  }

  /** The sequence that is nearest to complete; undefined before the first frame. */
  get nearest(): FrameProgress | undefined {
    return this.sequences[0]
  }

  /**
   * Takes what a camera read; undefined for what is no frame.
   * @throws ProtocolError FRAME_MALFORMED for a frame whose content cannot be
   */
  take(text: string): SeenFrame | undefined {
    const match = FRAME.exec(text)
    if (!match) return undefined
    const [, id = '', number, count, content = ''] = match
    const [i, of] = [Number(number) - 1, Number(count)]
    if (of < 1 || of > MAX_FRAMES || i < 0 || i >= of) malformed('a number that cannot be')
    const part = fromBase45(content)
    if (part.length > FRAME_BYTES || (part.length < FRAME_BYTES && i < of - 1)) malformed('another length')
    const seen = { id, number: i + 1, of }
    if (this.#finished.has(id)) return { ...seen, news: 'finished' }
    const key = `${id}/${of}`
    const sequence = this.#sequences.get(key) ?? new Sequence(id, of)
    this.#sequences.delete(key)
    if (this.#sequences.size >= MAX_SEQUENCES) this.#leaveOne()
    this.#sequences.set(key, sequence)
    return { ...seen, news: sequence.add(i, part) ? 'new' : 'repeated' }
  }

  /**
   * The bytes of the sequence that is nearest to complete, which is finished with it.
   * @throws ProtocolError FRAME_MISSING, FRAME_DIGEST (after which it must be filmed again)
   */
  bytes(): Uint8Array {
    const [nearest] = [...this.#sequences.values()].sort(nearestFirst)
    if (nearest === undefined || nearest.have < nearest.of)
      throw new ProtocolError('FRAME_MISSING', `frames ${(nearest?.missing ?? []).slice(0, 20).join(', ')} are missing`)
    this.#sequences.delete(`${nearest.id}/${nearest.of}`)
    const bytes = nearest.bytes()
    if (bytes === undefined)
      throw new ProtocolError('FRAME_DIGEST', 'the frames do not give the bytes that they were made of')
    this.#finished.add(nearest.id)
    return bytes
  }

  /** Of the sequences with the fewest frames, the one that nothing came for the longest. */
  #leaveOne(): void {
    const [least] = [...this.#sequences].sort(([, a], [, b]) => a.have - b.have)
    if (least !== undefined) this.#sequences.delete(least[0])
  }
}

/** One sequence. A frame that was read in two ways keeps both: only all bytes together say which was right. */
class Sequence {
  readonly id: string
  readonly of: number
  /** What was read as each frame, the latest first. */
  readonly #parts = new Map<number, Uint8Array[]>()

  constructor(id: string, of: number) {
    this.id = id
    this.of = of
  }

  get have(): number {
    return this.#parts.size
  }

  get missing(): number[] {
    return Array.from({ length: this.of }, (_, i) => i + 1).filter((number) => !this.#parts.has(number - 1))
  }

  /** False if it was there. */
  add(i: number, part: Uint8Array): boolean {
    const before = this.#parts.get(i) ?? []
    if (before.some((one) => equal(one, part))) return false
    this.#parts.set(i, [part, ...before].slice(0, MAX_READINGS))
    return true
  }

  /** The bytes that give the id; undefined when no choice among what was read does. */
  bytes(): Uint8Array | undefined {
    const parts = Array.from({ length: this.of }, (_, i) => this.#parts.get(i) ?? [])
    const choices = parts.reduce((product, readings) => Math.min(product * readings.length, MAX_CHOICES), 1)
    for (let choice = 0; choice < choices; choice++) {
      let rest = choice
      const chosen = parts.map((readings) => {
        const part = readings[rest % readings.length]!
        rest = Math.floor(rest / readings.length)
        return part
      })
      const bytes = concat(...chosen)
      if (frameId(bytes) === this.id) return bytes
    }
    return undefined
  }
}

function nearestFirst(a: Sequence, b: Sequence): number {
  return b.have / b.of - a.have / a.of || b.have - a.have
}

/** The bytes of frames that are all there, in any order. @throws ProtocolError FRAME_MALFORMED, FRAME_MISSING, FRAME_DIGEST */
export function collectFrames(frames: Iterable<string>): Uint8Array {
  const collector = new FrameCollector()
  for (const frame of frames) collector.take(frame)
  return collector.bytes()
}

/** The id under which these bytes travel: the first 8 bytes of their SHA-256, in upper-case hex. */
export function frameId(bytes: Uint8Array): string {
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
