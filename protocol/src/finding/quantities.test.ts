import { describe, expect, it } from 'vitest'
import { SAMPLE, sampleAggregation, sampleObjectEvent, sampleTransformation } from '../_events.ts'
import type { EpcisEvent, QuantityElement, StampedEvent } from '../event/types.ts'
import type { ProvenEvent } from '../verify/verdict.ts'
import type { Finding } from './finding.ts'
import { findingsOf } from './rules.ts'
import { gainsOfRuns } from './runs.ts'

const HOUR = 3_600_000
const T0 = Date.parse('2026-11-22T00:00:00.000Z')
const LOT = SAMPLE.lot
const [PART, REST] = [`${LOT}A`, `${LOT}B`]

let entry = 0

function proven(hours: number, org: string, event: object, sealedAfterMs = 1000): ProvenEvent {
  const ms = T0 + hours * HOUR
  const stamped = { ...event, eventTime: new Date(ms).toISOString(), 'tristamp:geo': { source: 'none' } }
  return {
    entry: ++entry,
    position: 0,
    event: stamped as StampedEvent,
    subjects: [LOT],
    signer: { kid: org, uri: '', org, gateway: 'gw', station: '', endedLater: false },
    time: { earliestMs: ms - 200, latestMs: ms + 200, from: 'own clock', contradicted: false },
    sealedAtMs: ms + sealedAfterMs,
  }
}

function counted(quantity: number | undefined, uom = 'KGM', epcClass: string = LOT): QuantityElement {
  return { epcClass, ...(quantity !== undefined && { quantity }), ...(uom !== '' && { uom }) }
}

/** A step with some of the lot. */
function step(hours: number, org: string, bizStep: string, list: QuantityElement[], more: object = {}): ProvenEvent {
  const { ilmd: _, ...event } = sampleObjectEvent({ action: 'OBSERVE', bizStep, quantityList: list } as never)
  return proven(hours, org, { ...event, epcList: [], ...more })
}

function made(quantity: number, uom = 'KGM', org = 'mill'): ProvenEvent {
  return step(0, org, 'commissioning', [counted(quantity, uom)], { action: 'ADD' })
}

function sold(hours: number, org: string, quantity: number, uom = 'KGM'): ProvenEvent {
  return step(hours, org, 'retail_selling', [counted(quantity, uom)], { action: 'DELETE' })
}

function ships(hours: number, org: string, quantity: number | undefined, uom?: string): ProvenEvent {
  return step(hours, org, 'shipping', [counted(quantity, uom)])
}

function takes(hours: number, org: string, quantity: number | undefined, uom?: string): ProvenEvent {
  return step(hours, org, 'receiving', [counted(quantity, uom)])
}

function found(...events: ProvenEvent[]): Pick<Finding, 'code' | 'severity' | 'detail'>[] {
  const names = { products: new Map(), places: new Map(), organisations: new Map() }
  return findingsOf({ events, names, lineage: [LOT, PART, REST] })
    .filter(({ severity }) => severity !== 'note')
    .map(({ code, severity, detail }) => ({ code, severity, detail }))
}
const codes = (...events: ProvenEvent[]): string[] => found(...events).map(({ code }) => code)

describe('a lot that changes hands', () => {
  it.each<[string, ProvenEvent[]]>([
    ['as sent', [made(1000), ships(1, 'mill', 1000), takes(3, 'shop', 1000)]],
    ['weighed again', [made(1000), ships(1, 'mill', 1000), takes(3, 'shop', 990)]],
    ['in two loads to one', [made(1000), ships(1, 'mill', 1000), takes(3, 'shop', 600), takes(4, 'shop', 400)]],
    ['the second load is on its way', [made(900), ships(1, 'mill', 500), ships(2, 'mill', 400), takes(3, 'shop', 400)]],
    [
      'through a market',
      [
        made(1000),
        ships(1, 'mill', 1000),
        takes(3, 'market', 1000),
        ships(4, 'market', 300),
        ships(4, 'market', 700),
        takes(5, 'shop', 700),
        takes(6, 'inn', 300),
      ],
    ],
    ['uncounted', [made(1000), ships(1, 'mill', undefined), takes(3, 'shop', 400)]],
    ['in other units', [made(1000), ships(1, 'mill', 40, 'BG'), takes(3, 'shop', 1000)]],
    ['within one house', [made(1000), takes(3, 'mill', 1000)]],
  ])('%s: nothing', (_, events) => {
    expect(codes(...events)).toEqual([])
  })

  it('and less, or more of it comes than was sent', () => {
    expect(found(made(1000), ships(1, 'mill', 1000), takes(3, 'shop', 940))).toEqual([
      {
        code: 'HANDOVER_QUANTITY',
        severity: 'warning',
        detail: { shipped: 1_000_000, received: 940_000, from: 'mill', to: 'shop', uom: 'KGM' },
      },
    ])
    expect(codes(made(2000), ships(1, 'mill', 1000), takes(3, 'shop', 1030))).toEqual(['HANDOVER_QUANTITY'])
    // Pieces are counted: one is one.
    expect(codes(made(500, ''), ships(1, 'mill', 500, ''), takes(3, 'shop', 499, ''))).toEqual(['HANDOVER_QUANTITY'])
    // What agrees hides nothing of what does not.
    const big = [ships(1, 'mill', 90_000), takes(2, 'market', 90_000)]
    expect(codes(made(100_000), ...big, ships(3, 'mill', 100), takes(4, 'shop', 80))).toEqual(['HANDOVER_QUANTITY'])
  })

  it('by one side only', () => {
    expect(found(made(1000), takes(3, 'shop', 1000))).toEqual([
      { code: 'HANDOVER_ONE_SIDED', severity: 'warning', detail: { from: 'mill', to: 'shop' } },
    ])
    const soldOnly = [made(1000), ships(1, 'mill', 1000), sold(5, 'shop', 900)]
    const back = step(6, 'shop', 'receiving', [counted(10)], { disposition: 'returned' })
    for (const events of [soldOnly, [...soldOnly, back]]) expect(codes(...events)).toEqual(['HANDOVER_ONE_SIDED'])
  })

  it('in a case is sent by the case’s number', () => {
    const packing = sampleAggregation({ childQuantityList: [counted(1000)] })
    const packed = proven(0.5, 'mill', { ...packing, childEPCs: [] })
    expect(codes(made(1000), packed, takes(3, 'shop', 1000))).toEqual([])
  })

  it('in thousands of loads: an answer soon', () => {
    const many = Array.from({ length: 4000 }, (_, i) => [ships(i, 'mill', i + 1), takes(i + 0.5, 'shop', 2 * i + 5)])
    expect(codes(made(1e9), ...many.flat())).toEqual(['HANDOVER_QUANTITY'])
  })
})

