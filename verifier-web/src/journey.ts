// From a verdict to the journey that people read: stops, gaps and legs in order of time. Pure; every word is made later, from these facts.

import { correctionsOf, type EpcisEvent, lotOf, subjectKind, type Verdict } from '@tristamp/protocol'
import { brokenStampsOf } from './broken.ts'
import type { LocalTime } from './local-time.ts'
import { metresAlong } from './position.ts'
import {
  goodsOf,
  inputsOf,
  type JourneyRecord,
  outputsOf,
  recordOf,
  STAMPS,
  type StampName,
  type StampState,
  type Stamps,
  type Step,
} from './record.ts'
import { clip, type Reading, rangeOf, readingsOf, type Span, type Track, trackOf } from './temperature.ts'
import type { TimeDoubt } from './time-doubt.ts'

/** Something a stop says about the goods; `device` is measured by an instrument, otherwise stated by a person. */
export type Evidence =
  | { kind: 'temperature'; device: boolean; minMilli: number; maxMilli: number }
  | { kind: 'humidity'; device: boolean; min: number; max: number }
  | { kind: 'made'; device: boolean; inputs: number; outputs: number }
  | { kind: 'identity'; device: boolean; count: number }
  | { kind: 'thermometer-silent'; device: boolean }

/** What a stop is in one word, for the bar under the chart. */
export type Stage = 'origin' | 'process' | 'transit' | 'store' | 'arrival' | 'sale'

/** The goods at one station, from its first record about them to its last. */
export interface Stop {
  kind: 'stop'
  station: string
  org: string
  gateway: string
  kid: string
  stage: Stage
  steps: Step[]
  from: LocalTime
  to: LocalTime
  moving: boolean
  stamps: Stamps
  evidence: Evidence[]
  /** Of its records, the first whose time is not simply what its stamp says. */
  timeDoubt?: TimeDoubt
  records: JourneyRecord[]
  readings: Reading[]
}

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

const MOVED_M = 1000
const STAYED_MS = 30 * 60_000
const TRAVELLED_MS = 10 * 60_000
const DEPARTING: ReadonlySet<Step> = new Set(['ship', 'unload', 'sell'])

interface Visit {
  station: string
  goods: JourneyRecord[]
  observed: JourneyRecord[]
  window: Span
}

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

function stageOf(steps: ReadonlySet<Step>, moving: boolean): Stage {
  if (moving) return 'transit'
  if (steps.has('transform')) return 'process'
  if (steps.has('commission')) return 'origin'
  return steps.has('sell') ? 'sale' : 'store'
}

function evidenceOf(records: readonly JourneyRecord[], readings: readonly Reading[]): Evidence[] {
  const evidence: Evidence[] = []
  for (const { event } of records) {
    const inputs = inputsOf(event).length
    if (event.type === 'TransformationEvent') {
      evidence.push({
        kind: 'made',
        device: event['tristamp:origin'] === 'device',
        inputs,
        outputs: outputsOf(event).length,
      })
    }
  }
  for (const origin of ['device', 'operator'] as const) {
    const count = records.filter(({ event }) => event['tristamp:origin'] === origin && goodsOf(event).length > 0).length
    if (count > 0) evidence.push({ kind: 'identity', device: origin === 'device', count })
  }
  const range = rangeOf(readings)
  if (range !== undefined) evidence.push({ kind: 'temperature', device: true, ...range })
  const reports = records.flatMap(({ event }) =>
    (event.sensorElementList ?? []).flatMap((element) => element.sensorReport),
  )
  const humid = reports.filter((report) => report.type === 'RelativeHumidity')
  const least = humid.map((r) => r.minValue ?? r.value).filter((v) => v !== undefined)
  const most = humid.map((r) => r.maxValue ?? r.value).filter((v) => v !== undefined)
  if (least.length > 0 && most.length > 0) {
    evidence.push({ kind: 'humidity', device: true, min: Math.min(...least), max: Math.max(...most) })
  }
  if (reports.some((r) => r.type === 'Temperature' && r.exception === 'ERROR_CONDITION'))
    evidence.push({ kind: 'thermometer-silent', device: true })
  return evidence
}

/**
 * A stop's stamp holds when every record's does; one broken record breaks it. Quality is measured over the whole stay, so one record
 * that carries it is enough, while a place or a time belongs to each record alone.
 */
function joined(records: readonly JourneyRecord[], name: StampName): Stamps[StampName] {
  const states = records.map((record) => record.stamps[name])
  if (states.includes('broken')) return 'broken'
  const checked = (state: StampState): boolean => state === 'checked'
  return (name === 'quality' ? states.some(checked) : states.every(checked)) ? 'checked' : 'unchecked'
}

function stopOf(visit: Visit, born: number): Stop {
  const records = [...visit.goods, ...visit.observed].sort((a, b) => a.number - b.number)
  const exposed: Span = { fromMs: Math.max(visit.window.fromMs, born), toMs: visit.window.toMs }
  const all = records.flatMap((record) => readingsOf(record.event))
  const here = all.map((r) => clip(r, visit.window)).filter((r) => r !== undefined)
  const positions = records.map((r) => r.position).filter((p) => p !== undefined)
  const moving = subjectKind(visit.station) === 'asset' || metresAlong(positions) > MOVED_M
  const first = visit.goods[0]!
  const signer = first.proven.signer
  const timeDoubt = records.find((record) => record.timeDoubt !== undefined)?.timeDoubt
  return {
    kind: 'stop',
    station: visit.station,
    org: signer.org,
    gateway: signer.gateway,
    kid: signer.kid,
    stage: stageOf(new Set(visit.goods.map((r) => r.step)), moving),
    steps: [...new Set(visit.goods.map((r) => r.step))],
    from: first.at,
    to: visit.goods.at(-1)!.at,
    moving,
    stamps: { place: joined(records, 'place'), time: joined(records, 'time'), quality: joined(records, 'quality') },
    evidence: evidenceOf(records, here),
    ...(timeDoubt && { timeDoubt }),
    records,
    readings: exposed.toMs < exposed.fromMs ? [] : all.map((r) => clip(r, exposed)).filter((r) => r !== undefined),
  }
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
