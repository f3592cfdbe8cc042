import { readFileSync } from 'node:fs'
import type { EpcisEvent } from '@tristamp/protocol'
import { describe, expect, test } from 'vitest'
import { vectors } from '../../../test/_vectors.ts'
import { ask, graphOf, names, sorted, trace } from './_trace.ts'
import type { Candidate } from './converge.ts'
import type { Exposed } from './exposure.ts'
import type { ReadingView } from './exposure-readings.ts'
import type { Standing } from './piles.ts'

interface Query {
  ask: string
  of: string | string[]
  sources?: string[]
  derived?: string[]
  reached?: string[]
  shipments?: string[]
  common?: string[]
  children?: string[]
  time?: string
  lots?: string[]
}

const folder = vectors('epcis')
const read = <T>(file: string): T => JSON.parse(readFileSync(`${folder}/scenarios/pork/${file}`, 'utf8')) as T
const events =
  folder === undefined ? [] : read<{ epcisBody: { eventList: EpcisEvent[] } }>('events.json').epcisBody.eventList
const queries = folder === undefined ? [] : read<{ queries: Query[] }>('expected.json').queries
const graph = graphOf(events.map((event) => ({ event })))
const of = (name: string): Query[] => queries.filter((query) => query.ask === name)
const GOODS = ['item', 'lot']
const ALWAYS = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY, limit: 1000 }

describe.skipIf(folder === undefined)('the pork chain, as its simulation knows it', () => {
  test.each(of('trace-back'))('back from $of', async ({ of, sources }) => {
    expect(names(await ask(graph, trace(of as string, 'back')), ...GOODS)).toEqual(sources)
  })

  test.each(of('trace-forward'))('forward from $of', async ({ of, derived, reached, shipments }) => {
    const answer = await ask(graph, trace(of as string, 'forward'))
    expect(names(answer, ...GOODS)).toEqual(derived)
    expect(names(answer, 'unit')).toEqual(shipments)
    const kind = (n: number): string => answer.nodes[n]!.kind
    const unpacked = answer.links.filter((link) => link.kind === 'unpacked' && GOODS.includes(kind(link.from)))
    expect(sorted(unpacked.map(({ to }) => answer.nodes[to]!.id))).toEqual(reached)
  })

  test.each(of('common-ancestors'))('what $of have in common', async ({ of, common }) => {
    const { candidates } = await ask<{ candidates: Candidate[] }>(graph, {
      ask: 'converge',
      subjects: of as string[],
      limit: 100,
    })
    const all = candidates.filter(({ kind, legs }) => GOODS.includes(kind) && legs.length === of.length)
    expect(sorted(all.map(({ subject }) => subject))).toEqual(common)
    for (const { subject, ways } of all)
      for (const { leg, links } of ways) {
        const ends = new Set(links.flatMap(({ from, to }) => [from, to]))
        expect(ends.has(subject) && ends.has(of[leg]!)).toBe(true)
      }
  })

  test.each(of('contents-at'))('contents of $of at $time', async ({ of, time, children }) => {
    const at = Date.parse(time!)
    const { goods } = await ask<{ goods: Exposed[] }>(graph, {
      ask: 'exposure',
      subject: of as string,
      from: at,
      to: at,
      limit: 100,
    })
    expect(sorted(goods.map(({ subject }) => subject))).toEqual(children)
  })

  test.each(of('exposed-to-alarm'))('what was in the truck while it was too warm', async ({ shipments, lots }) => {
    const subject = 'https://id.gs1.org/8003/09506000000077TRUCK1'
    const answer = await ask<{ goods: Exposed[]; readings: ReadingView[] }>(graph, {
      ask: 'exposure',
      subject,
      ...ALWAYS,
      max: 4000,
    })
    const exposed = answer.goods.filter(({ brokenMs }) => brokenMs > 0)
    const named = (kind: string): string[] =>
      sorted(exposed.filter((one) => one.kind === kind).map((one) => one.subject))
    expect(named('unit')).toEqual(shipments)
    expect(named('lot')).toEqual(lots)
    expect(answer.readings).toEqual([
      expect.objectContaining({ minMilli: 1100, maxMilli: 7900, alarm: true, broken: true, of: subject }),
    ])
    // 02:43 to 05:13 of the reading, and the pallet was in from 02:40 to 05:33.
    const first = exposed.find((one) => one.subject === shipments![0])!
    expect([first.insideMs, first.brokenMs]).toEqual([173 * 60_000, 150 * 60_000])
  })

  test('where the sausages are: made 400, sold 3 at each of two shops', async () => {
    const { standings } = await ask<{ standings: Standing[] }>(graph, {
      ask: 'where-now',
      subject: 'https://id.gs1.org/01/09506000000053/10/S0402',
      limit: 100,
    })
    const rows = standings.map(({ state, place, milli }) => `${state} ${place?.slice(-3)} ${milli}`)
    expect(sorted(rows)).toEqual(['ended 305 3000', 'ended 312 3000', 'there 305 197000', 'there 312 197000'])
  })
})
