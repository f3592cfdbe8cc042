import { utf8 } from '../bytes.ts'
import { canonicalJson, type Json, parseCanonicalJson } from '../canonical-json.ts'
import { ProtocolError } from '../error.ts'
import { LIMITS } from '../limits.ts'
import { checkEpcis } from './epcis.ts'
import type { BatchEvent } from './recorded-event.ts'
import { checkReport, isReport } from './report.ts'
import { checkStamps } from './stamps.ts'
import type { AnyEvent, StampedEvent } from './types.ts'

/**
 * Reads the bytes of one step of goods: bounded, canonical JSON (RFC 8785), valid EPCIS 2.0, with its three stamps.
 * @throws ProtocolError EVENT_SIZE, JSON_*, EVENT_*
 */
export function parseEvent(bytes: Uint8Array): StampedEvent {
  checkSize(bytes)
  return checkStamps(checkEpcis(parseCanonicalJson(bytes, { maxBytes: LIMITS.eventBytes })))
}

/**
 * Reads one event of a gateway's batch: a step as `parseEvent` reads it, or a report of the gateway (docs/spec/report.md).
 * @throws ProtocolError EVENT_SIZE, JSON_*, EVENT_*
 */
export function parseBatchEvent(bytes: Uint8Array): BatchEvent {
  checkSize(bytes)
  const value = parseCanonicalJson(bytes, { maxBytes: LIMITS.eventBytes })
  return isReport(value) ? checkReport(value) : checkStamps(checkEpcis(value))
}

/**
 * The bytes of an event as it is signed: canonical JSON in UTF-8. What it writes, parseEvent reads back.
 * @throws ProtocolError EVENT_SIZE, JSON_*
 */
export function encodeEvent(event: AnyEvent): Uint8Array {
  const bytes = utf8(canonicalJson(event as unknown as Json))
  checkSize(bytes)
  return bytes
}

function checkSize(bytes: Uint8Array): void {
  if (bytes.length > LIMITS.eventBytes)
    throw new ProtocolError('EVENT_SIZE', `an event has at most ${LIMITS.eventBytes} bytes`)
}
