import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { vectors } from '../../test/_vectors.ts'
import { verify } from './_notes.ts'
import { refusal, refusalOf } from './_refusal.ts'
import { concat, fromBase64, fromHex, fromUtf8, toHex, utf8 } from './bytes.ts'
import { parseCheckpoint } from './checkpoint.ts'
import { useSha256 } from './hash.ts'
import { leafHash, nodeHash, verifyConsistency, verifyInclusion } from './merkle.ts'
import {
  edgeNodes,
  proveConsistency,
  proveInclusion,
  type ReadNodes,
  RightEdge,
  readRoot,
  treeRoot,
} from './merkle-tree.ts'
import { parseNote, parseVerifierKey, verifyNote } from './note.ts'
import {
  decodeEntryBundle,
  encodeEntryBundle,
  entriesPath,
  nodeFromTile,
  parseTilePath,
  TILE_WIDTH,
  tileNode,
  tilePath,
  tileWidthAt,
} from './tile.ts'

// The large tree hashes a million times; node:crypto makes that seconds. hash.test.ts shows that it is the same function.
vi.setConfig({ testTimeout: 60_000 })
beforeAll(() => useSha256((data) => createHash('sha256').update(data).digest()))
afterAll(() => useSha256(nobleSha256))

describe('paths', () => {
  test('read back', () => {
    const index = fc.oneof(fc.maxSafeNat(), fc.nat(2_000))
    fc.assert(
      fc.property(fc.nat(63), index, fc.integer({ min: 1, max: 256 }), (level, n, width) => {
        expect(parseTilePath(tilePath(level, n, width))).toEqual({ kind: 'tile', level, index: n, width })
        expect(parseTilePath(entriesPath(n, width))).toEqual({ kind: 'entries', index: n, width })
      }),
    )
  })

  test('any text is refused, or is written as it was read', () => {
    const part = fc.constantFrom(
      'tile',
      'entries',
      '/',
      '0',
      '00',
      '000',
      '063',
      '64',
      'x001',
      'x1',
      '.p/',
      '.p',
      '1',
      '255',
      '256',
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const path = parts.join('')
        const refused = refusal(() => {
          const read = parseTilePath(path)
          expect(
            read.kind === 'tile' ? tilePath(read.level, read.index, read.width) : entriesPath(read.index, read.width),
          ).toBe(path)
        })
        expect([undefined, 'TILE_PATH']).toContain(refused)
      }),
      { numRuns: 5_000 },
    )
  })

  test.each([
    [-1, 0, 256],
    [64, 0, 256],
    [0.5, 0, 256],
    [0, -1, 256],
    [0, 2 ** 53, 256],
    [0, 0, 0],
    [0, 0, 257],
    [0, 0, 1.5],
  ])('no tile (%d, %d) of width %d', (level, index, width) => {
    expect(refusal(() => tilePath(level, index, width))).toBe('TILE_PATH')
  })

  test.each([
    'tile/0/000\n',
    '/tile/0/000',
    'tile/0/x009/007/199/254/740/993',
    'tile/0/٠٠٠',
    'tile/entries/0',
    '../tile/0/000',
    `tile/0/${'x999/'.repeat(9)}999`,
  ])('%j is refused', (path) => expect(refusal(() => parseTilePath(path))).toBe('TILE_PATH'))
})

describe('entry bundles', () => {
  const entries = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 20 })

  test('read back, as copies', () => {
    fc.assert(
      fc.property(entries, (list) => {
        const bytes = Buffer.from(encodeEntryBundle(list)) // as a file is read; slicing one would not copy
        const read = decodeEntryBundle(bytes)
        bytes.fill(0)
        expect(read).toEqual(list)
      }),
    )
  })

  test('any bytes are refused, or are written as they were read', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 0, 1, 2, 255), { maxLength: 30 }), (bytes) => {
        const refused = refusal(() =>
          expect([...encodeEntryBundle(decodeEntryBundle(Uint8Array.from(bytes)))]).toEqual(bytes),
        )
        expect([undefined, 'TILE_SIZE']).toContain(refused)
      }),
      { numRuns: 2_000 },
    )
  })

  test.each([
    ['nothing', ''],
    ['half a length', '00'],
    ['an entry cut short', '0002ff'],
    ['half a length after an entry', '000000'],
    ['257 entries', '0000'.repeat(257)],
  ])('%s is refused', (_, hex) => expect(refusal(() => decodeEntryBundle(fromHex(hex)))).toBe('TILE_SIZE'))

  test('256 entries of 65,535 bytes are the most', () => {
    const entry = new Uint8Array(65_535)
    expect(decodeEntryBundle(encodeEntryBundle(Array.from({ length: 256 }, () => entry)))).toHaveLength(256)
    expect(refusal(() => encodeEntryBundle([new Uint8Array(65_536)]))).toBe('TILE_SIZE')
    expect(refusal(() => encodeEntryBundle([]))).toBe('TILE_SIZE')
    expect(refusal(() => encodeEntryBundle(Array.from({ length: 257 }, () => Uint8Array.of(1))))).toBe('TILE_SIZE')
  })
})

