import type { EpcisEvent, Json } from '@tristamp/protocol'
import { expect, test } from 'vitest'
import { ask, graphOf, type Told } from './_trace.ts'
import type { EventRow } from './events.ts'

interface Answer {
  events: EventRow[]
  signers: { org: string; gateway: string }[]
  goods: string[]
  incomplete?: string[]
}

const LOT = 'https://id.gs1.org/01/09506000134352/10/L7'
const OTHER = 'https://id.gs1.org/01/09506000134352/10/L8'
const BOX = 'https://id.gs1.org/00/395060000000000016'
const TRUCK = 'https://id.gs1.org/8003/09506000000077T1'
const [HERE, THERE] = ['https://id.gs1.org/414/9506000134307', 'https://id.gs1.org/414/9506000134314']
const item = (serial: string): string => `https://id.gs1.org/01/09506000134352/21/${serial}`
const ALWAYS = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }

function told(minute: number, event: Record<string, Json>, org = 'org'): Told {
  const value = {
    eventID: `urn:uuid:00000000-0000-4000-8000-${String(minute).padStart(12, '0')}`,
    eventTime: new Date(Date.UTC(2026, 10, 22, 8, minute)).toISOString(),
    eventTimeZoneOffset: '+00:00',
    ...event,
  }
  return { event: value as unknown as EpcisEvent, org }
}

const seen = { type: 'ObjectEvent', action: 'OBSERVE' }
const lots = (epcClass: string): Json => [{ epcClass, quantity: 5, uom: 'KGM' }]
const load = { type: 'AggregationEvent', parentID: TRUCK, childEPCs: [BOX] }
const shipped = { ...seen, bizStep: 'shipping', quantityList: lots(LOT), bizLocation: { id: HERE } }
const EVENTS: Told[] = [
  told(0, { ...seen, action: 'ADD', quantityList: lots(LOT), bizLocation: { id: HERE } }),
  told(1, { ...seen, action: 'ADD', quantityList: lots(OTHER), bizLocation: { id: HERE } }, 'others'),
  told(2, { type: 'AggregationEvent', action: 'ADD', parentID: BOX, childQuantityList: lots(LOT) }),
  told(3, { ...load, action: 'ADD' }),
  // The same place and party as before, so that no link of the walk rests on it: it belongs to the lot all the same.
  told(4, shipped),
  told(5, { ...load, action: 'DELETE', bizLocation: { id: THERE } }),
  told(6, { ...seen, epcList: [TRUCK], bizLocation: { id: HERE } }),
  told(7, { ...seen, bizStep: 'receiving', epcList: [BOX], bizLocation: { id: THERE } }),
]

const numbers = ({ events }: Answer): number[] => events.map(([entry]) => entry)
const of = (subject: string | undefined, more: object = {}): Promise<Answer> =>
  ask<Answer>(graphOf(EVENTS), { ask: 'events', subject, limit: 1, ...ALWAYS, ...more })

test('every event of the goods that a walk meets, and of a truck those alone that carried them', async () => {
  const answer = await of(LOT)
  expect(numbers(answer)).toEqual([0, 2, 3, 4, 5, 7])
  expect(new Set(answer.goods)).toEqual(new Set([BOX, LOT]))
  expect(answer.signers).toEqual([{ org: 'org', gateway: 'gate' }])
})

test('of a time, of a place, of both', async () => {
  const from = Date.UTC(2026, 10, 22, 8, 4)
  expect(numbers(await of(LOT, { from }))).toEqual([4, 5, 7])
  expect(numbers(await of(LOT, { place: THERE }))).toEqual([5, 7])
  expect(numbers(await of(undefined, { place: HERE }))).toEqual([0, 1, 4, 6])
  expect(numbers(await of(undefined, { place: HERE, from, to: from }))).toEqual([4])
})

test('what was taken back comes with what took it back, as of the size that is asked', async () => {
  const errorDeclaration = { declarationTime: '2026-11-22T09:00:00.000Z', reason: 'did_not_occur' }
  const graph = graphOf([...EVENTS, told(4, { ...shipped, errorDeclaration })])
  const question = { ask: 'events' as const, subject: LOT, limit: 1, ...ALWAYS }
  const states = ({ events }: Answer): [number, number][] => events.map(([entry, , state]) => [entry, state])
  expect(states(await ask<Answer>(graph, question))).toEqual([
    [0, 0],
    [2, 0],
    [3, 0],
    [4, 1],
    [5, 0],
    [7, 0],
    [8, 2],
  ])
  expect(states(await ask<Answer>(graph, question, 8))).toContainEqual([4, 0])
})

test('of a lot that one of its items is of, not what made the other items', async () => {
  const make = (minute: number, serial: string): Told =>
    told(minute, { ...seen, action: 'ADD', epcList: [item(serial)], ilmd: { 'cbvmda:lotNumber': 'L7' } })
  const graph = graphOf([make(0, 'A'), make(1, 'B'), make(2, 'C')])
  const answer = await ask<Answer>(graph, { ask: 'events', subject: item('B'), limit: 1, ...ALWAYS })
  expect(numbers(answer)).toEqual([1])
})

test('what nothing names is not found', async () => {
  await expect(of(item('NOBODY'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await expect(of(undefined, { place: 'https://id.gs1.org/414/9506000134321' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  })
})
