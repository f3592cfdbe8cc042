// What the gateway tells of itself (docs/gateway/page.md#the-data). All texts in it are shown as text.

export interface Both {
  zh: string
  en: string
}

export interface GatewayState {
  v: 1
  gateway: string
  version: string
  zone: string
  atMs: number
  access: 'operator' | 'reader'
  pin: boolean
  online: boolean
  ledger?: string | null
  queue: { unsigned: number; unacked: number; oldestMs: number | null }
  lastAck: { atMs: number; entry: number } | null
  clock: { source: string; uncertaintyMs: number; doubtful: boolean }
  place: {
    source: string
    latE7?: number
    lonE7?: number
    accuracyM?: number
    satellites?: number
    ageMs?: number
  }
  alarms: Alarm[]
  devices: Device[]
  stations: StationView[]
  acts: Act[]
  locks: Lock[]
  lockedBeside: LockedBeside[]
  recalls: RecallView[]
  charts?: ChartData[]
}

export interface Alarm {
  code: string
  level: 'stop' | 'care'
  about?: string
  text: Both
}

export interface Device {
  id: string
  driver: string
  gives: string
  state: 'up' | 'degraded' | 'down'
  heardMs: number | null
  readings: { type: string; milli: number; uom: string; atMs: number; flag?: string }[]
}

export interface Limits {
  minMilliC: number
  maxMilliC: number
}

export interface StationView {
  id: string
  thermometer: string | null
  limits: Limits | null
  steps: { name: string; action: string; label: Both }[]
  tests: boolean
  step: string | null
  open: { count: number; parent: boolean; outputs: boolean } | null
  answer: { state: RecallAnswer; count: number } | null
}

/** What a holder may say of recalled goods, in the order of the buttons. */
export const RECALL_ANSWERS = ['acknowledged', 'quarantined', 'returned', 'destroyed', 'sold', 'none'] as const
export type RecallAnswer = (typeof RECALL_ANSWERS)[number]

export interface RecallView {
  id: string
  drill: boolean
  class: 1 | 2 | 3
  reason: Both
  holder: Both
  subjects: string[]
  named: number
  atMs: number
}

export interface Act {
  n: number
  atMs: number
  station?: string
  kind: 'recorded' | 'undone' | 'repeated' | 'gathered' | 'said' | 'refused' | 'told'
  action?: string
  what?: 'now' | 'cancelled' | 'nothing' | 'outputs'
  count?: number
  ids?: string[]
  code?: string
  text?: Both
}

export interface Lock {
  id: string
  order: 'recall' | 'hold'
  reason: Both
  atMs: number
}

/** What an order locks beside what is listed of it: the first of its cases and numbers, and how many goods there are. */
export interface LockedBeside {
  id: string
  order: 'recall' | 'hold'
  ids: string[]
  count: number
  isCut: boolean
}

export interface ChartData {
  device: string
  type: string
  uom: string
  fromMs: number
  toMs: number
  limits: Limits | null
  /** [from, to, min, max, last] after `fromMs`. */
  spans: [number, number, number, number, number][]
}

/** A parcel of the queue as QR codes. */
export interface Carry {
  from: number
  to: number
  end: number
  bytes: number
  size: number
  frames: string[]
}

/** The document, if it is one that this page understands. */
export function stateOf(value: unknown): GatewayState | undefined {
  if (typeof value !== 'object' || value === null || (value as { v?: unknown }).v !== 1) return undefined
  const { devices, stations, acts, alarms, locks, lockedBeside, recalls } = value as Record<string, unknown>
  return [devices, stations, acts, alarms, locks, lockedBeside, recalls].every(Array.isArray)
    ? (value as GatewayState)
    : undefined
}
