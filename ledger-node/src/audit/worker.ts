import { parentPort } from 'node:worker_threads'
import { toHex } from '@tristamp/protocol'
import { hashOnNode, verifySignature } from '../node-crypto.ts'
import type { Chunk } from './chunk.ts'
import { examineChunk } from './examine.ts'
import { memoriesOf, type PackedFindings, packFindings } from './findings.ts'

/** What the ordering thread sends: a chunk, and keys enrolled since the last one. */
export interface Task {
  id: number
  chunk: Chunk
  /** By kid in hex. */
  keys: [string, Uint8Array][]
}

export interface TaskDone {
  id: number
  findings: PackedFindings
}

const keys = new Map<string, Uint8Array>()

hashOnNode()
parentPort?.on('message', ({ id, chunk, keys: added }: Task) => {
  for (const [kid, key] of added) keys.set(kid, key)
  const findings = packFindings(examineChunk(chunk, (kid) => keys.get(toHex(kid)), verifySignature))
  const done: TaskDone = { id, findings }
  parentPort!.postMessage(done, memoriesOf(findings))
})
