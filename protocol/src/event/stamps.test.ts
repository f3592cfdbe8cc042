import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { epcisVector } from '../_epcis-vectors.ts'
import { SAMPLE, sampleAggregation, sampleObjectEvent, sampleTransformation } from '../_events.ts'
import type { Json } from '../canonical-json.ts'
import { ProtocolError } from '../error.ts'
import { milli, utcMs } from './bounds.ts'
import { checkEpcis } from './epcis.ts'
import { geoUri, parseGeoUri } from './profile.ts'
import { checkStamps, stampsOf } from './stamps.ts'
import type { EpcisEvent } from './types.ts'

type Fields = { [name: string]: unknown }

/** The code and message with which a stamped event is refused, '' if it is taken. */
function complaint(event: unknown): string {
  try {
    checkStamps(checkEpcis(event as Json))
    return ''
  } catch (error) {
    if (error instanceof ProtocolError) return error.message.replace(': ', ' ')
    throw error
  }
}

const sample = (): Fields => sampleObjectEvent() as unknown as Fields
const geo = sampleObjectEvent()['tristamp:geo']
const clock = sampleObjectEvent()['tristamp:clock']
const element = sampleObjectEvent().sensorElementList![0]!
const quality = (fields: Fields): Fields => ({ sensorElementList: [{ ...element, ...fields }] })
const report = (fields: Fields): Fields => quality({ sensorReport: [fields], 'tristamp:series': undefined })
const items = (n: number): string[] =>
  Array.from({ length: n }, (_, i) => `https://id.gs1.org/01/${SAMPLE.gtin}/21/${i}`)

/** An event without the members that a test sets to undefined. */
function event(fields: Fields): Fields {
  return JSON.parse(JSON.stringify({ ...sample(), ...fields })) as Fields
}

test('the samples carry their stamps', () => {
  for (const sampled of [sampleObjectEvent(), sampleTransformation(), sampleAggregation()])
    expect(complaint(sampled)).toBe('')
})

