import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SAMPLE, sampleAggregation, sampleObjectEvent, sampleTransformation } from './_events.ts'
import { refusal } from './_refusal.ts'
import { fromBase64Url, toHex } from './bytes.ts'
import type { GovernanceEvent, Operation } from './event/governance-types.ts'
import type { ObjectEvent } from './event/types.ts'
import { parseElementString } from './gs1/element-string.ts'
import { keyUri } from './key.ts'
import {
  isAboutSomething,
  lotOf,
  organisationUri,
  productOf,
  publicKeyUri,
  subjectFrom,
  subjectHash,
  subjectKind,
  subjectOfElements,
  subjectsOf,
} from './subject.ts'

const DAY = '#2026-11-22'

test.each([
  [SAMPLE.item, 'item'],
  [SAMPLE.lot, 'lot'],
  [SAMPLE.product, 'product'],
  [SAMPLE.unit, 'unit'],
  [SAMPLE.truck, 'asset'],
  [`${SAMPLE.truck}${DAY}`, 'asset'],
  ['https://id.gs1.org/8003/09521141123454XYZ', 'asset'],
  [SAMPLE.place, 'place'],
  [`${SAMPLE.place}/254/DOCK1`, 'place'],
  [`${SAMPLE.place}${DAY}`, 'place'],
  ['geo:30.24,109.48#2026-11-22', 'place'],
  ['https://id.gs1.org/417/9506000134307', 'party'],
  ['urn:ietf:params:oauth:ckt:sha-256:abc', 'key'],
  ['https://id.gs1.org/01/09506000134352/235/TPX', 'item'],
  ['https://id.gs1.org/253/4012345000092PO-4711', 'other'],
  ['https://producer.example/pig/7', 'other'],
  ['https://id.gs1.org/01/09506000134353', 'other'],
  ['', 'other'],
] as const)('%s names a %s', (uri, kind) => expect(subjectKind(uri)).toBe(kind))

describe('the subject of elements', () => {
  test.each([
    ['010950600013435210L7\x1d21A001', SAMPLE.item],
    ['0109506000134352\x1d17261201\x1d10L7', SAMPLE.lot],
    ['0109506000134352', SAMPLE.product],
    ['010950600013435222V\x1d10L7', SAMPLE.lot],
    ['00095060001343520017\x1d0209506000134352\x1d3712', SAMPLE.unit],
    ['4149506000134307254DOCK1', `${SAMPLE.place}/254/DOCK1`],
    ['4149506000134307\x1d0109506000134352', SAMPLE.product],
    ['80049506000134TRUCK1', SAMPLE.truck],
    ['4179506000134307', 'https://id.gs1.org/417/9506000134307'],
  ])('%j', (label, uri) => expect(subjectOfElements(parseElementString(label))).toBe(uri))

  test('needs a key', () => expect(refusal(() => subjectOfElements(new Map([['10', 'L7']])))).toBe('GS1_URI'))

  test('any spelling of an identifier is one subject', () => {
    for (const uri of [
      'http://shop.example/01/09506000134352/10/L7/21/A001?17=261201',
      'https://id.gs1.org/01/09506000134352/21/%410%301',
    ]) {
      expect(subjectFrom(uri)).toMatchObject({ uri: SAMPLE.item, kind: 'item' })
    }
  })
})

