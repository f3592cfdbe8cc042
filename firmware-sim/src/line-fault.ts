import type { Faults } from './fault.ts'
import { uniform } from './random.ts'

/** Bytes for the line: when, and whether each byte goes by itself. */
export interface Piece {
  bytes: Uint8Array
  delayMs: number
  torn: boolean
}

/** A late reply comes after every sensible time-out, so that it meets a host that has given up. */
export const LATE_MS = 1500

/** Spoils the frames of one line as its faults say. The same seed spoils the same bytes. */
export class LineFaults {
  readonly #faults: Faults
  readonly #seed: number
  #frames = 0
  #held: Uint8Array | undefined

  constructor(faults: Faults, seed: number) {
    this.#faults = faults
    this.#seed = seed
  }

  /** What of a frame gets on the line, and what comes with it. */
  spoil(frame: Uint8Array): Piece[] {
    const faults = this.#faults
    this.#frames++
    if (faults.strike('silence')) return []
    if (faults.strike('merge')) {
      this.#held = this.#held ? Buffer.concat([this.#held, frame]) : frame
      return []
    }
    let bytes = frame
    if (this.#held) {
      bytes = Buffer.concat([this.#held, frame])
      this.#held = undefined
    }
    bytes = this.#damage(bytes)
    const delayMs = faults.strike('late') ? LATE_MS : 0
    const torn = faults.strike('fragment')
    const pieces: Piece[] = []
    if (faults.strike('noise')) pieces.push({ bytes: this.#noise(), delayMs, torn: false })
    pieces.push({ bytes, delayMs, torn })
    if (faults.strike('duplicate')) pieces.push({ bytes, delayMs, torn })
    return pieces
  }

  #damage(frame: Uint8Array): Uint8Array {
    const faults = this.#faults
    let bytes = frame
    if (faults.strike('bit-flip')) {
      const at = this.#pick(bytes.length, 11)
      bytes = bytes.slice()
      bytes[at] = (bytes[at] ?? 0) ^ (1 << this.#pick(8, 12))
    }
    if (faults.strike('drop')) {
      const at = this.#pick(bytes.length, 13)
      bytes = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + 1)])
    }
    // At least one byte goes, at least one stays.
    if (faults.strike('truncate')) bytes = bytes.subarray(0, 1 + this.#pick(Math.max(1, bytes.length - 1), 14))
    if (faults.strike('wrong-baud')) bytes = atWrongBaud(bytes)
    return bytes
  }

  /** One to four bytes of the kind that a driver enable edge or a loose wire puts before a frame. */
  #noise(): Uint8Array {
    const length = 1 + this.#pick(4, 0)
    return Uint8Array.from({ length }, (_, i) => this.#pick(256, i + 1))
  }

  #pick(below: number, stream: number): number {
    return Math.floor(uniform(this.#seed + stream, this.#frames) * below)
  }
}

/**
 * What a host hears of bytes that are sent at half its rate: it waits for the edge of a start bit and samples ten bits of its own length. Frames
 * without a stop bit are given as they are, as most drivers do.
 */
function atWrongBaud(bytes: Uint8Array): Uint8Array {
  const line: number[] = []
  for (const byte of bytes) {
    const bits = [0, ...Array.from({ length: 8 }, (_, i) => (byte >> i) & 1), 1]
    for (const bit of bits) line.push(bit, bit)
  }
  const heard: number[] = []
  for (let at = 0; at < line.length; at++) {
    if (line[at] !== 0) continue
    let byte = 0
    for (let i = 0; i < 8; i++) byte |= (line[at + 1 + i] ?? 1) << i
    heard.push(byte)
    at += 9
  }
  return Uint8Array.from(heard)
}
