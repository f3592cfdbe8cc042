import type { EpcisEvent } from '@tristamp/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ask, graphOf, type Told, take } from './_trace.ts'
import { TraceEngine } from './engine.ts'
import type { FoundSubject } from './finder.ts'
import type { TraceGraph } from './graph.ts'
import { LabelIndex, labelText } from './label-index.ts'
import { Names } from './names.ts'
import type { TraceQuery } from './query.ts'

const GTIN = '09506000134352'
const item = (serial: string): string => `https://id.gs1.org/01/${GTIN}/21/${serial}`
const lot = (number: string): string => `https://id.gs1.org/01/${GTIN}/10/${number}`
const PLANT = 'https://id.gs1.org/414/9506000134369'
const SHOP = 'https://id.gs1.org/414/9506000134376'

let count = 0
function made(serial: string, number: string, time: string, place = PLANT): Told {
  return event(
    { type: 'ObjectEvent', action: 'ADD', epcList: [item(serial)], ilmd: { 'cbvmda:lotNumber': number } },
    time,
    place,
  )
}
function seen(serial: string, time: string, place = SHOP): Told {
  return event({ type: 'ObjectEvent', action: 'OBSERVE', bizStep: 'receiving', epcList: [item(serial)] }, time, place)
}
function event(of: object, eventTime: string, place: string): Told {
  const eventID = `urn:uuid:00000000-0000-4000-8000-${String(++count).padStart(12, '0')}`
  return {
    event: {
      eventID,
      eventTime,
      eventTimeZoneOffset: '+00:00',
      bizLocation: { id: place },
      ...of,
    } as unknown as EpcisEvent,
  }
}

interface Answer {
  total: number
  results: FoundSubject[]
  cursor?: string
}

const always = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }
const query = (of: Partial<TraceQuery & { ask: 'search' }>): TraceQuery => ({
  ask: 'search',
  exact: [],
  labels: [],
  named: [],
  ...always,
  days: false,
  limit: 100,
  ...of,
})
const subjects = ({ results }: Answer): string[] => results.map(({ subject }) => subject)
const on = (day: string): { from: number; to: number } => ({ from: Date.parse(day), to: Date.parse(day) + 86_399_999 })

const story = (): TraceGraph =>
  graphOf([
    made('A1', 'L%2F7', '2026-11-20T08:00:00Z'),
    made('A2', 'B261120-07', '2026-11-20T09:00:00Z'),
    made('A3', 'B261121-01', '2026-11-21T09:00:00Z'),
    seen('A2', '2026-11-22T09:00:00Z'),
  ])

describe('what a person means', () => {
  it('is what has it on its label, whatever it is written like', async () => {
    const graph = story()
    expect(subjects(await ask(graph, query({ labels: [labelText('b261120-07')] })))).toEqual([lot('B261120-07')])
    expect(subjects(await ask(graph, query({ labels: [labelText(' a 2')] })))).toEqual([item('A2')])
    expect(subjects(await ask(graph, query({ labels: [labelText('B2611')] })))).toEqual([
      lot('B261120-07'),
      lot('B261121-01'),
    ])
    expect(subjects(await ask(graph, query({ labels: ['B9'] })))).toEqual([])
  })

  it('is a product’s lots, the newest first', async () => {
    const found = await ask<Answer>(story(), query({ exact: [`https://id.gs1.org/01/${GTIN}`] }))
    expect(subjects(found).slice(0, 2)).toEqual([lot('B261121-01'), lot('B261120-07')])
  })

  it('is a place and what was there, items by their lots; in the time that is asked for', async () => {
    const graph = story()
    expect(subjects(await ask(graph, query({ named: [SHOP] })))).toEqual([SHOP, lot('B261120-07')])
    const first = await ask<Answer>(graph, query({ named: [PLANT], ...on('2026-11-21') }))
    expect(subjects(first)).toEqual([PLANT, lot('B261121-01')])
    expect(subjects(await ask(graph, query({ named: [SHOP], ...on('2026-11-20') })))).toEqual([])
  })

  it('is what was recorded on a day, the newest first; a day without anything is empty', async () => {
    const graph = story()
    expect(subjects(await ask(graph, query({ days: true, ...on('2026-11-20') })))[0]).toBe(lot('B261120-07'))
    expect(subjects(await ask(graph, query({ days: true, ...on('2026-11-22') })))).toEqual([lot('B261120-07')])
    expect(subjects(await ask(graph, query({ days: true, ...on('2026-11-23') })))).toEqual([])
  })

  it('is a lot by its label and a day, if one of its items was recorded then', async () => {
    const graph = story()
    const found = async (day: string): Promise<string[]> =>
      subjects(await ask(graph, query({ labels: ['B261120-07'], ...on(day) })))
    expect(await found('2026-11-22')).toEqual([lot('B261120-07')])
    expect(await found('2026-11-21')).toEqual([])
  })

  it('is told as registered when nothing names it', async () => {
    const { results } = await ask<Answer>(story(), query({ named: ['https://id.gs1.org/414/9506000134086'] }))
    expect(results).toEqual([{ subject: 'https://id.gs1.org/414/9506000134086', kind: 'place', events: 0 }])
  })

  it('has its first and last time, and how often it was named', async () => {
    const { results } = await ask<Answer>(story(), query({ exact: [item('A2')] }))
    expect(results).toEqual([
      {
        subject: item('A2'),
        kind: 'item',
        events: 2,
        firstAt: '2026-11-20T09:00:00.000Z',
        lastAt: '2026-11-22T09:00:00.000Z',
      },
    ])
  })

  it('is as of a size, and goes on in pages; what comes later is found by the same engine', async () => {
    const graph = story()
    const engine = new TraceEngine(graph, new Map())
    const search = (more: Partial<TraceQuery & { ask: 'search' }>, size: number): Promise<Answer> =>
      engine.ask(query({ labels: ['B2611'], ...more }), size) as Promise<Answer>
    expect(subjects(await search({}, 2))).toEqual([lot('B261120-07')])
    const first = await search({ limit: 1 }, 4)
    expect([first.total, subjects(first)]).toEqual([2, [lot('B261120-07')]])
    expect(subjects(await search({ limit: 1, cursor: first.cursor }, 4))).toEqual([lot('B261121-01')])
    take(graph, [made('A9', 'B261119-00', '2026-11-19T09:00:00Z')], 4)
    expect((await search({}, 5)).total).toBe(3)
  })
})

it('an index of labels finds what a look at every name finds', () => {
  const words = fc.array(fc.stringMatching(/^[a-c%1]{1,4}$/), { maxLength: 60 })
  fc.assert(
    fc.property(words, fc.stringMatching(/^[A-C1]{1,3}$/), (tails, asked) => {
      const names = new Names()
      const index = new LabelIndex(names)
      for (const [i, tail] of tails.entries()) {
        names.idOf(
          i % 2 === 0
            ? `https://id.gs1.org/01/${GTIN}/10/${encodeURIComponent(tail)}`
            : `urn:x/${encodeURIComponent(tail)}`,
        )
        if (i % 7 === 0) for (const _ of index.advance());
      }
      for (const _ of index.advance());
      const all = Array.from({ length: names.count }, (_, name) => name)
      const label = (name: number): string => labelText(decodeURIComponent(names.text(name).split('/').at(-1)!))
      const exact = all.filter((name) => label(name) === asked).reverse()
      expect([...index.withLabel(asked)]).toEqual(exact)
      const begun = all.filter((name) => names.kind(name) === 'lot' && label(name).startsWith(asked))
      expect([...index.lotsFrom(asked)].sort((a, b) => a - b)).toEqual(begun)
    }),
  )
})
