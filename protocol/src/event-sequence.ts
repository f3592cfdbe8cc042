import { readEvent, type SaltedEvent } from './batch.ts'
import { copy } from './bytes.ts'
import { arrayHead, bytesHead, ItemReader } from './cbor-items.ts'
import { ProtocolError } from './error.ts'
import { LIMITS } from './limits.ts'

/**
 * The events of entries that follow one another, as a ledger hands them on in bulk: a CBOR sequence (RFC 8742) of one array `[[salt, event], …]`
 * for each entry, empty for a seal (docs/spec/http.md).
 */
export function encodeEventSequence(entries: readonly (readonly SaltedEvent[])[]): Uint8Array {
  const parts: Uint8Array[] = []
  for (const events of entries) {
    parts.push(arrayHead(events.length))
    for (const { salt, event } of events)
      parts.push(arrayHead(2), bytesHead(salt.length), salt, bytesHead(event.length), event)
  }
  // Far more parts than a call may have arguments.
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/**
 * The inverse of `encodeEventSequence`; nothing of it shares memory with the bytes. At most `maxEntries`.
 * @throws ProtocolError BATCH_SIZE, BATCH_MALFORMED, EVENT_SIZE
 */
export function decodeEventSequence(bytes: Uint8Array, maxEntries: number): SaltedEvent[][] {
  const items = new ItemReader(copy(bytes))
  const entries: SaltedEvent[][] = []
  while (!items.ended) {
    if (entries.length === maxEntries) throw new ProtocolError('BATCH_SIZE', `more than ${maxEntries} entries`)
    const count = items.array()
    if (count > LIMITS.batchEvents)
      throw new ProtocolError('BATCH_SIZE', `a batch has at most ${LIMITS.batchEvents} events, this one ${count}`)
    entries.push(Array.from({ length: count }, () => readEvent(items)))
  }
  return entries
}
