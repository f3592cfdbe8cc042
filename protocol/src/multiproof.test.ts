import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { u32be } from './bytes.ts'
import { leafHash } from './merkle.ts'
import { type NodeId, proveInclusion, treeLevels, treeRoot } from './merkle-tree.ts'
import { proveTogether, togetherIn, verifyTogether } from './multiproof.ts'

const leavesOf = (size: number): Uint8Array[] => Array.from({ length: size }, (_, i) => leafHash(u32be(i)))
const reader =
  (leaves: readonly Uint8Array[]) =>
  async (ids: readonly NodeId[]): Promise<Uint8Array[]> =>
    ids.map(({ level, index }) => treeRoot(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level)))

/** A tree, some of its leaves, and the proof for them. */
const proven = fc
  .integer({ min: 1, max: 70 })
  .chain((size) => fc.tuple(fc.constant(size), fc.subarray([...Array(size).keys()])))
  .map(([size, indexes]) => {
    const leaves = leavesOf(size)
    const shown = indexes.map((i) => [i, leaves[i]!] as [number, Uint8Array])
    return { size, leaves, indexes, shown, root: treeRoot(leaves), proof: togetherIn(treeLevels(leaves), indexes) }
  })

const refusal = (step: () => void): string => {
  try {
    step()
    return 'taken'
  } catch (error) {
    return String((error as { code?: string }).code)
  }
}

describe('a proof for several leaves', () => {
  it('holds, and is the same from a tree in memory and from one that is read', async () => {
    await fc.assert(
      fc.asyncProperty(proven, async ({ size, leaves, indexes, shown, root, proof }) => {
        verifyTogether(shown, size, proof, root)
        expect(await proveTogether(indexes, size, reader(leaves))).toEqual(proof)
      }),
    )
  })

  it('of one leaf is its path, of all leaves nothing, of none the root', async () => {
    const leaves = leavesOf(13)
    const levels = treeLevels(leaves)
    const sorted = (hashes: readonly Uint8Array[]): string[] => hashes.map(String).sort()
    for (const index of leaves.keys()) {
      const path = await proveInclusion(index, 13, reader(leaves))
      expect(sorted(togetherIn(levels, [index]))).toEqual(sorted(path))
    }
    expect(togetherIn(levels, [...leaves.keys()])).toEqual([])
    expect(togetherIn(levels, [])).toEqual([treeRoot(leaves)])
  })

  it('does not hold when anything in it is another: a hash, a leaf, a place, the size, a hash more or less', () => {
    fc.assert(
      fc.property(proven, fc.nat(), fc.nat(255), ({ size, shown, root, proof }, at, byte) => {
        const flipped = (hash: Uint8Array): Uint8Array => hash.map((b, i) => (i === byte % 32 ? b ^ 1 : b))
        const i = at % Math.max(1, proof.length)
        const j = at % Math.max(1, shown.length)
        if (proof.length > 0) {
          expect(refusal(() => verifyTogether(shown, size, proof.with(i, flipped(proof[i]!)), root))).toBe('PROOF_ROOT')
          expect(refusal(() => verifyTogether(shown, size, proof.toSpliced(i, 1), root))).toBe('PROOF_LENGTH')
          expect(refusal(() => verifyTogether(shown, size, proof.with(i, new Uint8Array(31)), root))).toMatch(/^PROOF_/)
        }
        expect(refusal(() => verifyTogether(shown, size, [...proof, root], root))).toBe('PROOF_LENGTH')
        if (shown.length > 0) {
          const [index, leaf] = shown[j]!
          const lied = shown.with(j, [index, flipped(leaf)])
          expect(refusal(() => verifyTogether(lied, size, proof, root))).toBe('PROOF_ROOT')
          expect(refusal(() => verifyTogether(shown.toSpliced(j, 1), size, proof, root))).toMatch(/^PROOF_/)
          expect(refusal(() => verifyTogether(shown.with(j, [size, leaf]), size, proof, root))).toBe('PROOF_INDEX')
          expect(refusal(() => verifyTogether([...shown, shown[j]!], size, proof, root))).toBe('PROOF_INDEX')
        }
      }),
    )
  })

  it('is no proof of a leaf at another place', () => {
    const leaves = leavesOf(8)
    const proof = togetherIn(treeLevels(leaves), [2, 5])
    const claimed: [number, Uint8Array][] = [
      [2, leaves[2]!],
      [4, leaves[5]!],
    ]
    expect(refusal(() => verifyTogether(claimed, 8, proof, treeRoot(leaves)))).toBe('PROOF_ROOT')
  })
})
