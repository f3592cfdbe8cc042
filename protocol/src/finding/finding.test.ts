import { describe, expect, it } from 'vitest'
import { cpuMs } from '../../../test/_cpu-time.ts'
import { SAMPLE, sampleAggregation, sampleObjectEvent, sampleTransformation } from '../_events.ts'
import type { EpcisEvent, StampedEvent } from '../event/types.ts'
import type { Names, ProvenEvent } from '../verify/verdict.ts'
import type { FindingCode } from './finding.ts'
import { kineticTemperaturesOf } from './kinetic-temperatures.ts'
import { findingsOf } from './rules.ts'

const HOUR = 3_600_000
const T0 = Date.parse('2026-11-22T00:00:00.000Z')
const ENSHI = { latE7: 302_700_000, lonE7: 1_094_800_000 }
const HANGZHOU = { latE7: 302_500_000, lonE7: 1_201_500_000 }
const CASE = 'https://id.gs1.org/00/095060001343520024'
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
    ['SENSOR_FLAT', 'a thermometer that sleeps', () => [birth(), series(1, SAMPLE.device, new Array(50).fill(2100))]],
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

  it.each([
    [-1, true],
    [3, false],
  ])('an instrument whose calibration ended %d h after the birth: %s', (h, expired) => {
    const id = 'https://calibration.example/17'
    // The sample's clocks are within a fifth of a second.
    const at = (hours: number): string => new Date(birth().time.latestMs! + hours * HOUR).toISOString()
    const measured = step(1, 'storing', {}, {
      sensorElementList: [
        {
          sensorReport: [{ type: 'Temperature', value: 3, uom: 'CEL' }],
          'tristamp:calibration': { id, until: at(h) },
        },
      ],
    } as never)
    expect(ask(birth(), measured).includes('CALIBRATION_EXPIRED')).toBe(expired)
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

  it('keep what instruments measured in a step that was taken back', () => {
    const warm = step(1, 'storing', {}, {
      sensorElementList: [{ sensorReport: [{ type: 'Temperature', value: 9, uom: 'CEL' }] }],
    } as never)
    const declared = {
      ...warm,
      entry: 999,
      event: { ...warm.event, errorDeclaration: { declarationTime: warm.event.eventTime, reason: 'did_not_occur' } },
    }
    expect(ask(birth(), warm, declared)).toContain('TEMPERATURE_LIMITS')
  })

  it('take neighbouring stations for one place: a fix may be off, a tag is heard at two doors', () => {
    const door = { latE7: ENSHI.latE7 + 8000, lonE7: ENSHI.lonE7 }
    const sharp = { doubtMs: 5 }
    expect(ask(birth(-1), step(0, 'storing', sharp), step(0.00001, 'storing', { ...sharp, at: door }))).toEqual([])
  })

  it('count an event once that its key recorded twice, and say so', () => {
    const sold = proven(1, {
      ...sampleObjectEvent({ action: 'DELETE', quantityList: [{ epcClass: SAMPLE.lot, quantity: 6, uom: 'KGM' }] }),
      epcList: [],
    } as EpcisEvent)
    const made = proven(0, {
      ...sampleObjectEvent({
        eventID: 'urn:uuid:0',
        quantityList: [{ epcClass: SAMPLE.lot, quantity: 10, uom: 'KGM' }],
      }),
      epcList: [],
    } as EpcisEvent)
    const again = { ...sold, entry: 999 }
    const events = [made, sold, again]
    const found = findingsOf({ events, names: NAMES, lineage: WHOLE })
    expect(found).toEqual([
      {
        code: 'EVENT_REPEATED',
        severity: 'warning',
        events: [
          { entry: sold.entry, position: 0 },
          { entry: 999, position: 0 },
        ],
        detail: {},
      },
    ])
    const other = { ...again, signer: { ...sold.signer, kid: '01' } }
    expect(ask(made, sold, other)).toEqual(['MASS_BALANCE'])
  })

  it('call two events of one key and one number a contradiction', () => {
    const one = step(1, 'storing')
    const two = { ...step(1, 'inspecting'), event: { ...one.event, bizStep: 'inspecting' } as StampedEvent }
    const [found] = findingsOf({ events: [birth(0), one, two].map(numbered), names: NAMES, lineage: WHOLE })
    expect(found).toMatchObject({ code: 'EVENT_REPEATED', severity: 'contradiction' })
  })

  it('answer soon, however many products and things a ledger puts into one history', () => {
    const gtins = Array.from(
      { length: 250 },
      (_, i) => `https://id.gs1.org/01/${withCheckDigit(`0950600${String(i).padStart(6, '0')}`)}`,
    )
    const products = new Map(gtins.map((product) => [product, { ...NAMES.products.get(SAMPLE.product)!, product }]))
    const epcList = gtins.flatMap((gtin) => [1, 2, 3].map((n) => `${gtin}/21/${n}`))
    const events = Array.from({ length: 100 }, (_, i) => step(i, 'storing', {}, { epcList } as never))
    const begun = cpuMs()
    findingsOf({ events, names: { ...NAMES, products }, lineage: epcList.slice(0, 500) })
    expect(cpuMs() - begun).toBeLessThan(25_000)
  })

  it('say nothing of things whose history is not all here', () => {
    const events = [birth(), birth(1)]
    expect(findingsOf({ events, names: NAMES, lineage: [] })).toEqual([])
  })
})

