import { checkDigit, type EpcisEvent } from '@tristamp/protocol'
import { describe, expect, test } from 'vitest'
import { ask, graphOf, names, sorted, trace } from './_trace.ts'
import type { Candidate } from './converge.ts'
import type { Exposed } from './exposure.ts'
import type { Standing } from './piles.ts'

// Chains of another make than the random ones: their answers are known by hand.

const gs1 = (path: string): string => `https://id.gs1.org/${path}`
const site = (n: number): string => gs1(`414/9506000134${n}${checkDigit(`9506000134${n}`)}`)
const T0 = Date.parse('2026-03-01T00:00:00.000Z')
const hour = (n: number): string => new Date(T0 + n * 3_600_000).toISOString()
let number = 0

function event(at: number, more: object): EpcisEvent {
  const eventID = `urn:uuid:00000000-0000-4000-9000-${String(number++).padStart(12, '0')}`
  return { eventID, eventTime: hour(at), eventTimeZoneOffset: '+00:00', ...more } as EpcisEvent
}
const of = (epcClass: string, quantity?: number, uom?: string): object => ({
  epcClass,
  ...(quantity !== undefined && { quantity }),
  ...(uom !== undefined && { uom }),
})
const object = (hour: number, action: string, bizStep: string, more: object): EpcisEvent =>
  event(hour, { type: 'ObjectEvent', action, bizStep, ...more })
const packs = (hour: number, action: string, parentID: string, more: object): EpcisEvent =>
  event(hour, {
    type: 'AggregationEvent',
    action,
    bizStep: action === 'ADD' ? 'packing' : 'unpacking',
    parentID,
    ...more,
  })
const makes = (hour: number, more: object): EpcisEvent => event(hour, { type: 'TransformationEvent', ...more })
const told = (events: EpcisEvent[]): { event: EpcisEvent }[] => events.map((event) => ({ event }))
const units = Array.from({ length: 6 }, (_, i) => {
  const digits = `3950600010000000${i}`
  return gs1(`00/${digits}${checkDigit(digits)}`)
})

describe('an outbreak of greens', () => {
  const field = (n: string): string => gs1(`01/09506000134352/10/F${n}`)
  const salad = (n: number): string => gs1(`01/09506000134369/10/S${n}`)
  // Six complaints. Field B went into salads 0 to 4; the fifth was bought as a lot whose making nobody recorded.
  const events = [
    ...['A', 'B', 'C'].map((n, i) => object(i, 'ADD', 'commissioning', { quantityList: [of(field(n), 100, 'KGM')] })),
    ...['A', 'B', 'C'].map((n, i) =>
      object(5, 'OBSERVE', 'cooling', { quantityList: [of(field(n), 100, 'KGM')], bizLocation: { id: site(i + 10) } }),
    ),
    ...[0, 1, 2, 3, 4].map((n) =>
      makes(10 + n, {
        inputQuantityList: [of(field('B'), 20, 'KGM'), of(field(n % 2 === 0 ? 'A' : 'C'), 10, 'KGM')],
        outputQuantityList: [of(salad(n), 30, 'KGM')],
      }),
    ),
    ...[0, 1, 2, 3, 4, 5].map((n) => packs(20 + n, 'ADD', units[n]!, { childQuantityList: [of(salad(n), 30, 'KGM')] })),
    ...[0, 1, 2, 3, 4, 5].map((n) => packs(30 + n, 'DELETE', units[n]!, { bizLocation: { id: site(20 + n) } })),
    ...[0, 1, 2, 3, 4, 5].map((n) =>
      object(40, 'DELETE', 'retail_selling', {
        quantityList: [of(salad(n), 1, 'KGM')],
        readPoint: { id: site(20 + n) },
      }),
    ),
  ]
  const graph = graphOf(told(events))

  test('is the field that five of six legs have in common, though one leg has no link to anything', async () => {
    const subjects = [0, 1, 2, 3, 4, 5].map(salad)
    const { candidates } = await ask<{ candidates: Candidate[] }>(graph, { ask: 'converge', subjects, limit: 100 })
    const lots = candidates.filter(({ kind }) => kind === 'lot')
    expect(lots[0]).toMatchObject({ subject: field('B'), legs: [0, 1, 2, 3, 4] })
    expect(lots.find(({ subject }) => subject === field('A'))?.legs).toEqual([0, 2, 4])
  })

  test('reaches every salad with it and none besides', async () => {
    expect(names(await ask(graph, trace(field('B'), 'forward')), 'lot')).toEqual([0, 1, 2, 3, 4].map(salad))
    expect(names(await ask(graph, trace(field('A'), 'forward')), 'lot')).toEqual([0, 2, 4].map(salad))
    expect(names(await ask(graph, trace(salad(1), 'back')), 'lot')).toEqual([field('B'), field('C')])
  })
})

