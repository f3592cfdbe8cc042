import * as crypto from 'node:crypto'
import { type Sha256, useHashWords, useSha256, type VerifySync, verifyOnNode } from '@tristamp/protocol'
import { hashWordsInLanes } from './sha256-lanes.ts'

/** Rule P on node:crypto. */
export const verifySignature: VerifySync = verifyOnNode(crypto)

/** One-shot SHA-256. By way of a string it makes no Buffer, which costs more than the hash of a short input (measured: 0.39 for 0.65 µs). */
const sha256: Sha256 = (data) => {
  const digest = crypto.hash('sha256', data, 'binary')
  const bytes = new Uint8Array(32)
  for (let i = 0; i < 32; i++) bytes[i] = digest.charCodeAt(i)
  return bytes
}

/** Lets protocol/ hash with the platform's SHA-256, and histories four nodes at a time. For programs, which own the process; a library must not. */
export function hashOnNode(): void {
  useSha256(sha256)
  useHashWords(hashWordsInLanes())
}
