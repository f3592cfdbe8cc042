import type { Part } from './part.ts'

const BITS = 14
const PIECE = 1 << BITS
const MASK = PIECE - 1

/**
 * Rows of numbers in memory that grows in pieces. What is read together lies together: a walk meets rows in any order, and each costs it one
 * look at the memory rather than one for each field.
 */
export class Table implements Part {
  readonly #width: number
  readonly #words: Uint32Array[] = []
  readonly #doubles: Float64Array[] = []
  #length = 0

  /** @param width 32-bit words in a row, an even number: a double takes two */
  constructor(width: number) {
    this.#width = width
  }

  get length(): number {
    return this.#length
  }

  get byteLength(): number {
    return 4 * this.#length * this.#width
  }

  /** Appends a row of zeros; answers its number. */
  push(): number {
    const row = this.#length++
    if ((row & MASK) === 0) this.#grow()
    return row
  }

  word(row: number, field: number): number {
    return this.#words[row >>> BITS]![(row & MASK) * this.#width + field]!
  }

  setWord(row: number, field: number, value: number): void {
    this.#words[row >>> BITS]![(row & MASK) * this.#width + field] = value
  }

  /** The double in the words 2 · `pair` and 2 · `pair` + 1. */
  double(row: number, pair: number): number {
    return this.#doubles[row >>> BITS]![(row & MASK) * (this.#width >>> 1) + pair]!
  }

  setDouble(row: number, pair: number, value: number): void {
    this.#doubles[row >>> BITS]![(row & MASK) * (this.#width >>> 1) + pair] = value
  }

  *bytes(): Generator<Uint8Array> {
    for (let i = 0; i < this.#words.length; i++)
      yield new Uint8Array(this.#words[i]!.buffer, 0, 4 * this.#width * Math.min(PIECE, this.#length - i * PIECE))
  }

  room(byteLength: number): Iterable<Uint8Array> | undefined {
    this.#length = byteLength / (4 * this.#width)
    if (!Number.isInteger(this.#length)) return undefined
    this.#words.length = 0
    this.#doubles.length = 0
    for (let made = 0; made < this.#length; made += PIECE) this.#grow()
    return this.bytes()
  }

  #grow(): void {
    const bytes = new ArrayBuffer(4 * this.#width * PIECE)
    this.#words.push(new Uint32Array(bytes))
    this.#doubles.push(new Float64Array(bytes))
  }
}
