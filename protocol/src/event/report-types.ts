// What a gateway says of itself (docs/spec/report.md): a third kind of event beside steps of goods and governance.
import type { ClockStamp, PlaceReference } from './types.ts'

/** Statements `from` to `to − 1` of this key are lost for good; `events`: how many were in them, where that is known. */
export interface GapReport {
  kind: 'gap'
  from: number
  to: number
  reason: 'disk' | 'key' | 'unknown'
  events?: number
}

/** The clock is good: the report's own time and clock stamp place the earlier stamps of this boot. */
export interface AnchorReport {
  kind: 'anchor'
}

/** The clock misbehaved: `deltaMs` is what it showed minus what the boot's own count made expected. */
export interface ClockFaultReport {
  kind: 'clock-fault'
  fault: 'step' | 'drift' | 'lost'
  deltaMs: number
}

/** An instrument went silent, came back, or is another one now; `code` says why. */
export interface InstrumentReport {
  kind: 'instrument'
  device: string
  state: 'down' | 'up' | 'replaced'
  code: string
}

/** Periodic readings of an instrument, `from` to `to` in UTC, were thinned by the declared `rule` when space ran out. */
export interface ThinnedReport {
  kind: 'thinned'
  device: string
  from: string
  to: string
  kept: number
  dropped: number
  rule: string
}

/** A configuration was refused, and the one before stays in force. */
export interface ConfigReport {
  kind: 'config'
  code: string
}

/** Someone tried to handle goods that are recalled or held, and the gateway refused: the goods as subject, and the id of the recall or of the hold. */
export interface BlockedReport {
  kind: 'blocked'
  subject: string
  recall?: string
  hold?: string
}

/** What a holder may say of recalled goods. */
export const RECALL_ANSWERS = ['acknowledged', 'quarantined', 'returned', 'destroyed', 'sold', 'none'] as const
export type RecallAnswer = (typeof RECALL_ANSWERS)[number]

/**
 * A holder's answer to a recall: what it has done with how much until now, in all, at this place. `quantity`: thousandths of `uom` (UN/ECE Rec 20), of
 * pieces without it. The last answer of a gateway for a place, a state and a unit of measure counts.
 */
export interface RecallResponse {
  kind: 'recall-response'
  recall: string
  state: RecallAnswer
  quantity?: { milli: number; uom?: string }
  /** Goods that it is about, as far as they are named. */
  goods?: string[]
}

export type Report =
  | GapReport
  | AnchorReport
  | ClockFaultReport
  | InstrumentReport
  | ThinnedReport
  | ConfigReport
  | BlockedReport
  | RecallResponse
export type ReportKind = Report['kind']

/** A report as it is signed. `bizLocation` is the station, or the asset that holds the goods; only what is about a place carries it. */
export interface ReportEvent<R extends Report = Report> {
  type: 'TristampReport'
  eventID: string
  eventTime: string
  eventTimeZoneOffset: string
  bizLocation?: PlaceReference
  'tristamp:clock': ClockStamp
  report: R
}