test.each<[string, Fields]>([
  // place
  ['EVENT_STAMP_PLACE tristamp:geo: missing', { 'tristamp:geo': undefined }],
  ['EVENT_STAMP_PLACE tristamp:geo.source', { 'tristamp:geo': { ...geo, source: 'wifi' } }],
  ['EVENT_STAMP_PLACE tristamp:geo.latE7', { 'tristamp:geo': { ...geo, latE7: 900_000_001 } }],
  ['EVENT_STAMP_PLACE tristamp:geo.latE7', { 'tristamp:geo': { ...geo, latE7: 30.24 } }],
  ['EVENT_STAMP_PLACE tristamp:geo.latE7', { 'tristamp:geo': { ...geo, latE7: undefined } }],
  ['EVENT_STAMP_PLACE tristamp:geo.lonE7', { 'tristamp:geo': { ...geo, lonE7: -1_800_000_001 } }],
  ['EVENT_STAMP_PLACE tristamp:geo.accuracyM', { 'tristamp:geo': { ...geo, accuracyM: -1 } }],
  ['EVENT_STAMP_PLACE tristamp:geo.satellites', { 'tristamp:geo': { ...geo, satellites: 1.5 } }],
  ['EVENT_STAMP_PLACE tristamp:geo.altitude', { 'tristamp:geo': { ...geo, altitude: 1 } }],
  ['EVENT_STAMP_PLACE tristamp:geo.latE7', { 'tristamp:geo': { source: 'none', latE7: 1 } }],
  ['', { 'tristamp:geo': { source: 'none' } }],
  ['', { 'tristamp:geo': { source: 'none' }, readPoint: undefined, bizLocation: undefined }],
  ['EVENT_STAMP_PLACE readPoint', { readPoint: undefined }],
  ['EVENT_STAMP_PLACE readPoint.id', { 'tristamp:geo': { source: 'none' }, readPoint: { id: 'geo:30.24,109.48' } }],
  ['', { readPoint: { id: 'geo:30.24,109.48' } }],
  ['', { readPoint: { id: 'geo:30.24005,109.48' } }],
  ['EVENT_STAMP_PLACE readPoint.id', { readPoint: { id: 'geo:30.25,109.48' } }],
  ['EVENT_FIELD_VALUE readPoint.id', { readPoint: { id: 'geo:30.24,109.48;u=5' } }],
  ['EVENT_FIELD_VALUE readPoint.id', { readPoint: { id: 'urn:place:7' } }],
  ['EVENT_FIELD_VALUE bizLocation.id', { bizLocation: { id: 'geo:30.24,109.48' } }],
  [
    'EVENT_STAMP_PLACE readPoint',
    { epcList: [], ilmd: undefined, 'tristamp:geo': { source: 'none' }, readPoint: undefined, bizLocation: undefined },
  ],
  // time
  ['EVENT_STAMP_TIME tristamp:clock: missing', { 'tristamp:clock': undefined }],
  ['EVENT_STAMP_TIME tristamp:clock.source', { 'tristamp:clock': { ...clock, source: 'sundial' } }],
  ['EVENT_STAMP_TIME tristamp:clock.uncertaintyMs', { 'tristamp:clock': { ...clock, uncertaintyMs: -1 } }],
  ['EVENT_STAMP_TIME tristamp:clock.monotonicMs', { 'tristamp:clock': { ...clock, monotonicMs: 0.5 } }],
  ['EVENT_STAMP_TIME tristamp:clock.bootId', { 'tristamp:clock': { ...clock, bootId: 'boot' } }],
  ['EVENT_STAMP_TIME tristamp:clock.drift', { 'tristamp:clock': { ...clock, drift: 1 } }],
  ['EVENT_FIELD_VALUE eventTime', { eventTime: '2026-11-22T01:02:03Z' }],
  ['EVENT_FIELD_VALUE eventTime', { eventTime: '2026-11-22T01:02:03.0040Z' }],
  ['EVENT_FIELD_VALUE eventTime', { eventTime: '2026-11-22T09:02:03.004+08:00' }],
  ['EVENT_FIELD_VALUE recordTime', { recordTime: '2026-11-22T01:02:03.004Z' }],
  // quality
  ['EVENT_STAMP_QUALITY sensorElementList: missing', { sensorElementList: undefined }],
  ['EVENT_STAMP_QUALITY sensorElementList: missing', { sensorElementList: [] }],
  ['', { sensorElementList: undefined, 'tristamp:quality': 'none' }],
  ['EVENT_STAMP_QUALITY tristamp:quality', { 'tristamp:quality': 'none' }],
  ['EVENT_STAMP_QUALITY tristamp:quality', { sensorElementList: undefined, 'tristamp:quality': 'good' }],
  ['EVENT_STAMP_QUALITY sensorElementList: more', { sensorElementList: Array(65).fill(element) }],
  [
    'EVENT_STAMP_QUALITY sensorElementList[0].sensorMetadata.deviceID',
    quality({ sensorMetadata: { ...element.sensorMetadata, deviceID: undefined } }),
  ],
  ['EVENT_STAMP_QUALITY sensorElementList[0].sensorMetadata.deviceID', quality({ sensorMetadata: undefined })],
  [
    'EVENT_STAMP_QUALITY sensorElementList[0].sensorMetadata.startTime',
    quality({ sensorMetadata: { ...element.sensorMetadata, startTime: undefined } }),
  ],
  [
    'EVENT_STAMP_QUALITY sensorElementList[0].sensorMetadata.endTime',
    quality({ sensorMetadata: { ...element.sensorMetadata, endTime: '2026-11-21T00:00:00.000Z' } }),
  ],
  [
    'EVENT_FIELD_VALUE sensorElementList[0].sensorMetadata.startTime',
    quality({ sensorMetadata: { ...element.sensorMetadata, startTime: '2026-11-22T00:32:03Z' } }),
  ],
  [
    'EVENT_STAMP_QUALITY sensorElementList[0].sensorReport[0].value: missing',
    report({ type: 'Temperature', uom: 'CEL' }),
  ],
  ['', report({ type: 'Temperature', exception: 'ERROR_CONDITION' })],
  [
    'EVENT_STAMP_QUALITY sensorElementList[0].sensorReport[0].uom',
    report({ type: 'Temperature', value: 36, uom: 'FAH' }),
  ],
  ['EVENT_STAMP_QUALITY sensorElementList[0].sensorReport[0].uom', report({ type: 'Pressure', value: 36 })],
  [
    'EVENT_STAMP_QUALITY sensorElementList[0].sensorReport[0].value',
    report({ type: 'Temperature', value: -300, uom: 'CEL' }),
  ],
  [
    'EVENT_STAMP_QUALITY sensorElementList[0].sensorReport[0].value',
    report({ type: 'RelativeHumidity', value: 101, uom: 'P1' }),
  ],
  [
    'EVENT_STAMP_QUALITY sensorElementList[0].sensorReport[0].value',
    report({ type: 'Temperature', value: 2.1234, uom: 'CEL' }),
  ],
  [
    'EVENT_STAMP_QUALITY sensorElementList[0].sensorReport[0].maxValue',
    report({ type: 'Temperature', minValue: 3, maxValue: 2, uom: 'CEL' }),
  ],
  [
    'EVENT_STAMP_QUALITY sensorElementList[0].sensorReport[0].exception',
    report({ type: 'Temperature', value: 2, uom: 'CEL', exception: 'ex:HOT' }),
  ],
  [
    'EVENT_STAMP_QUALITY sensorElementList[0].sensorReport: the same',
    quality({ sensorReport: [element.sensorReport[0], element.sensorReport[0]] }),
  ],
  ['EVENT_STAMP_QUALITY sensorElementList[0].tristamp:series', quality({ 'tristamp:series': { everyMs: 1000 } })],
  [
    'EVENT_STAMP_QUALITY sensorElementList[0].tristamp:series',
    quality({ 'tristamp:series': { everyMs: 1000, milli: [1], more: 1 } }),
  ],
  [
    'EVENT_STAMP_QUALITY sensorElementList[0].tristamp:series.milli',
    quality({ 'tristamp:series': { everyMs: 1000, milli: Array(97).fill(1) } }),
  ],
  [
    'EVENT_STAMP_QUALITY sensorElementList[0].tristamp:series.milli',
    quality({ 'tristamp:series': { everyMs: 1000, milli: [1.5] } }),
  ],
  ['', quality({ 'tristamp:series': { everyMs: 900_000, milli: Array(96).fill(null) } })],
  ['EVENT_STAMP_QUALITY sensorElementList[0].tristamp:series', quality({ sensorReport: [element.sensorReport[1]] })],
  // origin
  ['EVENT_FIELD_MISSING tristamp:origin', { 'tristamp:origin': undefined }],
  ['EVENT_FIELD_VALUE tristamp:origin', { 'tristamp:origin': 'guess' }],
  // names, identifiers, sizes
  ['EVENT_FIELD_MISSING eventID', { eventID: undefined }],
  ['EVENT_FIELD_VALUE eventID', { eventID: 'urn:uuid:00000000-0000-4000-8000-00000000000A' }],
  ['EVENT_FIELD_VALUE eventID', { eventID: 'ni:///sha-256;00' }],
  ['EVENT_FIELD_UNKNOWN ex:colour', { 'ex:colour': 'red' }],
  ['EVENT_FIELD_UNKNOWN tristamp:colour', { 'tristamp:colour': 'red' }],
  ['EVENT_FIELD_UNKNOWN tristamp:series', { 'tristamp:series': { everyMs: 1, milli: [1] } }],
  ['EVENT_FIELD_UNKNOWN @context', { '@context': [] }],
  ['EVENT_FIELD_UNKNOWN ilmd.ex:colour', { ilmd: { 'ex:colour': 'red' } }],
  ['EVENT_FIELD_UNKNOWN sensorElementList[0].tristamp:geo', quality({ 'tristamp:geo': geo })],
  ['EVENT_FIELD_UNKNOWN readPoint.ex:door', { readPoint: { id: SAMPLE.place, 'ex:door': 7 } }],
  ['EVENT_FIELD_VALUE ilmd.cbvmda:lotNumber', { ilmd: { 'cbvmda:lotNumber': 'lot seven' } }],
  ['EVENT_FIELD_VALUE ilmd.cbvmda:lotNumber', { ilmd: { 'cbvmda:lotNumber': '..' } }],
  ['EVENT_FIELD_VALUE ilmd.cbvmda:lotNumber', { ilmd: { 'cbvmda:lotNumber': 7 } }],
  ['EVENT_FIELD_VALUE ilmd.cbvmda:itemExpirationDate', { ilmd: { 'cbvmda:itemExpirationDate': '2026-13-01' } }],
  ['EVENT_FIELD_VALUE ilmd.cbvmda:farm', { ilmd: { 'cbvmda:farm': ['A'] } }],
  ['EVENT_FIELD_VALUE epcList[0]', { epcList: ['urn:epc:id:sgtin:4012345.011111.1'] }],
  ['EVENT_FIELD_VALUE epcList[0]', { epcList: ['http://id.gs1.org/01/09506000134352/21/A001'] }],
  ['EVENT_FIELD_VALUE epcList[0]', { epcList: ['https://shop.example/01/09506000134352/21/A001'] }],
  ['EVENT_FIELD_VALUE epcList[0]', { epcList: ['https://id.gs1.org/01/09506000134352/10/L7/21/A001'] }],
  ['EVENT_FIELD_VALUE epcList[0]', { epcList: ['https://id.gs1.org/01/09506000134353/21/A001'] }],
  ['EVENT_FIELD_VALUE epcList[0]', { epcList: ['https://id.gs1.org/01/09506000134352/21/..'] }],
  ['EVENT_FIELD_VALUE epcList[0]', { epcList: ['https://id.gs1.org/01/09506000134352/21/%41'] }],
  ['EVENT_FIELD_VALUE epcList[0]', { epcList: ['https://producer.example/pig/7#2026-11-22'] }],
  ['', { epcList: ['https://producer.example/pig/7', 'https://id.gs1.org/253/4012345000092PO-4711'] }],
  ['', { epcList: items(140) }],
  ['EVENT_FIELD_VALUE epcList: more than 1000', { epcList: items(1001) }],
  ['EVENT_FIELD_VALUE certificationInfo: more than 64', { certificationInfo: items(65) }],
  ['EVENT_FIELD_VALUE certificationInfo: more than 512', { certificationInfo: `https://a.example/${'x'.repeat(500)}` }],
  ['EVENT_FIELD_VALUE quantityList[0].quantity', { quantityList: [{ epcClass: SAMPLE.lot, quantity: -1 }] }],
  ['EVENT_FIELD_VALUE quantityList[0].quantity', { quantityList: [{ epcClass: SAMPLE.lot, quantity: 0.1234 }] }],
  ['EVENT_FIELD_VALUE quantityList[0].epcClass', { quantityList: [{ epcClass: 'urn:x:1' }] }],
  ['EVENT_FIELD_VALUE sourceList[0].source', { sourceList: [{ type: 'owning_party', source: 'urn:x:1' }] }],
])('%s', (wanted, fields) => {
  const said = complaint(event(fields))
  expect(said.slice(0, wanted.length || undefined)).toBe(wanted)
})

