// From a verdict to the journey that people read: stops, gaps and legs in order of time. Pure; every word is made later, from these facts.

import { correctionsOf, type EpcisEvent, lotOf, type Verdict } from '@tristamp/protocol'
import { brokenStampsOf } from './broken.ts'
import type { LocalTime } from './local-time.ts'
import { metresAlong } from './position.ts'
import { goodsOf, type JourneyRecord, recordOf, STAMPS, type StampName, type Stamps, type Step } from './record.ts'
import { MOVED_M, type Stop, stopOf, type Visit } from './stop.ts'
import { type Span, type Track, trackOf } from './temperature.ts'

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

export interface Journey {
  rows: Row[]
  stops: Stop[]
  records: JourneyRecord[]
  metres: number
  places: number
  track?: Track
}

const STAYED_MS = 30 * 60_000
const TRAVELLED_MS = 10 * 60_000
const DEPARTING: ReadonlySet<Step> = new Set(['ship', 'unload', 'sell'])

/** The record's station: where its gateway stands, else the place it names. */
const stationOf = (record: JourneyRecord): string => record.proven.signer.station || (record.event.readPoint?.id ?? '')

/** Goods records by station, in order. A departure signed after the next station already has the goods still belongs to the stop they left. */
function visitsOf(goods: readonly JourneyRecord[]): Visit[] {
  const visits: Visit[] = []
  for (const record of goods) {
    const station = stationOf(record)
    const current = visits.at(-1)
    const earlier = DEPARTING.has(record.step) ? visits.findLast((visit) => visit.station === station) : undefined
    const visit = current?.station === station ? current : earlier
    if (visit === undefined)
      visits.push({ station, goods: [record], observed: [], window: { fromMs: record.at.ms, toMs: record.at.ms } })
    else visit.goods.push(record)
  }
  visits.forEach((visit, i) => {
    const next = visits[i + 1]?.goods[0]?.at.ms ?? Number.POSITIVE_INFINITY
    const last = visit.goods.at(-1)!
    visit.window.toMs = DEPARTING.has(last.step) ? Math.max(last.at.ms, visit.window.fromMs) : next
  })
  return visits
}

/** When the goods in the reader's hand came to be: the first record that names them or their lot. Earlier readings are of the animal, not of the pack. */
function bornMs(verdict: Verdict, goods: readonly JourneyRecord[]): number {
  const lots = new Set([verdict.subject, ...goods.flatMap((record) => lotOf(record.event, verdict.subject) ?? [])])
  const first = goods.find((record) => record.proven.subjects.some((subject) => lots.has(subject)))
  return first?.at.ms ?? Number.NEGATIVE_INFINITY
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

function rowsOf(stops: readonly Stop[], track: Track | undefined, records: readonly JourneyRecord[]): Row[] {
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

/** The journey of a verdict's subject. Records of other times at the same stations (an asset's day holds them) are left out. */
export function journeyOf(verdict: Verdict): Journey {
  const { standing, corrections } = correctionsOf(verdict.events)
  const draft = standing.map((proven) => recordOf(proven, 0, brokenStampsOf(verdict, proven))).sort(inOrder)
  const goods = draft.filter((record) => goodsOf(record.event).length > 0)
  const visits = visitsOf(goods)
  const told = new Set(goods)
  for (const record of draft) {
    if (goodsOf(record.event).length > 0) continue
    const visit = visits.find((v) => v.station === stationOf(record) && overlaps(record, v.window))
    if (visit === undefined) continue
    visit.observed.push(record)
    told.add(record)
  }
  // An act can be taken back, what was measured meanwhile cannot: its readings belong to the stop all the same.
  const wrong = corrections.map(({ wrong: proven, declaration }) => {
    const record = recordOf(proven, 0, brokenStampsOf(verdict, proven))
    const station = stationOf(record)
    visits.find((visit) => visit.station === station && overlaps(record, visit.window))?.observed.push(record)
    return takenBack(record, declaration.event)
  })
  const records = [...draft.filter((record) => told.has(record)), ...visits.flatMap(({ observed }) => observed)]
    .filter((record, i, all) => all.indexOf(record) === i)
    .sort(inOrder)
  records.forEach((record, i) => {
    record.number = i + 1
  })
  const born = bornMs(verdict, goods)
  const stops = visits.map((visit) => stopOf(visit, born))
  const last = stops.at(-1)
  if (last?.stage === 'store') last.stage = 'arrival'
  const track = trackOf(stops.flatMap((stop) => stop.readings))
  const rows = withTakenBack(rowsOf(stops, track, records), wrong)
  const metres = rows.reduce((sum, row) => sum + (row.kind === 'leg' && row.metres >= MOVED_M ? row.metres : 0), 0)
  const places = new Set(stops.map((stop) => stop.station)).size
  return { rows, stops, records, metres, places, ...(track === undefined ? {} : { track }) }
}

function inOrder(a: JourneyRecord, b: JourneyRecord): number {
  return a.at.ms - b.at.ms || a.proven.entry - b.proven.entry || a.proven.position - b.proven.position
}

function takenBack(record: JourneyRecord, { errorDeclaration }: EpcisEvent): TakenBack {
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

/** Whether a reading without goods was taken while the goods were there: its interval, not only its moment. */
function overlaps(record: JourneyRecord, window: Span): boolean {
  const starts = (record.event.sensorElementList ?? [])
    .map((e) => Date.parse(e.sensorMetadata?.startTime ?? ''))
    .filter((ms) => !Number.isNaN(ms))
  const fromMs = Math.min(record.at.ms, ...starts)
  return record.at.ms >= window.fromMs && fromMs <= window.toMs
}

/** The seals beside the verdict: a stamp is checked when every stop bears it. */
export function sealsOf(journey: Journey): Stamps {
  const state = (name: StampName): Stamps[StampName] => {
    const states = journey.stops.map((stop) => stop.stamps[name])
    if (states.includes('broken')) return 'broken'
    return states.length > 0 && states.every((s) => s === 'checked') ? 'checked' : 'unchecked'
  }
  return Object.fromEntries(STAMPS.map((name) => [name, state(name)])) as Stamps
}
