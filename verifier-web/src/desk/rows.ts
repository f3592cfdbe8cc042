// The events of a subject as rows: those that were proved here, and those that the trace tells of and nobody has checked here yet.
import type { EpcisEvent, Verdict } from '@tristamp/protocol'
import { type Journey, journeyOf } from '../journey.ts'
import { deviceOffset, type LocalTime } from '../local-time.ts'
import { goodsOf, type JourneyRecord, outputsOf, type Stamps, type Step, stepNamed } from '../record.ts'
import { rangeOf, readingsOf } from '../temperature.ts'
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

/** Rows of what was proved, gaps and what was taken back among them. */
export function provedRows(verdicts: readonly Verdict[]): EventRow[] {
  const rows = new Map<string, EventRow>()
  // Of two verdicts over one record the worse one counts.
  for (const row of verdicts.flatMap(rowsOfVerdict)) if (!rows.has(row.key) || isBroken(row)) rows.set(row.key, row)
  return [...rows.values()]
}

/** Verdicts come one by one, and each time all of them are shown. */
const made = new WeakMap<Verdict, EventRow[]>()

function rowsOfVerdict(verdict: Verdict): EventRow[] {
  const before = made.get(verdict)
  if (before !== undefined) return before
  const journey = journeyOf(verdict)
  const rows = [...journey.records.map(rowOf), ...otherRows(journey)]
  made.set(verdict, rows)
  return rows
}

function isBroken({ stamps }: EventRow): boolean {
  return stamps !== undefined && Object.values(stamps).includes('broken')
}

function rowOf({ proven, event, at, step, stamps }: JourneyRecord): EventRow {
  const range = rangeOf(readingsOf(event))
  const amount = amountOf(event)
  const place = event.bizLocation?.id ?? event.readPoint?.id ?? proven.signer.station
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

function otherRows({ rows }: Journey): EventRow[] {
  let station = ''
  return rows.flatMap((row): EventRow[] => {
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