test('stamps come out as integers', () => {
  expect(stampsOf(checkStamps(sampleObjectEvent() as EpcisEvent))).toEqual({
    place: {
      source: 'gnss',
      readPoint: SAMPLE.place,
      latE7: 302_400_000,
      lonE7: 1_094_800_000,
      accuracyMm: 5000,
      satellites: 9,
    },
    time: { ms: Date.UTC(2026, 10, 22, 1, 2, 3, 4), offset: '+08:00', ...clock },
    quality: [
      {
        deviceID: SAMPLE.device,
        type: 'Temperature',
        uom: 'CEL',
        startMs: Date.UTC(2026, 10, 22, 0, 32, 3, 4),
        endMs: Date.UTC(2026, 10, 22, 1, 2, 3, 4),
        valueMilli: 2100,
        minMilli: 1900,
        maxMilli: 2400,
        meanMilli: 2125,
        series: { everyMs: 900_000, milli: [2100, null] },
      },
      {
        deviceID: SAMPLE.device,
        type: 'RelativeHumidity',
        uom: 'P1',
        startMs: Date.UTC(2026, 10, 22, 0, 32, 3, 4),
        endMs: Date.UTC(2026, 10, 22, 1, 2, 3, 4),
        valueMilli: 81_500,
        minMilli: 80_000,
        maxMilli: 83_000,
        meanMilli: 81_200,
      },
    ],
    origin: 'device',
  })
})

