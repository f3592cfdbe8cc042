import type { Json } from '../canonical-json.ts'
import {
  anything,
  type Check,
  decimal,
  extensions,
  flag,
  hex,
  instant,
  isObject,
  type JsonObject,
  list,
  matching,
  oneOrMore,
  refuse,
  shape,
  text,
  uri,
  word,
} from './check.ts'
import { Trail } from './trail.ts'
import type { EpcisEvent, EpcisEventType } from './types.ts'
import {
  BIZ_STEPS,
  COMPONENTS,
  DISPOSITIONS,
  ERROR_REASONS,
  MEASUREMENT_TYPES,
  PARTY_TYPES,
  SENSOR_EXCEPTIONS,
  TRANSACTION_TYPES,
} from './vocabulary.ts'

// EPCIS 2.0 §7: which fields an event may have, and what stands in them. One table; the rules between fields follow it.

const OBJECT = 'ObjectEvent'
const AGGREGATION = 'AggregationEvent'
const TRANSFORMATION = 'TransformationEvent'
const ASSOCIATION = 'AssociationEvent'
const TRANSACTION = 'TransactionEvent'
const ALL: readonly EpcisEventType[] = [OBJECT, AGGREGATION, TRANSFORMATION, ASSOCIATION, TRANSACTION]
const ACTED: readonly EpcisEventType[] = [OBJECT, AGGREGATION, ASSOCIATION, TRANSACTION]

interface Field {
  check: Check
  /** The event types that have the field; all of them unless told. */
  on?: readonly EpcisEventType[]
  /** The event types that must have it. */
  need?: readonly EpcisEventType[]
}

const disposition = word(DISPOSITIONS, 'a disposition')
const epcs = list(uri, { distinct: true })
const place = shape({ required: { id: uri }, extensible: true })
const quantities = list(
  shape({
    required: { epcClass: uri },
    optional: { quantity: decimal, uom: matching(/^[A-Z0-9]{2,3}$/, 'a UN/ECE Rec 20 unit') },
  }),
)

const sensorMetadata = shape({
  optional: {
    time: instant,
    startTime: instant,
    endTime: instant,
    deviceID: uri,
    deviceMetadata: uri,
    rawData: uri,
    dataProcessingMethod: uri,
    bizRules: uri,
  },
  extensible: true,
})

const sensorReport = shape({
  required: { type: word(MEASUREMENT_TYPES, 'a measured property') },
  optional: {
    exception: word(SENSOR_EXCEPTIONS, 'an exception'),
    deviceID: uri,
    deviceMetadata: uri,
    rawData: uri,
    dataProcessingMethod: uri,
    bizRules: uri,
    time: instant,
    microorganism: uri,
    chemicalSubstance: uri,
    coordinateReferenceSystem: uri,
    component: word(COMPONENTS, 'a component'),
    value: decimal,
    stringValue: text,
    booleanValue: flag,
    hexBinaryValue: hex,
    uriValue: uri,
    minValue: decimal,
    maxValue: decimal,
    meanValue: decimal,
    sDev: decimal,
    percRank: decimal,
    percValue: decimal,
    uom: text,
  },
  extensible: true,
})

const FIELDS: { readonly [name: string]: Field } = {
  '@context': { check: anything },
  type: { check: text, need: ALL },
  eventID: { check: uri },
  eventTime: { check: instant, need: ALL },
  eventTimeZoneOffset: { check: matching(/^[+-]((0\d|1[0-3]):[0-5]\d|14:00)$/, 'an offset such as +08:00'), need: ALL },
  recordTime: { check: instant },
  certificationInfo: { check: oneOrMore(uri) },
  errorDeclaration: {
    check: shape({
      required: { declarationTime: instant },
      optional: { reason: word(ERROR_REASONS, 'a reason'), correctiveEventIDs: list(uri) },
      extensible: true,
    }),
  },
  action: { check: matching(/^(ADD|OBSERVE|DELETE)$/, 'ADD, OBSERVE or DELETE'), on: ACTED, need: ACTED },
  epcList: { check: epcs, on: [OBJECT, TRANSACTION] },
  quantityList: { check: quantities, on: [OBJECT, TRANSACTION] },
  parentID: { check: uri, on: [AGGREGATION, ASSOCIATION, TRANSACTION], need: [ASSOCIATION] },
  childEPCs: { check: epcs, on: [AGGREGATION, ASSOCIATION] },
  childQuantityList: { check: quantities, on: [AGGREGATION, ASSOCIATION] },
  inputEPCList: { check: epcs, on: [TRANSFORMATION] },
  inputQuantityList: { check: quantities, on: [TRANSFORMATION] },
  outputEPCList: { check: epcs, on: [TRANSFORMATION] },
  outputQuantityList: { check: quantities, on: [TRANSFORMATION] },
  transformationID: { check: uri, on: [TRANSFORMATION] },
  bizStep: { check: word(BIZ_STEPS, 'a business step') },
  disposition: { check: disposition },
  persistentDisposition: {
    check: shape({ optional: { set: list(disposition), unset: list(disposition) } }),
    on: [OBJECT, TRANSFORMATION],
  },
  readPoint: { check: place },
  bizLocation: { check: place },
  bizTransactionList: {
    check: list(
      shape({ required: { bizTransaction: uri }, optional: { type: word(TRANSACTION_TYPES, 'a transaction type') } }),
    ),
    need: [TRANSACTION],
  },
  sourceList: { check: list(shape({ required: { type: word(PARTY_TYPES, 'a source type'), source: uri } })) },
  destinationList: {
    check: list(shape({ required: { type: word(PARTY_TYPES, 'a destination type'), destination: uri } })),
  },
  sensorElementList: {
    check: list(
      shape({
        required: { sensorReport: list(sensorReport, { min: 1 }) },
        optional: { sensorMetadata },
        extensible: true,
      }),
    ),
  },
  ilmd: { check: extensions, on: [OBJECT, TRANSFORMATION] },
}

