import { equal } from './bytes.ts'
import { ProtocolError } from './error.ts'
import { nodeHash } from './merkle.ts'
import { checkHash, checkIndex, type Range, split } from './merkle-range.ts'
import { type ReadNodes, readRanges, type TreeLevels } from './merkle-tree.ts'

/**
 * One proof for several leaves of one RFC 6962 tree: the hashes of those subtrees that hold none of them, from left to right. Every other hash follows
 * from the leaves, so that none is sent that the reader can reckon; for the leaves of one history that is two thirds of what single paths hold.
 */

/** Folds a tree from the leaves that are shown and the ranges beside them, each asked for once, from left to right. `indexes` ascend. */
function fold<T>(
  indexes: readonly number[],
  { lo, hi }: Range,
  leaf: (index: number) => T,
  beside: (range: Range) => T,
  join: (left: T, right: T) => T,
): T {
  if (indexes.length === 0) return beside({ lo, hi })
  if (hi - lo === 1) return leaf(lo)
  const middle = lo + split(hi - lo)
  const first = indexes.findIndex((index) => index >= middle)
  const cut = first < 0 ? indexes.length : first
  const left = fold(indexes.slice(0, cut), { lo, hi: middle }, leaf, beside, join)
  return join(left, fold(indexes.slice(cut), { lo: middle, hi }, leaf, beside, join))
}

/** What a proof for these leaves holds. @throws ProtocolError PROOF_INDEX for what is no ascending list of leaves of such a tree */
function plan(indexes: readonly number[], size: number): Range[] {
  checkIndexes(indexes, size)
  const ranges: Range[] = []
  const nothing = (): void => {}
  fold(indexes, { lo: 0, hi: size }, nothing, (range) => void ranges.push(range), nothing)
  return ranges
}

/** The proof for leaves `indexes`, ascending, of the tree of `size` leaves, with one batched read. Throws PROOF_INDEX. */
export function proveTogether(indexes: readonly number[], size: number, read: ReadNodes): Promise<Uint8Array[]> {
  return readRanges(plan(indexes, size), read)
}

/** The same in a tree whose levels are known. Throws PROOF_INDEX. */
export function togetherIn(levels: TreeLevels, indexes: readonly number[]): Uint8Array[] {
  return plan(indexes, levels[0]!.length).map(({ lo, hi }) => {
    // An odd last hash rises unchanged, so that every range is one hash of one level.
    const level = Math.ceil(Math.log2(hi - lo))
    return levels[level]![lo / 2 ** level]!
  })
}

/**
 * Returns when these leaves, [index, leaf hash] ascending, stand in the tree of `size` leaves with that root. A tree of which no leaf is shown is its root alone.
 * Throws PROOF_INDEX, PROOF_LENGTH, PROOF_ROOT.
 */
export function verifyTogether(
  leaves: readonly (readonly [number, Uint8Array])[],
  size: number,
  hashes: readonly Uint8Array[],
  root: Uint8Array,
): void {
  const shown = new Map(leaves)
  const indexes = leaves.map(([index]) => index)
  checkIndexes(indexes, size)
  let used = 0
  const next = (): Uint8Array => hashes[used++] ?? wrongLength(hashes)
  const found = fold(indexes, { lo: 0, hi: size }, (index) => shown.get(index)!, next, nodeHash)
  if (used !== hashes.length) wrongLength(hashes)
  for (const hash of [...hashes, ...shown.values()]) checkHash(hash)
  if (!equal(found, root)) throw new ProtocolError('PROOF_ROOT', `these leaves are not in the tree of ${size}`)
}

function checkIndexes(indexes: readonly number[], size: number): void {
  for (const [i, index] of indexes.entries()) {
    checkIndex(index, size)
    if (i > 0 && index <= indexes[i - 1]!) throw new ProtocolError('PROOF_INDEX', 'leaves ascend, each once')
  }
}

function wrongLength(hashes: readonly Uint8Array[]): never {
  throw new ProtocolError('PROOF_LENGTH', `${hashes.length} hashes are not what belongs beside these leaves`)
}
