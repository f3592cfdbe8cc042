import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { vectors } from '../../test/_vectors.ts'
import { flip, refusal, refusalOf } from './_refusal.ts'
import { fromHex, toHex, u32be, utf8 } from './bytes.ts'
import { sha256, useSha256, ZERO_HASH } from './hash.ts'
import { EMPTY_ROOT, leafHash, nodeHash, rootFromInclusion, verifyConsistency, verifyInclusion } from './merkle.ts'
import {
  edgeNodes,
  inclusionProof,
  proveConsistency,
  proveInclusion,
  type ReadNodes,
  RightEdge,
  readRoot,
  treeRoot,
} from './merkle-tree.ts'

// The exhaustive tests hash some million times; node:crypto makes that seconds. hash.test.ts shows that it is the same function.
// Seconds on a quiet machine; this much room on a busy one.
vi.setConfig({ testTimeout: 60_000 })

beforeAll(() => useSha256((data) => createHash('sha256').update(data).digest()))
afterAll(() => useSha256(nobleSha256))

const MAX = 70
const leaves = Array.from({ length: MAX }, (_, i) => leafHash(u32be(i)))

/** RFC 6962 §2.1 in its own words, as the oracle: D[lo:hi] are leaf hashes. Remembered, as every proof asks for the same ones. */
const remembered = new Map<number, Uint8Array>()
const k = (n: number): number => 2 ** Math.ceil(Math.log2(n) - 1)
function mth(lo: number, hi: number): Uint8Array {
  if (hi === lo) return sha256(utf8(''))
  if (hi - lo === 1) return leaves[lo]!
  const id = lo * (MAX + 1) + hi
  const hash = remembered.get(id) ?? nodeHash(mth(lo, lo + k(hi - lo)), mth(lo + k(hi - lo), hi))
  remembered.set(id, hash)
  return hash
}
function path(m: number, lo: number, hi: number): Uint8Array[] {
  if (hi - lo <= 1) return []
  const middle = lo + k(hi - lo)
  return m < middle ? [...path(m, lo, middle), mth(middle, hi)] : [...path(m, middle, hi), mth(lo, middle)]
}
function subproof(m: number, lo: number, hi: number, b: boolean): Uint8Array[] {
  if (m === hi) return b ? [] : [mth(lo, hi)]
  const middle = lo + k(hi - lo)
  return m <= middle
    ? [...subproof(m, lo, middle, b), mth(middle, hi)]
    : [...subproof(m, middle, hi, false), mth(lo, middle)]
}

const roots = Array.from({ length: MAX + 1 }, (_, n) => mth(0, n))

/** Complete subtrees of the first `size` leaves only, counting the reads. */
function reader(size: number): { read: ReadNodes; reads: () => number } {
  let reads = 0
  const read: ReadNodes = async (ids) => {
    reads++
    return ids.map(({ level, index }) => {
      const [from, to] = [index * 2 ** level, (index + 1) * 2 ** level]
      if (to > size) throw new Error(`node (${level}, ${index}) is not complete in a tree of ${size}`)
      return mth(from, to)
    })
  }
  return { read, reads: () => reads }
}