describe('a medicine that is packed, repacked and told by serials', () => {
  const GTIN = '01/09506000134376'
  const lot = gs1(`${GTIN}/10/M1`)
  const pack = (n: number): string => gs1(`${GTIN}/21/P${n}`)
  const [bundle, pallet, other] = [units[0]!, units[1]!, units[2]!]
  const events = [
    object(0, 'ADD', 'commissioning', { epcList: [0, 1, 2, 3].map(pack), ilmd: { 'cbvmda:lotNumber': 'M1' } }),
    packs(1, 'ADD', bundle, { childEPCs: [0, 1, 2, 3].map(pack) }),
    packs(2, 'ADD', pallet, { childEPCs: [bundle] }),
    object(3, 'OBSERVE', 'shipping', { epcList: [pallet] }),
    object(6, 'OBSERVE', 'receiving', { epcList: [pallet], bizLocation: { id: site(30) } }),
    packs(7, 'DELETE', pallet, { bizLocation: { id: site(30) } }),
    // Two are taken out and go on in another box.
    packs(8, 'DELETE', bundle, { childEPCs: [pack(0), pack(1)], bizLocation: { id: site(30) } }),
    packs(9, 'ADD', other, { childEPCs: [pack(0), pack(1)] }),
    object(10, 'OBSERVE', 'shipping', { epcList: [other] }),
    object(12, 'OBSERVE', 'receiving', { epcList: [other], bizLocation: { id: site(31) } }),
    packs(13, 'DELETE', other, { bizLocation: { id: site(31) } }),
    object(14, 'DELETE', 'dispensing', { epcList: [pack(0)], readPoint: { id: site(31) } }),
    // A cold room that was too warm for the hour in which one pack was dispensed.
    object(15, 'OBSERVE', 'sensor_reporting', {
      epcList: [],
      readPoint: { id: site(31) },
      sensorElementList: [
        {
          sensorMetadata: { startTime: hour(13.5), endTime: hour(15) },
          sensorReport: [{ type: 'Temperature', minValue: 9, maxValue: 12, uom: 'CEL' }],
        },
      ],
    }),
  ]
  const graph = graphOf(told(events))

  test('stands where its last box was opened, and two are still in their bundle', async () => {
    const { standings } = await ask<{ standings: Standing[] }>(graph, { ask: 'where-now', subject: lot, limit: 100 })
    const rows = standings.map(({ state, place, milli }) => `${state} ${place?.slice(-3, -1)} ${milli}`)
    expect(sorted(rows)).toEqual(['ended 31 1000', 'there 30 2000', 'there 31 1000'])
  })

  test('was in the second box for two of its packs alone', async () => {
    const units = async (n: number): Promise<string[]> => names(await ask(graph, trace(pack(n), 'forward')), 'unit')
    expect(await units(0)).toEqual(sorted([bundle, pallet, other]))
    expect(await units(3)).toEqual(sorted([bundle, pallet]))
  })

  test('was in the warm room of the pharmacy, as far as it was unpacked there', async () => {
    const { goods } = await ask<{ goods: Exposed[] }>(graph, {
      ...{ ask: 'exposure', subject: site(31), from: Date.parse(hour(13)), to: Date.parse(hour(16)), max: 8000 },
      limit: 100,
    })
    const minutes = goods
      .filter(({ kind }) => kind === 'item')
      .map(({ subject, brokenMs }) => [subject, brokenMs / 60_000])
    expect(Object.fromEntries(minutes)).toEqual({ [pack(0)]: 30, [pack(1)]: 90 })
  })

  test('and its lot is found from each serial, and each serial from its lot', async () => {
    expect(names(await ask(graph, trace(pack(3), 'back')), 'lot')).toEqual([lot])
    expect(names(await ask(graph, trace(lot, 'forward')), 'item')).toEqual([0, 1, 2, 3].map(pack))
  })
})