describe('pieces and splits', () => {
  const into = (taken: QuantityElement, ...given: QuantityElement[]): ProvenEvent =>
    proven(1, 'mill', {
      ...sampleTransformation({
        inputQuantityList: [taken],
        outputQuantityList: given,
      } as Partial<EpcisEvent> as never),
      inputEPCList: [],
      outputEPCList: [],
    })

  it('one piece more sold than there was is one too many', () => {
    expect(codes(made(1000, ''), sold(1, 'mill', 1000, ''))).toEqual([])
    expect(codes(made(1000, ''), sold(1, 'mill', 1001, ''))).toEqual(['MASS_BALANCE'])
  })

  it.each([
    [1010, 'KGM', ['MASS_BALANCE']],
    [1004, 'KGM', []],
    [1001, '', ['MASS_BALANCE']],
    [1000, '', []],
  ])('a lot of 1000 split into %d (%s): %j', (sum, uom, expected) => {
    const split = into(counted(1000, uom), counted(sum - 500, uom, PART), counted(500, uom, REST))
    expect(codes(made(1000, uom), split)).toEqual(expected)
  })
})

describe('a process that several records tell', () => {
  const run = (
    hours: number,
    org: string,
    taken: QuantityElement[],
    given: QuantityElement[],
    more = {},
  ): ProvenEvent =>
    proven(hours, org, {
      ...sampleTransformation({
        inputQuantityList: taken,
        outputQuantityList: given,
        transformationID: 'urn:uuid:00000000-0000-4000-a000-000000000001',
        ...more,
      } as Partial<EpcisEvent> as never),
      inputEPCList: [],
      outputEPCList: [],
    })
  const gains = (...events: ProvenEvent[]): unknown[] => gainsOfRuns(events).map(({ detail }) => detail)
  const other = 'https://id.gs1.org/01/09506000134369/10/P'

  it('is weighed as one: what one record took may have come out of another', () => {
    const first = run(1, 'mill', [counted(1000)], [counted(1500, 'KGM', `${other}1`)])
    const second = run(2, 'mill', [counted(1000, 'KGM', PART)], [counted(450, 'KGM', `${other}2`)])
    expect(gains(first, second)).toEqual([])
    // No finding of a history: it may not have them all.
    expect(codes(made(1000), first)).toEqual([])
    const third = run(3, 'mill', [], [counted(200, 'KGM', `${other}3`)])
    const transformation = 'urn:uuid:00000000-0000-4000-a000-000000000001'
    const detail = { in: 2_000_000, out: 2_150_000, uom: 'KGM', transformation }
    expect(gains(first, second, third)).toEqual([detail])
    // The same number of another organisation is another process, and a record that is repeated counts once.
    expect(gains(first, second, run(3, 'foe', [], [counted(200, 'KGM', `${other}3`)]))).toEqual([])
    expect(gains(first, second, { ...first, entry: 99 })).toEqual([])
  })

  it('that only parts a lot is weighed as exactly as one that one record tells', () => {
    const half = (sum: number): ProvenEvent[] => [
      run(1, 'mill', [counted(1000)], [counted(500, 'KGM', PART)]),
      run(2, 'mill', [], [counted(sum - 500, 'KGM', REST)]),
    ]
    expect(gains(...half(1004))).toEqual([])
    expect(gains(...half(1010))).toHaveLength(1)
    expect(gains(...half(1000), run(3, 'mill', [counted(undefined)], []))).toEqual([])
  })
})

describe('what is recorded late', () => {
  it.each([
    [23, undefined],
    [25, 'note'],
    [24 * 8, 'note'],
  ])('after %d hours: %s', (hours, severity) => {
    const { ilmd: _, ...event } = sampleObjectEvent({ action: 'OBSERVE', bizStep: 'storing' })
    const names = { products: new Map(), places: new Map(), organisations: new Map() }
    const events = [proven(0, 'mill', event, hours * HOUR)]
    const late = findingsOf({ events, names, lineage: [] }).find(({ code }) => code === 'RECORDED_LATE')
    expect(late?.severity).toBe(severity)
  })
})
