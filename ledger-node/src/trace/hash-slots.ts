import { blocksOf, type Part } from './part.ts'

/** No number. */
export const NONE = 0xffffffff

const LEAST = 1024

/**
 * Finds numbers by what they stand for, which somebody else keeps: an open table of numbers alone. The hashes are salted by the
 * process, so that nobody outside can choose names that all fall on one place.
 */
export class HashSlots implements Part {
  readonly #hashOf: (number: number) => number
  #slots: Uint32Array = new Uint32Array(LEAST).fill(NONE)
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

  get byteLength(): number {
    return this.#slots.byteLength
  }

  /** As they lie: of use only with the salt that they were put in with. */
  bytes(): Iterable<Uint8Array> {
    return blocksOf(new Uint8Array(this.#slots.buffer))
  }

  room(byteLength: number): Iterable<Uint8Array> | undefined {
    const length = byteLength / 4
    if (length < LEAST || !Number.isInteger(Math.log2(length))) return undefined
    this.#slots = new Uint32Array(length)
    return this.bytes()
  }

  /** Counts what was read, all of it below `limit`; answers whether it can be: half of the places are free. */
  restored(limit: number): boolean {
    this.#count = 0
    for (let at = 0; at < this.#slots.length; at++) {
      const number = this.#slots[at]!
      if (number === NONE) continue
      if (number >= limit) return false
      this.#count++
    }
    return 2 * this.#count <= this.#slots.length
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
