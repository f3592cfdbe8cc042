import { inclusionProof, leafHash, proveInclusion, toHex, treeRoot, u32be } from '@tristamp/protocol'
import { describe, expect, test } from 'vitest'
import './_harness.ts'
import { LogEdge, Tiles } from './log.ts'
import type { Store } from './store.ts'

/** A store of tiles alone, in memory. */
class MemoryTiles {
  readonly rows = new Map<string, Uint8Array>()

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    return this.rows.get(toHex(key))
  }

  take(edge: LogEdge): void {
    for (const { key, value } of edge.takeRows()) this.rows.set(toHex(key), value)
  }

  tiles(): Tiles {
    return new Tiles(this as unknown as Store)
  }
}

/** RFC 6962 by its definition: hash i of tile (level, index) is the root of the 256^level leaves from there on. */
function tileByDefinition(leaves: readonly Uint8Array[], level: number, index: number): string {
  const span = 256 ** level
  const hashes: string[] = []
  for (let i = index * 256; i < (index + 1) * 256 && (i + 1) * span <= leaves.length; i++) {
    hashes.push(toHex(treeRoot(leaves.slice(i * span, (i + 1) * span))))
  }
  return hashes.join('')
}

describe('the log’s tiles', () => {
  test('at every size from 1 to 600 the tiles and the root are those of the definition, also after a reload', async () => {
    const store = new MemoryTiles()
    let edge = await LogEdge.load(0, store.tiles())
    const leaves: Uint8Array[] = []
    for (let size = 1; size <= 600; size++) {
      leaves.push(leafHash(u32be(size)))
      edge.append(leaves[size - 1]!)
      // Blocks of several leaves now and then, as between seals.
      if (size % 7 === 0 && size !== 600) continue
      store.take(edge)
      expect(toHex(edge.root())).toBe(toHex(treeRoot(leaves)))
      for (const [level, index] of [
        [0, Math.floor((size - 1) / 256)],
        [1, 0],
      ] as const) {
        const wanted = tileByDefinition(leaves, level, index)
        if (wanted !== '') expect(toHex(await store.tiles().read(level, index, wanted.length / 64))).toBe(wanted)
      }
      if (size % 11 === 0) {
        edge = await LogEdge.load(size, store.tiles())
        expect(toHex(edge.root())).toBe(toHex(treeRoot(leaves)))
      }
    }
    expect(store.rows.size).toBe(4)
  })

  test('proofs out of one reader of tiles, kept while the log grows, are those of the tree', async () => {
    const store = new MemoryTiles()
    const edge = await LogEdge.load(0, store.tiles())
    const tiles = store.tiles()
    const leaves: Uint8Array[] = []
    for (const size of [1, 2, 3, 10, 127, 128, 129, 256, 257, 300, 511, 512, 600]) {
      while (leaves.length < size) {
        leaves.push(leafHash(u32be(leaves.length)))
        edge.append(leaves.at(-1)!)
      }
      store.take(edge)
      for (const index of new Set([0, 1, 5, size >> 1, size - 2, size - 1].filter((i) => i >= 0 && i < size))) {
        expect(await proveInclusion(index, size, tiles.nodes)).toEqual(inclusionProof(leaves, index))
      }
    }
  })

  test('a narrower tile is the beginning of the present one; a wider one is not there', async () => {
    const store = new MemoryTiles()
    const edge = await LogEdge.load(0, store.tiles())
    for (let i = 0; i < 10; i++) edge.append(leafHash(u32be(i)))
    store.take(edge)
    const tiles = store.tiles()
    expect(toHex(await tiles.read(0, 0, 3))).toBe(toHex((await tiles.read(0, 0, 10)).subarray(0, 96)))
    await expect(tiles.read(0, 0, 11)).rejects.toMatchObject({ code: 'STORE_CORRUPT' })
    await expect(tiles.read(0, 1, 1)).rejects.toMatchObject({ code: 'STORE_CORRUPT' })
  })
})
