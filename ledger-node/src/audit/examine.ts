import {
  concat,
  decodeEntryBundle,
  decodeEventSequence,
  type EventBrief,
  encodeEntryBundle,
  encodeEventSequence,
  examineBatch,
  HASH_BYTES,
  type KnownBatch,
  ProtocolError,
  parseStatement,
  type SaltedEvent,
  type VerifySync,
} from '@tristamp/protocol'
import type { FeedItem } from '../feed.ts'

/** Statements with their events, as they go to another thread. */
export interface Chunk {
  statements: Uint8Array
  events: Uint8Array
}

/** What one statement says by itself. Missing where the ordering thread has to look, be it to refuse. */
export interface Finding {
  /** The key under which the signature is good. Its hash is the kid, so it needs no trust; whether it may sign is another question. */
  signedBy: Uint8Array
  /** One after the other: one memory for all of them is passed on quickest. */
  leaves: Uint8Array
  events: readonly EventBrief[]
  subjects: readonly (readonly string[])[]
}

export function packChunk(items: readonly FeedItem[]): Chunk {
  return {
    statements: encodeEntryBundle(items.map((item) => item.bytes)),
    events: encodeEventSequence(items.map((item) => item.events)),
  }
}

/** The expensive part of an audit, which depends on no earlier entry. `keyOf`: public keys by kid, as far as they are known. */
export function examineChunk(
  chunk: Chunk,
  keyOf: (kid: Uint8Array) => Uint8Array | undefined,
  verify: VerifySync,
): (Finding | undefined)[] {
  try {
    const statements = decodeEntryBundle(chunk.statements)
    const events = decodeEventSequence(chunk.events, statements.length)
    return statements.map((bytes, i) => examine(bytes, events[i]!, keyOf, verify))
  } catch (error) {
    // Events that cannot even be packed: the ordering thread says which.
    if (error instanceof ProtocolError) return []
    throw error
  }
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
    return known && { signedBy, leaves: concat(...known.leaves), events: known.events, subjects: known.subjects }
  } catch (error) {
    if (error instanceof ProtocolError) return undefined
    throw error
  }
}

/** A finding as admission takes it. */
export function knownFrom({ leaves, events, subjects }: Finding): KnownBatch {
  return {
    leaves: events.map((_, i) => leaves.slice(i * HASH_BYTES, (i + 1) * HASH_BYTES)),
    events,
    subjects,
  }
}
