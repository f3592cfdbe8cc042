import { compare, equal, fromBase64, fromBase64Url, toBase64 } from './bytes.ts'
import { ProtocolError } from './error.ts'
import type { SuspendKey } from './event/governance-types.ts'
import { parseStatement, type Statement } from './statement.ts'

/** A suspension that brings its reason along. */
export type ProvenSuspension = SuspendKey & { evidence: [string, string] }

/** Whether a statement's signature is good under a public key. */
export type IsSigned = (statement: Statement, publicKey: Uint8Array) => boolean

/** Two statements that one key signed under one seq: two histories of the same moment, of which one at most is true. */
export interface Contradiction {
  kid: Uint8Array
  seq: number
  statements: [Statement, Statement]
}

export function isProven(operation: { op: string; evidence?: unknown }): operation is ProvenSuspension {
  return operation.op === 'suspend-key' && operation.evidence !== undefined
}

/** Two contradicting statements as evidence, in an order of their own: the same two always give the same evidence. */
export function evidenceOf(a: Uint8Array, b: Uint8Array): [string, string] {
  return compare(a, b) <= 0 ? [toBase64(a), toBase64(b)] : [toBase64(b), toBase64(a)]
}

/**
 * Reads the evidence of a suspension: two statements by the key that it names, with one seq and other bytes. Whether the key
 * signed both is another check (`IsSigned`).
 * @throws ProtocolError GOVERNANCE_EVIDENCE
 */
export function contradictionIn({ key, evidence }: ProvenSuspension): Contradiction {
  const [a, b] = [open(evidence[0]), open(evidence[1])]
  const { kid, seq } = a.header
  if (!equal(kid, fromBase64Url(key)) || !equal(kid, b.header.kid)) refuse('the statements are not both by this key')
  if (seq !== b.header.seq) refuse('the statements have different numbers in the key’s chain')
  if (equal(a.bytes, b.bytes)) refuse('the two statements are one')
  return { kid, seq, statements: [a, b] }
}

function open(text: string): Statement {
  try {
    return parseStatement(fromBase64(text))
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause
    throw new ProtocolError('GOVERNANCE_EVIDENCE', 'what is brought as evidence is no statement', { cause })
  }
}

function refuse(message: string): never {
  throw new ProtocolError('GOVERNANCE_EVIDENCE', message)
}
