import { copy } from './bytes.ts'
import { encodeCbor } from './cbor.ts'
import { bytesHead, ItemReader } from './cbor-items.ts'
import { ProtocolError } from './error.ts'
import { sha256 } from './hash.ts'
import { LIMITS } from './limits.ts'
import { inclusionProof, treeRoot } from './merkle-tree.ts'

/** An event's exact bytes with its salt. The salt lets one event be shown, or erased, without its siblings being guessed. */
export interface SaltedEvent {
  /** 16 random bytes. */
  salt: Uint8Array
  event: Uint8Array
}

export const SALT_BYTES = 16

const BATCH_VERSION = 1

// The leaf's prefix and the head of an array of two.
const LEAF_OF_TWO = Uint8Array.of(0x00, 0x82)

/** `H(00 ‖ CBOR[salt, event])` (docs/spec/batch.md). */
export function eventLeaf({ salt, event }: SaltedEvent): Uint8Array {
  return sha256(LEAF_OF_TWO, bytesHead(salt.length), salt, bytesHead(event.length), event)
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

/** The inverse of `encodeBatch`; nothing of it shares memory with the payload. @throws ProtocolError BATCH_SIZE, BATCH_MALFORMED, EVENT_SIZE */
export function decodeBatch(payload: Uint8Array): { statement: Uint8Array; events: SaltedEvent[] } {
  if (payload.length > LIMITS.batchBytes) {
    throw new ProtocolError('BATCH_SIZE', `a batch has at most ${LIMITS.batchBytes} bytes, this one ${payload.length}`)
  }
  const items = new ItemReader(copy(payload))
  if (items.array() !== 3 || items.uint() !== BATCH_VERSION) malformed('[1, statement, events]')
  const statement = items.bytes()
  const count = items.array()
  if (count === 0 || count > LIMITS.batchEvents) {
    throw new ProtocolError('BATCH_SIZE', `a batch has 1 to ${LIMITS.batchEvents} events, this one ${count}`)
  }
  const events = Array.from({ length: count }, () => readEvent(items))
  if (!items.ended) malformed('nothing behind the events')
  return { statement, events }
}

/** How many events a batch says that it has, without reading them; 1 for what is no batch. */
export function eventsInBatch(payload: Uint8Array): number {
  try {
    const items = new ItemReader(payload)
    items.array()
    items.uint()
    items.bytes()
    return Math.min(Math.max(items.array(), 1), LIMITS.batchEvents)
  } catch (error) {
    if (error instanceof ProtocolError) return 1
    throw error
  }
}

/** The next item as an event with its salt. @throws ProtocolError BATCH_MALFORMED, EVENT_SIZE */
export function readEvent(items: ItemReader): SaltedEvent {
  if (items.array() !== 2) malformed('[salt, event]')
  const salt = items.bytes()
  if (salt.length !== SALT_BYTES) malformed('a salt of 16 bytes')
  const event = items.bytes()
  if (event.length > LIMITS.eventBytes) {
    throw new ProtocolError('EVENT_SIZE', `an event has at most ${LIMITS.eventBytes} bytes, this one ${event.length}`)
  }
  return { salt, event }
}

function malformed(expected: string): never {
  throw new ProtocolError('BATCH_MALFORMED', `expected ${expected}`)
}
