import type { AggregationEvent, ObjectEvent, Stamps, TransformationEvent } from './event/types.ts'

// Valid stamped events for tests: one pig's life in Enshi, with every stamp in place. Override what a test is about.

/** Identifiers the samples use; the check digits are right. */
export const SAMPLE = {
  gtin: '09506000134352',
  item: 'https://id.gs1.org/01/09506000134352/21/A001',
  lot: 'https://id.gs1.org/01/09506000134352/10/L7',
  product: 'https://id.gs1.org/01/09506000134352',
  meat: 'https://id.gs1.org/01/09506000134369/21/M001',
  unit: 'https://id.gs1.org/00/095060001343520017',
  truck: 'https://id.gs1.org/8004/9506000134TRUCK1',
  place: 'https://id.gs1.org/414/9506000134307',
  device: 'https://id.gs1.org/8004/9506000134COLD1',
} as const

export type Sample<E> = E & Stamps & { readPoint: { id: string } }

/** A pig of one lot is commissioned: an ObjectEvent ADD with ilmd. */
export function sampleObjectEvent(overrides: Partial<ObjectEvent> = {}): Sample<ObjectEvent> {
  return {
    ...stamps(),
    type: 'ObjectEvent',
    action: 'ADD',
    epcList: [SAMPLE.item],
    bizStep: 'commissioning',
    disposition: 'active',
    ilmd: { 'cbvmda:lotNumber': 'L7', 'cbvmda:itemExpirationDate': '2026-12-01' },
    ...overrides,
  } as Sample<ObjectEvent>
}

/** A pig becomes meat. */
export function sampleTransformation(overrides: Partial<TransformationEvent> = {}): Sample<TransformationEvent> {
  return {
    ...stamps(),
    type: 'TransformationEvent',
    inputEPCList: [SAMPLE.item],
    outputEPCList: [SAMPLE.meat],
    bizStep: 'commissioning',
    disposition: 'in_progress',
    ilmd: { 'cbvmda:lotNumber': 'M7' },
    ...overrides,
  } as Sample<TransformationEvent>
}

/** Meat is packed into a logistic unit. */
export function sampleAggregation(overrides: Partial<AggregationEvent> = {}): Sample<AggregationEvent> {
  return {
    ...stamps(),
    type: 'AggregationEvent',
    action: 'ADD',
    parentID: SAMPLE.unit,
    childEPCs: [SAMPLE.meat],
    bizStep: 'packing',
    disposition: 'in_progress',
    ...overrides,
  } as Sample<AggregationEvent>
}

let samples = 0

/** Every sample is an event of its own. */
function stamps(): object {
  return {
    eventID: `urn:uuid:00000000-0000-4000-8000-${String(++samples).padStart(12, '0')}`,
    eventTime: '2026-11-22T01:02:03.004Z',
    eventTimeZoneOffset: '+08:00',
    readPoint: { id: SAMPLE.place },
    bizLocation: { id: SAMPLE.place },
    sensorElementList: [
      {
        sensorMetadata: {
          deviceID: SAMPLE.device,
          startTime: '2026-11-22T00:32:03.004Z',
          endTime: '2026-11-22T01:02:03.004Z',
        },
        sensorReport: [
          { type: 'Temperature', value: 2.1, minValue: 1.9, maxValue: 2.4, meanValue: 2.125, uom: 'CEL' },
          { type: 'RelativeHumidity', value: 81.5, minValue: 80, maxValue: 83, meanValue: 81.2, uom: 'P1' },
        ],
        'tristamp:series': { everyMs: 900_000, milli: [2100, null] },
      },
    ],
    'tristamp:geo': { source: 'gnss', latE7: 302_400_000, lonE7: 1_094_800_000, accuracyM: 5, satellites: 9 },
    'tristamp:clock': {
      source: 'gnss',
      uncertaintyMs: 200,
      bootId: '7c1d52cc-6f0c-4b4e-9f55-0b6f7a3f1c11',
      monotonicMs: 123_456,
    },
    'tristamp:origin': 'device',
  }
}
