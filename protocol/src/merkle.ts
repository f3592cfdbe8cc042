import { equal } from './bytes.ts'
import { ProtocolError } from './error.ts'
import { sha256 } from './hash.ts'
import { checkHash, checkIndex, checkSize, type Range, split } from './merkle-range.ts'

/**
 * The Merkle tree of RFC 6962 §2.1: a leaf is H(00 ‖ data), a node H(01 ‖ left ‖ right), and n > 1 leaves are split at the largest power of two below n.
 *
 * A proof's shape depends only on positions, so it is planned once, as the list of ranges of leaves whose hashes it holds, from the leaf up.
 * The prover reads that list in one go; the verifier folds the hashes it was given along the same list. Sizes go up to 2^53 - 1, so
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

/** A complete subtree: the 2^level leaves from index · 2^level on. Level 0 is a leaf hash. */
export interface NodeId {
  level: number
  index: number
}

/** Answers the hashes of complete subtrees, in the order asked. */
export type ReadNodes = (ids: readonly NodeId[]) => Promise<Uint8Array[]>

/** One level up: pairs are hashed, an odd last hash rises unchanged (the same tree as RFC 6962's recursion, read upwards). */
function parents(level: readonly Uint8Array[]): readonly Uint8Array[] {
  return Array.from({ length: Math.ceil(level.length / 2) }, (_, i) => {
    const right = level[2 * i + 1]
    return right === undefined ? level[2 * i]! : nodeHash(level[2 * i]!, right)
  })
}

/** The root over leaf hashes. */
export function treeRoot(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return EMPTY_ROOT
  let level = leaves
  while (level.length > 1) level = parents(level)
  return level[0]!
}

/** A tree held in memory, level by level, leaves first: for several proofs out of one tree. */
export type TreeLevels = readonly (readonly Uint8Array[])[]

export function treeLevels(leaves: readonly Uint8Array[]): TreeLevels {
  const levels = [leaves]
  for (let level = leaves; level.length > 1; ) {
    level = parents(level)
    levels.push(level)
  }
  return levels
}

/** The inclusion proof of a leaf in a tree held in memory. Throws PROOF_INDEX. */
export function inclusionProof(leaves: readonly Uint8Array[], index: number): Uint8Array[] {
  return pathIn(treeLevels(leaves), index)
}

/** The same in a tree whose levels are known. Throws PROOF_INDEX. */
export function pathIn(levels: TreeLevels, index: number): Uint8Array[] {
  checkIndex(index, levels[0]!.length)
  const path: Uint8Array[] = []
  let position = index
  for (const level of levels) {
    const sibling = level[position % 2 === 0 ? position + 1 : position - 1]
    if (sibling !== undefined) path.push(sibling)
    position = Math.floor(position / 2)
  }
  return path
}

/** What an inclusion proof holds, from the leaf up. */
function inclusionPlan(index: number, lo: number, hi: number): Range[] {
  if (hi - lo === 1) return []
  const middle = lo + split(hi - lo)
  return index < middle
    ? [...inclusionPlan(index, lo, middle), { lo: middle, hi }]
    : [...inclusionPlan(index, middle, hi), { lo, hi: middle }]
}

/** What a consistency proof holds. Its first range is the largest piece that both trees share, unless that is the whole old tree. */
function consistencyPlan(oldSize: number, lo: number, hi: number): Range[] {
  if (oldSize === hi) return lo === 0 ? [] : [{ lo, hi }]
  const middle = lo + split(hi - lo)
  return oldSize <= middle
    ? [...consistencyPlan(oldSize, lo, middle), { lo: middle, hi }]
    : [...consistencyPlan(oldSize, middle, hi), { lo, hi: middle }]
}

/** The complete subtrees that make up a range, largest (leftmost) first: the binary digits of its length. */
function subtrees({ lo, hi }: Range): NodeId[] {
  const ids: NodeId[] = []
  let level = Math.floor(Math.log2(hi - lo)) + 1 // one too high does no harm, and log2 rounds up near 2^53
  for (let start = lo; start < hi; level--) {
    const width = 2 ** level
    if (width > hi - start) continue
    ids.push({ level, index: start / width })
    start += width
  }
  return ids
}

