import type { EpcisEvent } from '@tristamp/protocol'
import { expect, test } from 'vitest'
import { ask, graphOf, type Told } from './_trace.ts'

const PRODUCT = 'https://id.gs1.org/01/09506000134352'
const [LOT, OTHER] = [`${PRODUCT}/10/L7`, `${PRODUCT}/10/L8`]
const CASE = 'https://id.gs1.org/00/095060001343520017'
const PALLET = 'https://id.gs1.org/00/095060001343520024'
const TRUCK = 'https://id.gs1.org/8004/9506000134TRUCK1'
const item = (serial: string): string => `${PRODUCT}/21/${serial}`

let made = 0
function event(fields: object): Told {
  const base = {
    eventID: `urn:uuid:00000000-0000-4000-8000-${String(++made).padStart(12, '0')}`,
    eventTime: new Date(Date.UTC(2026, 10, 22, 0, made)).toISOString(),
    eventTimeZoneOffset: '+00:00',
    bizLocation: { id: 'https://id.gs1.org/414/9506000134307' },
  }
  return { event: { ...base, ...fields } as EpcisEvent }
}
const make = (lot: string, ...serials: string[]): Told =>
  event({
    ...{ type: 'ObjectEvent', action: 'ADD', epcList: serials.map(item), bizStep: 'commissioning' },
    ilmd: { 'cbvmda:lotNumber': lot },
  })
const put = (action: 'ADD' | 'DELETE', parentID: string, fields: object): Told =>
  event({ type: 'AggregationEvent', action, parentID, bizStep: action === 'ADD' ? 'packing' : 'unpacking', ...fields })

interface Answer {
  goods: string[]
  cut: boolean
}
const affected = (told: Told[], limit: number, subjects: string[], size?: number): Promise<Answer> =>
  ask<Answer>(graphOf(told), { ask: 'affected', subjects, since: 0, limit }, size)

test('goods and the units they lie in are told, not the truck that these are on', async () => {
  const told = [
    make('L7', 'A', 'B', 'C'),
    make('L8', 'X'),
    put('ADD', CASE, { childEPCs: [item('A'), item('X')] }),
    put('ADD', PALLET, { childEPCs: [CASE] }),
    put('ADD', TRUCK, { childEPCs: [PALLET] }),
    event({ type: 'ObjectEvent', action: 'DELETE', epcList: [item('B')], bizStep: 'retail_selling' }),
  ]
  const { goods, cut } = await affected(told, 10, [LOT])
  expect(new Set(goods.slice(0, 2))).toEqual(new Set([CASE, PALLET]))
  expect(goods.slice(2)).toEqual([item('A'), item('C'), item('B')])
  expect(cut).toBe(false)
  // What matters most where there is not room for all.
  expect(await affected(told, 3, [LOT])).toEqual({
    treeSize: Number.MAX_SAFE_INTEGER,
    goods: goods.slice(0, 3),
    cut: true,
  })
  // As of the tree before they were packed.
  expect(new Set((await affected(told, 10, [LOT], 2)).goods)).toEqual(new Set([item('A'), item('B'), item('C')]))
  expect(new Set((await affected(told, 10, [CASE])).goods)).toEqual(new Set([CASE, PALLET, item('A'), item('X')]))
})

test('a unit that some of a lot is in is told until it is out of it', async () => {
  const kilos = { childQuantityList: [{ epcClass: OTHER, quantity: 2.5, uom: 'KGM' }] }
  const told = [
    event({
      ...{ type: 'ObjectEvent', action: 'ADD', bizStep: 'commissioning' },
      quantityList: [{ epcClass: OTHER, quantity: 5, uom: 'KGM' }],
    }),
    put('ADD', CASE, kilos),
  ]
  expect((await affected(told, 10, [OTHER])).goods).toEqual([CASE])
  expect((await affected([...told, put('DELETE', CASE, kilos)], 10, [OTHER])).goods).toEqual([])
})

test('of many goods the newest are told, from a memory of a few', async () => {
  const told = Array.from({ length: 3000 }, (_, i) => make('L7', String(i)))
  const { goods, cut } = await affected(told, 5, [LOT])
  expect(goods).toEqual([2999, 2998, 2997, 2996, 2995].map((one) => item(String(one))))
  expect(cut).toBe(true)
})