/** Every tile of a tree, built level by level as the specification defines them. */
function tilesOf(leaves: readonly Uint8Array[]): Map<string, Uint8Array> {
  const tiles = new Map<string, Uint8Array>()
  for (let level = 0, hashes = leaves; hashes.length > 0; level++) {
    const above: Uint8Array[] = []
    for (let index = 0; index * TILE_WIDTH < hashes.length; index++) {
      const slice = hashes.slice(index * TILE_WIDTH, (index + 1) * TILE_WIDTH)
      expect(tileWidthAt(level, index, leaves.length)).toBe(slice.length)
      tiles.set(tilePath(level, index, slice.length), concat(...slice))
      if (slice.length === TILE_WIDTH) above.push(treeRoot(slice))
    }
    expect(tileWidthAt(level, Math.ceil(hashes.length / TILE_WIDTH), leaves.length)).toBe(0)
    hashes = above
  }
  return tiles
}

/** Reads nodes of a tree of `size` from its tiles alone. */
const readFrom =
  (tiles: (path: string) => Uint8Array | undefined, size: number): ReadNodes =>
  async (ids) =>
    ids.map((id) => {
      const { level, index } = tileNode(id)
      const path = tilePath(level, index, tileWidthAt(level, index, size))
      const tile = tiles(path)
      if (tile === undefined) throw new Error(`no ${path}`)
      return nodeFromTile(id, tile)
    })

describe('nodes in tiles', () => {
  test('a tree of 70,000 leaves is proved from its tiles', async () => {
    const size = 70_000
    const leaves = Array.from({ length: size }, (_, i) => leafHash(utf8(`${i}`)))
    const tiles = tilesOf(leaves)
    const [zero] = [...tiles.keys()].filter((path) => path.startsWith('tile/2'))
    expect([
      tiles.size,
      zero,
      tiles.has('tile/0/273.p/112'),
      tiles.has('tile/1/001.p/17'),
      tiles.has('tile/1/000'),
    ]).toEqual([277, 'tile/2/000.p/1', true, true, true])
    const read = readFrom((path) => tiles.get(path), size)
    const root = await readRoot(size, read)
    expect(root).toEqual(treeRoot(leaves))
    for (const index of [0, 1, 255, 256, 65_535, 65_536, 69_887, 69_999])
      verifyInclusion(leaves[index]!, index, size, await proveInclusion(index, size, read), root)
    for (const old of [1, 255, 256, 257, 65_535, 65_536, 65_537, 69_999, 70_000])
      verifyConsistency(old, treeRoot(leaves.slice(0, old)), size, root, await proveConsistency(old, size, read))
    expect(RightEdge.from(size, await read(edgeNodes(size))).root()).toEqual(root)
  })

  test('a node lies in one tile', () => {
    fc.assert(
      fc.property(fc.nat(52), fc.maxSafeNat(), (level, n) => {
        const id = { level, index: n % 2 ** (53 - level) }
        const node = tileNode(id)
        expect(node.to - node.from).toBe(2 ** (level % 8))
        expect(node.to).toBeLessThanOrEqual(256)
        expect((node.index * 256 + node.from) * 256 ** node.level).toBe(id.index * 2 ** level)
      }),
    )
  })

  test('a tile of a wrong size is refused', () => {
    const tile = new Uint8Array(4 * 32)
    expect(nodeFromTile({ level: 2, index: 0 }, tile)).toEqual(
      nodeHash(nodeHash(tile.slice(0, 32), tile.slice(0, 32)), nodeHash(tile.slice(0, 32), tile.slice(0, 32))),
    )
    expect(refusal(() => nodeFromTile({ level: 3, index: 0 }, tile))).toBe('TILE_SIZE')
    expect(refusal(() => nodeFromTile({ level: 0, index: 4 }, tile))).toBe('TILE_SIZE')
    expect(refusal(() => nodeFromTile({ level: 0, index: 0 }, tile.slice(1)))).toBe('TILE_SIZE')
    expect(refusal(() => nodeFromTile({ level: 0, index: 0 }, new Uint8Array(257 * 32)))).toBe('TILE_SIZE')
    expect(refusal(() => nodeFromTile({ level: 0, index: 0 }, new Uint8Array(0)))).toBe('TILE_SIZE')
  })
})

const log = vectors('log')
const bytesOf = (path: string) => new Uint8Array(readFileSync(`${log}/${path}`))

