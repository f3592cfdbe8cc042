import { EMPTY_ROOT, nodeHash } from './merkle.ts'
import {
  checkHash,
  checkIndex,
  checkPath,
  checkSize,
  checkSizes,
  consistencyPlan,
  inclusionPlan,
  type Range,
} from './merkle-range.ts'

// A tree that is held, or read from where it lies: its root, and the proofs out of it. Readers of proofs need none of it.

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
