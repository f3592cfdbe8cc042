import type { StatementKind } from '../statement.ts'
import { parseGovernanceEvent } from './governance-event.ts'
import type { GovernanceEvent } from './governance-types.ts'
import { parseBatchEvent } from './parse.ts'
import type { ReportEvent } from './report-types.ts'
import type { StampedEvent } from './types.ts'

/** What a gateway signs: a step of goods with its three stamps, or a report of itself. */
export type BatchEvent = StampedEvent | ReportEvent

/** What the ledger records: a step of goods, a gateway's report of itself, or an act of governance. */
export type RecordedEvent = BatchEvent | GovernanceEvent

/** Reads an event as its statement's kind wants it. @throws ProtocolError EVENT_*, JSON_*, GOVERNANCE_SHAPE */
export function parseRecordedEvent(kind: StatementKind, bytes: Uint8Array): RecordedEvent {
  return kind === 'governance' ? parseGovernanceEvent(bytes) : parseBatchEvent(bytes)
}

/** Whether an event is a step of goods: neither governance nor a gateway's report. */
export function isStep(event: RecordedEvent): event is StampedEvent {
  return event.type !== 'TristampGovernance' && event.type !== 'TristampReport'
}
