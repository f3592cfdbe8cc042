/** Counts in slots of time, the last so many of them; older ones are forgotten by themselves. */
export class Ring {
  readonly #counts: Float64Array
  readonly #slotMs: number
  /** Number of the newest slot, and of the first that was ever watched. */
  #newest: number
  readonly #first: number

  constructor(slots: number, slotMs: number, sinceMs: number) {
    this.#counts = new Float64Array(slots)
    this.#slotMs = slotMs
    this.#newest = Math.floor(sinceMs / slotMs)
    this.#first = this.#newest
  }

  add(count: number, nowMs: number): void {
    this.#turn(nowMs)
    const at = this.#newest % this.#counts.length
    this.#counts[at] = this.#counts[at]! + count
  }

  /** Oldest first; null where nobody was watching yet. */
  values(nowMs: number): (number | null)[] {
    this.#turn(nowMs)
    const { length } = this.#counts
    return Array.from({ length }, (_, i) => {
      const slot = this.#newest - length + 1 + i
      return slot < this.#first ? null : this.#counts[slot % length]!
    })
  }

  sum(nowMs: number): number {
    this.#turn(nowMs)
    return this.#counts.reduce((sum, count) => sum + count, 0)
  }

  /** A clock that is put back leaves the newest slot where it is. */
  #turn(nowMs: number): void {
    const slot = Math.floor(nowMs / this.#slotMs)
    const { length } = this.#counts
    if (slot - this.#newest >= length) this.#counts.fill(0)
    else for (let next = this.#newest + 1; next <= slot; next++) this.#counts[next % length] = 0
    this.#newest = Math.max(this.#newest, slot)
  }
}
