import {
  edgeNodes,
  HASH_BYTES,
  type NodeId,
  nodeFromTile,
  type ReadNodes,
  RightEdge,
  TILE_WIDTH,
  tileNode,
  tileWidthAt,
  treeRoot,
} from '@tristamp/protocol'
import { LedgerError } from './error.ts'
import { type Row, tileKey, tileRow } from './row.ts'
import type { Store } from './store.ts'

const FULL_BYTES = TILE_WIDTH * HASH_BYTES
/** Full tiles kept in memory: 16 MB, the upper levels of a billion entries and the most asked leaves. */
const CACHED_TILES = 2048

/** The tiles of the log as the store holds them. A tile only ever grows, so any earlier width is a prefix of its row. */
export class Tiles {
  readonly #store: Store
  readonly #full = new Map<string, Uint8Array>()

  constructor(store: Store) {
    this.#store = store
  }

  /** The first `width` hashes of a tile. @throws LedgerError STORE_CORRUPT when the store has fewer */
  async read(level: number, index: number, width: number): Promise<Uint8Array> {
    const name = `${level}/${index}`
    const cached = this.#full.get(name)
    const bytes = cached ?? (await this.#store.get(tileKey(level, index)))
    if (bytes === undefined || bytes.length < width * HASH_BYTES)
      throw new LedgerError('STORE_CORRUPT', `tile ${name} is not whole`)
    if (cached === undefined && bytes.length === FULL_BYTES) this.#keep(name, bytes)
    return bytes.subarray(0, width * HASH_BYTES)
  }

  /** Nodes of the tree, for proofs: each tile is fetched once. */
  readonly nodes: ReadNodes = async (ids) => {
    const tiles = new Map<string, Promise<Uint8Array>>()
    const fetch = (id: NodeId): Promise<Uint8Array> => {
      const { level, index, to } = tileNode(id)
      const name = `${level}/${index}/${to}`
      const tile = tiles.get(name) ?? this.read(level, index, to)
      tiles.set(name, tile)
      return tile
    }
    return Promise.all(ids.map(async (id) => nodeFromTile(id, await fetch(id))))
  }

  #keep(name: string, bytes: Uint8Array): void {
    if (this.#full.size >= CACHED_TILES) this.#full.delete(this.#full.keys().next().value!)
    this.#full.set(name, bytes)
  }
}

/** The growing end of the log: its right edge, and the tiles that are not full yet. */
export class LogEdge {
  readonly #edge: RightEdge
  /** By level: the tile that is being filled. */
  readonly #tiles: { index: number; hashes: Uint8Array[] }[]
  readonly #done: Row[] = []
  readonly #touched = new Set<number>()

  private constructor(edge: RightEdge, tiles: { index: number; hashes: Uint8Array[] }[]) {
    this.#edge = edge
    this.#tiles = tiles
  }

  /** Of a log without entries. */
  static empty(): LogEdge {
    return new LogEdge(RightEdge.from(0, []), [])
  }

  static async load(size: number, tiles: Tiles): Promise<LogEdge> {
    const edge = RightEdge.from(size, await tiles.nodes(edgeNodes(size)))
    const partial: { index: number; hashes: Uint8Array[] }[] = []
    for (let level = 0; TILE_WIDTH ** level <= size; level++) {
      const index = Math.floor(size / TILE_WIDTH ** (level + 1))
      const width = tileWidthAt(level, index, size)
      partial.push({ index, hashes: width === 0 ? [] : split(await tiles.read(level, index, width)) })
    }
    return new LogEdge(edge, partial)
  }

  get size(): number {
    return this.#edge.size
  }

  root(): Uint8Array {
    return this.#edge.root()
  }

  /** The root with these leaves behind it, which are not appended. */
  rootWith(leaves: readonly Uint8Array[]): Uint8Array {
    const edge = this.#edge.clone()
    for (const leaf of leaves) edge.append(leaf)
    return edge.root()
  }

  append(leaf: Uint8Array): void {
    this.#edge.append(leaf)
    this.#push(0, leaf)
  }

  /** Rows of the tiles that changed since the last call. */
  takeRows(): Row[] {
    const rows = this.#done.splice(0)
    for (const level of this.#touched) {
      const { index, hashes } = this.#tiles[level]!
      if (hashes.length > 0) rows.push(tileRow(level, index, join(hashes)))
    }
    this.#touched.clear()
    return rows
  }

  #push(level: number, hash: Uint8Array): void {
    this.#tiles[level] ??= { index: 0, hashes: [] }
    const tile = this.#tiles[level]
    tile.hashes.push(hash)
    this.#touched.add(level)
    if (tile.hashes.length < TILE_WIDTH) return
    this.#done.push(tileRow(level, tile.index, join(tile.hashes)))
    this.#tiles[level] = { index: tile.index + 1, hashes: [] }
    this.#push(level + 1, treeRoot(tile.hashes))
  }
}

function split(tile: Uint8Array): Uint8Array[] {
  return Array.from({ length: tile.length / HASH_BYTES }, (_, i) => tile.slice(i * HASH_BYTES, (i + 1) * HASH_BYTES))
}

function join(hashes: readonly Uint8Array[]): Uint8Array {
  const tile = new Uint8Array(hashes.length * HASH_BYTES)
  hashes.forEach((hash, i) => {
    tile.set(hash, i * HASH_BYTES)
  })
  return tile
}