/** Each with a number of its own by its kind, so that only equal kinds repeat. */
function numbered(one: ProvenEvent): ProvenEvent {
  const eventID = 'action' in one.event && one.event.action === 'ADD' ? 'urn:uuid:birth' : 'urn:uuid:step'
  return { ...one, event: { ...one.event, eventID } }
}

function withCheckDigit(digits: string): string {
  const sum = [...digits].reduce((s, d, i) => s + Number(d) * (i % 2 === 0 ? 3 : 1), 0)
  return `${digits}${(10 - (sum % 10)) % 10}`
}

describe('what honest records show too', () => {
  const tray = { epcList: [SAMPLE.item] } as Partial<EpcisEvent>
  const sold = (hours: number, where: Where = {}): ProvenEvent =>
    step(hours, 'retail_selling', where, { ...tray, action: 'DELETE' } as never)
  const severities = (code: FindingCode, ...events: ProvenEvent[]): string[] =>
    findingsOf({ events, names: NAMES, lineage: WHOLE }).flatMap((f) => (f.code === code ? [f.severity] : []))

  it('a label that its own farm entered twice is a warning; two farms contradict each other', () => {
    expect(severities('BORN_TWICE', birth(), birth(1))).toEqual(['warning'])
    expect(severities('BORN_TWICE', birth(), birth(1, { org: 'other' }))).toEqual(['contradiction'])
  })

  it('a label that is read at home before it is entered is nothing; handled elsewhere it is a contradiction', () => {
    expect(severities('BEFORE_ITS_BIRTH', step(0, 'inspecting'), birth(1))).toEqual([])
    expect(severities('BEFORE_ITS_BIRTH', step(0, 'storing'), birth(1))).toEqual(['warning'])
    expect(severities('BEFORE_ITS_BIRTH', step(0, 'storing', { org: 'x' }), birth(1))).toEqual(['contradiction'])
  })

  it('what was sold may come back, be sold again and be struck off; not be sold twice', () => {
    const back = step(2, 'receiving', {}, { ...tray, disposition: 'returned' } as never)
    const off = step(4, 'decommissioning', {}, { ...tray, action: 'DELETE' } as never)
    expect(severities('AFTER_ITS_END', birth(), sold(1), back, sold(3), off)).toEqual([])
    expect(severities('AFTER_ITS_END', birth(), sold(1), back, sold(3), sold(4))).toEqual(['warning'])
    expect(severities('AFTER_ITS_END', birth(), off, step(5, 'receiving'))).toEqual(['warning'])
  })

  it('ends a thing by what it has come to, too, where its number was not taken out of use', () => {
    const soldOnly = step(2, 'retail_selling', {}, { disposition: 'retail_sold' })
    const inPart = step(2, 'dispensing', {}, { disposition: 'partially_dispensed' })
    expect(severities('AFTER_ITS_END', birth(), soldOnly, step(5, 'storing'))).toEqual(['warning'])
    expect(severities('AFTER_ITS_END', birth(), inPart, step(5, 'storing'))).toEqual([])
    const back = step(4, 'receiving', {}, { disposition: 'returned' })
    expect(severities('AFTER_ITS_END', birth(), soldOnly, back, step(5, 'storing'))).toEqual([])
  })

  describe('a unit that was packed after it had left', () => {
    const unit = SAMPLE.unit
    const its = (hours: number, bizStep: string, org = 'farm'): ProvenEvent =>
      step(hours, bizStep, { org }, { epcList: [unit] } as never)
    const fills = (hours: number, org = 'farm', more: object = {}): ProvenEvent =>
      proven(hours, { ...sampleAggregation(), parentID: unit, ...more } as EpcisEvent, { org })
    const [packs, leaves, comes] = [fills(0), its(1, 'shipping'), its(9, 'receiving', 'shop')]

    it.each<[string, ProvenEvent[]]>([
      ['before it left', [packs, leaves, comes]],
      ['sent again', [packs, leaves, fills(2), its(3, 'shipping'), comes]],
      ['called back', [packs, leaves, its(1.5, 'void_shipping'), fills(2), comes]],
      [
        'packed into another',
        [packs, leaves, fills(2), fills(3, 'farm', { parentID: CASE, childEPCs: [unit] }), comes],
      ],
      ['by who took it', [packs, leaves, comes, fills(10, 'shop')]],
      ['by another before it was scanned in', [packs, leaves, fills(8.9, 'shop'), comes]],
      ['still on its way', [packs, leaves, fills(2), its(3, 'transporting', 'truck')]],
      ['by a clock in doubt', [packs, leaves, { ...fills(2), time: { ...fills(2).time, earliestMs: T0 } }, comes]],
    ])('%s: nothing', (_, events) => {
      expect(ask(...events)).not.toContain('STEP_ORDER')
    })

    it('was not there', () => {
      const late = fills(2)
      const found = findingsOf({ events: [packs, leaves, late, comes], names: NAMES, lineage: WHOLE })
      const refs = [leaves, late, comes].map(({ entry, position }) => ({ entry, position }))
      expect(found.filter(({ code }) => code === 'STEP_ORDER')).toEqual([
        { code: 'STEP_ORDER', severity: 'warning', subject: unit, events: refs, detail: { org: 'farm' } },
      ])
      // Also by taking something out, and where a truck tells of its way meanwhile.
      const opens = fills(2, 'farm', { action: 'DELETE', bizStep: 'unpacking' })
      expect(ask(packs, leaves, its(1.5, 'transporting', 'truck'), opens, comes)).toContain('STEP_ORDER')
    })
  })

  it('what may have flown is a note, and a stamp without a bound in between excuses nobody', () => {
    expect(severities('TOO_FAST', birth(), step(4, 'storing', { at: HANGZHOU }))).toEqual(['note'])
    const loose = { ...step(0.2, 'storing'), time: { from: 'ledger', contradicted: false } } as ProvenEvent
    expect(severities('TWO_PLACES', birth(), loose, step(0.5, 'storing', { at: HANGZHOU }))).toEqual(['contradiction'])
  })

  it('a farm at the border of its region is inside', () => {
    const border = { latE7: 302_700_000, lonE7: 1_110_010_000 }
    expect(severities('OUTSIDE_REGION', birth(0, { at: border }))).toEqual([])
    expect(severities('OUTSIDE_REGION', birth(0, { at: { ...border, lonE7: 1_110_200_000 } }))).toEqual(['warning'])
  })

  it('a room that goes round and round repeats itself, and is no copy', () => {
    const round = Array.from({ length: 40 }, (_, i) => 2000 + (i % 7) * 100)
    expect(ask(birth(), series(1, SAMPLE.device, round), series(25, SAMPLE.device, round))).not.toContain(
      'SERIES_COPIED',
    )
  })

  it('a probe in a bottle rests for hours, now and then; a thermometer that rests in pieces is flat', () => {
    const calm = [...new Array(14).fill(2100), ...new Array(44).fill(2200), 2100, ...new Array(20).fill(2200)]
    expect(ask(birth(), series(1, SAMPLE.device, calm))).not.toContain('SENSOR_FLAT')
    const pieces = [0, 3, 6, 9, 12].map((h) => series(h, SAMPLE.device, new Array(12).fill(2100)))
    expect(ask(birth(), ...pieces)).toContain('SENSOR_FLAT')
  })

  it('steps of a coarse thermometer that is read often are no jumps', () => {
    expect(ask(birth(), series(1, SAMPLE.device, [2000, 2200, 2000, 2300], 400))).not.toContain('SENSOR_JUMPS')
  })

  it('medicines are judged by their mean kinetic temperature, where one is registered', () => {
    const limits = { minMilliC: 0, maxMilliC: 30_000, maxKineticMilliC: 25_000 }
    const of = (...milli: number[]) => {
      const names = {
        ...NAMES,
        products: new Map([[SAMPLE.product, { ...NAMES.products.get(SAMPLE.product)!, limits }]]),
      }
      const verdict = { events: [birth(), series(1, SAMPLE.device, milli)], names, lineage: WHOLE }
      const found = findingsOf(verdict).find(({ code }) => code === 'TEMPERATURE_LIMITS')
      return { found, reckoned: kineticTemperaturesOf(verdict) }
    }
    const calm = of(20_000, 28_000, 20_000, 20_000)
    expect(calm.found).toBeUndefined()
    expect(calm.reckoned).toMatchObject([{ product: SAMPLE.product, maxMilliC: 25_000 }])
    const warm = of(20_000, 29_000, 29_000, 28_000)
    expect(warm.reckoned[0]!.milliC).toBeGreaterThan(25_000)
    expect(warm.found).toMatchObject({
      severity: 'warning',
      detail: {
        highestMilliC: 29_000,
        outsideMs: 0,
        kineticMilliC: warm.reckoned[0]!.milliC,
        maxKineticMilliC: 25_000,
      },
    })
    expect(of(20_000, 31_000).found?.detail).toMatchObject({ highestMilliC: 31_000, maxKineticMilliC: 25_000 })
  })

  it('goods are as warm as the case that they are in, while they are in it', () => {
    const meat = { ...NAMES.products.get(SAMPLE.product)!, product: 'https://id.gs1.org/01/09506000134369' }
    const names = { ...NAMES, products: new Map([[meat.product, meat]]) }
    const warm = (hours: number): ProvenEvent =>
      step(hours, 'transporting', {}, {
        epcList: [SAMPLE.unit],
        sensorElementList: [{ sensorReport: [{ type: 'Temperature', value: 9, uom: 'CEL' }] }],
      } as never)
    const { sensorElementList: _, ...packing } = sampleAggregation()
    const { sensorElementList: __, ...unpacking } = sampleAggregation({ action: 'DELETE', bizStep: 'unpacking' })
    const [pack, unpack] = [proven(1, packing as EpcisEvent), proven(3, unpacking as EpcisEvent)]
    const found = (...events: ProvenEvent[]): number[] =>
      findingsOf({ events, names, lineage: WHOLE })
        .filter(({ code }) => code === 'TEMPERATURE_LIMITS')
        .flatMap(({ events }) => events.map(({ entry }) => entry))
    const [before, during, after] = [warm(0), warm(2), warm(4)]
    expect(found(before, pack, during, unpack, after)).toEqual([during.entry])
  })
})

