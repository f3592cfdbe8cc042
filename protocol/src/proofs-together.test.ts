import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { equal, u32be } from './bytes.ts'
import { sha256, ZERO_HASH } from './hash.ts'
import { HistoryMap, mapLeaf, mapNode, unpackSiblings, verifyMapProof } from './history-map.ts'
import { type AskedRecord, joinMapProofs, verifyMapProofs } from './history-multiproof.ts'
import type { HistoryRecord } from './history-record.ts'
import { leafHash, nodeHash, verifyInclusion } from './merkle.ts'
import { treeLevels, treeRoot } from './merkle-tree.ts'
import { togetherIn, verifyTogether } from './multiproof.ts'

// Proofs for several leaves, forged in every way that comes to mind, against the readers of single paths: what those would not take, these must not.

const isTaken = (step: () => void): boolean => {
  try {
    step()
    return true
  } catch {
    return false
  }
}

/** What a forger does, some times over: which change, and three numbers to choose by. */
const forgery = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat()), { maxLength: 3 })
const flipped = (hash: Uint8Array, bit: number): Uint8Array =>
  hash.map((byte, i) => (i === (bit >> 3) % 32 ? byte ^ (1 << (bit & 7)) : byte))

/** A list of hashes with one thing about it changed. */
function forgedHashes(hashes: readonly Uint8Array[], known: readonly Uint8Array[], how: number, a: number, b: number) {
  const at = a % Math.max(1, hashes.length)
  const one = [ZERO_HASH, ...known][b % (known.length + 1)]!
  if (how % 5 === 0 || hashes.length === 0) return hashes.toSpliced(a % (hashes.length + 1), 0, one)
  if (how % 5 === 1) return hashes.toSpliced(at, 1)
  if (how % 5 === 2) return hashes.with(at, one)
  if (how % 5 === 3) return hashes.with(at, flipped(hashes[at]!, b))
  const other = b % hashes.length
  return hashes.with(at, hashes[other]!).with(other, hashes[at]!)
}

describe('a proof for several leaves', () => {
  interface Claim {
    size: number
    shown: (readonly [number, Uint8Array])[]
    hashes: Uint8Array[]
  }

  /** What the reader of single paths makes of the same: each leaf's own path is put together as docs/spec/bundle.md walks the tree. */
  function singly({ size, shown, hashes }: Claim, root: Uint8Array): void {
    const indexes = shown.map(([index]) => index)
    if (indexes.some((index, i) => i > 0 && index <= indexes[i - 1]!)) throw new Error('order')
    let used = 0
    /** The hash of a range, and the path from each leaf shown in it up to it. */
    const walk = (lo: number, hi: number): { hash: Uint8Array; paths: Map<number, Uint8Array[]> } => {
      const inside = shown.filter(([index]) => lo <= index && index < hi)
      if (inside.length === 0) {
        if (used === hashes.length) throw new Error('too few')
        return { hash: hashes[used++]!, paths: new Map() }
      }
      if (hi - lo === 1) return { hash: inside[0]![1], paths: new Map([[lo, []]]) }
      let half = 1
      while (2 * half < hi - lo) half *= 2
      const [left, right] = [walk(lo, lo + half), walk(lo + half, hi)]
      const paths: [number, Uint8Array[]][] = [
        ...[...left.paths].map(([index, path]): [number, Uint8Array[]] => [index, [...path, right.hash]]),
        ...[...right.paths].map(([index, path]): [number, Uint8Array[]] => [index, [...path, left.hash]]),
      ]
      return { hash: nodeHash(left.hash, right.hash), paths: new Map(paths) }
    }
    const { hash, paths } = walk(0, size)
    if (used < hashes.length) throw new Error('too many')
    for (const [index, leaf] of shown) verifyInclusion(leaf, index, size, paths.get(index) ?? [], root)
    if (!equal(hash, root)) throw new Error('another root')
  }

  function forged(claim: Claim, nodes: readonly Uint8Array[], how: number, a: number, b: number, c: number): Claim {
    const { size, shown } = claim
    const at = a % Math.max(1, shown.length)
    const kind = how % 8
    if (kind < 3 || shown.length === 0) return { ...claim, hashes: forgedHashes(claim.hashes, nodes, c, a, b) }
    const [index, leaf] = shown[at]!
    if (kind === 3) return { ...claim, shown: shown.with(at, [index, nodes[b % nodes.length]!]) }
    if (kind === 4) return { ...claim, shown: shown.with(at, [b % (size + 1), leaf]) }
    if (kind === 5) return { ...claim, shown: shown.toSpliced(at, 1) }
    if (kind === 6)
      return { ...claim, shown: shown.toSpliced(b % (shown.length + 1), 0, [c % size, nodes[b % nodes.length]!]) }
    return { ...claim, size: [size + 1, size - 1, 2 * size, 1 + (b % 70), 2 ** 53 - 1][c % 5]! }
  }

  const proven = fc
    .integer({ min: 1, max: 40 })
    .chain((size) => fc.tuple(fc.constant(size), fc.subarray([...Array(size).keys()]), forgery))

  it('is taken where its single paths are, and no other is taken for leaves of a tree of that size than the one there is', () => {
    fc.assert(
      fc.property(proven, ([size, indexes, changes]) => {
        const leaves = Array.from({ length: size }, (_, i) => leafHash(u32be(i)))
        const levels = treeLevels(leaves)
        const root = treeRoot(leaves)
        const honest = {
          size,
          shown: indexes.map((i) => [i, leaves[i]!] as const),
          hashes: togetherIn(levels, indexes),
        }
        const claim = changes.reduce<Claim>((one, [how, a, b, c]) => forged(one, levels.flat(), how, a, b, c), honest)
        const taken = isTaken(() => verifyTogether(claim.shown, claim.size, claim.hashes, root))
        expect(taken).toBe(isTaken(() => singly(claim, root)))
        if (changes.length === 0) expect(taken).toBe(true)
        if (!taken || claim.size !== size) return
        expect(claim.shown).toEqual(claim.shown.map(([i]) => [i, leaves[i]]))
        const places = claim.shown.map(([i]) => i)
        expect(claim.hashes).toEqual(togetherIn(levels, places))
      }),
      { numRuns: 500 },
    )
  })
})

