/** Numbers, from 0 on, for pairs of 32-bit numbers, in the order in which they are first asked for. */
export class PairNumbers {
  /** First and second number, and one more than the pair's: 0 where there is none. */
  #slots: Uint32Array = new Uint32Array(3 * 256)
  #count = 0

  get count(): number {
    return this.#count
  }

  of(a: number, b: number): number {
    if (6 * this.#count >= this.#slots.length) this.#grow()
    const at = slotOf(this.#slots, a >>> 0, b >>> 0)
    if (this.#slots[at + 2] === 0) {
      this.#slots[at] = a
      this.#slots[at + 1] = b
      this.#slots[at + 2] = ++this.#count
    }
    return this.#slots[at + 2]! - 1
  }

  #grow(): void {
    const before = this.#slots
    this.#slots = new Uint32Array(4 * before.length)
    for (let i = 0; i < before.length; i += 3) {
      if (before[i + 2] === 0) continue
      const at = slotOf(this.#slots, before[i]!, before[i + 1]!)
      for (let k = 0; k < 3; k++) this.#slots[at + k] = before[i + k]!
    }
  }
}

/** Where a pair stands, or would. */
function slotOf(slots: Uint32Array, a: number, b: number): number {
  const mask = slots.length / 3 - 1
  let h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 15), 0xc2b2ae35)
  for (let at = (h ^ (h >>> 13)) & mask; ; at = (at + 1) & mask) {
    const slot = 3 * at
    if (slots[slot + 2] === 0 || (slots[slot] === a && slots[slot + 1] === b)) return slot
  }
}
