import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AnswerError } from '../../own/answer.ts'
import { readTotals } from '../figures.ts'
import { type Amounts, parseProgress, readProgress, sharesOf, unanswered } from './progress.ts'

const NONE: Amounts = {
  ...{
    shipped: 0,
    found: 0,
    quarantined: 0,
    returned: 0,
    destroyed: 0,
    blocked: 0,
    sold: 0,
    used: 0,
    unaccounted: 0,
    surplus: 0,
  },
}
const answer = (over: object = {}): object => ({
  ...{ id: 'r', treeSize: 812, state: 'standing', drill: false, class: 1, since: '2026-11-22T08:30:00.000Z' },
  deadline: { law: 'food', hours: 24, at: '2026-11-23T08:30:00.000Z', left: -1 },
  totals: { ...NONE, shipped: 400_000, unaccounted: 400_000, uom: 'KGM' },
  places: [
    { ...NONE, place: 'https://id.gs1.org/414/1', state: 'unanswered', signed: false, tries: 0, things: 0, proofs: [] },
    { ...NONE, state: 'unanswered', signed: false, tries: 0, things: 0, proofs: [] },
    {
      ...NONE,
      place: 'https://id.gs1.org/414/2',
      name: { zh: '店', en: 'Shop' },
      state: 'done',
      signed: true,
      tries: 2,
      things: 0,
    },
  ],
  timeline: [{ at: '2026-11-22T09:00:00.000Z', answered: 1, found: 7000, sold: 6000 }],
  others: [],
  unsigned: {
    answers: 3,
    places: [{ place: 'p', answers: 2, state: 'quarantined', milli: 5, lastAt: '2026-11-22T09:00:00Z' }],
  },
  ...over,
})

describe('parseProgress', () => {
  it('reads what the specification says, and what an older node leaves out', () => {
    const progress = parseProgress(answer())
    expect(progress).toMatchObject({ uom: 'KGM', totals: { shipped: 400_000 }, unsigned: { answers: 3 } })
    expect(progress.deadline!.left).toBe(-1)
    // The way between two places answers nobody.
    expect(unanswered(progress).map(({ place }) => place)).toEqual(['https://id.gs1.org/414/1'])
    const { deadline: _d, others: _o, unsigned: _u, ...less } = answer() as Record<string, unknown>
    expect(parseProgress(less)).toMatchObject({ others: [], unsigned: { answers: 0, places: [] } })
  })

  it.each([
    ['nothing', null],
    ['no totals', answer({ totals: undefined })],
    ['amounts below zero', answer({ totals: { ...NONE, sold: -1 } })],
    ['amounts in text', answer({ totals: { ...NONE, sold: '5' } })],
    ['a state that is none', answer({ places: [{ ...NONE, state: 'asleep', signed: false }] })],
    ['a time that is none', answer({ timeline: [{ at: 'now', answered: 1, found: 0, sold: 0 }] })],
    ['places without end', answer({ places: new Array(10_001).fill({ ...NONE, state: 'done', signed: true }) })],
    ['a law of elsewhere', answer({ deadline: { law: 'sea', hours: 1, at: '2026-11-22T09:00:00Z', left: 0 } })],
  ])('refuses %s', (_, value) => {
    expect(() => parseProgress(value)).toThrow(AnswerError)
  })
})

describe('sharesOf', () => {
  it('parts what was shipped, each amount once, as the node adds up', () => {
    const n = fc.nat(1000)
    fc.assert(
      fc.property(n, n, n, n, n, n, n, n, (shipped, quarantined, returned, destroyed, blocked, sold, used, noted) => {
        const found = Math.max(noted, quarantined + returned + destroyed)
        const known = Math.max(found, blocked) + sold + used
        const [unaccounted, surplus] = [Math.max(0, shipped - known), Math.max(0, known - shipped)]
        const amounts = { shipped, found, quarantined, returned, destroyed, blocked, sold, used, unaccounted, surplus }
        const sum = sharesOf(amounts).reduce((total, { milli }) => total + milli, 0)
        expect(sum).toBe(shipped + surplus)
      }),
    )
  })

  it('leaves out what is nothing', () => {
    expect(sharesOf({ ...NONE, returned: 901, sold: 347, found: 901, unaccounted: 36 })).toEqual([
      { what: 'returned', milli: 901 },
      { what: 'sold', milli: 347 },
      { what: 'unaccounted', milli: 36 },
    ])
  })
})

describe('a recall that reached thousands of shops', () => {
  const shops = Array.from({ length: 7000 }, (_, i) => ({
    ...NONE,
    ...{ place: `https://id.gs1.org/414/${i}`, state: 'unanswered', signed: false, tries: 0 },
  }))
  const asked: string[] = []
  const ask = {
    get: async (path: string): Promise<unknown> => {
      asked.push(path)
      const query = new URL(path, 'http://ledger.test').searchParams
      const [from, limit] = [Number(query.get('from') ?? 0), Number(query.get('limit'))]
      return answer({ places: shops.slice(from, from + limit), placesTotal: shops.length })
    },
    post: async (): Promise<unknown> => undefined,
  }

  it('is read page by page', async () => {
    const progress = await readProgress(ask, 'r', 'medicine')
    expect([progress.places.length, unanswered(progress).length, asked.length]).toEqual([7000, 7000, 2])
    expect(asked.every((path) => path.includes('law=medicine'))).toBe(true)
    expect((await readTotals(ask, 'r')).unanswered).toBe(7000)
  })

  it('does not ask for ever where pages stay empty', async () => {
    const none = { ...ask, get: async () => answer({ places: [], placesTotal: 9 }) }
    expect((await readProgress(none, 'r')).places).toEqual([])
  })

  it('counts once what a scanner refused and a person then set aside; what is on the way cannot answer', async () => {
    const shop = { ...NONE, place: 'p', state: 'acknowledged', blocked: 3000, quarantined: 2000 }
    const way = { ...NONE, state: 'unanswered', shipped: 1000 }
    const one = { ...ask, get: async () => answer({ places: [shop, way], placesTotal: 2 }) }
    expect(await readTotals(one, 'r')).toMatchObject({ returned: { milli: 3000 }, unanswered: 0 })
  })
})
