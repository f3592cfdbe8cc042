import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compare, equal, toHex } from './bytes.ts'
import { sha256, ZERO_HASH } from './hash.ts'
import { HistoryMap, type MapProof, mapLeaf, verifyMapProof } from './history-map.ts'
import { chainNext, type HistoryRecord } from './history-record.ts'
import { keyBit } from './trie.ts'

type Row = [key: Uint8Array, record: HistoryRecord]

/** The definition of the map, word for word: recursive, without state. */
function rootOf(rows: Row[], depth = 0): Uint8Array {
  if (rows.length === 0) return ZERO_HASH
  if (rows.length === 1) return mapLeaf(...rows[0]!)
  const side = (bit: 0 | 1): Uint8Array =>
    rootOf(
      rows.filter(([key]) => keyBit(key, depth) === bit),
      depth + 1,
    )
  return sha256(Uint8Array.of(4), side(0), side(1))
}

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
// Random keys alone part after a few bits; these share prefixes of any length, which is where a trie goes wrong.
const key = fc.oneof(
  bytes32,
  fc.tuple(fc.constantFrom(0x00, 0xff, 0x55), fc.integer({ min: 0, max: 255 })).map(([fill, flipped]) => {
    const k = new Uint8Array(32).fill(fill)
    k[flipped >> 3]! ^= 0x80 >> (flipped & 7)
    return k
  }),
)
const record = fc.record({ count: fc.integer({ min: 1, max: 2 ** 48 }), chain: bytes32 })
const rows = fc.uniqueArray(fc.tuple(key, record), { maxLength: 60, selector: ([k]) => toHex(k) })

function mapOf(pairs: Row[]): HistoryMap {
  const map = new HistoryMap()
  for (const [k, r] of pairs) map.set(k, r)
  return map
}

describe('history map', () => {
  it('has the root of its definition, in whatever order it was filled and overwritten', () => {
    fc.assert(
      fc.property(rows, fc.infiniteStream(record), (pairs, old) => {
        const map = mapOf(pairs.map(([k]): Row => [k, old.next().value]).reverse())
        map.root()
        for (const [k, r] of pairs) map.set(k, r)
        expect(toHex(map.root())).toBe(toHex(rootOf(pairs)))
        expect(map.size).toBe(pairs.length)
        for (const [k, r] of pairs) expect(map.get(k)).toEqual(r)
      }),
    )
  })

  it('has it after every seal, when subjects come and change between seals', () => {
    const seals = fc.array(fc.array(fc.tuple(key, record), { maxLength: 20 }), { maxLength: 8 })
    fc.assert(
      fc.property(seals, key, (blocks, asked) => {
        const map = new HistoryMap()
        const model = new Map<string, Row>()
        for (const block of blocks) {
          for (const [k, r] of block) {
            map.set(k, r)
            model.set(toHex(k), [k, r])
          }
          const pairs = [...model.values()]
          expect(toHex(map.root())).toBe(toHex(rootOf(pairs)))
          verifyMapProof(map.root(), asked, map.prove(asked), model.get(toHex(asked))?.[1])
        }
      }),
    )
  })

  it('gives its records in the order of their keys, all or from a key on', () => {
    fc.assert(
      fc.property(rows, key, (pairs, from) => {
        const map = mapOf(pairs)
        const sorted = pairs.toSorted(([a], [b]) => compare(a, b))
        const found = (records: ReturnType<HistoryMap['records']>): Row[] =>
          [...records].map(({ key, record }) => [key, record])
        expect(found(map.records())).toEqual(sorted)
        expect(found(map.records(from))).toEqual(sorted.filter(([k]) => compare(k, from) >= 0))
      }),
    )
  })

  it('takes no key, count or chain that cannot be, and stays as it was', () => {
    const map = mapOf([[new Uint8Array(32), { count: 1, chain: ZERO_HASH }]])
    const root = toHex(map.root())
    const good = { count: 2, chain: ZERO_HASH }
    expect(() => map.set(new Uint8Array(31), good)).toThrow('PROOF_LENGTH')
    expect(() => map.set(new Uint8Array(32).fill(1), { ...good, chain: new Uint8Array(33) })).toThrow('PROOF_LENGTH')
    for (const count of [-1, 1.5, 2 ** 53, Number.NaN])
      expect(() => map.set(new Uint8Array(32).fill(1), { ...good, count })).toThrow('BYTES_RANGE')
    expect(map.size).toBe(1)
    expect(toHex(map.root())).toBe(root)
  })

  it('proves what is there and what is not', () => {
    fc.assert(
      fc.property(rows, key, (pairs, absent) => {
        const map = mapOf(pairs)
        const root = map.root()
        for (const [k, r] of pairs) verifyMapProof(root, k, map.prove(k), r)
        if (pairs.some(([k]) => equal(k, absent))) return
        verifyMapProof(root, absent, map.prove(absent), undefined)
      }),
    )
  })

  it('refuses every other claim: another count or chain, absence of what is there, presence of what is not, one flipped bit', () => {
    fc.assert(
      fc.property(
        rows.filter((r) => r.length > 0),
        key,
        fc.nat(),
        (pairs, absent, pick) => {
          const map = mapOf(pairs)
          const root = map.root()
          const [k, r] = pairs[pick % pairs.length]!
          const proof = map.prove(k)
          const refused = (p: MapProof, claim: HistoryRecord | undefined): void =>
            expect(() => verifyMapProof(root, k, p, claim)).toThrow('HISTORY_PROOF')
          refused(proof, { ...r, count: r.count + 1 })
          refused(proof, { ...r, chain: chainNext(r.chain, 1, 0, k) })
          refused(proof, undefined)
          refused({ ...proof, other: { key: k, record: r } }, undefined)
          refused({ ...proof, depth: proof.depth + 1 }, r)
          refused({ ...proof, siblings: [...proof.siblings, root] }, r)
          if (proof.siblings.length > 0) {
            const flipped = proof.siblings.map((s) => s.slice())
            flipped[pick % flipped.length]![pick % 32]! ^= 1 << (pick % 8)
            refused({ ...proof, siblings: flipped }, r)
            refused({ ...proof, siblings: proof.siblings.slice(1) }, r)
          }
          if (pairs.every(([p]) => compare(p, absent) !== 0)) {
            expect(() => verifyMapProof(root, absent, map.prove(absent), r)).toThrow('HISTORY_PROOF')
            // A subject elsewhere in the map says nothing about this branch.
            const away = pairs.find(([p]) => keyBit(p, 0) !== keyBit(absent, 0))
            if (away) {
              const lie = { ...map.prove(absent), other: { key: away[0], record: away[1] } }
              if (lie.depth > 0) expect(() => verifyMapProof(root, absent, lie, undefined)).toThrow('HISTORY_PROOF')
            }
          }
        },
      ),
    )
  })

  it('grows to many subjects', () => {
    const map = new HistoryMap()
    const pairs = Array.from(
      { length: 3000 },
      (_, i): Row => [sha256(Uint8Array.of(i & 255, i >> 8)), { count: i + 1, chain: ZERO_HASH }],
    )
    for (const [k, r] of pairs) map.set(k, r)
    expect(toHex(map.root())).toBe(toHex(rootOf(pairs)))
  })
})
