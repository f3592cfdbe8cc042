import { createHash } from 'node:crypto'
import { decodeBatch, parseStatement, statementLeaf } from '@tristamp/protocol'
import { encodeLink, numberKey } from './outbox-head.ts'
import type { SignedBatch } from './signer.ts'
import type { Write } from './store.ts'

/** The writes of a signed batch at its place; `end`: the number of the first event after it. */
export function putBatch(seq: number, prev: Uint8Array, { payload, leaf }: SignedBatch, end: number): Write[] {
  const link = encodeLink({ prev, leaf, digest: digestOf(payload), end })
  return [
    { type: 'put', space: 'batch', key: numberKey(seq), value: payload },
    { type: 'put', space: 'link', key: numberKey(seq), value: link },
  ]
}

/** The writes that take a batch away again. */
export function delBatch(seq: number): Write[] {
  return [
    { type: 'del', space: 'batch', key: numberKey(seq) },
    { type: 'del', space: 'link', key: numberKey(seq) },
  ]
}

/** Where a kept batch stands in the chain. */
export function headerOf(payload: Uint8Array): { prev: Uint8Array; leaf: Uint8Array } {
  const { statement } = decodeBatch(payload)
  return { prev: parseStatement(statement).header.prev, leaf: statementLeaf(statement) }
}

/** SHA-256 of a batch's bytes. */
export function digestOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest())
}
