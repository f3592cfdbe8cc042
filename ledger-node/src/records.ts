/** Records of one size in memory that grows, without an object for each: what lives for a second costs the collector most. */
export class Records {
  readonly #size: number
  #bytes: Uint8Array
  #length = 0

  constructor(size: number) {
    this.#size = size
    this.#bytes = new Uint8Array(size * 64)
  }

  get length(): number {
    return this.#length
  }

  push(record: Uint8Array): void {
    const at = this.#length * this.#size
    if (at === this.#bytes.length) {
      const larger = new Uint8Array(2 * at)
      larger.set(this.#bytes)
      this.#bytes = larger
    }
    this.#bytes.set(record, at)
    this.#length++
  }

  set(index: number, record: Uint8Array): void {
    this.#bytes.set(record, index * this.#size)
  }

  /** Whether a record has these bytes. */
  has(index: number, record: Uint8Array): boolean {
    const bytes = this.#bytes
    const at = index * this.#size
    for (let i = 0; i < this.#size; i++) if (bytes[at + i] !== record[i]) return false
    return true
  }

  /** A view, valid until the next push. */
  at(index: number): Uint8Array {
    return this.#bytes.subarray(index * this.#size, (index + 1) * this.#size)
  }
}
