/** No number. */
export const NONE = 0xffffffff

/**
 * Finds numbers by what they stand for, which somebody else keeps: an open table of numbers alone. The hashes are salted by the
 * process, so that nobody outside can choose names that all fall on one place.
 */
export class HashSlots {
  readonly #hashOf: (number: number) => number
  #slots: Uint32Array = new Uint32Array(1024).fill(NONE)
  #count = 0

  /** @param hashOf of a number that was put in */
  constructor(hashOf: (number: number) => number) {
    this.#hashOf = hashOf
  }

  /** The number with this hash for which `same` holds, or NONE. */
  find(hash: number, same: (number: number) => boolean): number {
    const mask = this.#slots.length - 1
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const found = this.#slots[at]!
      if (found === NONE || same(found)) return found
    }
  }

  put(hash: number, number: number): void {
    if (2 * ++this.#count > this.#slots.length) this.#grow()
    this.#insert(hash, number)
  }

  #insert(hash: number, number: number): void {
    const mask = this.#slots.length - 1
    let at = hash & mask
    while (this.#slots[at] !== NONE) at = (at + 1) & mask
    this.#slots[at] = number
  }

  #grow(): void {
    const before = this.#slots
    this.#slots = new Uint32Array(2 * before.length).fill(NONE)
    for (const number of before) if (number !== NONE) this.#insert(this.#hashOf(number), number)
  }
}

/** A salted hash of some bytes (FNV-1a, mixed at the end). */
export function hashBytes(salt: number, bytes: Uint8Array, from: number, to: number): number {
  let h = salt | 0
  for (let i = from; i < to; i++) h = Math.imul(h ^ bytes[i]!, 0x01000193)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
