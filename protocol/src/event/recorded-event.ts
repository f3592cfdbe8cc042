import type { StatementKind } from '../statement.ts'
import { parseGovernanceEvent } from './governance-event.ts'
import type { GovernanceEvent } from './governance-types.ts'
import { parseEvent } from './parse.ts'
import type { StampedEvent } from './types.ts'

/** What the ledger records: a step of goods with its three stamps, or an act of governance. */
export type RecordedEvent = StampedEvent | GovernanceEvent

/** Reads an event as its statement's kind wants it. @throws ProtocolError EVENT_*, JSON_*, GOVERNANCE_SHAPE */
export function parseRecordedEvent(kind: StatementKind, bytes: Uint8Array): RecordedEvent {
  return kind === 'governance' ? parseGovernanceEvent(bytes) : parseEvent(bytes)
}