describe('trees of 1 to 70 leaves, all of them', () => {
  test('roots, in memory, by reading and by appending', async () => {
    const edge = RightEdge.from(0, [])
    expect(edge.root()).toEqual(EMPTY_ROOT)
    for (let n = 0; n <= MAX; n++) {
      const { read, reads } = reader(n)
      expect(treeRoot(leaves.slice(0, n))).toEqual(roots[n])
      expect(await readRoot(n, read)).toEqual(roots[n])
      expect(reads()).toBe(n === 0 ? 0 : 1)
      expect(edge.size).toBe(n)
      expect(edge.root()).toEqual(roots[n])
      expect(edge.hashes()).toEqual(n === 0 ? [] : await read(edgeNodes(n)))
      const restored = RightEdge.from(n, edge.hashes())
      if (n < MAX) {
        edge.append(leaves[n]!)
        restored.append(leaves[n]!)
        expect(restored.root()).toEqual(roots[n + 1])
      }
    }
  })

  test('every inclusion proof verifies; with one bit turned anywhere, none does', async () => {
    let bit = 0
    for (let size = 1; size <= MAX; size++) {
      const { read, reads } = reader(size)
      const root = roots[size]!
      for (let index = 0; index < size; index++) {
        const proof = await proveInclusion(index, size, read)
        expect(reads()).toBe(index + 1)
        expect(proof).toEqual(path(index, 0, size))
        expect(inclusionProof(leaves.slice(0, size), index)).toEqual(proof)
        const leaf = leaves[index]!
        verifyInclusion(leaf, index, size, proof, root)
        const code = (l: Uint8Array, i: number, s: number, p: Uint8Array[], r: Uint8Array) =>
          refusal(() => verifyInclusion(l, i, s, p, r))
        for (let i = 0; i < proof.length; i++)
          expect(code(leaf, index, size, proof.with(i, flip(proof[i]!, bit++ % 256)), root)).toBe('PROOF_ROOT')
        expect(code(flip(leaf, bit++ % 256), index, size, proof, root)).toBe('PROOF_ROOT')
        expect(code(leaf, index, size, proof, flip(root, bit++ % 256))).toBe('PROOF_ROOT')
        expect(code(leaf, index, size, [...proof, ZERO_HASH], root)).toBe('PROOF_LENGTH')
        expect(code(leaf, index, size, proof.slice(0, -1), root)).toBe(size === 1 ? undefined : 'PROOF_LENGTH')
        for (const other of [index - 1, index + 1, size]) {
          if (other === index) continue
          expect(code(leaf, other, size, proof, root)).toMatch(/PROOF_(INDEX|LENGTH|ROOT)/)
        }
      }
    }
  })

  test('every consistency proof verifies; with one bit turned anywhere, none does', async () => {
    let bit = 0
    for (let size = 1; size <= MAX; size++) {
      const { read, reads } = reader(size)
      for (let old = 1; old <= size; old++) {
        const proof = await proveConsistency(old, size, read)
        expect(reads()).toBe(old)
        expect(proof).toEqual(subproof(old, 0, size, true))
        const [oldRoot, root] = [roots[old]!, roots[size]!]
        verifyConsistency(old, oldRoot, size, root, proof)
        const code = (o: number, or: Uint8Array, s: number, r: Uint8Array, p: Uint8Array[]) =>
          refusal(() => verifyConsistency(o, or, s, r, p))
        for (let i = 0; i < proof.length; i++)
          expect(code(old, oldRoot, size, root, proof.with(i, flip(proof[i]!, bit++ % 256)))).toBe('PROOF_ROOT')
        expect(code(old, flip(oldRoot, bit++ % 256), size, root, proof)).toBe('PROOF_ROOT')
        expect(code(old, oldRoot, size, flip(root, bit++ % 256), proof)).toBe('PROOF_ROOT')
        expect(code(old, oldRoot, size, root, [...proof, ZERO_HASH])).toBe('PROOF_LENGTH')
        expect(code(old, oldRoot, size, root, proof.slice(0, -1))).toBe(old === size ? undefined : 'PROOF_LENGTH')
        expect(code(old, root, size, oldRoot, proof)).toBe(old === size ? undefined : 'PROOF_ROOT')
      }
    }
  })
})

describe('trees up to 2^53 - 1 leaves', () => {
  // All leaves alike, so that a complete subtree's hash depends on its level alone and the tree needs no memory.
  const levels: Uint8Array[] = [leafHash(utf8('same'))]
  for (let level = 1; level <= 53; level++) levels.push(nodeHash(levels[level - 1]!, levels[level - 1]!))
  const read: ReadNodes = async (ids) =>
    ids.map(({ level, index }) => {
      expect(Number.isSafeInteger(index) && (index + 1) * 2 ** level <= 2 ** 53).toBe(true)
      return levels[level]!
    })
  const sizes = fc.oneof(
    fc.maxSafeNat(),
    fc.nat(52).map((power) => 2 ** power),
    fc.constantFrom(2 ** 53 - 1, 2 ** 52 + 1, 2 ** 32 + 1, 2 ** 31 - 1),
  )

  test('proofs made are proofs accepted', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, sizes, async (a, b) => {
        const [small, size] = [Math.min(a, b), Math.max(a, b)]
        if (size === 0) return
        const index = Math.min(small, size - 1)
        const root = await readRoot(size, read)
        verifyInclusion(levels[0]!, index, size, await proveInclusion(index, size, read), root)
        if (small > 0)
          verifyConsistency(small, await readRoot(small, read), size, root, await proveConsistency(small, size, read))
      }),
    )
  })

  test('appending works past the 32 bits of a shift', async () => {
    for (const size of [2 ** 31 - 1, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 3]) {
      const edge = RightEdge.from(size, await read(edgeNodes(size)))
      const copy = edge.clone()
      edge.append(levels[0]!)
      expect(edge.hashes()).toEqual(await read(edgeNodes(size + 1)))
      expect(edge.root()).toEqual(await readRoot(size + 1, read))
      expect(copy.root()).toEqual(await readRoot(size, read))
    }
  })
})

