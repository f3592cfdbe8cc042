import type { KeyState } from '@tristamp/protocol'
import type { GatewayStatus, ReceivedStatus } from '../status.ts'

/**
 * `silent`: it said that it goes, or nothing for longer than it may; `unheard`: nothing since this node started; `elsewhere`: it tells another node,
 * the one that is followed; `trouble`: an instrument or its clock; `catching-up`: batches wait at its end.
 */
export type GatewayStanding = (typeof GATEWAY_STANDINGS)[number]

/** What needs somebody first. */
export const GATEWAY_STANDINGS = [
  'silent',
  'suspended',
  'trouble',
  'catching-up',
  'unheard',
  'online',
  'elsewhere',
] as const

export interface GatewayRow {
  /** `<org>/<gateway>` */
  name: string
  /** Of its station, as it is registered. */
  place?: { zh: string; en: string }
  state: GatewayStanding
  /** Since when, ms since 1970, where that is known. */
  sinceMs: number | null
  /** When this node had its last batch; after a start, and on a follower, when it was sealed. By no gateway’s clock. */
  lastBatchAtMs: number | null
  /** When it last told how it is. */
  heardAtMs: number | null
  /** Batches that wait at its end, as it said last. */
  outbox: number | null
  clock: { source: string; uncertaintyMs: number | null } | null
  /** Instruments that are not up. */
  alarms: { device: string; state: 'degraded' | 'down'; code: string | null }[]
  nextSeq: number
  version: string | null
  /** Events in each minute of the last hour, oldest first; null on a node that they do not come to. */
  minutes: (number | null)[] | null
}

export interface GatewayFacts {
  key: KeyState
  place?: { zh: string; en: string } | undefined
  status?: ReceivedStatus | undefined
  lastBatchAtMs?: number | undefined
  minutes?: (number | null)[] | undefined
}

/** It tells how it is once a minute at least: after this two of them are missing. */
const SILENT_MS = 150_000
/** A moment for gateways to come back to a node that was started. */
const GRACE_MS = 150_000
const MANY_WAITING = 20
/** Of more than this a clock says too little of the order of things. */
const MAX_UNCERTAINTY_MS = 5_000
const MAX_ALARMS = 8

export function gatewayRow(
  facts: GatewayFacts,
  node: { nowMs: number; startedAtMs: number; leads: boolean },
): GatewayRow {
  const { key, place, status, lastBatchAtMs, minutes } = facts
  const told = status?.status
  const row = {
    name: `${key.org}/${key.gateway}`,
    ...(place && { place: { zh: place.zh, en: place.en } }),
    lastBatchAtMs: lastBatchAtMs ?? null,
    heardAtMs: status?.receivedAtMs ?? null,
    outbox: told?.outbox === undefined ? null : Math.max(0, told.outbox.next - told.outbox.acked),
    clock:
      told?.clock === undefined ? null : { source: told.clock.source, uncertaintyMs: told.clock.uncertaintyMs ?? null },
    alarms: alarmsOf(told),
    nextSeq: key.nextSeq,
    version: told?.version ?? null,
    minutes: minutes ?? null,
  }
  return { ...row, ...standingOf(facts, row, node) }
}

type Partly = Pick<GatewayRow, 'alarms' | 'clock' | 'outbox' | 'lastBatchAtMs'>

function standingOf(
  { key, status }: GatewayFacts,
  { alarms, clock, outbox, lastBatchAtMs }: Partly,
  { nowMs, startedAtMs, leads }: { nowMs: number; startedAtMs: number; leads: boolean },
): Pick<GatewayRow, 'state' | 'sinceMs'> {
  if (key.status === 'suspended') return { state: 'suspended', sinceMs: null }
  if (!leads) return { state: 'elsewhere', sinceMs: null }
  if (status === undefined) {
    // One that brings batches in another way lives, whatever it tells.
    if (lastBatchAtMs !== null && nowMs - lastBatchAtMs < SILENT_MS) return { state: 'online', sinceMs: null }
    return { state: nowMs - startedAtMs < GRACE_MS ? 'unheard' : 'silent', sinceMs: lastBatchAtMs }
  }
  const heardMs = Math.max(status.receivedAtMs, lastBatchAtMs ?? 0)
  if (status.status.state === 'offline') return { state: 'silent', sinceMs: status.receivedAtMs }
  if (nowMs - heardMs > SILENT_MS) return { state: 'silent', sinceMs: heardMs }
  if (alarms.length > 0 || (clock?.uncertaintyMs ?? 0) > MAX_UNCERTAINTY_MS) return { state: 'trouble', sinceMs: null }
  return { state: (outbox ?? 0) > MANY_WAITING ? 'catching-up' : 'online', sinceMs: null }
}

function alarmsOf(status: GatewayStatus | undefined): GatewayRow['alarms'] {
  return Object.entries(status?.devices ?? {})
    .flatMap(([device, { state, code }]) => (state === 'up' ? [] : [{ device, state, code: code || null }]))
    .slice(0, MAX_ALARMS)
}

/** What needs somebody first; then by name. */
export function worstFirst(a: GatewayRow, b: GatewayRow): number {
  const order = (row: GatewayRow): number => GATEWAY_STANDINGS.indexOf(row.state)
  return order(a) - order(b) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
}
