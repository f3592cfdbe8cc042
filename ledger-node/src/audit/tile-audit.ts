import { equal, HASH_BYTES, TILE_WIDTH, tilePath } from '@tristamp/protocol'
import { type Row, readTileKey } from '../row.ts'
import { Flawed } from './flaw.ts'
import type { Derived } from './source.ts'

/** Reads at most so many bytes at a path of a log. */
export type FetchFile = (path: string, maxBytes: number) => Promise<Uint8Array>

/** Compares the tiles that the entries give with those that are served: full ones as they fill, the others at the end. */
export class TileAudit implements Derived {
  readonly #fetch: FetchFile
  readonly #address: (path: string) => string
  /** By level: the tile that is not full yet. */
  readonly #partial = new Map<number, { index: number; hashes: Uint8Array }>()

  constructor(fetch: FetchFile, address: (path: string) => string) {
    this.#fetch = fetch
    this.#address = address
  }

  async add(rows: Iterable<Row>): Promise<void> {
    for (const { key, value } of rows) {
      const tile = readTileKey(key)
      if (tile === undefined) continue
      const { level, index } = tile
      if (value.length < TILE_WIDTH * HASH_BYTES) {
        this.#partial.set(level, { index, hashes: value })
        continue
      }
      if (this.#partial.get(level)?.index === index) this.#partial.delete(level)
      await this.#compare(level, index, value)
    }
  }

  async end(): Promise<void> {
    for (const [level, { index, hashes }] of this.#partial) await this.#compare(level, index, hashes)
  }

  async #compare(level: number, index: number, hashes: Uint8Array): Promise<void> {
    const path = tilePath(level, index, hashes.length / HASH_BYTES)
    const found = await this.#fetch(path, hashes.length)
    const file = this.#address(path)
    for (let at = 0; at < hashes.length; at += HASH_BYTES) {
      const [held, given] = [found.slice(at, at + HASH_BYTES), hashes.slice(at, at + HASH_BYTES)]
      if (equal(held, given)) continue
      const of = index * TILE_WIDTH + at / HASH_BYTES
      const field = level === 0 ? `hash of entry ${of}` : `hash ${of} of level ${level}`
      const detail = `the tile has ${toText(held)}, the entries give ${toText(given)}`
      throw new Flawed({ file, offset: at, ...(level === 0 && { entry: of }), field, detail })
    }
    if (found.length !== hashes.length)
      throw new Flawed({
        file,
        offset: hashes.length,
        field: 'size',
        detail: `${found.length} bytes for ${hashes.length}`,
      })
  }
}

function toText(hash: Uint8Array): string {
  return hash.length === 0 ? 'nothing' : Buffer.from(hash).toString('hex')
}
