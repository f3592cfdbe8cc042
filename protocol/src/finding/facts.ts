import { correctionsOf } from '../event/correction.ts'
import type { RegisterProduct } from '../event/governance-types.ts'
import type { EpcisEvent, SensorElement } from '../event/types.ts'
import { lotOf, productOf, subjectKind } from '../subject.ts'
import type { Names, ProvenEvent } from '../verify/verdict.ts'
import { type Repeat, repeatsOf } from './repeats.ts'

/** A temperature series as an instrument gave it. */
export interface RecordedSeries {
  of: ProvenEvent
  device: string
  fromMs: number
  everyMs: number
  milli: readonly (number | null)[]
}

/** Proven records, sorted out once for all rules. */
export interface Facts {
  /** By time, then by entry; each once, and without what an error declaration took back. */
  events: readonly ProvenEvent[]
  /** The same with what was taken back: what instruments measured was measured, whatever was said of the goods. */
  measured: readonly ProvenEvent[]
  /** Events of one key under one number, where it recorded several. */
  repeats: readonly Repeat[]
  names: Names
  /** Each thing that moves as one (items, logistic units): its events. */
  things: ReadonlyMap<string, readonly ProvenEvent[]>
  /** Each lot: the events that count some of it. */
  lots: ReadonlyMap<string, readonly ProvenEvent[]>
  series: readonly RecordedSeries[]
}

/**
 * @param events in the order of time, as `verify` gives them
 * @param whole the subjects whose histories are complete: of others only some events are known, and nothing can be said of them
 */
export function factsOf(events: readonly ProvenEvent[], names: Names, whole: ReadonlySet<string>): Facts {
  const repeats = repeatsOf(events)
  const again = new Set(repeats.flatMap(({ same, events }) => (same ? events.slice(1) : [])))
  const once = events.filter((proven) => !again.has(proven))
  const { standing, corrections } = correctionsOf(once)
  const things = new Map<string, ProvenEvent[]>()
  const lots = new Map<string, ProvenEvent[]>()
  for (const proven of standing) {
    for (const subject of new Set(goodsOf(proven.event))) {
      if (!whole.has(subject)) continue
      const kind = subjectKind(subject)
      const group = kind === 'item' || kind === 'unit' ? things : kind === 'lot' ? lots : undefined
      const about = group?.get(subject)
      if (about === undefined) group?.set(subject, [proven])
      else about.push(proven)
    }
  }
  const wrong = new Set(corrections.map((correction) => correction.wrong))
  const standingOnes = new Set(standing)
  const measured = once.filter((proven) => standingOnes.has(proven) || wrong.has(proven))
  return { events: standing, measured, repeats, names, things, lots, series: measured.flatMap(seriesOf) }
}

/** Everything that an event says something about. */
export function goodsOf(event: EpcisEvent): string[] {
  const parent = 'parentID' in event && event.parentID !== undefined ? [event.parentID] : []
  if (event.type === 'TransformationEvent') return [...inputsOf(event), ...outputsOf(event)]
  if (event.type === 'ObjectEvent') return [...(event.epcList ?? []), ...classesOf(event.quantityList)]
  if (event.type === 'TransactionEvent') return [...(event.epcList ?? []), ...classesOf(event.quantityList), ...parent]
  return [...(event.childEPCs ?? []), ...classesOf(event.childQuantityList), ...parent]
}

export function inputsOf(event: EpcisEvent): string[] {
  return event.type === 'TransformationEvent'
    ? [...(event.inputEPCList ?? []), ...classesOf(event.inputQuantityList)]
    : []
}

export function outputsOf(event: EpcisEvent): string[] {
  return event.type === 'TransformationEvent'
    ? [...(event.outputEPCList ?? []), ...classesOf(event.outputQuantityList)]
    : []
}

function classesOf(list: readonly { epcClass: string }[] | undefined): string[] {
  return (list ?? []).map(({ epcClass }) => epcClass)
}

/** The event brings `thing` into being. */
export function bears(event: EpcisEvent, thing: string): boolean {
  if (event.type === 'TransformationEvent') return outputsOf(event).includes(thing)
  return event.type === 'ObjectEvent' && event.action === 'ADD' && goodsOf(event).includes(thing)
}

/** The event ends `thing`: it is sold, used up or destroyed. */
export function ends(event: EpcisEvent, thing: string): boolean {
  if (event.type === 'TransformationEvent') return inputsOf(event).includes(thing)
  return event.type === 'ObjectEvent' && event.action === 'DELETE' && goodsOf(event).includes(thing)
}

/** What had ended comes back to somebody: a return, which receives it, or a new beginning. */
export function revives(event: EpcisEvent, thing: string): boolean {
  return event.disposition === 'returned' || event.bizStep === 'receiving' || bears(event, thing)
}

/** The registered product of an item or a lot. */
export function productOfThing({ names }: Facts, thing: string): RegisterProduct | undefined {
  const product = productOf(thing)
  return product === undefined ? undefined : names.products.get(product)
}

/** The lot of an item, where one of its events says so. */
export function lotOfThing(events: readonly ProvenEvent[], thing: string): string | undefined {
  for (const { event } of events) {
    const lot = lotOf(event, thing)
    if (lot !== undefined) return lot
  }
  return undefined
}

function seriesOf(of: ProvenEvent): RecordedSeries[] {
  return (of.event.sensorElementList ?? []).flatMap((element: SensorElement) => {
    const series = element['tristamp:series']
    const start = element.sensorMetadata?.startTime
    if (series === undefined || start === undefined) return []
    const { everyMs, milli } = series
    return [{ of, device: element.sensorMetadata?.deviceID ?? '', fromMs: Date.parse(start), everyMs, milli }]
  })
}

/** Surely before: even with both clocks at the end of their doubt. */
export function surelyBefore(a: ProvenEvent, b: ProvenEvent): boolean {
  return (a.time.latestMs ?? Number.POSITIVE_INFINITY) < (b.time.earliestMs ?? Number.NEGATIVE_INFINITY)
}
