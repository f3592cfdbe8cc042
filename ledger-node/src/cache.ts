/** The most recently used values within a budget of bytes. */
export class Cache<V> {
  readonly #budget: number
  readonly #values = new Map<number, { value: V; bytes: number }>()
  #bytes = 0

  constructor(budget: number) {
    this.#budget = budget
  }

  get(key: number): V | undefined {
    const found = this.#values.get(key)
    if (found === undefined) return undefined
    this.#values.delete(key)
    this.#values.set(key, found)
    return found.value
  }

  set(key: number, value: V, bytes: number): void {
    if (this.#values.has(key) || bytes > this.#budget) return
    this.#values.set(key, { value, bytes })
    this.#bytes += bytes
    for (const [oldest, { bytes: freed }] of this.#values) {
      if (this.#bytes <= this.#budget) return
      this.#values.delete(oldest)
      this.#bytes -= freed
    }
  }
}
