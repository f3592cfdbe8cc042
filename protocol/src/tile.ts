import { concat, copy, fromBigEndian, u16be } from './bytes.ts'
import { ProtocolError } from './error.ts'
import { HASH_BYTES } from './hash.ts'
import { LIMITS } from './limits.ts'
import { type NodeId, treeRoot } from './merkle-tree.ts'

/**
 * The files of a C2SP tlog-tiles log. Tile n of level l holds the hashes of the complete subtrees of height 8·l numbered 256·n … 256·n + 255;
 * an entry bundle holds the entries under a tile of level 0. The rightmost ones may hold fewer ("partial", `.p/<width>`).
 */

/** Hashes in a full tile, entries in a full bundle. */
export const TILE_WIDTH = 256

/** Levels between a tile and the one above: 2^8 = 256. */
const TILE_HEIGHT = 8

/** What a path names; `width` is 256 for a full tile or bundle. */
export type TilePath =
  | { kind: 'tile'; level: number; index: number; width: number }
  | { kind: 'entries'; index: number; width: number }

/** `tile/<level>/<index>[.p/<width>]`. Throws TILE_PATH. */
export function tilePath(level: number, index: number, width: number = TILE_WIDTH): string {
  if (!Number.isInteger(level) || level < 0 || level > 63) throw new ProtocolError('TILE_PATH', `level ${level}`)
  return `tile/${level}/${indexPath(index, width)}`
}

/** `tile/entries/<index>[.p/<width>]`. Throws TILE_PATH. */
export function entriesPath(index: number, width: number = TILE_WIDTH): string {
  return `tile/entries/${indexPath(index, width)}`
}

/** 1234067 → x001/x234/067: groups of three digits, all but the last marked, so that a folder never has a file's name. */
function indexPath(index: number, width: number): string {
  if (!Number.isSafeInteger(index) || index < 0) throw new ProtocolError('TILE_PATH', `index ${index}`)
  if (!Number.isInteger(width) || width < 1 || width > TILE_WIDTH)
    throw new ProtocolError('TILE_PATH', `width ${width}`)
  const digits = String(index)
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g)!
  const path = groups.map((group, i) => (i === groups.length - 1 ? group : `x${group}`)).join('/')
  return width === TILE_WIDTH ? path : `${path}.p/${width}`
}

const PATH = /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d{1,3}))?$/

/** The inverse of `tilePath` and `entriesPath`, without a leading slash. Throws TILE_PATH. */
export function parseTilePath(path: string): TilePath {
  const [, level, groups, partial] = PATH.exec(path) ?? []
  if (level === undefined || groups === undefined) throw new ProtocolError('TILE_PATH', 'not the path of a tile')
  const index = Number(groups.replaceAll(/[x/]/g, ''))
  const width = partial === undefined ? TILE_WIDTH : Number(partial)
  const parsed: TilePath =
    level === 'entries' ? { kind: 'entries', index, width } : { kind: 'tile', level: Number(level), index, width }
  const canonical = parsed.kind === 'entries' ? entriesPath(index, width) : tilePath(parsed.level, index, width)
  if (canonical !== path) throw new ProtocolError('TILE_PATH', `the path is ${canonical}`)
  return parsed
}

/** How many hashes tile (level, index) holds in a tree of `size` leaves: 0 to 256. An entry bundle is as wide as its tile of level 0. */
export function tileWidthAt(level: number, index: number, size: number): number {
  const hashes = Math.floor(size / TILE_WIDTH ** level)
  return Math.max(0, Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH))
}

/** Hashes `from` … `to - 1` of tile (level, index): the complete subtree over them is a node of the tree. */
export interface TileNode {
  level: number
  index: number
  from: number
  to: number
}

/** Which hashes of which tile make up a node. */
export function tileNode(id: NodeId): TileNode {
  const level = Math.floor(id.level / TILE_HEIGHT)
  const span = 2 ** (id.level % TILE_HEIGHT)
  const first = id.index * span
  const from = first % TILE_WIDTH
  return { level, index: Math.floor(first / TILE_WIDTH), from, to: from + span }
}

/** The hash of a node from the bytes of its tile, full or partial. Throws TILE_SIZE when the tile ends before the node does. */
export function nodeFromTile(id: NodeId, tile: Uint8Array): Uint8Array {
  const { from, to } = tileNode(id)
  if (tile.length % HASH_BYTES !== 0 || tile.length > TILE_WIDTH * HASH_BYTES || tile.length < to * HASH_BYTES)
    throw new ProtocolError('TILE_SIZE', `a tile of ${tile.length} bytes where ${to} hashes are needed`)
  return treeRoot(
    Array.from({ length: to - from }, (_, i) => copy(tile, (from + i) * HASH_BYTES, (from + i + 1) * HASH_BYTES)),
  )
}

/** Each entry with its length before it, two bytes big-endian. Throws TILE_SIZE. */
export function encodeEntryBundle(entries: readonly Uint8Array[]): Uint8Array {
  if (entries.length < 1 || entries.length > TILE_WIDTH)
    throw new ProtocolError('TILE_SIZE', `${entries.length} entries`)
  return concat(
    ...entries.flatMap((entry) => {
      if (entry.length > LIMITS.entryBytes) throw new ProtocolError('TILE_SIZE', `an entry of ${entry.length} bytes`)
      return [u16be(entry.length), entry]
    }),
  )
}

/** The inverse of `encodeEntryBundle`; the entries are copies. Throws TILE_SIZE. */
export function decodeEntryBundle(bytes: Uint8Array): Uint8Array[] {
  const entries: Uint8Array[] = []
  let at = 0
  do {
    const start = at + 2
    const end = start + fromBigEndian(bytes.subarray(at, start))
    if (end > bytes.length) throw new ProtocolError('TILE_SIZE', 'truncated entry bundle')
    entries.push(copy(bytes, start, end))
    at = end
  } while (at < bytes.length)
  if (entries.length > TILE_WIDTH) throw new ProtocolError('TILE_SIZE', `${entries.length} entries`)
  return entries
}