describe('what is refused', () => {
  const hash = leaves[0]!
  test.each([
    [0, 0],
    [1, 1],
    [-1, 1],
    [0.5, 1],
    [Number.NaN, 1],
    [0, 2 ** 53],
    [0, Number.NaN],
  ])('leaf %d of %d', async (index, size) => {
    expect(refusal(() => verifyInclusion(hash, index, size, [], hash))).toBe('PROOF_INDEX')
    expect(await refusalOf(proveInclusion(index, size, async () => []))).toBe('PROOF_INDEX')
    expect(refusal(() => inclusionProof([hash], 1))).toBe('PROOF_INDEX')
  })

  test.each([
    [0, 1],
    [0, 0],
    [2, 1],
    [0.5, 1],
    [1, Number.POSITIVE_INFINITY],
  ])('from %d to %d', async (old, size) => {
    expect(refusal(() => verifyConsistency(old, hash, size, hash, []))).toBe('PROOF_INDEX')
    expect(await refusalOf(proveConsistency(old, size, async () => []))).toBe('PROOF_INDEX')
  })

  test('hashes that are not 32 bytes, which could move the border between left and right', () => {
    const long = new Uint8Array(33)
    expect(refusal(() => rootFromInclusion(long, 0, 1, []))).toBe('PROOF_LENGTH')
    expect(refusal(() => rootFromInclusion(hash, 0, 2, [long]))).toBe('PROOF_LENGTH')
    expect(refusal(() => verifyConsistency(1, long, 2, hash, [hash]))).toBe('PROOF_LENGTH')
    expect(refusal(() => RightEdge.from(1, [long]))).toBe('PROOF_LENGTH')
    expect(refusal(() => RightEdge.from(0, []).append(long))).toBe('PROOF_LENGTH')
    expect(refusal(() => RightEdge.from(3, [hash]))).toBe('PROOF_LENGTH')
    expect(refusal(() => RightEdge.from(-1, []))).toBe('PROOF_INDEX')
  })

  test('a reader that answers too little', async () => {
    expect(await refusalOf(proveInclusion(0, 4, async () => [hash]))).toBe('PROOF_LENGTH')
    expect(await refusalOf(readRoot(3, async () => [hash, hash, hash]))).toBe('PROOF_LENGTH')
  })
})

const log = vectors('log')
const load = <T>(name: string) => JSON.parse(readFileSync(`${log}/${name}`, 'utf8')) as T
const base64 = (text: string | null) => new Uint8Array(Buffer.from(text ?? '', 'base64'))

describe.skipIf(log === undefined)('vectors of transparency-dev/merkle', () => {
  test('merkle-inclusion.json: 98 cases', () => {
    type Case = {
      desc: string
      leafIdx: number
      treeSize: number
      root: string
      leafHash: string
      proof: string[] | null
      wantErr: boolean
    }
    const cases = load<Case[]>('merkle-inclusion.json')
    for (const c of cases) {
      const verify = () =>
        verifyInclusion(base64(c.leafHash), c.leafIdx, c.treeSize, (c.proof ?? []).map(base64), base64(c.root))
      expect(refusal(verify) !== undefined, c.desc).toBe(c.wantErr)
    }
    expect(cases.length).toBe(98)
  })

  test('merkle-consistency.json: 98 cases', () => {
    type Case = {
      desc: string
      size1: number
      size2: number
      root1: string
      root2: string
      proof: string[] | null
      wantErr: boolean
    }
    const cases = load<Case[]>('merkle-consistency.json')
    // Some cases have "don't care" for roots; we refuse roots that are not hashes, so it is hashed.
    const root = (text: string) => (text.startsWith('ZG9uJ3QgY2FyZS') ? sha256(base64(text)) : base64(text))
    for (const c of cases) {
      const verify = () =>
        verifyConsistency(c.size1, root(c.root1), c.size2, root(c.root2), (c.proof ?? []).map(base64))
      expect(refusal(verify) !== undefined, c.desc).toBe(c.wantErr)
    }
    expect(cases.length).toBe(98)
  })

  test('rfc6962-tree.json: hashes and the roots of sizes 0 to 8', () => {
    type Tree = {
      emptyRoot: string
      emptyLeaf: string
      leaf: { data: string; hash: string }
      node: { left: string; right: string; hash: string }
      leafInputsHex: string[]
      rootsBySize: string[]
    }
    const tree = load<Tree>('rfc6962-tree.json')
    expect(toHex(EMPTY_ROOT)).toBe(tree.emptyRoot)
    expect(toHex(leafHash(utf8('')))).toBe(tree.emptyLeaf)
    expect(toHex(leafHash(utf8(tree.leaf.data)))).toBe(tree.leaf.hash)
    expect(toHex(nodeHash(utf8(tree.node.left), utf8(tree.node.right)))).toBe(tree.node.hash)
    const hashes = tree.leafInputsHex.map((hex) => leafHash(fromHex(hex)))
    expect(tree.rootsBySize.map((_, size) => toHex(treeRoot(hashes.slice(0, size))))).toEqual(tree.rootsBySize)
  })
})
