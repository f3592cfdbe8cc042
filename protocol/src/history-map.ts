import { compare } from './bytes.ts'
import { ProtocolError } from './error.ts'
import { HASH_BYTES, putHash, sha256, ZERO_HASH } from './hash.ts'
import { type HistoryRecord, putRecord } from './history-record.ts'
import { keyBit, Trie } from './trie.ts'

/**
 * The path of one subject through the map (docs/spec/history-map.md).
 * `siblings` are the non-empty ones from the root down; bit i of `present` (most significant first) says whether depth i has one.
 * The path ends after `depth` steps: at the subject's own leaf, at `other` (another subject's leaf), or at nothing.
 */
export interface MapProof extends PathEnd {
  present: Uint8Array
  siblings: Uint8Array[]
}

/** Where a subject's path ends: after `depth` steps, at its own leaf, at `other` or at nothing. */
export interface PathEnd {
  depth: number
  other?: { key: Uint8Array; record: HistoryRecord }
}

// One leaf and one node at a time, for checking. The map itself hashes many at once (trie.ts).

/** `03 ‖ key ‖ u64be(count) ‖ chain`, filled anew for each leaf. */
const leaf = Uint8Array.of(3, ...new Uint8Array(HASH_BYTES + 8 + HASH_BYTES))
/** `04 ‖ left ‖ right`, filled anew for each inner node. */
const inner = Uint8Array.of(4, ...new Uint8Array(2 * HASH_BYTES))

export function mapLeaf(key: Uint8Array, record: HistoryRecord): Uint8Array {
  putHash(leaf, 1, key)
  putRecord(leaf, 1 + HASH_BYTES, record)
  return sha256(leaf)
}

/** The hash of an inner node of the map. */
export function mapNode(left: Uint8Array, right: Uint8Array): Uint8Array {
  putHash(inner, 1, left)
  putHash(inner, 1 + HASH_BYTES, right)
  return sha256(inner)
}

/** The authenticated map from subject to history: a binary trie over the subjects' hashes, in memory. */
export class HistoryMap {
  readonly #trie = new Trie()

  /** Subjects in the map. */
  get size(): number {
    return this.#trie.size
  }

  get(key: Uint8Array): HistoryRecord | undefined {
    return this.#trie.get(key)
  }

  set(key: Uint8Array, record: HistoryRecord): void {
    this.#trie.set(key, record)
  }

  /** Every subject's key and record in the order of the keys, for as long as nothing is set; `from`: from this key on. */
  records(from: Uint8Array = ZERO_HASH): Iterable<{ key: Uint8Array; record: HistoryRecord }> {
    return this.#trie.leaves(from)
  }

  /** Hashes what has changed since the last call. 32 zero bytes when the map is empty. */
  root(): Uint8Array {
    return this.#trie.root()
  }

  /** Proof of what the map holds of this subject, be it a record or nothing. */
  prove(key: Uint8Array): MapProof {
    const { siblings, end } = this.#trie.path(key)
    const present = new Uint8Array(Math.ceil(siblings.length / 8))
    siblings.forEach((hash, depth) => {
      if (hash !== undefined) present[depth >> 3]! |= 0x80 >> (depth & 7)
    })
    const proof: MapProof = {
      depth: siblings.length,
      present,
      siblings: siblings.filter((hash) => hash !== undefined),
    }
    return end === undefined || compare(end.key, key) === 0 ? proof : { ...proof, other: end }
  }
}

/**
 * Checks that the map with this root holds exactly `record` for the subject, or nothing at all when `record` is undefined.
 * @throws ProtocolError HISTORY_PROOF
 */
export function verifyMapProof(
  root: Uint8Array,
  key: Uint8Array,
  proof: MapProof,
  record: HistoryRecord | undefined,
): void {
  const siblings = unpackSiblings(proof)
  let hash = endOfPath(key, proof, record)
  for (let depth = proof.depth - 1; depth >= 0; depth--) {
    const sibling = siblings[depth]!
    hash = keyBit(key, depth) === 0 ? mapNode(hash, sibling) : mapNode(sibling, hash)
  }
  if (compare(hash, root) !== 0) refuse('the path does not lead to the root in the seal')
}

/** The hash at the end of a subject's path: its own leaf, another's, or nothing. @throws ProtocolError HISTORY_PROOF */
export function endOfPath(key: Uint8Array, proof: PathEnd, record: HistoryRecord | undefined): Uint8Array {
  if (record !== undefined) {
    if (proof.other !== undefined) refuse('another subject stands where this one should')
    return mapLeaf(key, record)
  }
  if (proof.other === undefined) return ZERO_HASH
  const { key: other, record: held } = proof.other
  if (other.length !== HASH_BYTES || compare(other, key) === 0) refuse('absence shown by the subject itself')
  for (let depth = 0; depth < proof.depth; depth++) {
    if (keyBit(other, depth) !== keyBit(key, depth)) refuse('absence shown by a subject of another branch')
  }
  return mapLeaf(other, held)
}

/** The siblings of a path by depth, 32 zero bytes where there is none. @throws ProtocolError HISTORY_PROOF */
export function unpackSiblings({ depth, present, siblings }: MapProof): Uint8Array[] {
  if (!Number.isInteger(depth) || depth < 0 || depth > HASH_BYTES * 8) refuse('a path has 0 to 256 steps')
  if (present.length !== Math.ceil(depth / 8)) refuse('the bitmap does not fit the path')
  const unused = [...siblings]
  const all = Array.from({ length: depth }, (_, i) =>
    keyBit(present, i) === 0 ? ZERO_HASH : (unused.shift() ?? refuse('a sibling is missing')),
  )
  if (unused.length > 0) refuse('a sibling too many')
  return all
}

function refuse(why: string): never {
  throw new ProtocolError('HISTORY_PROOF', why)
}