describe('subjects of an event', () => {
  test('what is commissioned, and the lot it belongs to', () => {
    expect(subjectsOf(sampleObjectEvent())).toEqual([SAMPLE.lot, SAMPLE.item].sort())
    expect(lotOf(sampleObjectEvent(), SAMPLE.item)).toBe(SAMPLE.lot)
  })

  test('inputs, outputs, and the outputs’ lot', () => {
    const lot = 'https://id.gs1.org/01/09506000134369/10/M7'
    expect(subjectsOf(sampleTransformation())).toEqual([SAMPLE.item, lot, SAMPLE.meat].sort())
    expect(lotOf(sampleTransformation(), SAMPLE.meat)).toBe(lot)
    expect(lotOf(sampleTransformation(), SAMPLE.item)).toBeUndefined()
  })

  test('parent and children; an asset by the day', () => {
    expect(subjectsOf(sampleAggregation())).toEqual([SAMPLE.unit, SAMPLE.meat].sort())
    expect(subjectsOf(sampleAggregation({ parentID: SAMPLE.truck }))).toEqual([SAMPLE.meat, SAMPLE.truck + DAY].sort())
    expect(lotOf(sampleAggregation(), SAMPLE.meat)).toBeUndefined()
  })

  test('classes with quantities, each once', () => {
    const event = sampleObjectEvent({
      action: 'OBSERVE',
      epcList: [SAMPLE.item],
      quantityList: [{ epcClass: SAMPLE.lot, quantity: 2 }, { epcClass: SAMPLE.lot }],
    })
    expect(subjectsOf(event)).toEqual([SAMPLE.lot, SAMPLE.item].sort())
  })

  test('a serial with its lot in one identifier is the item and the lot', () => {
    const event = sampleObjectEvent({ epcList: [`${SAMPLE.lot}/21/A001`], ilmd: {} })
    expect(subjectsOf(event)).toEqual([SAMPLE.lot, SAMPLE.item].sort())
    expect(lotOf(event, SAMPLE.item)).toBe(SAMPLE.lot)
  })

  test('an observation makes nothing, so its lot is nobody’s', () => {
    expect(subjectsOf(sampleObjectEvent({ action: 'OBSERVE' }))).toEqual([SAMPLE.item])
  })

  test('a reading without goods is about the holder, else the place, of that UTC day', () => {
    const reading: Partial<ObjectEvent> = { action: 'OBSERVE', epcList: [] }
    expect(subjectsOf(sampleObjectEvent({ ...reading, bizLocation: { id: SAMPLE.truck } }))).toEqual([
      SAMPLE.truck + DAY,
    ])
    const { bizLocation: _, ...moving } = sampleObjectEvent({ ...reading, readPoint: { id: 'geo:30.24,109.48' } })
    expect(subjectsOf(moving)).toEqual([`geo:30.24,109.48${DAY}`])
    expect(subjectsOf(sampleObjectEvent({ ...reading, eventTime: '2026-11-23T07:59:00.000+08:00' }))).toEqual([
      `${SAMPLE.place}${DAY}`,
    ])
    const { readPoint: __, ...nowhere } = moving
    expect(subjectsOf(nowhere as typeof moving)).toEqual([])
    expect([moving, nowhere as typeof moving].map(isAboutSomething)).toEqual([true, false])
  })

  test('a thousand outputs are no burden', () => {
    const outputs = Array.from({ length: 1000 }, (_, i) => `${SAMPLE.product}/21/${i}`)
    expect(subjectsOf(sampleTransformation({ outputEPCList: outputs }))).toHaveLength(1002)
  })
})

describe('subjects of governance', () => {
  const key = 'A'.repeat(43)
  const name = { zh: '云岭', en: 'Yunling' }
  const subjects = (operation: Operation): string[] =>
    subjectsOf({
      type: 'TristampGovernance',
      eventID: 'urn:uuid:x',
      eventTime: '2026-11-22T00:00:00.000Z',
      operation,
    } satisfies GovernanceEvent)

  test('plain URIs of keys, parties, places and products', () => {
    const party = 'https://id.gs1.org/417/9506000134307'
    expect(
      subjects({
        op: 'genesis',
        origin: 'a.example/log',
        administrators: [{ name: 'A', key }],
        threshold: 1,
        windowS: 60,
        logKey: 'x',
        ackKey: key,
      }),
    ).toEqual([publicKeyUri(key)])
    expect(subjects({ op: 'enrol-organisation', org: 'yunling', party, name })).toEqual([
      party,
      organisationUri('yunling'),
    ])
    expect(
      subjects({
        op: 'enrol-gateway',
        org: 'yunling',
        gateway: 'farm-1',
        uri: SAMPLE.truck,
        key,
        station: SAMPLE.place,
        roles: [],
        login: key,
      }),
    ).toEqual([SAMPLE.place, SAMPLE.truck, publicKeyUri(key)].sort())
    expect(
      subjects({
        op: 'register-place',
        org: 'yunling',
        place: SAMPLE.place,
        name,
        address: name,
        zone: 'Asia/Shanghai',
      }),
    ).toEqual([SAMPLE.place])
    expect(subjects({ op: 'register-product', org: 'yunling', product: SAMPLE.product, name, spec: name })).toEqual([
      SAMPLE.product,
    ])
    const named = keyUri(fromBase64Url(key))
    expect(subjects({ op: 'revoke-key', key, reason: 'lost' })).toEqual([named])
    expect(named).toMatch(/^urn:ietf:params:oauth:ckt:sha-256:A{43}$/)
    expect(subjects({ op: 'suspend-key', key, reason: 'lost' })).toEqual([named])
    expect(subjects({ op: 'restore-key', key, reason: 'found' })).toEqual([named])
    expect(subjects({ op: 'rotate-key', key, newKey: key })).toEqual([named, publicKeyUri(key)].sort())
  })
})

test('the product of an item and of a lot', () => {
  expect([SAMPLE.item, SAMPLE.lot, SAMPLE.product].map(productOf)).toEqual(Array(3).fill(SAMPLE.product))
  expect(productOf(SAMPLE.unit)).toBeUndefined()
})

test('the map’s key of a subject is its SHA-256', () => {
  expect(toHex(subjectHash('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})

test('no text makes a subject throw', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.webUrl()), (uri) => void [subjectFrom(uri), subjectKind(uri), productOf(uri)]),
  )
})