const SHAPES = new Map(ALL.map((type) => [type, shapeOf(type)]))

function shapeOf(type: EpcisEventType): Check {
  const fields = Object.entries(FIELDS).filter(([, { on = ALL }]) => on.includes(type))
  const checks = (needed: boolean): { [name: string]: Check } =>
    Object.fromEntries(
      fields.flatMap(([name, { need = [], check }]) => (need.includes(type) === needed ? [[name, check]] : [])),
    )
  return shape({ required: checks(true), optional: checks(false), extensible: true, of: type })
}

/**
 * Checks one EPCIS 2.0 event object: the five types, their fields, the CBV's words, and the rules between fields.
 * Extensions (names that are CURIEs or URIs) pass unread.
 * @throws ProtocolError EVENT_SHAPE, EVENT_FIELD_UNKNOWN, EVENT_FIELD_MISSING, EVENT_FIELD_VALUE; the message begins with the field's path
 */
export function checkEpcis(value: Json): EpcisEvent {
  if (!isObject(value)) return refuse('EVENT_SHAPE', 'event', 'expected an object')
  const type = ALL.find((name) => name === value['type'])
  if (type === undefined) return refuse('EVENT_SHAPE', 'type', 'expected one of the five EPCIS events')
  SHAPES.get(type)!(value, new Trail())
  checkTogether(type, value)
  return value as unknown as EpcisEvent
}

/** The rules between fields. */
function checkTogether(type: EpcisEventType, event: JsonObject): void {
  const some = (...names: string[]): boolean => names.some((name) => lengthOf(event[name]) > 0)
  const missing = (name: string, why: string): never => refuse('EVENT_FIELD_MISSING', name, why)
  const action = event['action']
  if (type === OBJECT) {
    const reading = some('sensorElementList') && Object.hasOwn(event, 'readPoint')
    if (!Object.hasOwn(event, 'epcList') && !some('quantityList') && !reading) {
      missing('epcList', 'an ObjectEvent needs epcList, quantityList, or sensorElementList with readPoint')
    }
    if (Object.hasOwn(event, 'ilmd') && action !== 'ADD') refuse('EVENT_FIELD_VALUE', 'ilmd', 'only with action ADD')
  }
  if (
    (type === AGGREGATION || type === ASSOCIATION) &&
    action !== 'DELETE' &&
    !some('childEPCs', 'childQuantityList')
  ) {
    missing('childEPCs', 'children are needed unless the action is DELETE')
  }
  if (type === AGGREGATION && action !== 'OBSERVE' && !Object.hasOwn(event, 'parentID')) {
    missing('parentID', 'a parent is needed unless the action is OBSERVE')
  }
  if (type === TRANSACTION) {
    if (!some('bizTransactionList')) missing('bizTransactionList', 'at least one transaction is needed')
    if (!some('epcList', 'quantityList') && !Object.hasOwn(event, 'parentID'))
      missing('epcList', 'a transaction needs something it is about')
  }
  if (type === TRANSFORMATION) checkTransformation(event, some)
  const declaration = event['errorDeclaration']
  if (
    isObject(declaration) &&
    declaration['reason'] === 'did_not_occur' &&
    lengthOf(declaration['correctiveEventIDs']) > 0
  ) {
    refuse('EVENT_FIELD_VALUE', 'errorDeclaration.correctiveEventIDs', 'what did not occur has no corrective events')
  }
}

/** Inputs and outputs both, unless a transformationID ties several events together. */
function checkTransformation(event: JsonObject, some: (...names: string[]) => boolean): void {
  const inputs = some('inputEPCList', 'inputQuantityList')
  const outputs = some('outputEPCList', 'outputQuantityList')
  const tied = Object.hasOwn(event, 'transformationID')
  if (!inputs && !(tied && outputs)) refuse('EVENT_FIELD_MISSING', 'inputEPCList', 'a transformation needs inputs')
  if (!outputs && !(tied && inputs)) refuse('EVENT_FIELD_MISSING', 'outputEPCList', 'a transformation needs outputs')
}

function lengthOf(value: Json | undefined): number {
  return Array.isArray(value) ? value.length : 0
}
