import { copy } from './bytes.ts'
import { type ProtocolCode, ProtocolError } from './error.ts'

// The heads of deterministic CBOR (RFC 8949 §4.2.1): a major type and an argument in the shortest form there is, and no other.

export const MAJOR = { uint: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5, tag: 6, simple: 7 } as const

/** Reads heads, and the bytes that follow some of them. Throws `code` for what is not in the shortest form, or is cut off. */
export class HeadReader {
  readonly #from: Uint8Array
  readonly #code: ProtocolCode
  #at = 0
  /** Of the head read last. */
  major = 0
  argument = 0

  constructor(from: Uint8Array, code: ProtocolCode) {
    this.#from = from
    this.#code = code
  }

  get at(): number {
    return this.#at
  }

  get ended(): boolean {
    return this.#at === this.#from.length
  }

  /** Reads the next head into `major` and `argument`, which is below 2^53. */
  head(): void {
    const initial = this.#from[this.#at++] ?? this.fail('truncated')
    const info = initial & 31
    this.major = initial >> 5
    this.argument = info < 24 ? info : this.#argument(info)
  }

  /** The next bytes, as a view. */
  take(length: number): Uint8Array {
    const begin = this.#at
    if (length > this.#from.length - begin) this.fail('truncated')
    this.#at += length
    return this.#from.subarray(begin, this.#at)
  }

  /** What was read since a place, as a view. */
  since(place: number): Uint8Array {
    return this.#from.subarray(place, this.#at)
  }

  fail(what: string): never {
    throw new ProtocolError(this.#code, what)
  }

  #argument(info: number): number {
    if (info > 27) this.fail('indefinite length or reserved head')
    const width = 1 << (info - 24)
    let value = 0
    for (let i = 0; i < width; i++) value = value * 256 + (this.#from[this.#at++] ?? this.fail('truncated'))
    if (value < (width === 1 ? 24 : 2 ** (4 * width))) this.fail('not the shortest head')
    if (value > Number.MAX_SAFE_INTEGER) this.fail('beyond 2^53')
    return value
  }
}

/** The shortest head with this argument, which is below 2^53. */
export function headOf(major: number, argument: number): Uint8Array {
  const type = major << 5
  if (argument < 24) return Uint8Array.of(type | argument)
  // A Uint8Array keeps the low eight bits of what it is given.
  if (argument < 0x100) return Uint8Array.of(type | 24, argument)
  if (argument < 0x10000) return Uint8Array.of(type | 25, argument >> 8, argument)
  const low = [argument >>> 24, argument >> 16, argument >> 8, argument]
  if (argument < 0x1_0000_0000) return Uint8Array.of(type | 26, ...low)
  const high = Math.floor(argument / 0x1_0000_0000)
  return Uint8Array.of(type | 27, high >> 24, high >> 16, high >> 8, high, ...low)
}

/** Writes heads and bytes into memory that grows. */
export class HeadWriter {
  #bytes = new Uint8Array(256)
  #at = 0

  head(major: number, argument: number): void {
    this.raw(headOf(major, argument))
  }

  /** A byte or text string with its head. */
  string(major: number, bytes: Uint8Array): void {
    this.head(major, bytes.length)
    this.raw(bytes)
  }

  raw(bytes: Uint8Array): void {
    if (this.#at + bytes.length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#at + bytes.length))
      larger.set(this.#bytes)
      this.#bytes = larger
    }
    this.#bytes.set(bytes, this.#at)
    this.#at += bytes.length
  }

  /** All that was written, in memory of its own. */
  done(): Uint8Array {
    return copy(this.#bytes, 0, this.#at)
  }
}
