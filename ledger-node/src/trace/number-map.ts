/** Numbers below 2^31 by 32-bit numbers, without an object or a number on the heap for each. */
export class NumberMap {
  #keys: Uint32Array = new Uint32Array(64)
  /** One more than the value; 0 where there is none. */
  #values: Int32Array = new Int32Array(64)
  #count = 0

  /** The number of a key; -1 when it has none. Of keys that differ by 2^32 there is one. */
  get(key: number): number {
    return this.#values[this.#slot(key >>> 0)]! - 1
  }

  set(key: number, value: number): void {
    let at = this.#slot(key >>> 0)
    if (this.#values[at] === 0) {
      if (2 * ++this.#count > this.#keys.length) {
        this.#grow()
        at = this.#slot(key >>> 0)
      }
      this.#keys[at] = key
    }
    this.#values[at] = value + 1
  }

  #slot(key: number): number {
    const mask = this.#keys.length - 1
    let h = Math.imul(key, 0x9e3779b1)
    h ^= h >>> 15
    for (let at = h & mask; ; at = (at + 1) & mask) if (this.#values[at] === 0 || this.#keys[at] === key) return at
  }

  #grow(): void {
    const [keys, values] = [this.#keys, this.#values]
    this.#keys = new Uint32Array(4 * keys.length)
    this.#values = new Int32Array(4 * keys.length)
    for (let i = 0; i < keys.length; i++) {
      if (values[i] === 0) continue
      const at = this.#slot(keys[i]!)
      this.#keys[at] = keys[i]!
      this.#values[at] = values[i]!
    }
  }
}
