import { describe, expect, it } from 'vitest'
import { SAMPLE, sampleAggregation, sampleObjectEvent, sampleTransformation } from '../_events.ts'
import type { EpcisEvent, StampedEvent } from '../event/types.ts'
import type { Names, ProvenEvent } from '../verify/verdict.ts'
import type { FindingCode } from './finding.ts'
import { findingsOf } from './rules.ts'

const HOUR = 3_600_000
const T0 = Date.parse('2026-11-22T00:00:00.000Z')
const ENSHI = { latE7: 302_700_000, lonE7: 1_094_800_000 }
const HANGZHOU = { latE7: 302_500_000, lonE7: 1_201_500_000 }
const WHOLE = [SAMPLE.item, SAMPLE.meat, SAMPLE.unit, SAMPLE.lot]

const NAMES: Names = {
  products: new Map([
    [
      SAMPLE.product,
      {
        op: 'register-product',
        org: 'farm',
        product: SAMPLE.product,
        name: { zh: '猪', en: 'Pig' },
        spec: { zh: '头', en: 'head' },
        limits: { minMilliC: 0, maxMilliC: 4000 },
        region: [
          { latE7: 290_000_000, lonE7: 1_080_000_000 },
          { latE7: 290_000_000, lonE7: 1_110_000_000 },
          { latE7: 320_000_000, lonE7: 1_110_000_000 },
          { latE7: 320_000_000, lonE7: 1_080_000_000 },
        ],
      },
    ],
  ]),
  places: new Map(),
  organisations: new Map(),
}

interface Where {
  at?: { latE7: number; lonE7: number }
  org?: string
  doubtMs?: number
}

let entry = 0

/** An event `hours` after the beginning, proven. */
function proven(
  hours: number,
  event: EpcisEvent,
  { at = ENSHI, org = 'farm', doubtMs = 200 }: Where = {},
): ProvenEvent {
  const ms = T0 + hours * HOUR
  const stamped = {
    ...event,
    eventTime: new Date(ms).toISOString(),
    'tristamp:geo': { source: 'gnss', accuracyM: 10, ...at },
  } as StampedEvent
  return {
    entry: ++entry,
    position: 0,
    event: stamped,
    subjects: [],
    signer: { kid: '00', uri: '', org, gateway: 'gw', station: '', endedLater: false },
    time: { earliestMs: ms - doubtMs, latestMs: ms + doubtMs, from: 'own clock', contradicted: false },
  }
}

function birth(hours = 0, where: Where = {}): ProvenEvent {
  return proven(hours, sampleObjectEvent(), where)
}

function step(hours: number, bizStep: string, where: Where = {}, more: Partial<EpcisEvent> = {}): ProvenEvent {
  const { ilmd: _, ...event } = sampleObjectEvent({ action: 'OBSERVE', bizStep })
  return proven(hours, { ...event, ...more } as EpcisEvent, where)
}

function series(
  hours: number,
  device: string,
  milli: (number | null)[],
  everyMs = 900_000,
  where: Where = {},
): ProvenEvent {
  const startTime = new Date(T0 + hours * HOUR).toISOString()
  const element = {
    sensorMetadata: { deviceID: device, startTime, endTime: startTime },
    sensorReport: [{ type: 'Temperature', value: 2, minValue: 1, maxValue: 3, uom: 'CEL' }],
    'tristamp:series': { everyMs, milli },
  }
  return step(hours, 'storing', where, { sensorElementList: [element] })
}

const ask = (...events: ProvenEvent[]): FindingCode[] =>
  findingsOf({ events, names: NAMES, lineage: WHOLE }).map(({ code }) => code)

const wave = (n: number, from = 0): number[] =>
  Array.from({ length: n }, (_, i) => 2000 + (((i + from) * 37) % 11) * 100)

