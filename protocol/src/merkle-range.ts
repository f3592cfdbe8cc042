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
