import { checkedBody } from './crc16.ts'

/**
 * Finds requests on a Modbus RTU line. A frame ends with 3.5 character times of silence (Modbus over Serial Line V1.02 §2.5.1.1).
 * A pseudo-terminal has no bit clock, and the host's scheduler can tear a frame apart for longer than that; so what arrived between two
 * silences is kept for `TORN_MS` as a piece that the next piece may complete, and every tail of pieces is tried.
 */
export class RtuReceiver {
  readonly silenceMs: number
  #pieces: Uint8Array[] = []
  #current: number[] = []
  #lastAt = Number.NEGATIVE_INFINITY

  constructor(baudRate: number) {
    // 11 bits a character; a fixed 1.75 ms above 19,200 baud, as the standard recommends.
    this.silenceMs = baudRate > 19_200 ? 1.75 : (3.5 * 11 * 1000) / baudRate
  }

  push(chunk: Uint8Array, nowMs: number): void {
    if (nowMs - this.#lastAt > TORN_MS) {
      this.#pieces = []
      this.#current = []
    }
    this.#lastAt = nowMs
    for (const byte of chunk) this.#current.push(byte)
    // No request is longer: what exceeds it is line noise and cannot become one.
    if (this.#current.length > MAX_FRAME) this.#current = this.#current.slice(-MAX_FRAME)
  }

  /** When the line will have been silent long enough to look; undefined while nothing arrived. */
  due(): number | undefined {
    return this.#current.length > 0 ? this.#lastAt + this.silenceMs : undefined
  }

  /** The request (with its checksum) that the silence closed, or undefined. */
  take(nowMs: number): Uint8Array | undefined {
    if (this.#current.length === 0 || nowMs < this.#lastAt + this.silenceMs) return undefined
    this.#pieces.push(Uint8Array.from(this.#current))
    this.#current = []
    for (let from = 0; from < this.#pieces.length; from++) {
      const frame = Buffer.concat(this.#pieces.slice(from))
      if (checkedBody(frame)) {
        this.#pieces = []
        return frame
      }
    }
    const kept = this.#pieces.reduce((sum, piece) => sum + piece.length, 0)
    if (kept > MAX_FRAME) this.#pieces = []
    return undefined
  }
}

/** The longest RTU frame (Modbus over Serial Line V1.02 §2.5.1). */
const MAX_FRAME = 256
/** How long a torn request may be completed: more than a scheduler's hiccup, less than the pause between two polls. */
const TORN_MS = 40
