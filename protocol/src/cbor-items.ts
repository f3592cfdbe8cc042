import { HeadReader, headOf, MAJOR } from './cbor-head.ts'

// Deterministic CBOR item by item, for the fixed shape of a batch: its event bytes need not be copied to be looked at.

/** Reads items one after another. Every method throws BATCH_MALFORMED for another kind of item, a longer head than needed, or the end. */
export class ItemReader {
  readonly #from: HeadReader

  constructor(from: Uint8Array) {
    this.#from = new HeadReader(from, 'BATCH_MALFORMED')
  }

  get ended(): boolean {
    return this.#from.ended
  }

  uint(): number {
    return this.#argument(MAJOR.uint)
  }

  /** A view of the byte string, not a copy. */
  bytes(): Uint8Array {
    return this.#from.take(this.#argument(MAJOR.bytes))
  }

  /** How many items the array has; they follow. */
  array(): number {
    return this.#argument(MAJOR.array)
  }

  #argument(major: number): number {
    this.#from.head()
    if (this.#from.major !== major) this.#from.fail(`another item than of major type ${major}`)
    return this.#from.argument
  }
}

/** The head of a byte string of so many bytes. */
export function bytesHead(length: number): Uint8Array {
  return headOf(MAJOR.bytes, length)
}

/** The head of an array of so many items. */
export function arrayHead(length: number): Uint8Array {
  return headOf(MAJOR.array, length)
}
