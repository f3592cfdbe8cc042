import {
  briefOf,
  type EventBrief,
  equal,
  examineBatch,
  HASH_BYTES,
  type KnownBatch,
  ProtocolError,
  parseStatement,
  type SaltedEvent,
  type VerifySync,
} from '@tristamp/protocol'
import { type Contents, contentsOf, isWhole, split } from '../contents.ts'
import { type Chunk, unpackChunk } from './chunk.ts'

export const PUBLIC_KEY_BYTES = 32
export const SIGNATURE_BYTES = 64

/** What one statement says by itself. Missing where the ordering thread has to look, be it to refuse. */
export interface Finding {
  /** The end of the statement, its signature: says which statement this is about. */
  end: Uint8Array
  /** The key under which the signature is good. Its hash is the kid, so it needs no trust; whether it may sign is another question. */
  signedBy: Uint8Array
  contents: Contents
  /** What each event needs of a role. */
  briefs: readonly EventBrief[]
}

/** The expensive part of an audit, which depends on no earlier entry. `keyOf`: public keys by kid, as far as they are known. */
export function examineChunk(
  chunk: Chunk,
  keyOf: (kid: Uint8Array) => Uint8Array | undefined,
  verify: VerifySync,
): (Finding | undefined)[] {
  return unpackChunk(chunk).map(({ bytes, events }) => examine(bytes, events, keyOf, verify))
}

function examine(
  bytes: Uint8Array,
  events: readonly SaltedEvent[],
  keyOf: (kid: Uint8Array) => Uint8Array | undefined,
  verify: VerifySync,
): Finding | undefined {
  try {
    const statement = parseStatement(bytes)
    const signedBy = keyOf(statement.header.kid)
    if (signedBy === undefined || !verify(signedBy, statement.signed, statement.signature)) return undefined
    const known = examineBatch(statement, events)
    if (known === undefined) return undefined
    const { leaves, events: read, subjects } = known
    return {
      end: endOf(bytes),
      signedBy,
      contents: contentsOf(leaves, read, subjects),
      briefs: read.map(briefOf),
    }
  } catch (error) {
    if (error instanceof ProtocolError) return undefined
    throw error
  }
}

/** A finding as admission takes it. */
export function knownFrom({ contents, briefs }: Finding): KnownBatch {
  return { leaves: split(contents.leaves, HASH_BYTES), events: briefs }
}

/** Whether a finding is about this statement, and has the form that it must have for so many events; what it says is our own thread's word. */
export function isSound(finding: Finding | undefined, statement: Uint8Array, events: number): finding is Finding {
  if (finding === undefined || finding.signedBy.length !== PUBLIC_KEY_BYTES) return false
  if (!equal(finding.end, endOf(statement))) return false
  const { contents, briefs } = finding
  return isWhole(contents, events) && briefs.length === events
}

/** What another thread has checked need not be checked again, if it is about the key that is enrolled now. */
export function verifiedBy(finding: Finding | undefined, verify: VerifySync): VerifySync {
  return finding === undefined ? verify : (key, ...rest) => equal(key, finding.signedBy) || verify(key, ...rest)
}

function endOf(statement: Uint8Array): Uint8Array {
  return statement.slice(-SIGNATURE_BYTES)
}