describe('the rules', () => {
  it('find nothing in an ordinary life', () => {
    const life = [
      birth(0),
      step(1, 'shipping'),
      step(20, 'receiving', { at: HANGZHOU, org: 'market' }),
      series(21, SAMPLE.device, wave(40), 900_000, { at: HANGZHOU, org: 'market' }),
      proven(40, { ...sampleObjectEvent({ action: 'DELETE', bizStep: 'retail_selling' }), ilmd: undefined } as never, {
        at: HANGZHOU,
        org: 'market',
      }),
    ]
    expect(ask(...life)).toEqual([])
  })

  it.each<[FindingCode, string, () => ProvenEvent[]]>([
    ['TWO_PLACES', 'an item in two towns within half an hour', () => [birth(), step(0.5, 'storing', { at: HANGZHOU })]],
    ['TOO_FAST', 'a pig that flew', () => [birth(), step(2, 'storing', { at: HANGZHOU })]],
    [
      'TOO_FAST',
      'a case that was shot',
      () => [proven(0, sampleAggregation()), proven(0.5, sampleAggregation({ action: 'OBSERVE' }), { at: HANGZHOU })],
    ],
    ['BORN_TWICE', 'one number for two pigs', () => [birth(), birth(1)]],
    ['BEFORE_ITS_BIRTH', 'sold before it was born', () => [step(0, 'storing'), birth(1)]],
    [
      'AFTER_ITS_END',
      'stored after it was made into meat',
      () => [birth(), proven(1, sampleTransformation()), step(2, 'storing')],
    ],
    ['OUTSIDE_REGION', 'born outside its region', () => [birth(0, { at: HANGZHOU })]],
    [
      'HANDOVER_ONE_SIDED',
      'shipped, and stored elsewhere without being received',
      () => [birth(), step(1, 'shipping'), step(20, 'storing', { org: 'market', at: HANGZHOU })],
    ],
    [
      'HANDOVER_ONE_SIDED',
      'received from somebody who never shipped',
      () => [birth(), step(20, 'receiving', { org: 'market', at: HANGZHOU })],
    ],
    ['HANDOVER_OPEN', 'on its way', () => [birth(), step(1, 'shipping')]],
    ['SENSOR_FLAT', 'a thermometer that sleeps', () => [birth(), series(1, SAMPLE.device, new Array(30).fill(2100))]],
    [
      'SENSOR_JUMPS',
      'a leap of 30 degrees in a minute',
      () => [birth(), series(1, SAMPLE.device, [2000, 32_000], 60_000)],
    ],
    [
      'SERIES_COPIED',
      'yesterday’s curve',
      () => [birth(), series(1, SAMPLE.device, wave(12)), series(25, SAMPLE.device, wave(12))],
    ],
    [
      'TEMPERATURE_LIMITS',
      'warm',
      () => [
        birth(),
        step(1, 'storing', {}, {
          sensorElementList: [
            { sensorReport: [{ type: 'Temperature', value: 5, minValue: 2, maxValue: 6.5, uom: 'CEL' }] },
          ],
        } as never),
      ],
    ],
    ['TYPED_BY_HAND', 'typed', () => [birth(), step(1, 'storing', {}, { 'tristamp:origin': 'operator' })]],
  ])('%s: %s', (code, _, life) => {
    expect(ask(...life())).toContain(code)
  })

  it('believe what both clocks at their widest still allow', () => {
    expect(ask(birth(0, { doubtMs: 12 * HOUR }), step(1, 'storing', { at: HANGZHOU }))).not.toContain('TWO_PLACES')
    expect(ask(step(0, 'storing', { doubtMs: HOUR }), birth(1))).not.toContain('BEFORE_ITS_BIRTH')
  })

  it('take the same stretch of one thermometer in two events for one', () => {
    const [a, b] = [series(1, SAMPLE.device, wave(12)), series(2, SAMPLE.device, wave(8, 4))]
    expect(ask(birth(), a, b)).not.toContain('SERIES_COPIED')
  })

  it('build on nothing that was declared an error', () => {
    const wrong = step(0.5, 'storing', { at: HANGZHOU })
    const declared = {
      ...wrong,
      event: { ...wrong.event, errorDeclaration: { declarationTime: wrong.event.eventTime, reason: 'did_not_occur' } },
    }
    expect(ask(birth(), wrong)).toContain('TWO_PLACES')
    expect(ask(birth(), wrong, { ...declared, entry: 999 })).not.toContain('TWO_PLACES')
  })

  it('say nothing of things whose history is not all here', () => {
    const events = [birth(), birth(1)]
    expect(findingsOf({ events, names: NAMES, lineage: [] })).toEqual([])
  })
})

describe('mass balance', () => {
  const made = (quantity: number): ProvenEvent =>
    proven(0, {
      ...sampleObjectEvent({ quantityList: [{ epcClass: SAMPLE.lot, quantity, uom: 'KGM' }] }),
      epcList: [],
    } as EpcisEvent)
  const sold = (hours: number, quantity: number): ProvenEvent =>
    proven(hours, {
      ...sampleObjectEvent({ action: 'DELETE', quantityList: [{ epcClass: SAMPLE.lot, quantity, uom: 'KGM' }] }),
      epcList: [],
    } as EpcisEvent)
  const weighed = (taken: number, given: number): ProvenEvent =>
    proven(1, {
      ...sampleTransformation({
        inputQuantityList: [{ epcClass: SAMPLE.lot, quantity: taken, uom: 'KGM' }],
        outputQuantityList: [{ epcClass: `${SAMPLE.lot}X`, quantity: given, uom: 'KGM' }],
      }),
      inputEPCList: [],
      outputEPCList: [],
    } as EpcisEvent)

  it.each([
    [1000, [600, 400], false],
    [1000, [600, 410], false],
    [1000, [600, 421], true],
    [0.1, [0.1], false],
    [1000, [], false],
  ])('of %d kg made, %j sold: %s', (kg, sales, found) => {
    expect(ask(made(kg), ...sales.map((q, i) => sold(i + 1, q))).includes('MASS_BALANCE')).toBe(found)
  })

  it.each([
    [100, 62, false],
    [100, 103, true],
  ])('%d kg in, %d kg out: %s', (taken, given, found) => {
    expect(ask(made(1000), weighed(taken, given)).includes('MASS_BALANCE')).toBe(found)
  })
})
