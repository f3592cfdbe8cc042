import type { KeyState } from '../admission-state.ts'
import type { Checkpoint } from '../checkpoint.ts'
import type { ProtocolCode } from '../error.ts'
import type { EnrolOrganisation, Hold, Recall, RegisterPlace, RegisterProduct } from '../event/governance-types.ts'
import type { ReportEvent } from '../event/report-types.ts'
import type { StampedEvent } from '../event/types.ts'
import type { Finding, FindingCode } from '../finding/finding.ts'
import type { TimeInterval } from '../time/interval.ts'

/** What the page says in one word. There is no word for "authentic": no record can see inside the pack. */
export type VerdictState = 'consistent' | 'recalled' | 'held' | 'mismatch' | 'elsewhere' | 'none' | 'unchecked'

/**
 * What a reader checks, in this order:
 * `bundle` the answer is well formed · `checkpoint` the ledger signed this state · `witnesses` others signed it too ·
 * `ledger` it continues the state seen before · `seal` the history map is the one of this state · `inclusion` every statement is in it ·
 * `contents` every event is the one that was signed · `completeness` nothing of any history is left out ·
 * `signatures` every signer was enrolled, active and allowed · `findings` the rules over the history · `inside` what is in the pack.
 */
export type CheckId =
  | 'bundle'
  | 'checkpoint'
  | 'witnesses'
  | 'ledger'
  | 'seal'
  | 'inclusion'
  | 'contents'
  | 'completeness'
  | 'signatures'
  | 'findings'
  | 'inside'

export interface Check {
  id: CheckId
  status: 'passed' | 'failed' | 'unchecked'
  /** Why it failed, or could not be made. */
  code?: ProtocolCode | FindingCode
  /** Counts, and where it failed: entry, position, subject. */
  detail?: Record<string, string | number>
}

/** Who signed an event, by its enrolment at that time. */
export interface Signer {
  /** kid in hex. */
  kid: string
  uri: string
  org: string
  gateway: string
  station: string
  /** The key did not stay active: what it signed before stands, and is marked. */
  endedLater: boolean
  /** What became of it, if so. */
  ended?: Exclude<KeyState['status'], 'active'>
}

/** An event that is in the log, complete, signed, and signed by whom it says. */
export interface ProvenEvent {
  entry: number
  position: number
  event: StampedEvent
  signer: Signer
  subjects: string[]
  /** Where it lies in time: its own stamp, weighed against its boot and the seals. */
  time: TimeInterval
  /** When the ledger sealed it, ms since 1970. */
  sealedAtMs?: number
}

/** What a gateway reported of itself, in the log, complete and signed. */
export interface ProvenReport {
  entry: number
  position: number
  event: ReportEvent
  signer: Signer
}

/** A recall that is about the subject: proven like every entry, and with its end if it has one. Times by the administrators' clocks. */
export interface ProvenRecall {
  /** Its last wording, and where that is recorded. */
  recall: Recall
  entry: number
  position: number
  /** Which of its subjects the goods are, are of, or are in. */
  about: string
  /** When it was first recorded. */
  since: string
  /** When the ledger sealed that, ms since 1970, where the seal is shown. */
  sealedAtMs?: number
  /** When its last wording took the place of an earlier one. */
  corrected?: string
  lifted?: { entry: number; at: string; reason: string }
}

/** A hold that is about the subject: proven like every entry. Times by the clocks of who signed. */
export interface ProvenHold {
  hold: Hold
  entry: number
  position: number
  /** Which of its subjects the goods are, are of, or are in. */
  about: string
  since: string
  /** When the ledger sealed that, ms since 1970, where the seal is shown. */
  sealedAtMs?: number
  /** The ledger holds by itself, for what was measured; else a person does. */
  byLedger: boolean
  /** What it says it rests on: `shown` by these records, `missing` in them, `none` said, or `unchecked` where there are too many. */
  ground: 'shown' | 'missing' | 'none' | 'unchecked'
  released?: { entry: number; at: string; reason: string }
}

/** What things are called, as registered by governance. By URI, organisations by short name. */
export interface Names {
  products: Map<string, RegisterProduct>
  places: Map<string, RegisterPlace>
  organisations: Map<string, EnrolOrganisation>
}

export interface Verdict {
  subject: string
  state: VerdictState
  /** Every check in the order above, those that did not run as `unchecked`. */
  checks: Check[]
  checkpoint?: Checkpoint
  /** The signed note of that checkpoint: what proves to others that the ledger said so. */
  note?: string
  /** The ledger's clock when it sealed this state, ms since 1970. */
  sealedAtMs?: number
  witnesses: { name: string; signed: boolean }[]
  /** Events of goods, by their time, then by their entry. Empty unless every check of them passed. */
  events: ProvenEvent[]
  /** What the gateways of these events reported of themselves that bears on them: losses of their keys, their clocks. By entry. */
  reports: ProvenReport[]
  /** Recalls of these goods: those that stand, then drills, then lifted ones. Empty is proven by `completeness` and `signatures`. */
  recalls: ProvenRecall[]
  /** Holds of these goods: those that stand, then those that were released. */
  holds: ProvenHold[]
  /**
   * What the grounds of holds rest on besides: records of other goods of the lot, proven like `events`. They say nothing of the subject, and no rule
   * weighs them. Mostly empty.
   */
  grounds: ProvenEvent[]
  /** What the rules found in these events, the gravest first. */
  findings: Finding[]
  names: Names
  /** The subjects whose histories are the subject's own, all of them whole. Those behind `grounds` were checked, too. */
  lineage: string[]
}
