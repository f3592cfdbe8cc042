// The events of a subject as rows: those that were proved here, and those that the trace tells of and nobody has checked here yet.
import type { EpcisEvent, Verdict } from '@tristamp/protocol'
import { type Journey, journeyOf } from '../journey.ts'
import { rowsOf } from '../journey-rows.ts'
import { deviceOffset, type LocalTime } from '../local-time.ts'
import { goodsOf, type JourneyRecord, outputsOf, type Stamps, type Step, stepNamed } from '../record.ts'
import { GAP_MS, rangeOf, readingsOf, type Span } from '../temperature.ts'
import type { Trace } from './graph/trace.ts'

export interface Amount {
  milli: number
  /** Absent: pieces. */
  uom?: string
}

export interface EventRow {
  /** Of the event, `entry/position`; of a gap its own. */
  key: string
  kind: 'event' | 'gap' | 'taken-back'
  at: LocalTime
  /** A place or asset. */
  place?: string
  step: Step
  /** Of a gap, how long. */
  lengthMs?: number
  amount?: Amount
  minMilli?: number
  maxMilli?: number
  /** Read by an instrument, or stated by a person; absent where nobody has looked. */
  source?: 'device' | 'operator'
  /** Absent: not checked here. */
  stamps?: Stamps
  entry?: number
  eventID?: string
  org?: string
  gateway?: string
  /** What it names. */
  goods: string[]
}

export const keyOf = ({ entry, position }: { entry: number; position: number }): string => `${entry}/${position}`

/** Verdicts over goods, and those over the days of places and vehicles, which hold what was measured there without naming goods. */
export interface Proved {
  goods: readonly Verdict[]
  days: readonly Verdict[]
  /** Whose silences are silences of these goods: not those of what the goods were made of. */
  isMeant: (subject: string) => boolean
}

/** A verdict's journey with all that was measured where the goods were, be it in its own history or not. */
export function journeysOf({ goods, days }: Pick<Proved, 'goods' | 'days'>): Journey[] {
  const measured = days.flatMap(({ events }) => events)
  return goods.map((verdict) => {
    const known = new Set(verdict.events.map(keyOf))
    const stations = new Set(verdict.events.map(({ signer }) => signer.station))
    const beside = measured.filter((proven) => stations.has(proven.signer.station) && !known.has(keyOf(proven)))
    return journeyOf(beside.length === 0 ? verdict : { ...verdict, events: [...verdict.events, ...beside] })
  })
}

/** Rows of what was proved, gaps and what was taken back among them. */
export function provedRows(proved: Proved): EventRow[] {
  const rows = new Map<string, EventRow>()
  const journeys = journeysOf(proved)
  const measured = measuredAt(journeys)
  // Of two verdicts over one record the worse one counts.
  for (const row of journeys.flatMap(({ records }) => records.map(rowOf)))
    if (!rows.has(row.key) || isBroken(row)) rows.set(row.key, row)
  const others = journeys.flatMap((journey, i) => {
    const isMeant = proved.isMeant(proved.goods[i]!.subject)
    return otherRows(journey).flatMap((row) => {
      if (row.kind !== 'gap') return [row]
      const silent = isMeant ? silenceOf(row, measured.get(row.place ?? '') ?? []) : undefined
      return silent === undefined ? [] : [silent]
    })
  })
  // A box and what is in it tell of one silence, each as far as it was there.
  for (const row of others.sort((a, b) => (a.lengthMs ?? 0) - (b.lengthMs ?? 0)))
    if (![...rows.values()].some((other) => isSame(row, other))) rows.set(row.key, row)
  return [...rows.values()]
}

/** When something was measured, by station, whichever goods it was told of. */
function measuredAt(journeys: readonly Journey[]): Map<string, Span[]> {
  const measured = new Map<string, Span[]>()
  for (const { proven, event } of journeys.flatMap(({ records }) => records)) {
    const spans = measured.get(proven.signer.station) ?? []
    measured.set(proven.signer.station, spans)
    for (const { fromMs, toMs, everyMs, points } of readingsOf(event)) {
      if (everyMs === 0) spans.push({ fromMs, toMs })
      else for (const { ms } of points) spans.push({ fromMs: ms, toMs: ms + everyMs })
    }
  }
  return measured
}

/** What is left of a gap where others measured: its longest part, if that is a gap still. */
function silenceOf(gap: EventRow, measured: readonly Span[]): EventRow | undefined {
  const end = gap.at.ms + (gap.lengthMs ?? 0)
  let [reached, begin, longest] = [gap.at.ms, gap.at.ms, 0]
  const silent = (until: number): void => {
    if (until - reached > longest) [begin, longest] = [reached, until - reached]
  }
  for (const { fromMs, toMs } of measured
    .filter((span) => span.toMs > gap.at.ms && span.fromMs < end)
    .sort((a, b) => a.fromMs - b.fromMs)) {
    silent(Math.min(fromMs, end))
    reached = Math.max(reached, toMs)
  }
  silent(end)
  return longest <= GAP_MS ? undefined : { ...gap, at: { ...gap.at, ms: begin }, lengthMs: longest }
}

