import { type Codec, type CodecStats, newStats } from './codec.ts'
import { gen2Crc } from './gen2-crc.ts'

/** Commands of the M100 family that a gateway needs. */
export const M100 = {
  version: 0x03,
  region: 0x07,
  single: 0x22,
  multi: 0x27,
  stop: 0x28,
  setPower: 0xb6,
  getPower: 0xb7,
  failed: 0xff,
} as const

/** `15` in a failure: this round no tag answered. Nothing is wrong. */
export const NO_TAG = 0x15

export type M100Message =
  | { kind: 'tag'; rssi: number; pc: number; epc: Uint8Array }
  /** The module obeyed. */
  | { kind: 'reply'; command: number; params: Uint8Array }
  /** The module refused, or found no tag ({@link NO_TAG}). */
  | { kind: 'failure'; code: number }
  /** A whole frame whose tag was damaged in the air: the tag's own CRC is wrong. */
  | { kind: 'damaged'; why: 'tag CRC' | 'tag length' }

const BEGIN = 0xbb
const END = 0x7e
const REPLY = 0x01
const NOTICE = 0x02
/** Begin, type, command, two bytes of length; checksum and end. */
const AROUND = 7
/** RSSI, control word and CRC around an EPC of at most 31 words. */
const MAX_NOTICE = 1 + 2 + 62 + 2
/** Replies are short; a memory read of a whole bank is the longest that could stand on a shared line. */
const MAX_REPLY = 160
/** At 115200 baud a frame takes 6 ms; a USB adapter holds bytes back for 16. Longer silence within one means that its rest is lost. */
const CUT_MS = 100

/**
 * Frames of the Magicrf M100 family: `BB type command length(2) params checksum 7E`, where the checksum is the sum of type to params. Neither
 * BB nor 7E is escaped, so a frame is as long as it says and not as its end byte says: an EPC may hold both. Every offset is tried; what does not
 * hold to the form costs one byte, so noise delays at most the one frame behind it.
 */
export class M100Frames implements Codec<M100Message> {
  readonly stats: CodecStats = newStats()
  #buffer: number[] = []
  #lastMs = 0

  push(chunk: Uint8Array, nowMs: number): M100Message[] {
    const messages = this.idle(nowMs)
    this.#lastMs = nowMs
    this.stats.bytes += chunk.length
    for (const byte of chunk) this.#buffer.push(byte)
    this.#read(messages)
    return messages
  }

  /** What silence has cut is given up, and what stands behind it read. */
  idle(nowMs: number): M100Message[] {
    const messages: M100Message[] = []
    while (this.#buffer.length > 0 && nowMs - this.#lastMs >= CUT_MS) {
      this.#buffer.shift()
      this.#read(messages)
    }
    return messages
  }

  reset(): void {
    this.#buffer = []
  }

  /** Takes every whole frame from the front; drops what cannot begin one. */
  #read(messages: M100Message[]): void {
    let at = 0
    const buffer = this.#buffer
    while (at < buffer.length) {
      const length = frameLength(buffer, at)
      if (length === 'more') break
      if (length === undefined) {
        at++
        continue
      }
      if (buffer.length - at < length) break
      if (!closes(buffer, at, length)) {
        this.stats.bad++
        at++
        continue
      }
      const message = understand(buffer.slice(at, at + length))
      if (message.kind === 'damaged') this.stats.bad++
      else this.stats.good++
      messages.push(message)
      at += length
    }
    this.#buffer = buffer.slice(at)
  }
}

/** How long the frame is that may begin at `at`; undefined where none does. */
function frameLength(buffer: readonly number[], at: number): number | 'more' | undefined {
  if (buffer[at] !== BEGIN) return undefined
  const type = buffer[at + 1]
  if (type === undefined) return 'more'
  if (type !== REPLY && type !== NOTICE) return undefined
  const [high, low] = [buffer[at + 3], buffer[at + 4]]
  if (high === undefined || low === undefined) return high !== undefined && high > 0 ? undefined : 'more'
  const params = high * 256 + low
  return params <= (type === NOTICE ? MAX_NOTICE : MAX_REPLY) ? params + AROUND : undefined
}

function closes(buffer: readonly number[], at: number, length: number): boolean {
  if (buffer[at + length - 1] !== END) return false
  let sum = 0
  for (let i = at + 1; i < at + length - 2; i++) sum += buffer[i]!
  return (sum & 0xff) === buffer[at + length - 2]
}

function understand(frame: readonly number[]): M100Message {
  const params = Uint8Array.from(frame.slice(5, -2))
  const command = frame[2]!
  if (frame[1] === NOTICE && command === M100.single) return tag(params)
  if (command === M100.failed) return { kind: 'failure', code: params[0] ?? 0 }
  return { kind: 'reply', command, params }
}

/** RSSI (signed dBm), control word, EPC of the words that it counts, and the tag's CRC over both. */
function tag(params: Uint8Array): M100Message {
  if (params.length < 5) return { kind: 'damaged', why: 'tag length' }
  const view = new DataView(params.buffer, params.byteOffset, params.byteLength)
  const pc = view.getUint16(1)
  const epc = params.slice(3, -2)
  if ((pc >> 11) * 2 !== epc.length) return { kind: 'damaged', why: 'tag length' }
  if (gen2Crc(params.subarray(1, -2)) !== view.getUint16(params.length - 2)) return { kind: 'damaged', why: 'tag CRC' }
  return { kind: 'tag', rssi: view.getInt8(0), pc, epc }
}

/** The bytes of a command. */
export function encodeM100(command: number, params: readonly number[] = []): Uint8Array {
  const body = [0x00, command, params.length >> 8, params.length & 0xff, ...params]
  const sum = body.reduce((total, byte) => total + byte, 0)
  return Uint8Array.from([BEGIN, ...body, sum & 0xff, END])
}

/** `rounds` inventories in a row; the module stops by itself after the last. */
export function multiPoll(rounds: number): Uint8Array {
  return encodeM100(M100.multi, [0x22, rounds >> 8, rounds & 0xff])
}

/** Transmit power in hundredths of a dBm. */
export function setPower(centiDbm: number): Uint8Array {
  return encodeM100(M100.setPower, [centiDbm >> 8, centiDbm & 0xff])
}
