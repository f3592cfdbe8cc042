/** What a snapshot holds of the graph, as it lies in memory. Parts come in one order; how many bytes each has stands in the head. */
export interface Part {
  readonly byteLength: number
  /** All bytes, in blocks of up to `BLOCK_BYTES`. */
  bytes(): Iterable<Uint8Array>
  /** Makes room for so many bytes, and answers the blocks to read them into; undefined when they cannot be so many. */
  room(byteLength: number): Iterable<Uint8Array> | undefined
}

/** Small enough that a question need not wait for one to be written. */
export const BLOCK_BYTES: number = 1 << 20

/** Bytes in blocks. */
export function* blocksOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) yield bytes.subarray(at, at + BLOCK_BYTES)
}

/** Everything that is not in columns, as one JSON text. */
export class TextPart implements Part {
  #bytes: Uint8Array

  constructor(value?: unknown) {
    this.#bytes = value === undefined ? new Uint8Array(0) : new TextEncoder().encode(JSON.stringify(value))
  }

  get byteLength(): number {
    return this.#bytes.length
  }

  bytes(): Iterable<Uint8Array> {
    return blocksOf(this.#bytes)
  }

  room(byteLength: number): Iterable<Uint8Array> {
    this.#bytes = new Uint8Array(byteLength)
    return blocksOf(this.#bytes)
  }

  /** What was read. @throws SyntaxError */
  get value(): unknown {
    return JSON.parse(new TextDecoder().decode(this.#bytes))
  }
}
