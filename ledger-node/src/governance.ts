import { randomBytes, randomUUID } from 'node:crypto'
import {
  batchRoot,
  buildStatement,
  canonicalJson,
  encodeBatch,
  type Json,
  keyThumbprint,
  keyUri,
  ledgerUri,
  type Operation,
  parseGovernanceEvent,
  utf8,
} from '@tristamp/protocol'
import type { SigningKey } from './keys.ts'

/** Where an administrator's chain of statements stands. */
export interface ChainHead {
  seq: number
  prev: Uint8Array
}

/**
 * Operations as one signed governance statement, ready to be offered to a ledger.
 * @throws ProtocolError GOVERNANCE_SHAPE when an operation is not one of the protocol's
 */
export function governanceBatch(
  operations: readonly Operation[],
  signer: SigningKey,
  origin: string,
  head: ChainHead,
  nowMs: number,
): Uint8Array {
  const events = operations.map((operation) => {
    const value = {
      type: 'TristampGovernance',
      eventID: `urn:uuid:${randomUUID()}`,
      eventTime: new Date(nowMs).toISOString(),
      operation,
    }
    const event = utf8(canonicalJson(value as unknown as Json))
    parseGovernanceEvent(event)
    return { salt: new Uint8Array(randomBytes(16)), event }
  })
  const kid = keyThumbprint(signer.publicKey)
  const header = {
    alg: -8,
    kind: 'governance',
    kid,
    iss: keyUri(kid),
    sub: ledgerUri(origin),
    iat: Math.floor(nowMs / 1000),
    seq: head.seq,
    prev: head.prev,
    count: events.length,
  } as const
  return encodeBatch(buildStatement(header, batchRoot(events), signer.sign), events)
}
