// One proven event as the page tells it: when, where, what was done, and how good each of its three stamps is.
import { type EpcisEvent, type ProvenEvent, placedMs, type StampedEvent } from '@tristamp/protocol'
import type { LocalTime } from './local-time.ts'
import type { Position } from './position.ts'
import { type TimeDoubt, timeDoubtOf } from './time-doubt.ts'

export type StampName = 'place' | 'time' | 'quality'
/** checked: there and proven. unchecked: the station had no instrument for it. broken: a check of this record failed. */
export type StampState = 'checked' | 'unchecked' | 'broken'
export type Stamps = Record<StampName, StampState>

export const STAMPS: readonly StampName[] = ['place', 'time', 'quality']

export type Step =
  | 'commission'
  | 'transform'
  | 'pack'
  | 'unpack'
  | 'load'
  | 'unload'
  | 'ship'
  | 'receive'
  | 'sell'
  | 'inspect'
  | 'store'
  | 'feed'
  | 'treat'
  | 'pick'
  | 'transport'
  | 'stock'
  | 'dispense'
  | 'serve'
  | 'discard'
  | 'observe'
  | 'other'

/** `number` counts the records of the page from 1, in order of time: what a sentence calls "record 9". */
export interface JourneyRecord {
  number: number
  proven: ProvenEvent
  event: StampedEvent
  /** As its stamp says, or as it was placed since. */
  at: LocalTime
  timeDoubt?: TimeDoubt
  step: Step
  stamps: Stamps
  position?: Position
}

const STEPS: Record<string, Step> = {
  commissioning: 'commission',
  creating_class_instance: 'commission',
  packing: 'pack',
  unpacking: 'unpack',
  loading: 'load',
  unloading: 'unload',
  shipping: 'ship',
  receiving: 'receive',
  retail_selling: 'sell',
  inspecting: 'inspect',
  storing: 'store',
  picking: 'pick',
  transporting: 'transport',
  stocking: 'stock',
  dispensing: 'dispense',
  destroying: 'discard',
  'urn:tristamp:bizstep:feeding': 'feed',
  'urn:tristamp:bizstep:treating': 'treat',
  'urn:tristamp:bizstep:serving': 'serve',
  sensor_reporting: 'observe',
}

export function stepOf(event: EpcisEvent): Step {
  if (event.type === 'TransformationEvent') return 'transform'
  return stepNamed(event.bizStep)
}

/** A business step by its name in EPCIS. */
export function stepNamed(bizStep: string | undefined): Step {
  // A ledger's answer may name what every object has, too.
  return (bizStep !== undefined && Object.hasOwn(STEPS, bizStep) && STEPS[bizStep]) || 'other'
}

/** The goods that an event names, as it names them. */
export function goodsOf(event: EpcisEvent): string[] {
  const classes = (list: readonly { epcClass: string }[] | undefined): string[] => (list ?? []).map((q) => q.epcClass)
  switch (event.type) {
    case 'ObjectEvent':
      return [...(event.epcList ?? []), ...classes(event.quantityList)]
    case 'TransactionEvent':
      return [
        ...(event.epcList ?? []),
        ...classes(event.quantityList),
        ...(event.parentID === undefined ? [] : [event.parentID]),
      ]
    case 'TransformationEvent':
      return [...inputsOf(event), ...outputsOf(event)]
    default:
      return [
        ...(event.childEPCs ?? []),
        ...classes(event.childQuantityList),
        ...(event.parentID === undefined ? [] : [event.parentID]),
      ]
  }
}

export function inputsOf(event: EpcisEvent): string[] {
  if (event.type !== 'TransformationEvent') return []
  return [...(event.inputEPCList ?? []), ...(event.inputQuantityList ?? []).map((q) => q.epcClass)]
}

export function outputsOf(event: EpcisEvent): string[] {
  if (event.type !== 'TransformationEvent') return []
  return [...(event.outputEPCList ?? []), ...(event.outputQuantityList ?? []).map((q) => q.epcClass)]
}

function positionOf(event: EpcisEvent): Position | undefined {
  const geo = event['tristamp:geo']
  if (geo === undefined || geo.source === 'none' || geo.latE7 === undefined || geo.lonE7 === undefined) return undefined
  return { latE7: geo.latE7, lonE7: geo.lonE7, accuracyM: geo.accuracyM ?? 0 }
}

function stampsOf(
  { event, time }: ProvenEvent,
  position: Position | undefined,
  broken: ReadonlySet<StampName>,
): Stamps {
  const clock = event['tristamp:clock']
  const measured = (event.sensorElementList ?? []).some((e) =>
    e.sensorReport.some((r) => r.exception !== 'ERROR_CONDITION'),
  )
  const have: Record<StampName, boolean> = {
    place: position !== undefined,
    time: (clock.source !== 'none' || time.from === 'anchor') && !time.contradicted,
    quality: measured,
  }
  const state = (name: StampName): StampState => (broken.has(name) ? 'broken' : have[name] ? 'checked' : 'unchecked')
  return { place: state('place'), time: state('time'), quality: state('quality') }
}

/** The record of one proven event; `broken` names its stamps that a failed check is about. */
export function recordOf(proven: ProvenEvent, number: number, broken: ReadonlySet<StampName>): JourneyRecord {
  const { event } = proven
  const position = positionOf(event)
  const record: JourneyRecord = {
    number,
    proven,
    event,
    at: { ms: placedMs(proven.time) ?? Date.parse(event.eventTime), offset: event.eventTimeZoneOffset },
    step: stepOf(event),
    stamps: stampsOf(proven, position, broken),
  }
  const timeDoubt = timeDoubtOf(proven)
  if (timeDoubt !== undefined) record.timeDoubt = timeDoubt
  if (position !== undefined) record.position = position
  return record
}