describe('a proof for several subjects', () => {
  // Random keys alone part after a few bits; these share prefixes of any length, to the last bit.
  const key = fc.oneof(
    fc.uint8Array({ minLength: 32, maxLength: 32 }),
    fc.tuple(fc.constantFrom(0x00, 0xff, 0x55), fc.integer({ min: 0, max: 255 })).map(([fill, bit]) => {
      const k = new Uint8Array(32).fill(fill)
      k[bit >> 3]! ^= 0x80 >> (bit & 7)
      return k
    }),
  )
  const keys = fc.uniqueArray(key, { minLength: 1, maxLength: 14, selector: String })
  const recordOf = (n: number): HistoryRecord => ({ count: n + 1, chain: sha256(Uint8Array.of(1, n)) })
  const proven = fc.tuple(keys, fc.nat(14), fc.nat(), forgery)

  interface Claim {
    asked: AskedRecord[]
    hashes: Uint8Array[]
  }

  function forged(claim: Claim, all: readonly AskedRecord[], known: readonly Uint8Array[], change: number[]): Claim {
    const [how, a, b, c] = change as [number, number, number, number]
    const at = a % claim.asked.length
    const one = claim.asked[at]!
    const other = all[b % all.length]!
    const turned = (changed: Partial<AskedRecord>): Claim => ({
      ...claim,
      asked: claim.asked.with(at, { ...one, ...changed }),
    })
    const standing = { key: other.key, record: other.record ?? recordOf(b % 14) }
    switch (how % 11) {
      case 0:
        return turned({ record: undefined })
      case 1:
        return turned({ record: other.record ?? recordOf(99) })
      case 2:
        return turned({ record: undefined, end: { depth: one.end.depth, other: standing } })
      case 3:
        return turned({ end: { ...one.end, depth: Math.max(0, one.end.depth + (c % 2 === 0 ? 1 : -1)) } })
      case 4:
        return turned({ end: { ...one.end, depth: c % 258 } })
      case 5:
        return turned({ end: other.end })
      case 6:
        return turned({ key: other.key })
      case 7:
        return claim.asked.length > 1 ? { ...claim, asked: claim.asked.toSpliced(at, 1) } : claim
      case 8:
        return { ...claim, asked: claim.asked.toSpliced(c % (claim.asked.length + 1), 0, other) }
      default:
        return { ...claim, hashes: forgedHashes(claim.hashes, known, c, a, b) }
    }
  }

  it('is taken for what the single proofs show, in that form alone', () => {
    fc.assert(
      fc.property(proven, ([pool, held, about, changes]) => {
        const map = new HistoryMap()
        for (const [n, k] of pool.entries()) if (n < held) map.set(k, recordOf(n))
        const root = map.root()
        const proofOf = (k: Uint8Array): Parameters<typeof joinMapProofs>[0][number] => ({
          key: k,
          proof: map.prove(k),
        })
        const truth = pool.map((k): AskedRecord => {
          const { depth, other } = map.prove(k)
          return { key: k, end: { depth, ...(other && { other }) }, record: map.get(k) }
        })
        const asked = truth.filter((_, i) => i === about % truth.length || (about >> i) % 2 === 0)
        const honest = { asked, hashes: joinMapProofs(asked.map((one) => proofOf(one.key))) }
        const siblings = pool.flatMap((k) => unpackSiblings(map.prove(k)))
        const ends = truth.flatMap((one) => (one.record === undefined ? [] : [mapLeaf(one.key, one.record)]))
        const known = [root, mapNode(ZERO_HASH, ZERO_HASH), ...siblings, ...ends]
        const claim = changes.reduce<Claim>((one, change) => forged(one, truth, known, change), honest)
        const taken = isTaken(() => verifyMapProofs(root, claim.asked, claim.hashes))
        if (changes.length === 0) expect(taken).toBe(true)
        if (!taken) return
        for (const { key, end, record } of claim.asked) {
          const proof = map.prove(key)
          verifyMapProof(root, key, proof, record)
          expect(end).toEqual({ depth: proof.depth, ...(proof.other && { other: proof.other }) })
        }
        expect(claim.hashes).toEqual(joinMapProofs(claim.asked.map((one) => proofOf(one.key))))
      }),
      { numRuns: 500 },
    )
  })
})
