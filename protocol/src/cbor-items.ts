import { ProtocolError } from './error.ts'

// Deterministic CBOR (RFC 8949 §4.2.1) item by item, for the fixed shape of a batch: a general decoder, and encoding again to
// compare, would cost more than the signature. Only the shortest heads are read, so what is read has no other encoding.

const [UINT, BYTES, ARRAY] = [0, 2, 4]

/** Reads items one after another. Every method throws BATCH_MALFORMED for another kind of item, a longer head than needed, or the end. */
export class ItemReader {
  readonly #from: Uint8Array
  #at = 0

  constructor(from: Uint8Array) {
    this.#from = from
  }

  get ended(): boolean {
    return this.#at === this.#from.length
  }

  uint(): number {
    return this.#head(UINT)
  }

  /** A view of the byte string, not a copy. */
  bytes(): Uint8Array {
    const length = this.#head(BYTES)
    const begin = this.#at
    if (length > this.#from.length - begin) malformed('truncated')
    this.#at += length
    return this.#from.subarray(begin, this.#at)
  }

  /** How many items the array has; they follow. */
  array(): number {
    return this.#head(ARRAY)
  }

  /** The argument of the next head, of up to 32 bits: nothing here is larger. */
  #head(major: number): number {
    const initial = this.#from[this.#at++]
    if (initial === undefined || initial >> 5 !== major) malformed(`another item than of major type ${major}`)
    const info = initial & 31
    if (info < 24) return info
    if (info > 26) malformed('a length beyond 2^32')
    const width = 1 << (info - 24)
    let value = 0
    for (let i = 0; i < width; i++) value = value * 256 + (this.#from[this.#at++] ?? malformed('truncated'))
    if (value < (info === 24 ? 24 : 2 ** (4 * width))) malformed('not the shortest head')
    return value
  }
}

/** The head of a byte string of so many bytes, below 2^32. */
export function bytesHead(length: number): Uint8Array {
  return head(BYTES, length)
}

/** The head of an array of so many items, below 2^32. */
export function arrayHead(length: number): Uint8Array {
  return head(ARRAY, length)
}

function head(type: number, length: number): Uint8Array {
  const major = type << 5
  if (length < 24) return Uint8Array.of(major | length)
  if (length < 0x100) return Uint8Array.of(major | 24, length)
  if (length < 0x10000) return Uint8Array.of(major | 25, length >> 8, length & 255)
  return Uint8Array.of(major | 26, length >>> 24, (length >> 16) & 255, (length >> 8) & 255, length & 255)
}

function malformed(what: string): never {
  throw new ProtocolError('BATCH_MALFORMED', what)
}
