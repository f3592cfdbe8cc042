// From a verdict to the journey of its goods: their records, and stops in order of time. What lies between stops is not needed for a verdict
// (journey-rows.ts). Pure; every word is made later, from these facts.

import { correctionsOf, lotOf, type StampedEvent, type Verdict } from '@tristamp/protocol'
import { brokenStampsOf } from './broken.ts'
import { goodsOf, type JourneyRecord, recordOf, STAMPS, type StampName, type Stamps, type Step } from './record.ts'
import { type Stop, stopOf, type Visit } from './stop.ts'
import { type Span, type Track, trackOf } from './temperature.ts'

/** A record that its gateway took back, and the declaration that says so. */
export interface Wrong {
  record: JourneyRecord
  declaration: StampedEvent
}

export interface Journey {
  stops: Stop[]
  records: JourneyRecord[]
  wrong: Wrong[]
  track?: Track
}

const DEPARTING: ReadonlySet<Step> = new Set(['ship', 'unload', 'sell'])

/** The record's station: where its gateway stands, else the place it names. */
export const stationOf = (record: JourneyRecord): string =>
  record.proven.signer.station || (record.event.readPoint?.id ?? '')

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
    return { record, declaration: declaration.event }
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
  return { stops, records, wrong, ...(track === undefined ? {} : { track }) }
}

function inOrder(a: JourneyRecord, b: JourneyRecord): number {
  return a.at.ms - b.at.ms || a.proven.entry - b.proven.entry || a.proven.position - b.proven.position
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
