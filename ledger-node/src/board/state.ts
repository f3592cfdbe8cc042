import type { ComplaintFigures } from '../complaints/complaint-book.ts'
import type { FollowStatus } from '../follow/follow-status.ts'
import { type Concern, concernsOf } from './concerns.ts'
import type { DiskState } from './disk.ts'
import type { BoardError } from './error-book.ts'
import {
  GATEWAY_STANDINGS,
  type GatewayFacts,
  type GatewayRow,
  type GatewayStanding,
  gatewayRow,
  worstFirst,
} from './gateway-rows.ts'
import type { WitnessesState } from './witness-watch.ts'

/** Gateways listed: a wall holds no more, and `/v1/gateways` has all. */
export const MAX_GATEWAYS = 100
/** Of these each has the line of its last hour. */
const MAX_LINES = 40
const MAX_STANDING = 8

/** The ledger's health at a glance (docs/spec/http.md, Board). Times in ms since 1970 by this node's clock. */
export interface BoardState {
  role: 'leader' | 'follower'
  origin: string | null
  version: string
  atMs: number
  startedAtMs: number
  /** What needs somebody, the worst first; empty while nothing does. */
  concerns: Concern[]
  intake: Intake
  /** How long batches waited for their answer, of the last some hundred; null before the first, and on a follower. */
  answers: { p50Ms: number; p99Ms: number; of: number } | null
  /** Batches refused in the last 24 hours, as far as this node was running. */
  refused: number
  checkpoint: Checkpoint | null
  /** Null where the policy names none, and on a follower. */
  witnesses: WitnessesState | null
  /** How this node follows another; null on a leader. */
  leader: FollowStatus | null
  disk: DiskState | null
  /** `states`: how many there are in each, listed or not. */
  gateways: { total: number; online: number; states: Record<GatewayStanding, number>; listed: GatewayRow[] }
  holds: Standing
  recalls: Standing & { drills: number }
  /** Statements kept that contradict recorded ones, and how many keys signed them. */
  contradictions: { statements: number; keys: number }
  /** What people report of goods, to this node. */
  complaints: ComplaintFigures
  errors: BoardError[]
}

export interface Intake {
  /** Events recorded in the last 60 s. */
  lastMinute: number
  /** In each minute of the last hour, oldest first, the running one last; null where this node did not run. */
  minutes: (number | null)[]
}

export interface Checkpoint {
  /** Entries under the checkpoint that readers see. */
  size: number
  height: number
  atMs: number
  /** Entries recorded since, and since when entries have been waiting with no new one. */
  waiting: number
  waitingSinceMs: number | null
}

export interface Standing {
  count: number
  /** The newest. `subjects`: how many it names beside the first. */
  listed: { id: string; org: string; subject: string; subjects: number }[]
}

/** What the node's parts say at one moment. */
export interface BoardFacts {
  role: 'leader' | 'follower'
  origin: string | undefined
  version: string
  nowMs: number
  startedAtMs: number
  /** Why nothing can be written, or what was found damaged. */
  trouble: { code: string; detail: string } | undefined
  damage: { code: string; detail: string } | undefined
  intake: Intake
  answersMs: readonly number[]
  refused: number
  checkpoint: Checkpoint | undefined
  witnesses: WitnessesState | undefined
  leader: FollowStatus | undefined
  disk: DiskState | null
  gateways: readonly GatewayFacts[]
  holds: readonly Standing['listed'][number][]
  recalls: readonly (Standing['listed'][number] & { drill: boolean })[]
  contradictions: { statements: number; keys: number }
  complaints: ComplaintFigures
  errors: BoardError[]
}

export function boardState(facts: BoardFacts): BoardState {
  const { role, version, nowMs, startedAtMs, intake, refused, disk, contradictions, complaints, errors } = facts
  const node = { nowMs, startedAtMs, leads: role === 'leader' }
  const rows = facts.gateways.map((one) => gatewayRow(one, node)).sort(worstFirst)
  const states = countsOf(rows)
  const real = facts.recalls.filter(({ drill }) => !drill)
  return {
    role,
    origin: facts.origin ?? null,
    version,
    atMs: nowMs,
    startedAtMs,
    concerns: concernsOf(facts, rows),
    intake,
    answers: answersOf(facts.answersMs),
    refused,
    checkpoint: facts.checkpoint ?? null,
    witnesses: facts.witnesses ?? null,
    leader: facts.leader ?? null,
    disk,
    gateways: {
      total: rows.length,
      online: states.online + states.trouble + states['catching-up'],
      states,
      listed: rows.slice(0, MAX_GATEWAYS).map((row, i) => (i < MAX_LINES ? row : { ...row, minutes: null })),
    },
    holds: standingOf(facts.holds),
    recalls: { ...standingOf(real), drills: facts.recalls.length - real.length },
    contradictions,
    complaints,
    errors,
  }
}

function countsOf(rows: readonly GatewayRow[]): Record<GatewayStanding, number> {
  const counts = GATEWAY_STANDINGS.map((one) => [one, rows.filter(({ state }) => state === one).length])
  return Object.fromEntries(counts) as Record<GatewayStanding, number>
}

function standingOf(all: readonly Standing['listed'][number][]): Standing {
  const newest = all.slice(-MAX_STANDING).reverse()
  return { count: all.length, listed: newest.map(({ id, org, subject, subjects }) => ({ id, org, subject, subjects })) }
}

function answersOf(ms: readonly number[]): BoardState['answers'] {
  if (ms.length === 0) return null
  const sorted = [...ms].sort((a, b) => a - b)
  const at = (part: number): number =>
    Math.round(10 * sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)]!) / 10
  return { p50Ms: at(0.5), p99Ms: at(0.99), of: sorted.length }
}
