import type { Part } from './part.ts'

/** Bytes of an event's id, and of the digest of its content. */
export const ID_BYTES = 16

const BITS = 14
const PIECE = 1 << BITS
const MASK = PIECE - 1

/** Ids and digests in memory that grows in pieces. */
export class DigestColumn implements Part {
  readonly #pieces: Uint8Array[] = []
  #length = 0

  get length(): number {
    return this.#length
  }

  get byteLength(): number {
    return this.#length * ID_BYTES
  }

  push(digest: Uint8Array): void {
    const at = this.#length++
    if ((at & MASK) === 0) this.#pieces.push(new Uint8Array(PIECE * ID_BYTES))
    this.#pieces[at >>> BITS]!.set(digest, (at & MASK) * ID_BYTES)
  }

  /** A view of one. */
  at(index: number): Uint8Array {
    const at = (index & MASK) * ID_BYTES
    return this.#pieces[index >>> BITS]!.subarray(at, at + ID_BYTES)
  }

  has(index: number, digest: Uint8Array): boolean {
    const bytes = this.#pieces[index >>> BITS]!
    const at = (index & MASK) * ID_BYTES
    for (let i = 0; i < ID_BYTES; i++) if (bytes[at + i] !== digest[i]) return false
    return true
  }

  *bytes(): Generator<Uint8Array> {
    for (let i = 0; i < this.#pieces.length; i++)
      yield this.#pieces[i]!.subarray(0, ID_BYTES * Math.min(PIECE, this.#length - i * PIECE))
  }

  room(byteLength: number): Iterable<Uint8Array> | undefined {
    if (byteLength % ID_BYTES !== 0) return undefined
    this.#length = byteLength / ID_BYTES
    this.#pieces.length = 0
    for (let made = 0; made < this.#length; made += PIECE) this.#pieces.push(new Uint8Array(PIECE * ID_BYTES))
    return this.bytes()
  }
}