describe('thousands of hostile records', () => {
  it.each<[string, (i: number) => ProvenEvent]>([
    ['shipments of one thing', (i) => step(i, 'shipping', { org: i % 2 === 0 ? 'a' : 'b' })],
    ['shipments by one signer', (i) => step(i, 'shipping')],
    ['births and ends', (i) => (i % 2 === 0 ? birth(i) : proven(i, sampleTransformation()))],
    ['cases packed on', (i) => proven(i, sampleAggregation({ childEPCs: [`${SAMPLE.meat}${i}`, SAMPLE.meat] }))],
    [
      'lots',
      (i) => proven(i, sampleTransformation({ outputQuantityList: [{ epcClass: `${SAMPLE.lot}${i}`, quantity: 1 }] })),
    ],
    ['series alike', (i) => series(i, `${SAMPLE.device}${i % 7}`, wave(96, i % 3))],
    ['series of one value', (i) => series(i, SAMPLE.device, new Array(96).fill(2000), 60_000)],
  ])(
    '%s: the time grows with their number',
    (_, make) => {
      const millis = (n: number): number => {
        const events = Array.from({ length: n }, (_, i) => make(i))
        const lineage = [...WHOLE, ...events.map((_, i) => `${SAMPLE.lot}${i}`)]
        // The best of three: the compiler and the collector of garbage take part in some.
        const runs = [1, 2, 3].map(() => {
          const begun = cpuMs()
          findingsOf({ events, names: NAMES, lineage })
          return cpuMs() - begun
        })
        return Math.min(...runs)
      }
      millis(300)
      // Eight times as many: 64 times as long if it were quadratic.
      expect(millis(4000)).toBeLessThan(30 * Math.max(40, millis(500)))
    },
    120_000,
  )
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

  it('weighs what goes into a process against what was made, too', () => {
    const used = weighed(20, 1)
    expect(ask(made(10), { ...used, subjects: [SAMPLE.lot] })).toContain('MASS_BALANCE')
  })

  it('says nothing where not all that was made was counted, or not in one unit', () => {
    const more = (element: object): ProvenEvent =>
      proven(0.5, {
        ...sampleObjectEvent({ quantityList: [{ epcClass: SAMPLE.lot, ...element }] }),
        epcList: [],
      } as never)
    const ofTheLot = { ...birth(0.5), subjects: [SAMPLE.item, SAMPLE.lot] }
    for (const other of [more({}), more({ quantity: 3 }), ofTheLot])
      expect(ask(made(10), other, sold(1, 20))).not.toContain('MASS_BALANCE')
  })

  it('counts what came back as there again, grams as kilograms, and scales that differ as a warning', () => {
    const element = (quantity: number, uom: string): object => ({ epcClass: SAMPLE.lot, quantity, uom })
    const of = (hours: number, action: string, list: object, more: object = {}): ProvenEvent =>
      proven(hours, { ...sampleObjectEvent({ action, quantityList: [list], ...more } as never), epcList: [] } as never)
    const back = of(2, 'OBSERVE', element(4, 'KGM'), { disposition: 'returned' })
    expect(ask(made(10), sold(1, 8), back, sold(3, 6))).not.toContain('MASS_BALANCE')
    expect(ask(made(10), of(1, 'DELETE', element(12_000, 'GRM')))).toContain('MASS_BALANCE')
    const severity = (kg: number): string | undefined =>
      findingsOf({ events: [made(10), sold(1, kg)], names: NAMES, lineage: WHOLE })[0]?.severity
    expect([severity(10.4), severity(10.6)]).toEqual(['warning', 'contradiction'])
  })

  it.each([
    [100, 62, false],
    [100, 103, true],
  ])('%d kg in, %d kg out: %s', (taken, given, found) => {
    expect(ask(made(1000), weighed(taken, given)).includes('MASS_BALANCE')).toBe(found)
  })
})
