import { describe, expect, test } from 'vitest'
import { epcisVector } from '../_epcis-vectors.ts'
import { sampleAggregation, sampleObjectEvent, sampleTransformation } from '../_events.ts'
import type { Json } from '../canonical-json.ts'
import { ProtocolError } from '../error.ts'
import { checkEpcis } from './epcis.ts'

type Fields = { [name: string]: Json }

/** The code and message with which an event is refused, '' if it is taken. */
function complaint(event: unknown): string {
  try {
    checkEpcis(event as Json)
    return ''
  } catch (error) {
    if (error instanceof ProtocolError) return error.message.replace(': ', ' ')
    throw error
  }
}

const common = { eventTime: '2026-11-22T09:02:03+08:00', eventTimeZoneOffset: '+08:00' }

/** One small valid event of each type; every field in it is needed. */
const SMALLEST: Fields[] = [
  { ...common, type: 'ObjectEvent', action: 'OBSERVE', epcList: ['urn:epc:id:sscc:4012345.0000000011'] },
  {
    ...common,
    type: 'AggregationEvent',
    action: 'ADD',
    parentID: 'https://a.example/box',
    childEPCs: ['https://a.example/egg'],
  },
  {
    ...common,
    type: 'TransformationEvent',
    inputEPCList: ['https://a.example/pig'],
    outputEPCList: ['https://a.example/ham'],
  },
  {
    ...common,
    type: 'AssociationEvent',
    action: 'ADD',
    parentID: 'https://a.example/truck',
    childEPCs: ['https://a.example/logger'],
  },
  {
    ...common,
    type: 'TransactionEvent',
    action: 'ADD',
    bizTransactionList: [{ bizTransaction: 'https://a.example/order' }],
    epcList: ['https://a.example/egg'],
  },
]

describe.each(SMALLEST.map((event) => [event['type'] as string, event] as const))('%s', (type, event) => {
  test('is taken', () => expect(complaint(event)).toBe(''))

  test('each field is needed, and named when it is missing', () => {
    for (const name of Object.keys(event)) {
      const { [name]: _, ...rest } = event
      expect(complaint(rest)).toMatch(
        name === 'type' ? /^EVENT_SHAPE type: / : new RegExp(`^EVENT_FIELD_MISSING ${name}: `),
      )
    }
  })

  test('each field has one type, and is named when it has another', () => {
    for (const name of Object.keys(event)) {
      for (const wrong of [null, 7, true, {}, [7], 'no such thing']) {
        expect(complaint({ ...event, [name]: wrong })).toMatch(
          new RegExp(`^EVENT_(SHAPE|FIELD_VALUE|FIELD_MISSING) ${name}`),
        )
      }
    }
  })

  test('a field of another kind of event, or of none, is refused; an extension passes', () => {
    const foreign = {
      ObjectEvent: 'childEPCs',
      AggregationEvent: 'epcList',
      TransformationEvent: 'action',
      AssociationEvent: 'ilmd',
      TransactionEvent: 'inputEPCList',
    }
    for (const name of [foreign[type as keyof typeof foreign], 'colour', '__proto__', 'constructor', 'a:', ':a']) {
      const odd = Object.defineProperty({ ...event }, name, { value: [], enumerable: true })
      expect(complaint(odd)).toMatch(`EVENT_FIELD_UNKNOWN ${name}: `)
    }
    expect(complaint({ ...event, 'ex:colour': { any: ['thing'] }, 'https://ns.example/colour': 1 })).toBe('')
  })

  test('persistentDisposition only where it may stand', () => {
    const allowed = type === 'ObjectEvent' || type === 'TransformationEvent'
    expect(complaint({ ...event, persistentDisposition: { set: ['recalled'] } })).toMatch(
      allowed ? /^$/ : /^EVENT_FIELD_UNKNOWN persistentDisposition/,
    )
  })
})

test('the samples are valid EPCIS', () => {
  for (const event of [sampleObjectEvent(), sampleTransformation(), sampleAggregation()])
    expect(complaint(event)).toBe('')
})

