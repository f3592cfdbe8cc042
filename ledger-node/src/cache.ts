/** The most recently used values within a budget of bytes. */
export class Cache<K, V> {
  readonly #budget: number
  readonly #values = new Map<K, { value: V; bytes: number }>()
  #bytes = 0

  constructor(budget: number) {
    this.#budget = budget
  }

  get(key: K): V | undefined {
    const found = this.#values.get(key)
    if (found === undefined) return undefined
    this.#values.delete(key)
    this.#values.set(key, found)
    return found.value
  }

  /** Keeps a value in the place of the one before, unless it is larger than all that may be kept. */
  set(key: K, value: V, bytes: number): void {
    this.#bytes -= this.#values.get(key)?.bytes ?? 0
    this.#values.delete(key)
    if (bytes > this.#budget) return
    this.#values.set(key, { value, bytes })
    this.#bytes += bytes
    for (const [oldest, { bytes: freed }] of this.#values) {
      if (this.#bytes <= this.#budget) return
      this.#values.delete(oldest)
      this.#bytes -= freed
    }
  }
}
