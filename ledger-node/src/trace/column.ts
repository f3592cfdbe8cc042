import type { Part } from './part.ts'

/** Values of one kind in memory that grows in pieces: nothing is copied, and nothing is an object. */
type Piece = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array

const BITS = 16
const PIECE = 1 << BITS
const MASK = PIECE - 1

export class Column<P extends Piece> implements Part {
  readonly #make: (length: number) => P
  readonly #pieces: P[] = []
  readonly #width: number
  #length = 0

  constructor(make: (length: number) => P) {
    this.#make = make
    this.#width = make(0).BYTES_PER_ELEMENT
  }

  get length(): number {
    return this.#length
  }

  get byteLength(): number {
    return this.#length * this.#width
  }

  /** Appends a value; answers its index. */
  push(value: number): number {
    const at = this.#length++
    if ((at & MASK) === 0) this.#pieces.push(this.#make(PIECE))
    this.#pieces[at >>> BITS]![at & MASK] = value
    return at
  }

  at(index: number): number {
    return this.#pieces[index >>> BITS]![index & MASK]!
  }

  set(index: number, value: number): void {
    this.#pieces[index >>> BITS]![index & MASK] = value
  }

  /** The bytes of all values, piece by piece. */
  *bytes(): Generator<Uint8Array> {
    for (let i = 0; i < this.#pieces.length; i++) {
      const held = Math.min(PIECE, this.#length - i * PIECE)
      yield new Uint8Array(this.#pieces[i]!.buffer, 0, held * this.#width)
    }
  }

  room(byteLength: number): Iterable<Uint8Array> | undefined {
    if (byteLength % this.#width !== 0) return undefined
    this.#length = byteLength / this.#width
    this.#pieces.length = 0
    for (let made = 0; made < this.#length; made += PIECE) this.#pieces.push(this.#make(PIECE))
    return this.bytes()
  }
}

export const u8 = (): Column<Uint8Array> => new Column((length) => new Uint8Array(length))
export const u16 = (): Column<Uint16Array> => new Column((length) => new Uint16Array(length))
export const u32 = (): Column<Uint32Array> => new Column((length) => new Uint32Array(length))
export const f64 = (): Column<Float64Array> => new Column((length) => new Float64Array(length))