describe('rice that is split, merged and milled', () => {
  const paddy = (n: number): string => gs1(`01/09506000134352/10/R${n}`)
  const [merged, white, north, south] = ['M', 'W', 'N', 'S'].map((n) => gs1(`01/09506000134383/10/${n}`)) as [
    string,
    string,
    string,
    string,
  ]
  const kg = (lot: string, n: number): object => of(lot, n, 'KGM')
  const events = [
    object(0, 'ADD', 'commissioning', { quantityList: [kg(paddy(0), 600)] }),
    object(1, 'ADD', 'commissioning', { quantityList: [kg(paddy(1), 400)] }),
    makes(2, { inputQuantityList: [kg(paddy(0), 600), kg(paddy(1), 400)], outputQuantityList: [kg(merged, 1000)] }),
    makes(3, {
      inputQuantityList: [kg(merged, 1000)],
      outputQuantityList: [kg(white, 650)],
      bizLocation: { id: site(40) },
    }),
    makes(4, {
      inputQuantityList: [kg(white, 600)],
      outputQuantityList: [kg(north, 250), kg(south, 350)],
      bizLocation: { id: site(40) },
    }),
    object(5, 'DELETE', 'retail_selling', { quantityList: [kg(north, 100)], readPoint: { id: site(40) } }),
  ]
  const graph = graphOf(told(events))

  test('has so much of each left', async () => {
    const left = async (subject: string): Promise<string[]> => {
      const { standings } = await ask<{ standings: Standing[] }>(graph, { ask: 'where-now', subject, limit: 100 })
      return sorted(standings.map(({ state, milli, uom }) => `${state} ${milli} ${uom}`))
    }
    expect(await left(north)).toEqual(['ended 100000 KGM', 'there 150000 KGM'])
    expect(await left(south)).toEqual(['there 350000 KGM'])
  })

  test('comes from both fields', async () => {
    expect(names(await ask(graph, trace(south, 'back')), 'lot')).toEqual(sorted([paddy(0), paddy(1), merged, white]))
    // Whoever ate of the north could have eaten of either field.
    expect(names(await ask(graph, trace(paddy(1), 'forward')), 'lot')).toEqual(sorted([merged, white, north, south]))
  })
})

describe('a mixing that several records tell', () => {
  const tank = (n: number): string => gs1(`01/09506000134352/10/T${n}`)
  const powder = (n: number): string => gs1(`01/09506000134369/10/P${n}`)
  const kg = (lot: string, n: number): object => of(lot, n, 'KGM')
  const run = { transformationID: 'urn:uuid:00000000-0000-4000-a000-000000000001' }
  const [first, second] = [
    // The one alone gives more than it took; the other had the rest.
    makes(1, { ...run, inputQuantityList: [kg(tank(0), 1000)], outputQuantityList: [kg(powder(0), 1500)] }),
    makes(2, { ...run, inputQuantityList: [kg(tank(1), 1000)], outputQuantityList: [kg(powder(1), 450)] }),
  ]
  const runOf = async (events: EpcisEvent[], org?: string): Promise<unknown> => {
    const foreign =
      org === undefined ? [] : [{ event: makes(3, { ...run, outputQuantityList: [kg(powder(9), 900)] }), org }]
    const { nodes } = await ask(graphOf([...told(events), ...foreign]), trace(powder(0), 'back'))
    return nodes.find(({ kind }) => kind === 'transformation')?.run
  }
  const weighed = (records: number, inKg: number, outKg: number): object => ({
    records,
    in: { milli: inKg * 1000, uom: 'KGM' },
    out: { milli: outKg * 1000, uom: 'KGM' },
  })

  test('is weighed as a whole, and only with records of its own organisation', async () => {
    expect(await runOf([first, second])).toEqual(weighed(2, 2000, 1950))
    expect(await runOf([first, second], 'other')).toEqual(weighed(2, 2000, 1950))
    expect(await runOf([first, second], 'org')).toEqual({ ...weighed(3, 2000, 2850), gain: true })
    // A record that is taken back counts for nothing.
    const wrong = { ...second, errorDeclaration: { declarationTime: hour(9), reason: 'did_not_occur' } } as EpcisEvent
    expect(await runOf([first, second, wrong])).toEqual({ ...weighed(1, 1000, 1500), gain: true })
  })

  test('of which something was not weighed, or came with numbers of its own, is not told', async () => {
    const pig = gs1('01/09506000134352/21/A1')
    const uncounted = makes(3, { ...run, inputQuantityList: [of(tank(2))] })
    expect(await runOf([first, uncounted])).toEqual({ records: 2, out: { milli: 1_500_000, uom: 'KGM' } })
    const whole = makes(3, { ...run, inputEPCList: [pig] })
    expect(await runOf([first, whole])).toEqual(weighed(2, 1000, 1500))
  })
})