function isSame(row: EventRow, other: EventRow): boolean {
  if (row.key === other.key) return true
  if (row.kind !== 'gap' || other.kind !== 'gap' || row.place !== other.place) return false
  return row.at.ms < other.at.ms + (other.lengthMs ?? 0) && other.at.ms < row.at.ms + (row.lengthMs ?? 0)
}

/** The days of places and vehicles on which goods were there, as subjects; at most `most` of them. */
export function daysOf(goods: readonly Verdict[], most: number): string[] {
  const days = new Set<string>()
  for (const { stops } of journeysOf({ goods, days: [] }))
    stops.forEach(({ station, from, to }, i) => {
      const until = Math.max(to.ms, Math.min(stops[i + 1]?.from.ms ?? to.ms, from.ms + LONGEST_STAY_MS))
      if (!station.startsWith('https:')) return
      for (let ms = from.ms; days.size < most && dayOf(ms) <= dayOf(until); ms += DAY_MS)
        days.add(`${station}#${dayOf(ms)}`)
    })
  return [...days]
}

const DAY_MS = 86_400_000
/** Of a longer stay the first weeks are looked at. */
const LONGEST_STAY_MS = 21 * DAY_MS
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

function isBroken({ stamps }: EventRow): boolean {
  return stamps !== undefined && Object.values(stamps).includes('broken')
}

function rowOf({ proven, event, at, step, stamps }: JourneyRecord): EventRow {
  const range = rangeOf(readingsOf(event))
  const amount = amountOf(event)
  // What moves says where on the earth it was; people know it by its name.
  const named = [event.bizLocation?.id, event.readPoint?.id].find((id) => id?.startsWith('geo:') === false)
  const place = named ?? proven.signer.station
  return {
    key: keyOf(proven),
    kind: 'event',
    at,
    ...(place !== '' && { place }),
    step,
    ...(amount !== undefined && { amount }),
    ...range,
    source: event['tristamp:origin'],
    stamps,
    entry: proven.entry,
    eventID: event.eventID,
    org: proven.signer.org,
    gateway: proven.signer.gateway,
    goods: goodsOf(event),
  }
}

function otherRows(journey: Journey): EventRow[] {
  let station = ''
  return rowsOf(journey).flatMap((row): EventRow[] => {
    if (row.kind === 'stop') station = row.station
    if (row.kind === 'gap') {
      const { fromMs, toMs, offset } = row
      const key = `gap ${station} ${fromMs} ${toMs}`
      const at = { ms: fromMs, offset }
      return [{ key, kind: 'gap', at, place: station, step: 'observe', lengthMs: toMs - fromMs, goods: [] }]
    }
    if (row.kind !== 'taken-back') return []
    const { at, org, gateway, step } = row
    const key = `back ${row.station} ${at.ms} ${step}`
    return [{ key, kind: 'taken-back', at, place: row.station, step, org, gateway, goods: [] }]
  })
}

/** How much an event is about: of what it made, or else of all that it names. */
function amountOf(event: EpcisEvent): Amount | undefined {
  const outputs = new Set(outputsOf(event))
  const lists = [
    event.type === 'TransformationEvent' ? event.outputQuantityList : undefined,
    'quantityList' in event ? event.quantityList : undefined,
    'childQuantityList' in event ? event.childQuantityList : undefined,
  ]
  const amounts = lists.flatMap((list) => list ?? []).filter((one) => one.quantity !== undefined)
  const [first] = amounts
  if (first !== undefined && amounts.every(({ uom }) => uom === first.uom)) {
    const milli = Math.round(1000 * amounts.reduce((sum, { quantity }) => sum + (quantity ?? 0), 0))
    return { milli, ...(first.uom !== undefined && { uom: first.uom }) }
  }
  const count = outputs.size > 0 ? outputs.size : goodsOf(event).length
  return count === 0 || amounts.length > 0 ? undefined : { milli: 1000 * count }
}

/** Rows of what the trace tells of, but for those that are there already. */
export function tracedRows(trace: Trace, proved: readonly EventRow[]): EventRow[] {
  const known = new Set(proved.map(({ key }) => key))
  const offsets = new Map(proved.flatMap(({ place, at }) => (place === undefined ? [] : [[place, at.offset] as const])))
  const rows = new Map<string, EventRow>()
  for (const { kind, from, to, time, step, quantity, proof } of trace.links) {
    const key = keyOf(proof)
    if (known.has(key)) continue
    // What is in something since some time is told by the event that put it there; a link without a time by the one that took it out.
    const ms = Date.parse(time ?? '')
    if (Number.isNaN(ms)) continue
    const row: EventRow = rows.get(key) ?? {
      key,
      kind: 'event',
      at: { ms, offset: deviceOffset(ms) },
      step: kind === 'input' || kind === 'output' ? 'transform' : stepNamed(step),
      entry: proof.entry,
      eventID: proof.eventID,
      ...(proof.org !== undefined && { org: proof.org }),
      goods: [],
    }
    if (kind === 'at') {
      row.place = to
      row.at = { ms, offset: offsets.get(to) ?? row.at.offset }
    }
    if (!from.startsWith('urn:') && row.goods.length < 1000 && !row.goods.includes(from)) row.goods.push(from)
    if (quantity !== undefined && row.amount === undefined) row.amount = quantity
    rows.set(key, row)
  }
  return [...rows.values()]
}
