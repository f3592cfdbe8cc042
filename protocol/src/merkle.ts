import { equal } from './bytes.ts'
import { ProtocolError } from './error.ts'
import { sha256 } from './hash.ts'
import { checkHash, checkIndex, checkPath, checkSizes, consistencyPlan, inclusionPlan } from './merkle-range.ts'

/**
 * The Merkle tree of RFC 6962 §2.1: a leaf is H(00 ‖ data), a node H(01 ‖ left ‖ right), and n > 1 leaves are split at the largest power of two below n.
 *
 * A proof's shape depends only on positions, so it is planned once, as the list of ranges of leaves whose hashes it holds, from the leaf up.
 * The prover (merkle-tree.ts) reads that list in one go; the verifier folds the hashes it was given along the same list. Sizes go up to 2^53 - 1, so
 * everything here divides and multiplies: JavaScript's shifts cut at 32 bits.
 */

const LEAF = Uint8Array.of(0)
const NODE = Uint8Array.of(1)

/** The hash of a tree without leaves: SHA-256 of nothing. */
export const EMPTY_ROOT: Uint8Array = sha256(new Uint8Array(0))

/** H(00 ‖ data). */
export function leafHash(data: Uint8Array): Uint8Array {
  return sha256(LEAF, data)
}

/** H(01 ‖ left ‖ right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(NODE, left, right)
}

/** The root that an inclusion proof leads to; it proves nothing until compared. Throws PROOF_INDEX, PROOF_LENGTH. */
export function rootFromInclusion(
  leaf: Uint8Array,
  index: number,
  size: number,
  path: readonly Uint8Array[],
): Uint8Array {
  checkIndex(index, size)
  const plan = inclusionPlan(index, 0, size)
  checkPath(path, plan)
  checkHash(leaf)
  return plan.reduce((hash, { lo }, i) => (lo > index ? nodeHash(hash, path[i]!) : nodeHash(path[i]!, hash)), leaf)
}

/** Returns when `leaf` is leaf `index` of the tree with that root (RFC 9162 §2.1.3.2). Throws PROOF_INDEX, PROOF_LENGTH, PROOF_ROOT. */
export function verifyInclusion(
  leaf: Uint8Array,
  index: number,
  size: number,
  path: readonly Uint8Array[],
  root: Uint8Array,
): void {
  if (!equal(rootFromInclusion(leaf, index, size, path), root))
    throw new ProtocolError('PROOF_ROOT', `leaf ${index} is not in the tree of ${size}`)
}

/**
 * Returns when the old tree is a prefix of the new one (RFC 9162 §2.1.4.2); `oldSize` ≥ 1, as every tree extends the empty one.
 * Throws PROOF_INDEX, PROOF_LENGTH, PROOF_ROOT.
 */
export function verifyConsistency(
  oldSize: number,
  oldRoot: Uint8Array,
  newSize: number,
  newRoot: Uint8Array,
  path: readonly Uint8Array[],
): void {
  checkSizes(oldSize, newSize)
  const plan = consistencyPlan(oldSize, 0, newSize)
  checkPath(path, plan)
  checkHash(oldRoot)
  // The walk starts from the piece both trees share: the first hash, or the old root when the old tree is one complete subtree of the new.
  const given = plan[0]?.hi === oldSize
  const shared = given ? path[0]! : oldRoot
  let [old, now] = [shared, shared]
  for (let i = given ? 1 : 0; i < plan.length; i++) {
    const hash = path[i]!
    if (plan[i]!.lo >= oldSize) now = nodeHash(now, hash)
    else [old, now] = [nodeHash(hash, old), nodeHash(hash, now)]
  }
  if (!equal(old, oldRoot) || !equal(now, newRoot))
    throw new ProtocolError('PROOF_ROOT', `the tree of ${newSize} does not extend the tree of ${oldSize}`)
}
