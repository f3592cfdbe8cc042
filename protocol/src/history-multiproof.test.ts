import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sha256, ZERO_HASH } from './hash.ts'
import { HistoryMap, mapLeaf, mapNode } from './history-map.ts'
import { type AskedRecord, joinMapProofs, verifyMapProofs } from './history-multiproof.ts'
import type { HistoryRecord } from './history-record.ts'

const keyOf = (n: number): Uint8Array => sha256(Uint8Array.of(n))
const recordOf = (n: number): HistoryRecord => ({ count: n + 1, chain: sha256(Uint8Array.of(1, n)) })

/** A map of some of the subjects 0 to 59, and what it proves of some of 0 to 99. */
const proven = fc
  .tuple(fc.subarray([...Array(60).keys()]), fc.subarray([...Array(100).keys()], { minLength: 1, maxLength: 30 }))
  .map(([held, about]) => {
    const map = new HistoryMap()
    for (const n of held) map.set(keyOf(n), recordOf(n))
    const root = map.root()
    const proofs = about.map((n) => ({ key: keyOf(n), proof: map.prove(keyOf(n)) }))
    const asked = about.map((n, i): AskedRecord => {
      const { depth, other } = proofs[i]!.proof
      const record = held.includes(n) ? recordOf(n) : undefined
      return { key: keyOf(n), end: { depth, ...(other && { other }) }, record }
    })
    return { held, root, asked, hashes: joinMapProofs(proofs) }
  })

const refuses = (root: Uint8Array, asked: readonly AskedRecord[], hashes: readonly Uint8Array[]): void =>
  expect(() => verifyMapProofs(root, asked, hashes)).toThrow(expect.objectContaining({ code: 'HISTORY_PROOF' }))

describe('a proof for several subjects', () => {
  it('holds of those that the map has and of those that it has not', () => {
    fc.assert(fc.property(proven, ({ root, asked, hashes }) => verifyMapProofs(root, asked, hashes)))
  })

  it('of one subject holds no more than its path', () => {
    const map = new HistoryMap()
    for (let n = 0; n < 40; n++) map.set(keyOf(n), recordOf(n))
    map.root()
    const proof = map.prove(keyOf(7))
    const hashes = joinMapProofs([{ key: keyOf(7), proof }])
    expect(hashes.length).toBe(proof.depth)
    expect(hashes.filter((hash) => String(hash) !== String(ZERO_HASH)).length).toBe(proof.siblings.length)
  })

  it('does not hold when a record, a hash, an end or a subject is another, or is missing', () => {
    fc.assert(
      fc.property(proven, fc.nat(), ({ root, asked, hashes }, at) => {
        const i = at % asked.length
        const one = asked[i]!
        const other = one.record === undefined ? recordOf(99) : { ...one.record, count: one.record.count + 1 }
        refuses(root, asked.with(i, { ...one, record: other }), hashes)
        if (one.record !== undefined) refuses(root, asked.with(i, { ...one, record: undefined }), hashes)
        refuses(root, asked.with(i, { ...one, end: { ...one.end, depth: one.end.depth + 1 } }), hashes)
        refuses(root, asked, [...hashes, ZERO_HASH])
        if (hashes.length === 0) return
        const j = at % hashes.length
        refuses(root, asked, hashes.toSpliced(j, 1))
        refuses(
          root,
          asked,
          hashes.with(
            j,
            hashes[j]!.map((b) => b ^ 1),
          ),
        )
      }),
    )
  })

  it('does not hold of a subject whose own leaf is shown for another’s', () => {
    fc.assert(
      fc.property(proven, ({ root, asked, hashes }) => {
        const i = asked.findIndex(({ record }) => record !== undefined)
        if (i < 0) return
        const { key, end, record } = asked[i]!
        const hidden = { key, end: { depth: end.depth, other: { key, record: record! } }, record: undefined }
        refuses(root, asked.with(i, hidden), hashes)
      }),
    )
  })

  it('does not hold where a ledger put a leaf into another branch, to stand for those who are not there', () => {
    const left = new Uint8Array(32)
    const right = new Uint8Array(32).fill(0x80)
    const other = { key: right, record: recordOf(1) }
    const root = mapNode(mapLeaf(other.key, other.record), ZERO_HASH)
    refuses(root, [{ key: left, end: { depth: 1, other }, record: undefined }], [ZERO_HASH])
  })

  it('of no subject is nothing', () => {
    expect(joinMapProofs([])).toEqual([])
    verifyMapProofs(ZERO_HASH, [], [])
    refuses(ZERO_HASH, [], [ZERO_HASH])
  })
})