/** The hash of a range from those of its complete subtrees. */
function fold(hashes: readonly Uint8Array[]): Uint8Array {
  return hashes.reduceRight((right, left) => nodeHash(left, right))
}

/** The complete subtrees along the right edge of a tree, largest first: all that is needed to append to it. */
export function edgeNodes(size: number): NodeId[] {
  checkSize(size)
  return subtrees({ lo: 0, hi: size })
}

/** The hash of each range, with one batched read. */
export async function readRanges(ranges: readonly Range[], read: ReadNodes): Promise<Uint8Array[]> {
  const plan = ranges.map(subtrees)
  const ids = plan.flat()
  const hashes = await read(ids)
  checkPath(hashes, ids)
  let at = 0
  return plan.map(({ length }) => {
    at += length
    return fold(hashes.slice(at - length, at))
  })
}

/** The inclusion proof of leaf `index` in the tree of `size` leaves, with one batched read. Throws PROOF_INDEX. */
export async function proveInclusion(index: number, size: number, read: ReadNodes): Promise<Uint8Array[]> {
  checkIndex(index, size)
  return readRanges(inclusionPlan(index, 0, size), read)
}

/** The proof that the tree of `oldSize` leaves is a prefix of that of `newSize`, with one batched read. Throws PROOF_INDEX. */
export async function proveConsistency(oldSize: number, newSize: number, read: ReadNodes): Promise<Uint8Array[]> {
  checkSizes(oldSize, newSize)
  return readRanges(consistencyPlan(oldSize, 0, newSize), read)
}

/** The root of the tree of `size` leaves, with one batched read. Throws PROOF_INDEX. */
export async function readRoot(size: number, read: ReadNodes): Promise<Uint8Array> {
  checkSize(size)
  if (size === 0) return EMPTY_ROOT
  return (await readRanges([{ lo: 0, hi: size }], read))[0]!
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

/** A growing tree of which only the right edge is kept: one hash for every 1 in the binary form of its size. */
export class RightEdge {
  #size: number
  readonly #hashes: Uint8Array[]

  private constructor(size: number, hashes: Uint8Array[]) {
    this.#size = size
    this.#hashes = hashes
  }

  /** The edge of a tree of `size` from the hashes of `edgeNodes(size)`. Throws PROOF_INDEX, PROOF_LENGTH. */
  static from(size: number, hashes: readonly Uint8Array[]): RightEdge {
    checkPath(hashes, edgeNodes(size))
    return new RightEdge(size, [...hashes])
  }

  get size(): number {
    return this.#size
  }

  /** Adds a leaf hash. */
  append(leaf: Uint8Array): void {
    checkHash(leaf)
    let hash = leaf
    for (let n = this.#size; n % 2 === 1; n = Math.floor(n / 2)) hash = nodeHash(this.#hashes.pop()!, hash)
    this.#hashes.push(hash)
    this.#size++
  }

  root(): Uint8Array {
    return this.#size === 0 ? EMPTY_ROOT : fold(this.#hashes)
  }

  /** In the order of `edgeNodes(size)`. */
  hashes(): Uint8Array[] {
    return [...this.#hashes]
  }

  clone(): RightEdge {
    return new RightEdge(this.#size, this.hashes())
  }
}

function checkSizes(oldSize: number, newSize: number): void {
  checkSize(newSize)
  if (!Number.isSafeInteger(oldSize) || oldSize < 1 || oldSize > newSize)
    throw new ProtocolError('PROOF_INDEX', `no proof from size ${oldSize} to ${newSize}`)
}

function checkPath(path: readonly Uint8Array[], plan: readonly unknown[]): void {
  if (path.length !== plan.length)
    throw new ProtocolError('PROOF_LENGTH', `${path.length} hashes where ${plan.length} belong`)
  for (const hash of path) checkHash(hash)
}