describe('rules of fields', () => {
  const event = SMALLEST[0]!
  const report = (fields: Fields): Fields => ({
    sensorElementList: [{ sensorReport: [{ type: 'Temperature', ...fields }] }],
  })
  test.each<[string, Fields]>([
    [
      '',
      {
        bizStep: 'shipping',
        disposition: 'in_transit',
        readPoint: { id: 'geo:30.1,109.2' },
        bizLocation: { id: 'https://a.example/x' },
      },
    ],
    ['', { bizStep: 'https://a.example/smoking', certificationInfo: ['https://a.example/c'] }],
    [
      '',
      {
        quantityList: [
          { epcClass: 'https://a.example/eggs' },
          { epcClass: 'https://a.example/milk', quantity: 1.5, uom: 'LTR' },
        ],
      },
    ],
    ['', { epcList: [], ...report({ value: 2.1, uom: 'CEL', exception: 'ALARM_CONDITION' }) }],
    ['', { errorDeclaration: { declarationTime: '2026-11-22T00:00:00Z', reason: 'did_not_occur' } }],
    [
      '',
      {
        sourceList: [{ type: 'owning_party', source: 'https://a.example/p' }],
        destinationList: [{ type: 'location', destination: 'https://a.example/p' }],
      },
    ],
    ['EVENT_FIELD_VALUE bizStep', { bizStep: 'smoking' }],
    ['EVENT_FIELD_VALUE disposition', { disposition: 'eaten' }],
    ['EVENT_FIELD_VALUE eventTime', { eventTime: '2026-02-29T00:00:00Z' }],
    ['EVENT_FIELD_VALUE eventTime', { eventTime: '2026-11-22T24:00:00Z' }],
    ['EVENT_FIELD_VALUE eventTime', { eventTime: '2026-11-22 00:00:00Z' }],
    ['EVENT_FIELD_VALUE eventTime', { eventTime: '2026-11-22T00:00:00' }],
    ['EVENT_FIELD_VALUE eventTimeZoneOffset', { eventTimeZoneOffset: '+14:30' }],
    ['EVENT_FIELD_VALUE eventTimeZoneOffset', { eventTimeZoneOffset: 'Z' }],
    ['EVENT_FIELD_VALUE action', { action: 'add' }],
    ['EVENT_FIELD_VALUE epcList[1]', { epcList: ['https://a.example/1', 'egg'] }],
    ['EVENT_FIELD_VALUE epcList', { epcList: ['https://a.example/1', 'https://a.example/1'] }],
    ['EVENT_FIELD_VALUE ilmd', { ilmd: { 'ex:a': 1 } }],
    ['EVENT_FIELD_UNKNOWN ilmd.colour', { action: 'ADD', ilmd: { colour: 'red' } }],
    [
      'EVENT_FIELD_VALUE quantityList[0].uom',
      { quantityList: [{ epcClass: 'https://a.example/eggs', quantity: 1, uom: 'kilo' }] },
    ],
    [
      'EVENT_FIELD_UNKNOWN quantityList[0].weight',
      { quantityList: [{ epcClass: 'https://a.example/eggs', weight: 1 }] },
    ],
    ['EVENT_FIELD_MISSING quantityList[0].epcClass', { quantityList: [{ quantity: 1 }] }],
    ['EVENT_FIELD_MISSING readPoint.id', { readPoint: {} }],
    ['EVENT_FIELD_VALUE sensorElementList[0].sensorReport', { sensorElementList: [{ sensorReport: [] }] }],
    ['EVENT_FIELD_VALUE sensorElementList[0].sensorReport[0].exception', report({ exception: 'TOO_WARM' })],
    ['EVENT_FIELD_VALUE sensorElementList[0].sensorReport[0].value', report({ value: '2.1' })],
    ['EVENT_FIELD_UNKNOWN sensorElementList[0].sensorReport[0].volume', report({ volume: 1 })],
    ['EVENT_FIELD_VALUE sensorElementList[0].sensorReport[0].hexBinaryValue', report({ hexBinaryValue: 'abc' })],
    ['EVENT_FIELD_VALUE sourceList[0].type', { sourceList: [{ type: 'neighbour', source: 'https://a.example/p' }] }],
    [
      'EVENT_FIELD_VALUE errorDeclaration.correctiveEventIDs',
      {
        errorDeclaration: {
          declarationTime: '2026-11-22T00:00:00Z',
          reason: 'did_not_occur',
          correctiveEventIDs: ['urn:uuid:1'],
        },
      },
    ],
    ['EVENT_FIELD_MISSING errorDeclaration.declarationTime', { errorDeclaration: { reason: 'incorrect_data' } }],
  ])('%s %j', (wanted, fields) => {
    const said = complaint({ ...event, ...fields })
    expect(said.slice(0, wanted.length || undefined)).toBe(wanted)
  })

  test('a reading without goods needs its place', () => {
    const { epcList: _, ...reading } = { ...event, ...report({ value: 2.1, uom: 'CEL' }) } as Fields
    expect(complaint(reading)).toMatch('EVENT_FIELD_MISSING epcList')
    expect(complaint({ ...reading, readPoint: { id: 'https://a.example/x' } })).toBe('')
  })

  test('everything out of a parent needs no children, and an observation no parent', () => {
    const { childEPCs: _, ...empty } = SMALLEST[1]!
    expect(complaint({ ...empty, action: 'DELETE' })).toBe('')
    const { parentID: __, ...orphans } = SMALLEST[1]!
    expect(complaint({ ...orphans, action: 'OBSERVE' })).toBe('')
  })

  test('a transformation may be told in several events', () => {
    const { outputEPCList: _, ...inputs } = SMALLEST[2]!
    expect(complaint({ ...inputs, transformationID: 'https://a.example/run/7' })).toBe('')
  })

  test('what is no object is no event', () => {
    for (const value of [null, 7, 'event', [], {}, { type: 'QuantityEvent' }])
      expect(complaint(value)).toMatch('EVENT_SHAPE')
  })
})

describe('vectors', () => {
  const index = epcisVector<{ files: { file: string; upstreamSays: string }[] }>('documents/index.json')?.files ?? []
  // Query definitions, not events.
  const documents = index.filter(({ file }) => !file.includes('/Queries/'))

  function eventsOf(file: string): unknown[] {
    const document = epcisVector<Fields>(file)!
    const body = document['epcisBody'] as
      | { event?: Json; eventList?: Json[]; queryResults?: { resultsBody: { eventList: Json[] } } }
      | undefined
    return body?.eventList ?? body?.queryResults?.resultsBody.eventList ?? [body?.event ?? document]
  }

  test.skipIf(index.length === 0)('every document is taken or refused as its authors say', () => {
    expect(documents).toHaveLength(36)
    for (const { file, upstreamSays } of documents) {
      const said = eventsOf(file)
        .map(complaint)
        .filter((text) => text !== '')
      expect([file, said.length === 0 ? 'valid' : 'invalid', said]).toEqual([file, upstreamSays, said])
    }
  })

  const pork =
    epcisVector<{ epcisBody: { eventList: Json[] } }>('scenarios/pork/events.json')?.epcisBody.eventList ?? []
  test.skipIf(pork.length === 0)('the 46 events of the pork scenario are valid EPCIS', () => {
    expect(pork.map(complaint)).toEqual(Array(46).fill(''))
  })
})
