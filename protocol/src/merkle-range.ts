import { ProtocolError } from './error.ts'
import { HASH_BYTES } from './hash.ts'

/** Leaves lo … hi - 1 of a tree. Every range of a proof starts at a multiple of the smallest power of two that holds it. */
export interface Range {
  lo: number
  hi: number
}

/** The largest power of two below n; n ≥ 2. */
export function split(n: number): number {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}

/** @throws ProtocolError PROOF_INDEX */
export function checkSize(size: number): void {
  if (!Number.isSafeInteger(size) || size < 0) throw new ProtocolError('PROOF_INDEX', `no tree has ${size} leaves`)
}

/** @throws ProtocolError PROOF_INDEX */
export function checkIndex(index: number, size: number): void {
  checkSize(size)
  if (!Number.isSafeInteger(index) || index < 0 || index >= size)
    throw new ProtocolError('PROOF_INDEX', `no leaf ${index} in a tree of ${size}`)
}

/** @throws ProtocolError PROOF_LENGTH */
export function checkHash(hash: Uint8Array): void {
  if (hash.length !== HASH_BYTES) throw new ProtocolError('PROOF_LENGTH', `a hash of ${hash.length} bytes`)
}

/** What an inclusion proof holds, from the leaf up. */
export function inclusionPlan(index: number, lo: number, hi: number): Range[] {
  if (hi - lo === 1) return []
  const middle = lo + split(hi - lo)
  return index < middle
    ? [...inclusionPlan(index, lo, middle), { lo: middle, hi }]
    : [...inclusionPlan(index, middle, hi), { lo, hi: middle }]
}

/** What a consistency proof holds. Its first range is the largest piece that both trees share, unless that is the whole old tree. */
export function consistencyPlan(oldSize: number, lo: number, hi: number): Range[] {
  if (oldSize === hi) return lo === 0 ? [] : [{ lo, hi }]
  const middle = lo + split(hi - lo)
  return oldSize <= middle
    ? [...consistencyPlan(oldSize, lo, middle), { lo: middle, hi }]
    : [...consistencyPlan(oldSize, middle, hi), { lo, hi: middle }]
}

/** @throws ProtocolError PROOF_INDEX */
export function checkSizes(oldSize: number, newSize: number): void {
  checkSize(newSize)
  if (!Number.isSafeInteger(oldSize) || oldSize < 1 || oldSize > newSize)
    throw new ProtocolError('PROOF_INDEX', `no proof from size ${oldSize} to ${newSize}`)
}

/** As many hashes as were planned, each of them one. @throws ProtocolError PROOF_LENGTH */
export function checkPath(path: readonly Uint8Array[], plan: readonly unknown[]): void {
  if (path.length !== plan.length)
    throw new ProtocolError('PROOF_LENGTH', `${path.length} hashes where ${plan.length} belong`)
  for (const hash of path) checkHash(hash)
}
