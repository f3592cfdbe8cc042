import { compare } from './bytes.ts'
import { ProtocolError } from './error.ts'
import { HASH_BYTES } from './hash.ts'
import { endOfPath, type MapProof, mapNode, type PathEnd, unpackSiblings } from './history-map.ts'
import type { HistoryRecord } from './history-record.ts'
import { keyBit } from './trie.ts'

/** A subject of which a proof tells, by its hash, and where its path ends. */
interface Asked {
  key: Uint8Array
  end: PathEnd
}

/** What the map holds of a subject; `record` undefined when it says nothing of it. */
export interface AskedRecord extends Asked {
  record: HistoryRecord | undefined
}

/**
 * Folds the map from the ends of these subjects' paths and what lies beside them, each asked for once, from the root down, 0 before 1. `beside` is told the
 * subjects on the other side.
 */
function fold<A extends Asked, T>(
  asked: readonly A[],
  depth: number,
  end: (asked: readonly A[]) => T,
  beside: (neighbours: readonly A[], depth: number) => T,
  join: (left: T, right: T) => T,
): T {
  if (asked.some((one) => one.end.depth === depth)) return end(asked)
  if (depth === HASH_BYTES * 8) refuse('a path has 0 to 256 steps')
  const [left, right] = [0, 1].map((bit) => asked.filter(({ key }) => keyBit(key, depth) === bit)) as [A[], A[]]
  const side = (here: A[], there: A[]): T =>
    here.length === 0 ? beside(there, depth) : fold(here, depth + 1, end, beside, join)
  const first = side(left, right)
  return join(first, side(right, left))
}

/**
 * One proof for several subjects, out of their single ones: the hash of each subtree that holds none of their paths, 32 zero bytes for an empty one. Every other
 * hash of the map follows from what is shown.
 */
export function joinMapProofs(proofs: readonly { key: Uint8Array; proof: MapProof }[]): Uint8Array[] {
  if (proofs.length === 0) return []
  const asked = proofs.map(({ key, proof }) => ({ key, end: proof, siblings: unpackSiblings(proof) }))
  const hashes: Uint8Array[] = []
  const nothing = (): void => {}
  fold(asked, 0, nothing, ([one], depth) => void hashes.push(one!.siblings[depth]!), nothing)
  return hashes
}

/**
 * Checks that the map with this root holds exactly these records, and nothing of a subject whose `record` is undefined. Each subject stands
 * there once: what keeps the work in proportion to the bytes that were sent is that keys part.
 * @throws ProtocolError HISTORY_PROOF
 */
export function verifyMapProofs(root: Uint8Array, asked: readonly AskedRecord[], hashes: readonly Uint8Array[]): void {
  let used = 0
  const next = (): Uint8Array => hashes[used++] ?? refuse('a hash is missing')
  // Of nobody there is nothing to check.
  const found = asked.length === 0 ? root : fold(asked, 0, endOf, next, mapNode)
  if (used !== hashes.length) refuse('a hash too many')
  if (compare(found, root) !== 0) refuse('the paths do not lead to the root in the seal')
}

/** Paths that end at the same place end at the same thing: subjects of whom the map says nothing can share what stands there instead. */
function endOf(asked: readonly AskedRecord[]): Uint8Array {
  const [first, ...others] = asked.map(({ key, end, record }) => endOfPath(key, end, record))
  if (asked.some(({ end }) => end.depth !== asked[0]!.end.depth) || others.some((hash) => compare(hash, first!) !== 0))
    refuse('paths that part where one of them ends')
  return first!
}

function refuse(why: string): never {
  throw new ProtocolError('HISTORY_PROOF', why)
}
