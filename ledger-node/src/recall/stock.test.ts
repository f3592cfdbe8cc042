import type { EpcisEvent } from '@tristamp/protocol'
import { expect, test } from 'vitest'
import { ask, graphOf } from '../trace/_trace.ts'
import type { Standing } from '../trace/piles.ts'
import type { StockFact } from './facts.ts'
import { stockFacts } from './stock.ts'

const PRODUCT = 'https://id.gs1.org/01/09506000134352'
const LOT = `${PRODUCT}/10/L7`
const OTHER = `${PRODUCT}/10/L8`
const CASE = 'https://id.gs1.org/00/095060001343520017'
const EMPTY = 'https://id.gs1.org/00/095060001343520024'
const [FARM, SHOP] = ['https://id.gs1.org/414/9506000134307', 'https://id.gs1.org/414/9506000134017']
const item = (serial: string): string => `${PRODUCT}/21/${serial}`

let made = 0
function event(fields: object): { event: EpcisEvent } {
  const n = String(++made).padStart(12, '0')
  const base = {
    eventID: `urn:uuid:00000000-0000-4000-8000-${n}`,
    eventTime: new Date(Date.UTC(2026, 10, 22, 0, made)).toISOString(),
    eventTimeZoneOffset: '+00:00',
    bizLocation: { id: FARM },
  }
  return { event: { ...base, ...fields } as EpcisEvent }
}
const make = (serials: string[], lot: string): { event: EpcisEvent } =>
  event({
    type: 'ObjectEvent',
    action: 'ADD',
    epcList: serials.map(item),
    bizStep: 'commissioning',
    ilmd: { 'cbvmda:lotNumber': lot },
  })

/** A to D of lot 7, E of lot 8. A and E are in a case at the shop, B is there and sold, C was destroyed, D is at the farm; of a second case nothing is known. */
function story(): ReturnType<typeof graphOf> {
  made = 0
  const shop = { bizLocation: { id: SHOP } }
  const kilos = [{ epcClass: OTHER, quantity: 2.5, uom: 'KGM' }]
  return graphOf([
    make(['A', 'B', 'C', 'D'], 'L7'),
    make(['E'], 'L8'),
    event({
      type: 'AggregationEvent',
      action: 'ADD',
      parentID: CASE,
      childEPCs: [item('A'), item('E')],
      childQuantityList: kilos,
      bizStep: 'packing',
    }),
    event({ type: 'ObjectEvent', action: 'OBSERVE', epcList: [CASE, EMPTY, item('B')], bizStep: 'receiving', ...shop }),
    event({ type: 'ObjectEvent', action: 'DELETE', epcList: [item('B')], bizStep: 'retail_selling', ...shop }),
    event({ type: 'ObjectEvent', action: 'DELETE', epcList: [item('C')], bizStep: 'destroying' }),
  ])
}

async function stockOf(...subjects: string[]): Promise<string[]> {
  const answer = await ask<{ standings: Standing[] }>(story(), { ask: 'recalled', subjects, since: 0, limit: 1 })
  const { stock } = stockFacts(answer.standings)
  for (const { proofs } of stock) expect(proofs.length).toBeGreaterThan(0)
  const line = ({ state, place, milli, uom = '', things }: StockFact): string =>
    `${state} ${place === SHOP ? 'shop' : 'farm'} ${milli ?? '?'}${uom} of ${things}`
  return stock.map(line).sort((a, b) => (a < b ? -1 : 1))
}

const OF_LOT = ['destroyed farm 1000 of 1', 'sold shop 1000 of 1', 'there farm 1000 of 1', 'there shop 1000 of 1']

test('a lot is where its items are, told apart by what became of them', async () => {
  expect(await stockOf(LOT)).toEqual(OF_LOT)
})

test('what is named twice is counted once', async () => {
  expect(await stockOf(LOT, item('A'), item('B'), item('A'))).toEqual(OF_LOT)
  expect(await stockOf(item('A'), LOT)).toEqual(OF_LOT)
})

test('a unit is what is in it, and one of which nothing is known is a thing of no amount', async () => {
  expect(await stockOf(CASE)).toEqual(['there shop 2000 of 2', 'there shop 2500KGM of 1'])
  expect(await stockOf(CASE, LOT)).toEqual([
    'destroyed farm 1000 of 1',
    'sold shop 1000 of 1',
    'there farm 1000 of 1',
    'there shop 2000 of 2',
    'there shop 2500KGM of 1',
  ])
  expect(await stockOf(EMPTY)).toEqual(['there shop ? of 1'])
})

test('a product is all of its lots and items', async () => {
  expect((await stockOf(PRODUCT)).filter((line) => !line.includes('KGM'))).toEqual([
    'destroyed farm 1000 of 1',
    'sold shop 1000 of 1',
    'there farm 1000 of 1',
    'there shop 2000 of 2',
  ])
})

test('what came into the lot after the trace that a recall is frozen at is not in it, but for what is named itself', async () => {
  const graph = graphOf([make(['A'], 'L7'), make(['B'], 'L7'), make(['C'], 'L8')])
  const items = async (subjects: string[], frozen?: number): Promise<number> => {
    const { standings } = await ask<{ standings: Standing[] }>(graph, {
      ...{ ask: 'recalled', subjects, since: 0, limit: 1 },
      ...(frozen !== undefined && { frozen }),
    })
    return standings.reduce((sum, { milli = 0 }) => sum + milli / 1000, 0)
  }
  expect([await items([LOT]), await items([LOT], 1), await items([LOT, item('B')], 1)]).toEqual([2, 1, 2])
  expect([await items([PRODUCT]), await items([PRODUCT], 2), await items([PRODUCT], 1)]).toEqual([3, 2, 1])
})

test('what no event names is told', async () => {
  const subjects = [item('Z'), LOT]
  const answer = await ask<{ unknown: string[] }>(story(), { ask: 'recalled', subjects, since: 0, limit: 1 })
  expect(answer.unknown).toEqual([item('Z')])
})
