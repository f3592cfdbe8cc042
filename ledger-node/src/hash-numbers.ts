import { randomInt } from 'node:crypto'
import { HASH_BYTES } from '@tristamp/protocol'
import { Records } from './records.ts'

/** Slots for each hash, at least: chains of taken slots stay short. */
const SPARE = 2

/**
 * Numbers hashes in the order in which they first come, in flat memory. Where in the table a hash stands depends on words of it that
 * are chosen by chance: who makes up names cannot make them all meet in one slot.
 */
export class HashNumbers {
  readonly #hashes = new Records(HASH_BYTES)
  readonly #word = 4 * randomInt(HASH_BYTES / 4 - 1)
  /** Number plus one; 0: free. */
  #slots = new Int32Array(256)

  get length(): number {
    return this.#hashes.length
  }

  /** The hash with this number: a view, valid until the next one comes. */
  at(number: number): Uint8Array {
    return this.#hashes.at(number)
  }

  /** The number of a hash; a new one gets the next, which is `length` before. */
  numberOf(hash: Uint8Array): number {
    let slot = this.#slotOf(hash)
    for (let taken = this.#slots[slot]!; taken !== 0; taken = this.#slots[slot]!) {
      if (this.#hashes.has(taken - 1, hash)) return taken - 1
      slot = (slot + 1) & (this.#slots.length - 1)
    }
    this.#hashes.push(hash)
    this.#slots[slot] = this.#hashes.length
    if (this.#hashes.length * SPARE > this.#slots.length) this.#grow()
    return this.#hashes.length - 1
  }

  #slotOf(hash: Uint8Array): number {
    const at = this.#word
    const word = hash[at]! | (hash[at + 1]! << 8) | (hash[at + 2]! << 16) | (hash[at + 3]! << 24)
    const other = hash[at + 4]! | (hash[at + 5]! << 8) | (hash[at + 6]! << 16) | (hash[at + 7]! << 24)
    return (word ^ Math.imul(other, 0x9e3779b1)) & (this.#slots.length - 1)
  }

  #grow(): void {
    this.#slots = new Int32Array(2 * this.#slots.length)
    for (let number = 0; number < this.#hashes.length; number++) {
      let slot = this.#slotOf(this.#hashes.at(number))
      while (this.#slots[slot] !== 0) slot = (slot + 1) & (this.#slots.length - 1)
      this.#slots[slot] = number + 1
    }
  }
}