const pork = epcisVector<{ epcisBody: { eventList: Json[] } }>('scenarios/pork/events.json')?.epcisBody.eventList ?? []
test.skipIf(pork.length === 0)('the events of the pork scenario have no stamps, and are refused for it', () => {
  for (const event of pork) expect(complaint(event)).toMatch(/^EVENT_STAMP_/)
})

describe('integers', () => {
  test('a decimal of three places is exact', () => {
    const decimal = fc.tuple(fc.integer({ min: -999_999_999, max: 999_999_999 }), fc.nat(999))
    fc.assert(
      fc.property(decimal, ([whole, thousandths]) => {
        const value = Number(`${whole}.${String(thousandths).padStart(3, '0')}`)
        const wanted = Math.abs(whole) * 1000 + thousandths
        expect(milli(value)).toBe(whole < 0 ? -wanted : wanted)
      }),
    )
    for (const [value, wanted] of [
      [4.35, 4350],
      [-0.001, -1],
      [1.005, 1005],
      [0, 0],
    ])
      expect(milli(value!)).toBe(wanted)
  })

  test('what has more places, or is too large, is not guessed', () => {
    for (const value of [0.0001, 1.00001, 1e-7, 1e13, Number.NaN, Number.POSITIVE_INFINITY, 2.1 + 1e-12])
      expect(milli(value)).toBeUndefined()
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }), (value) => {
        const thousandths = milli(value)
        const short = /^-?\d+(\.\d{1,3})?$/.test(String(value))
        expect(thousandths !== undefined).toBe(short)
      }),
    )
  })

  test('a geo URI and its position go together', () => {
    const position = fc.tuple(
      fc.integer({ min: -900_000_000, max: 900_000_000 }),
      fc.integer({ min: -1_800_000_000, max: 1_800_000_000 }),
    )
    fc.assert(
      fc.property(position, ([latE7, lonE7]) => {
        expect(parseGeoUri(geoUri(latE7, lonE7))).toEqual({ latE7, lonE7 })
      }),
    )
    for (const bad of ['geo:91,0', 'geo:0,181', 'geo:1,2,3', 'geo:1', 'geo:1e1,2', 'geo:1.12345678,2'])
      expect(parseGeoUri(bad)).toBeUndefined()
  })

  test('a time has exactly three decimals', () => {
    expect(utcMs('1970-01-01T00:00:00.001Z')).toBe(1)
    for (const bad of [
      '2026-02-30T00:00:00.000Z',
      '2026-01-01T24:00:00.000Z',
      '2026-01-01T00:00:60.000Z',
      '2026-01-01',
      '',
    ])
      expect(utcMs(bad)).toBeUndefined()
  })
})
