import { ProtocolError } from './error.ts'
import { HASH_BYTES } from './hash.ts'
import type { NodeId, ReadNodes } from './merkle-tree.ts'
import { nodeFromTile, tileNode, tilePath, tileWidthAt } from './tile.ts'

/** Brings the bytes at a path of a tlog-tiles log; refuses when there are more than `maxBytes`. */
export type FetchTile = (path: string, maxBytes: number) => Promise<Uint8Array>

/**
 * Nodes of a log's tree of `size` entries, out of the tiles that its server has. They are not checked here: a proof that is made
 * of them leads to the signed root, or it does not.
 * Throws what `fetch` throws; TILE_SIZE when a tile is not as wide as its tree makes it.
 */
export function nodesFromTiles(size: number, fetch: FetchTile): ReadNodes {
  return async (ids) => {
    const tiles = new Map<string, Promise<Uint8Array>>()
    const tileOf = async ({ level, index }: { level: number; index: number }): Promise<Uint8Array> => {
      const width = tileWidthAt(level, index, size)
      if (width === 0) throw new ProtocolError('TILE_SIZE', 'beyond the tree')
      const path = tilePath(level, index, width)
      const tile = tiles.get(path) ?? bring(path, width * HASH_BYTES, fetch)
      tiles.set(path, tile)
      return tile
    }
    return Promise.all(ids.map(async (id: NodeId) => nodeFromTile(id, await tileOf(tileNode(id)))))
  }
}

async function bring(path: string, bytes: number, fetch: FetchTile): Promise<Uint8Array> {
  const tile = await fetch(path, bytes)
  if (tile.length !== bytes) throw new ProtocolError('TILE_SIZE', `${path} has ${tile.length} bytes for ${bytes}`)
  return tile
}
