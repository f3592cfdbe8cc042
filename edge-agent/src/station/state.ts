import type { EpcisEvent, Scan } from '@tristamp/protocol'
import type { Moment } from '../clock.ts'
import type { StationConfig } from '../config-types.ts'
import type { AgentCode, Fields } from '../error.ts'
import type { Stamp } from '../stamp.ts'
import type { OpenAnswer } from './answer.ts'
import type { Goods } from './goods.ts'
import type { Said } from './notice.ts'

/** What has been scanned for an act that is not closed yet. */
export interface Work {
  /** The unit that is packed. */
  parent?: Goods
  goods: Goods[]
  /** What a transformation made, once `next` was scanned. */
  outputs?: Goods[]
  /** Some of it came by the page: a person may have typed it. */
  typed?: true
  /** Place and time of the last scan: that is when the act happened, however long its closing takes. */
  stamp: Stamp
}

/** The act closed last, so that a repeated scan is recognised. */
export interface Last {
  action: string
  ids: string[]
  /** The labels of it; a state that was kept by an earlier version has none. */
  labels?: string[]
  moment: Moment
  /** When a reader last read a tag of these again: they stand there still. */
  seen?: Moment
  /** A step was chosen since: what is read now is meant. */
  chosen?: true
}

/** Everything a station knows between scans. Plain data: it is kept on disk, so that a restart goes on in the middle of a pallet. */
export interface StationState {
  /** The step that the next scans are. */
  action?: string | undefined
  work?: Work | undefined
  last?: Last | undefined
  /** Until when the asset's readings have been signed on their own. */
  observed?: Moment | undefined
  /** An answer to a recall whose goods are being scanned. */
  answer?: OpenAnswer | undefined
}

/** An act that is complete: what will be signed, but for its quality stamp, and what it does to the goods that the asset holds. */
export interface Draft {
  /** The step; `observe` for the asset's readings on their own. */
  action: string
  /** The event's own fields, by type; stamps and eventID are added when it is written. */
  event: DraftEvent
  stamp: Stamp
  /** Goods of it were named by a person and not, as far as is known, by an instrument. */
  typed?: true
  /** Goods whose readings since their last stamp belong to this event. */
  about: string[]
  /** Goods that the asset holds from now on, or still. */
  held: string[]
  /** Goods that it holds no longer. */
  left: string[]
}

/** An EPCIS event without the members that every event gets in the same way. */
export type DraftEvent = DistributiveOmit<
  EpcisEvent,
  'eventTime' | 'eventTimeZoneOffset' | 'readPoint' | 'sensorElementList' | 'tristamp:geo' | 'tristamp:clock'
>
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Pick<T, Exclude<KnownKeys<T>, K>> : never
/** Without the index signature of extensions, which would swallow the named members. */
type KnownKeys<T> = keyof {
  [K in keyof T as string extends K ? never : `${string}:${string}` extends K ? never : K]: T[K]
}

/** What a step of a station brings about. */
export type Intent =
  | { kind: 'record'; draft: Draft }
  /** The scan was taken and waits for more. */
  | { kind: 'gathered'; action: string; goods: Goods; count: number }
  /** Something the operator should know that changes nothing. */
  | { kind: 'said'; text: string; what: Said; action?: string }
  /** The same scan as a moment ago: recorded already, and not twice. */
  | { kind: 'repeated'; action: string; ids: string[] }
  /** The act recorded last is to be taken back. */
  | { kind: 'undo' }
  | { kind: 'refused'; code: AgentCode; fields: Fields }

export interface Step {
  state: StationState
  intents: Intent[]
}

/** A scan with the place and time of its arrival. */
export interface ScanInput {
  scan: Scan
  stamp: Stamp
  /** A label that someone held a scanner to, a tag that came into a reader's field by itself, or what was typed at the page. */
  by: 'scanner' | 'reader' | 'page'
}

/** What an action family is told beside the work. */
export interface Here {
  station: StationConfig
  /** The step. */
  action: string
}

export type Refusal = { code: AgentCode; fields: Fields }

/** One family of actions: how scans gather, and which events the act is. */
export interface Family {
  /** Whether a while without scans closes the act, as `end` does. */
  closesByItself: boolean
  /** Takes one more thing, or says why not. */
  take(work: Work, goods: Goods, here: Here): Work | Refusal
  /** The events of the complete act, or why it is not complete. */
  close(work: Work, here: Here): Draft[] | Refusal
}

export function isRefusal(value: object): value is Refusal {
  return 'code' in value
}
