import { decodeCbor, encodeCbor } from './cbor.ts'
import { ProtocolError } from './error.ts'
import { LIMITS } from './limits.ts'
import { inclusionProof, leafHash, treeRoot } from './merkle.ts'
import { isBytes } from './shape.ts'

/** An event's exact bytes with its salt. The salt lets one event be shown, or erased, without its siblings being guessed. */
export interface SaltedEvent {
  /** 16 random bytes. */
  salt: Uint8Array
  event: Uint8Array
}

export const SALT_BYTES = 16

const BATCH_VERSION = 1

/** `H(00 ‖ CBOR[salt, event])` (docs/spec/batch.md). */
export function eventLeaf({ salt, event }: SaltedEvent): Uint8Array {
  return leafHash(encodeCbor([salt, event]))
}

/** The RFC 6962 root over the batch's event leaves: the payload of its statement. */
export function batchRoot(events: readonly SaltedEvent[]): Uint8Array {
  return treeRoot(events.map(eventLeaf))
}

/** Path from the event at `position` to the batch root, from leaf to root. */
export function batchPath(leaves: readonly Uint8Array[], position: number): Uint8Array[] {
  return inclusionProof(leaves, position)
}

/** What travels from a gateway to the ledger: CBOR `[1, statement, [[salt, event], …]]`. */
export function encodeBatch(statement: Uint8Array, events: readonly SaltedEvent[]): Uint8Array {
  return encodeCbor([BATCH_VERSION, statement, events.map((e) => [e.salt, e.event])])
}

/** @throws ProtocolError BATCH_SIZE, BATCH_MALFORMED, EVENT_SIZE */
export function decodeBatch(payload: Uint8Array): { statement: Uint8Array; events: SaltedEvent[] } {
  if (payload.length > LIMITS.batchBytes) {
    throw new ProtocolError('BATCH_SIZE', `a batch has at most ${LIMITS.batchBytes} bytes, this one ${payload.length}`)
  }
  const value = decodeOuter(payload)
  if (!Array.isArray(value) || value.length !== 3 || value[0] !== BATCH_VERSION) malformed('[1, statement, events]')
  const [, statement, rows] = value as unknown[]
  if (!(statement instanceof Uint8Array)) malformed('the statement as a byte string')
  return { statement, events: parseEvents(rows) }
}

/** The `[[salt, event], …]` part, as it is also kept on disk. */
export function parseEvents(rows: unknown): SaltedEvent[] {
  if (!Array.isArray(rows)) malformed('a list of events')
  if (rows.length === 0 || rows.length > LIMITS.batchEvents) {
    throw new ProtocolError('BATCH_SIZE', `a batch has 1 to ${LIMITS.batchEvents} events, this one ${rows.length}`)
  }
  return rows.map((row: unknown) => {
    const [salt, event] = Array.isArray(row) && row.length === 2 ? (row as unknown[]) : malformed('[salt, event]')
    if (!isBytes(salt, SALT_BYTES)) malformed('a salt of 16 bytes')
    if (!(event instanceof Uint8Array)) malformed('the event as a byte string')
    if (event.length > LIMITS.eventBytes) {
      throw new ProtocolError('EVENT_SIZE', `an event has at most ${LIMITS.eventBytes} bytes, this one ${event.length}`)
    }
    return { salt, event }
  })
}

function decodeOuter(payload: Uint8Array): unknown {
  try {
    return decodeCbor(payload, { maxBytes: LIMITS.batchBytes, maxDepth: 4 })
  } catch (cause) {
    throw new ProtocolError('BATCH_MALFORMED', 'a batch is canonical CBOR', { cause })
  }
}

function malformed(expected: string): never {
  throw new ProtocolError('BATCH_MALFORMED', `expected ${expected}`)
}
