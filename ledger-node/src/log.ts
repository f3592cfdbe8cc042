import {
  edgeNodes,
  HASH_BYTES,
  type NodeId,
  nodeHash,
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

/** Tiles kept in memory: 32 MB with the nodes above their hashes; the upper levels of a billion entries, and the most asked leaves. */
const CACHED_TILES = 2048

/** A tile as far as it had grown when it was read. */
interface KnownTile {
  bytes: Uint8Array
  /** Its hashes, and level by level the nodes of complete subtrees above them; made for the first proof that asks. */
  levels?: Uint8Array[]
}

/** The tiles of the log as the store holds them. A tile only ever grows, so any earlier width is a prefix of its row. */
export class Tiles {
  readonly #store: Store
  readonly #known = new Map<string, Promise<KnownTile>>()

  constructor(store: Store) {
    this.#store = store
  }

  /** The first `width` hashes of a tile. @throws LedgerError STORE_CORRUPT when the store has fewer */
  async read(level: number, index: number, width: number): Promise<Uint8Array> {
    return (await this.#tile(level, index, width)).bytes.subarray(0, width * HASH_BYTES)
  }

  /** Nodes of the tree, for proofs. */
  readonly nodes: ReadNodes = (ids) => Promise.all(ids.map((id) => this.#node(id)))

  async #node(id: NodeId): Promise<Uint8Array> {
    const { level, index, from, to } = tileNode(id)
    const tile = await this.#tile(level, index, to)
    tile.levels ??= levelsOf(tile.bytes)
    const at = (from / (to - from)) * HASH_BYTES
    return new Uint8Array(tile.levels[Math.log2(to - from)]!.subarray(at, at + HASH_BYTES))
  }

  async #tile(level: number, index: number, width: number): Promise<KnownTile> {
    const name = `${level}/${index}`
    const known = await this.#known.get(name)
    if (known !== undefined && known.bytes.length >= width * HASH_BYTES) return known
    const reading = this.#fetch(level, index, width)
    this.#keep(name, reading)
    try {
      return await reading
    } catch (error) {
      this.#known.delete(name)
      throw error
    }
  }

  async #fetch(level: number, index: number, width: number): Promise<KnownTile> {
    const bytes = await this.#store.get(tileKey(level, index))
    if (bytes === undefined || bytes.length < width * HASH_BYTES)
      throw new LedgerError('STORE_CORRUPT', `tile ${level}/${index} is not whole`)
    return { bytes }
  }

  #keep(name: string, tile: Promise<KnownTile>): void {
    this.#known.delete(name)
    if (this.#known.size >= CACHED_TILES) this.#known.delete(this.#known.keys().next().value!)
    this.#known.set(name, tile)
  }
}

function levelsOf(tile: Uint8Array): Uint8Array[] {
  const levels = [tile]
  for (let below = tile; below.length >= 2 * HASH_BYTES; below = levels.at(-1)!) {
    const level = new Uint8Array(Math.floor(below.length / (2 * HASH_BYTES)) * HASH_BYTES)
    for (let at = 0; at < level.length; at += HASH_BYTES) {
      const middle = 2 * at + HASH_BYTES
      level.set(nodeHash(below.subarray(2 * at, middle), below.subarray(middle, middle + HASH_BYTES)), at)
    }
    levels.push(level)
  }
  return levels
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
