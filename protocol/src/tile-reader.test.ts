import { expect, test } from 'vitest'
import { refusalOf } from './_refusal.ts'
import { concat, toHex, u32be } from './bytes.ts'
import { leafHash, verifyConsistency } from './merkle.ts'
import { proveConsistency, readRoot, treeRoot } from './merkle-tree.ts'
import { parseTilePath, TILE_WIDTH } from './tile.ts'
import { nodesFromTiles } from './tile-reader.ts'

const leaves = Array.from({ length: 700 }, (_, i) => leafHash(u32be(i)))

/** The tiles of the log, as its server answers them. */
async function server(path: string): Promise<Uint8Array> {
  const tile = parseTilePath(path)
  if (tile.kind !== 'tile') throw new Error('not asked for')
  const span = TILE_WIDTH ** tile.level
  const first = tile.index * TILE_WIDTH
  return concat(
    ...Array.from({ length: tile.width }, (_, i) => treeRoot(leaves.slice((first + i) * span, (first + i + 1) * span))),
  )
}

test('roots and proofs are made from tiles, each fetched once', async () => {
  for (const size of [1, 2, 255, 256, 257, 600, 700]) {
    const paths: string[] = []
    const read = nodesFromTiles(size, (path) => {
      paths.push(path)
      return server(path)
    })
    const root = await readRoot(size, read)
    expect(toHex(root)).toBe(toHex(treeRoot(leaves.slice(0, size))))
    expect(new Set(paths).size).toBe(paths.length)
    const old = Math.ceil(size / 3)
    verifyConsistency(old, treeRoot(leaves.slice(0, old)), size, root, await proveConsistency(old, size, read))
  }
})

test('a tile of another width is refused, and so is a node beyond the tree', async () => {
  const short = nodesFromTiles(300, async (path) => (await server(path)).slice(32))
  expect(await refusalOf(readRoot(300, short))).toBe('TILE_SIZE')
  expect(await refusalOf(nodesFromTiles(3, server)([{ level: 0, index: 9 }]))).toBe('TILE_SIZE')
  expect(await refusalOf(nodesFromTiles(3, server)([{ level: 0, index: 900 }]))).toBe('TILE_SIZE')
})
