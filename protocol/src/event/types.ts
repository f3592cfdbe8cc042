// The five EPCIS 2.0 events as TypeScript shapes, with the extensions that carry the three stamps (protocol §2).
import type { Json } from '../canonical-json.ts'
import type { RecordedTest } from '../spectrum/recorded-test.ts'
import type { Calibration } from '../spectrum/spectrum.ts'
import type { GovernanceEvent } from './governance-types.ts'
import type { ReportEvent } from './report-types.ts'
import type { Summary } from './summary.ts'

export type Action = 'ADD' | 'OBSERVE' | 'DELETE'

/** Some of a class: `quantity` in `uom` (UN/ECE Rec 20), pieces without it. */
export interface QuantityElement {
  epcClass: string
  quantity?: number
  uom?: string
}

export interface PlaceReference {
  id: string
}

export interface BizTransaction {
  type?: string
  bizTransaction: string
}

export interface Source {
  type: string
  source: string
}

export interface Destination {
  type: string
  destination: string
}

/** Says that an earlier event of the same eventID did not happen, or was wrong: EPCIS's only correction. */
export interface ErrorDeclaration {
  declarationTime: string
  reason?: string
  correctiveEventIDs?: string[]
}

export interface PersistentDisposition {
  set?: string[]
  unset?: string[]
}

export interface SensorMetadata {
  time?: string
  startTime?: string
  endTime?: string
  deviceID?: string
  deviceMetadata?: string
  rawData?: string
  dataProcessingMethod?: string
  bizRules?: string
}

export type SensorException = 'ALARM_CONDITION' | 'ERROR_CONDITION'

/** One measured property. Numbers are in `uom`; a report without a value carries an exception. */
export interface SensorReport {
  type: string
  exception?: SensorException
  deviceID?: string
  deviceMetadata?: string
  rawData?: string
  dataProcessingMethod?: string
  bizRules?: string
  time?: string
  microorganism?: string
  chemicalSubstance?: string
  coordinateReferenceSystem?: string
  component?: string
  value?: number
  stringValue?: string
  booleanValue?: boolean
  hexBinaryValue?: string
  uriValue?: string
  minValue?: number
  maxValue?: number
  meanValue?: number
  sDev?: number
  percRank?: number
  percValue?: number
  uom?: string
}

/** Temperature from `startTime` on, one point every `everyMs`, in milli-°C; null where the instrument gave none. */
export interface Series {
  everyMs: number
  milli: (number | null)[]
}

export interface SensorElement {
  sensorMetadata?: SensorMetadata
  sensorReport: SensorReport[]
  'tristamp:series'?: Series
  'tristamp:spectrum'?: RecordedTest
  /** Of the instrument that measured; a test of the goods has its own in `tristamp:spectrum`. */
  'tristamp:calibration'?: Calibration
  'tristamp:summary'?: Summary
}

/**
 * Where: WGS 84 in 1e-7 degrees; latitude, longitude and accuracy are absent when there was no fix. `ageMs`: how old the fix was when the
 * stamp was made. `route`: the way here, as evidence by its digest.
 */
export interface GeoStamp {
  source: 'gnss' | 'site' | 'none'
  latE7?: number
  lonE7?: number
  accuracyM?: number
  satellites?: number
  ageMs?: number
  route?: string
}

/**
 * When: what disciplined the clock, its doubt, and the boot's own count of milliseconds, which no clock change moves. `after`: an entry
 * of the ledger that the gateway knew to be recorded when it made the stamp, from the last acknowledgement.
 */
export interface ClockStamp {
  source: 'gnss' | 'ntp' | 'rtc' | 'none'
  uncertaintyMs: number
  bootId: string
  monotonicMs: number
  after?: number
}

/** How the goods' identity came in: read from an instrument, or typed by a person. */
export type Origin = 'device' | 'operator'

/** Commitments to sealed codes (docs/spec/sealed-code.md) by the URI of the item, which the event lists. */
export type SealedItems = { readonly [item: string]: string }

/** What every event may carry. Extensions are properties whose name is a CURIE or a URI. */
export interface EventBase {
  eventID?: string
  eventTime: string
  eventTimeZoneOffset: string
  recordTime?: string
  certificationInfo?: string | string[]
  errorDeclaration?: ErrorDeclaration
  bizStep?: string
  disposition?: string
  readPoint?: PlaceReference
  bizLocation?: PlaceReference
  bizTransactionList?: BizTransaction[]
  sourceList?: Source[]
  destinationList?: Destination[]
  sensorElementList?: SensorElement[]
  'tristamp:geo'?: GeoStamp
  'tristamp:clock'?: ClockStamp
  'tristamp:origin'?: Origin
  'tristamp:quality'?: 'none'
  'tristamp:sealed'?: SealedItems
  [extension: `${string}:${string}`]: unknown
}

/** Data fixed at the birth of an instance or lot, under CURIE or URI names. */
export type Ilmd = Record<string, Json>

/** Something happened to these things. */
export interface ObjectEvent extends EventBase {
  type: 'ObjectEvent'
  action: Action
  epcList?: string[]
  quantityList?: QuantityElement[]
  persistentDisposition?: PersistentDisposition
  ilmd?: Ilmd
}

/** Things physically in or on a parent, reversibly; DELETE without children means everything out. */
export interface AggregationEvent extends EventBase {
  type: 'AggregationEvent'
  action: Action
  parentID?: string
  childEPCs?: string[]
  childQuantityList?: QuantityElement[]
}

/** Inputs consumed, outputs made, irreversibly. */
export interface TransformationEvent extends EventBase {
  type: 'TransformationEvent'
  inputEPCList?: string[]
  inputQuantityList?: QuantityElement[]
  outputEPCList?: string[]
  outputQuantityList?: QuantityElement[]
  transformationID?: string
  persistentDisposition?: PersistentDisposition
  ilmd?: Ilmd
}

/** An asset, sensor or place fixed to a parent: a logger on a truck. */
export interface AssociationEvent extends EventBase {
  type: 'AssociationEvent'
  action: Action
  parentID: string
  childEPCs?: string[]
  childQuantityList?: QuantityElement[]
}

/** Things tied to a business document. */
export interface TransactionEvent extends EventBase {
  type: 'TransactionEvent'
  action: Action
  bizTransactionList: BizTransaction[]
  parentID?: string
  epcList?: string[]
  quantityList?: QuantityElement[]
}

export type EpcisEvent = ObjectEvent | AggregationEvent | TransformationEvent | AssociationEvent | TransactionEvent
export type EpcisEventType = EpcisEvent['type']

/** What a stamped event always has. The place may only be missing where geo says that there was none. */
export interface Stamps {
  eventID: string
  'tristamp:geo': GeoStamp
  'tristamp:clock': ClockStamp
  'tristamp:origin': Origin
}

/** An event that carries its three stamps, complete and in range: what checkStamps returns. */
export type StampedEvent = EpcisEvent & Stamps

export type AnyEvent = EpcisEvent | GovernanceEvent | ReportEvent
