import type { ClockStamp, GeoStamp, RecallAnswer, RecallClass } from '@tristamp/protocol'
import type { Action, Words } from '../config-types.ts'
import type { DeviceState } from '../driver/index.ts'
import type { Act } from './acts.ts'
import type { Chart } from './charts.ts'

/** All that the page shows, as one JSON document (docs/gateway/page.md#the-data). Times are UTC in ms. */
export interface PageState {
  v: 1
  gateway: string
  version: string
  /** IANA zone in which times are shown. */
  zone: string
  atMs: number
  /** Whether whoever asks may press anything, or only read; and whether a PIN would change that. */
  access: 'operator' | 'reader'
  pin: boolean
  online: boolean
  /** The ledger's public address, where the configuration tells it. */
  ledger: string | null
  queue: Queue
  lastAck: { atMs: number; entry: number } | null
  clock: Pick<ClockStamp, 'source' | 'uncertaintyMs'> & { doubtful: boolean }
  place: GeoStamp
  alarms: Alarm[]
  devices: DeviceView[]
  stations: StationView[]
  /** Newest first; for readers none, for they name goods. */
  acts: readonly Act[]
  /** Goods that must not leave: what recalls and holds name that stand. A drill is an alarm instead. */
  locks: Lock[]
  lockedBeside: LockedBeside[]
  /** Recalls that stand, drills among them: they want an answer. */
  recalls: RecallView[]
  /** Only in the whole document, not in its changes. */
  charts?: Chart[]
}

export interface Queue {
  /** Events that are in no batch yet. */
  unsigned: number
  /** Batches that the ledger has not acknowledged. */
  unacked: number
  /** When the oldest of them was signed; null while there is none. */
  oldestMs: number | null
}

/** What someone has to look after. `stop`: goods or records are in danger. */
export interface Alarm {
  code: string
  level: 'stop' | 'care'
  /** The device or station. */
  about?: string
  text: Words
}

export interface Reading {
  type: string
  milli: number
  uom: string
  atMs: number
  /** Not used, and why. */
  flag?: string
}

export interface DeviceView {
  id: string
  driver: string
  gives: string
  state: DeviceState
  /** When it last gave anything, in this run. */
  heardMs: number | null
  readings: Reading[]
}

export interface StationView {
  id: string
  thermometer: string | null
  limits: { minMilliC: number; maxMilliC: number } | null
  steps: { name: string; action: Action; label: Words }[]
  /** Whether goods are tested here. */
  tests: boolean
  /** The step that the next scan is. */
  step: string | null
  /** What has been read and is not recorded. */
  open: { count: number; parent: boolean; outputs: boolean } | null
  /** The answer to a recall whose goods are being scanned, and how many have been. */
  answer: { state: RecallAnswer; count: number } | null
}

/** A recall that holders are asked to answer. */
export interface RecallView {
  id: string
  drill: boolean
  class: RecallClass
  reason: Words
  /** What whoever holds some does. */
  holder: Words
  /** The first of the goods that it names, and how many there are. */
  subjects: string[]
  named: number
  atMs: number
}

/** Goods that are locked by a recall or a hold, and why. */
export interface Lock {
  id: string
  order: 'recall' | 'hold'
  reason: Words
  /** When this gateway heard of it. */
  atMs: number
}

/** What an order locks beside what is listed of it. */
export interface LockedBeside {
  /** The order's. */
  id: string
  order: 'recall' | 'hold'
  /** The first of the cases and numbers that the ledger knows to be of its goods. */
  ids: string[]
  /** How many goods there are beside those listed in `locks`. */
  count: number
  /** The ledger knows of more than it tells. */
  isCut: boolean
}