describe.skipIf(log === undefined)('tile-paths.json', () => {
  type Paths = {
    format: { level: number | 'entries'; n: number; w: number; path: string }[]
    reject: string[]
    counts: Record<string, number>[]
  }
  const paths = log === undefined ? undefined : (JSON.parse(fromUtf8(bytesOf('tile-paths.json'))) as Paths)

  test('paths to write and to read', () => {
    for (const { level, n, w, path } of paths?.format ?? []) {
      const width = w === 0 ? 256 : w
      expect(level === 'entries' ? entriesPath(n, width) : tilePath(level, n, width)).toBe(path)
      expect(parseTilePath(path)).toMatchObject({ index: n, width })
    }
    expect(paths?.format).toHaveLength(10)
  })

  test.each(paths?.reject ?? [])('%s is refused', (path) =>
    expect(refusal(() => parseTilePath(path))).toBe('TILE_PATH'),
  )

  test('counts of tiles', () => {
    for (const { size, ...expected } of paths?.counts ?? []) {
      const counted: Record<string, number> = {}
      for (const level of [0, 1, 2]) {
        let full = 0
        while (tileWidthAt(level, full, size!) === 256) full++
        counted[`level${level}full`] = full
        counted[`level${level}partial`] = tileWidthAt(level, full, size!)
      }
      expect(counted).toMatchObject(expected)
    }
  })
})

describe.skipIf(log === undefined)('whole logs by others', () => {
  const vkey = 'example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx'

  test('tessera-log: 16 signed checkpoints, all entries, all tiles, all consistency and inclusion proofs', async () => {
    const key = parseVerifierKey(vkey)
    const checkpoints = await Promise.all(
      Array.from({ length: 16 }, async (_, size) => {
        const note = parseNote(fromUtf8(bytesOf(`tessera-log/checkpoint.${size}`)))
        expect(await verifyNote(note, [key], verify)).toEqual([{ key }])
        expect(await refusalOf(verifyNote({ ...note, text: `${note.text}\n` }, [key], verify))).toBe('NOTE_SIGNATURE')
        const checkpoint = parseCheckpoint(note.text)
        expect(checkpoint).toMatchObject({ origin: 'example.com/log/testdata', size })
        return checkpoint
      }),
    )
    const edge = RightEdge.from(0, [])
    expect(checkpoints[0]!.root).toEqual(edge.root())
    for (let size = 1; size <= 15; size++) {
      const entries = decodeEntryBundle(bytesOf(`tessera-log/${entriesPath(0, size)}`))
      expect(encodeEntryBundle(entries)).toEqual(bytesOf(`tessera-log/${entriesPath(0, size)}`))
      expect(concat(...entries.map(leafHash))).toEqual(bytesOf(`tessera-log/${tilePath(0, 0, size)}`))
      edge.append(leafHash(entries[size - 1]!))
      expect(edge.root()).toEqual(checkpoints[size]!.root)
      const read = readFrom((path) => bytesOf(`tessera-log/${path}`), size)
      for (let index = 0; index < size; index++)
        verifyInclusion(leafHash(entries[index]!), index, size, await proveInclusion(index, size, read), edge.root())
      for (let old = 1; old <= size; old++)
        verifyConsistency(old, checkpoints[old]!.root, size, edge.root(), await proveConsistency(old, size, read))
    }
  })

  test('tlog-proofs.json: 15 proofs that golang.org/x/mod accepted', async () => {
    const { good } = JSON.parse(fromUtf8(bytesOf('tlog-proofs.json'))) as {
      good: { index: number; entry: string; proof: string }[]
    }
    for (const { index, entry, proof } of good) {
      const [head, ...rest] = proof.split('\n\n')
      const note = parseNote(rest.join('\n\n'))
      await verifyNote(note, [parseVerifierKey(vkey)], verify)
      const path = head!.split('\n').slice(2).map(fromBase64)
      const { size, root } = parseCheckpoint(note.text)
      verifyInclusion(leafHash(utf8(entry)), index, size, path, root)
      expect(refusal(() => verifyInclusion(leafHash(utf8(`${entry}!`)), index, size, path, root))).toBe('PROOF_ROOT')
    }
    expect(good).toHaveLength(15)
  })

  test('sunlight-mirror: 300 leaves across two levels of tiles', async () => {
    const checkpoint = parseCheckpoint(parseNote(fromUtf8(bytesOf('sunlight-mirror/checkpoint'))).text)
    const leaves = Array.from({ length: 300 }, (_, i) => leafHash(utf8(`record ${i}`)))
    expect(toHex(treeRoot(leaves))).toBe(toHex(checkpoint.root))
    for (const [path, tile] of tilesOf(leaves)) expect(bytesOf(`sunlight-mirror/${path}`)).toEqual(tile)
    const read = readFrom((path) => bytesOf(`sunlight-mirror/${path}`), 300)
    expect(await readRoot(300, read)).toEqual(checkpoint.root)
    for (const index of [0, 255, 256, 299])
      verifyInclusion(leaves[index]!, index, 300, await proveInclusion(index, 300, read), checkpoint.root)
  })
})
