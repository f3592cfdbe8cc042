/** Values of one kind in memory that grows in pieces: nothing is copied, and nothing is an object. */
type Piece = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array

const BITS = 16
const PIECE = 1 << BITS
const MASK = PIECE - 1

export class Column<P extends Piece> {
  readonly #make: (length: number) => P
  readonly #pieces: P[] = []
  #length = 0

  constructor(make: (length: number) => P) {
    this.#make = make
  }

  get length(): number {
    return this.#length
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
      const { buffer, BYTES_PER_ELEMENT } = this.#pieces[i]!
      const held = Math.min(PIECE, this.#length - i * PIECE)
      yield new Uint8Array(buffer, 0, held * BYTES_PER_ELEMENT)
    }
  }
}

export const u8 = (): Column<Uint8Array> => new Column((length) => new Uint8Array(length))
export const u16 = (): Column<Uint16Array> => new Column((length) => new Uint16Array(length))
export const u32 = (): Column<Uint32Array> => new Column((length) => new Uint32Array(length))
export const i32 = (): Column<Int32Array> => new Column((length) => new Int32Array(length))
export const f64 = (): Column<Float64Array> => new Column((length) => new Float64Array(length))
