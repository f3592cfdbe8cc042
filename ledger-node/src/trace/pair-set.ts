/** Pairs of numbers below 2^32 that were seen: without an object, or a number on the heap, for each. */
export class PairSet {
  #slots: Uint32Array = new Uint32Array(2 * 1024)
  #count = 0

  /** Whether a pair is seen for the first time. */
  add(a: number, b: number): boolean {
    if (4 * this.#count >= this.#slots.length) this.#grow()
    const fresh = insert(this.#slots, a + 1, b)
    if (fresh) this.#count++
    return fresh
  }

  #grow(): void {
    const before = this.#slots
    this.#slots = new Uint32Array(2 * before.length)
    for (let i = 0; i < before.length; i += 2) if (before[i] !== 0) insert(this.#slots, before[i]!, before[i + 1]!)
  }
}

/** Of a slot that is taken the first number is not 0. */
function insert(slots: Uint32Array, a: number, b: number): boolean {
  const mask = slots.length / 2 - 1
  let h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 15), 0xc2b2ae35)
  for (let at = (h ^ (h >>> 13)) & mask; ; at = (at + 1) & mask) {
    const found = slots[2 * at]!
    if (found === 0) {
      slots[2 * at] = a
      slots[2 * at + 1] = b
      return true
    }
    if (found === a && slots[2 * at + 1] === b) return false
  }
}
