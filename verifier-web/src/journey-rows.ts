// What people read of a journey: its stops, the silences and ways between them, and what was taken back, in order of time. Pure.
import { type Journey, stationOf, type Wrong } from './journey.ts'
import type { LocalTime } from './local-time.ts'
import { metresAlong } from './position.ts'
import type { JourneyRecord, Step } from './record.ts'
import { MOVED_M, type Stop } from './stop.ts'
import type { Span, Track } from './temperature.ts'

/** A silence of the thermometers while the goods existed. */
export interface Gap extends Span {
  kind: 'gap'
  offset: string
  beforeMilli?: number
  afterMilli?: number
  positions: number
}

/** Between two stops: how long the goods stood, how far and how long they moved. */
export interface Leg {
  kind: 'leg'
  metres: number
  stayedMs: number
  travelMs: number
}

/** A step that its gateway took back: no stop of the journey, and shown all the same. */
export interface TakenBack {
  kind: 'taken-back'
  station: string
  org: string
  gateway: string
  step: Step
  at: LocalTime
  /** When it was declared an error. */
  declaredMs: number
  reason: 'did_not_occur' | 'incorrect_data'
}

export type Row = Stop | Gap | Leg | TakenBack

const STAYED_MS = 30 * 60_000
const TRAVELLED_MS = 10 * 60_000

/** The rows of a journey, one after the other. */
export function rowsOf({ stops, records, wrong, track }: Journey): Row[] {
  return withTakenBack(rowsBetween(stops, track, records), wrong.map(takenBack))
}

/** How far the goods moved, in metres: from a stop to the next, where that is further than a yard. */
export function metresOf(rows: readonly Row[]): number {
  return rows.reduce((sum, row) => sum + (row.kind === 'leg' && row.metres >= MOVED_M ? row.metres : 0), 0)
}

/** How many places a journey has. */
export function placesOf({ stops }: Journey): number {
  return new Set(stops.map(({ station }) => station)).size
}

function legBetween(stop: Stop, next: Stop): Leg {
  const before = stop.records
    .filter((r) => r.at.ms <= next.from.ms)
    .map((r) => r.position)
    .filter((p) => p !== undefined)
  const to = next.records.find((r) => r.position !== undefined)?.position
  const way = stop.moving ? before : before.slice(-1)
  return {
    kind: 'leg',
    metres: metresAlong(to === undefined ? way : [...way, to]),
    stayedMs: stop.moving ? 0 : Math.max(0, stop.to.ms - stop.from.ms),
    travelMs: Math.max(0, next.from.ms - (stop.moving ? stop.from.ms : stop.to.ms)),
  }
}

function gapRow(span: Span, track: Track, stop: Stop, records: readonly JourneyRecord[]): Gap {
  const points = track.lines.flat().sort((a, b) => a.ms - b.ms)
  const before = points.findLast((p) => p.ms <= span.fromMs)
  const after = points.find((p) => p.ms >= span.toMs)
  const within = records.filter((r) => r.position !== undefined && r.at.ms > span.fromMs && r.at.ms < span.toMs)
  const gap: Gap = { kind: 'gap', ...span, offset: stop.from.offset, positions: within.length }
  if (before !== undefined) gap.beforeMilli = before.milli
  if (after !== undefined) gap.afterMilli = after.milli
  return gap
}

function rowsBetween(stops: readonly Stop[], track: Track | undefined, records: readonly JourneyRecord[]): Row[] {
  const rows: Row[] = []
  stops.forEach((stop, i) => {
    rows.push(stop)
    const next = stops[i + 1]
    const until = next?.from.ms ?? Number.POSITIVE_INFINITY
    for (const span of track?.gaps ?? []) {
      const here = span.fromMs < until && (span.fromMs >= stop.from.ms || i === 0)
      if (track !== undefined && here) rows.push(gapRow(span, track, stop, records))
    }
    if (next === undefined) return
    const leg = legBetween(stop, next)
    if (leg.metres >= MOVED_M || leg.stayedMs >= STAYED_MS || leg.travelMs >= TRAVELLED_MS) rows.push(leg)
  })
  return rows
}

function takenBack({ record, declaration: { errorDeclaration } }: Wrong): TakenBack {
  const { signer } = record.proven
  return {
    kind: 'taken-back',
    station: stationOf(record),
    org: signer.org,
    gateway: signer.gateway,
    step: record.step,
    at: record.at,
    declaredMs: Date.parse(errorDeclaration?.declarationTime ?? ''),
    reason: errorDeclaration?.reason === 'incorrect_data' ? 'incorrect_data' : 'did_not_occur',
  }
}

/** Each behind the last row that began before it. */
function withTakenBack(rows: readonly Row[], wrong: readonly TakenBack[]): Row[] {
  const all = [...rows]
  for (const one of [...wrong].sort((a, b) => a.at.ms - b.at.ms)) {
    const before = all.findLastIndex((row) => startOf(row) <= one.at.ms)
    all.splice(before + 1, 0, one)
  }
  return all
}

/** A leg has no beginning of its own. */
function startOf(row: Row): number {
  if (row.kind === 'stop') return row.from.ms
  if (row.kind === 'gap') return row.fromMs
  return row.kind === 'taken-back' ? row.at.ms : Number.POSITIVE_INFINITY
}
