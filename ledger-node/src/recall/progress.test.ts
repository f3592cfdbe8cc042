import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnswerFact, BlockedFact, FactProof, StockFact } from './facts.ts'
import { type Amounts, type PlaceProgress, progressOf } from './progress.ts'

const SHOP = 'https://id.gs1.org/414/9506000134307'
const STORE = 'https://id.gs1.org/414/9506000134017'
const [ANN, BOB] = ['https://id.gs1.org/417/9506000134307', 'https://id.gs1.org/417/9506000134017']
const proof = (kind: FactProof['kind'], entry = 1): FactProof => ({
  entry,
  position: 0,
  eventID: `urn:uuid:${entry}`,
  kind,
})

function stock(place: string, milli: number | undefined, over: Partial<StockFact> = {}): StockFact {
  return {
    state: 'there',
    place,
    holder: ANN,
    ...(milli !== undefined && { milli }),
    things: 1,
    proofs: [proof('trace')],
    ...over,
  }
}
function answer(place: string, state: AnswerFact['state'], milli?: number, over: Partial<AnswerFact> = {}): AnswerFact {
  return {
    speaker: 'ann/1',
    holder: ANN,
    atHome: true,
    place,
    state,
    ...(milli !== undefined && { milli }),
    at: 1000,
    proof: proof('answer'),
    ...over,
  }
}
function blocked(place: string, subject: string, over: Partial<BlockedFact> = {}): BlockedFact {
  return { holder: ANN, atHome: true, place, subject, piece: true, at: 900, proof: proof('blocked'), ...over }
}

describe('the progress of a recall', () => {
  it('adds up per place, and names what is missing first', () => {
    const progress = progressOf({
      stock: [stock(SHOP, 10_000), stock(SHOP, 4000, { state: 'sold', at: 500 }), stock(STORE, 20_000)],
      answers: [answer(SHOP, 'acknowledged'), answer(SHOP, 'quarantined', 7000, { at: 2000 })],
      blocked: [blocked(STORE, 'A'), blocked(STORE, 'A'), blocked(STORE, 'lot', { piece: false })],
    })
    expect(progress.totals).toMatchObject({
      shipped: 34_000,
      found: 7000,
      blocked: 1000,
      sold: 4000,
      unaccounted: 22_000,
    })
    expect(progress.places).toMatchObject([
      { place: STORE, state: 'unanswered', signed: false, unaccounted: 19_000, blocked: 1000, tries: 3 },
      { place: SHOP, state: 'acknowledged', signed: true, found: 7000, unaccounted: 3000 },
    ])
    expect(progress.timeline).toEqual([
      { at: '1970-01-01T00:00:00.500Z', answered: 0, found: 0, sold: 4000 },
      { at: '1970-01-01T00:00:01.000Z', answered: 1, found: 0, sold: 4000 },
      { at: '1970-01-01T00:00:02.000Z', answered: 1, found: 7000, sold: 4000 },
    ])
  })

  it('the last word counts, another gateway’s besides, and none takes back all of one’s own', () => {
    const all = [
      answer(SHOP, 'quarantined', 5000),
      answer(SHOP, 'quarantined', 6000),
      answer(SHOP, 'returned', 1000),
      answer(SHOP, 'quarantined', 2000, { speaker: 'bob/1', holder: BOB }),
    ]
    const of = (answers: AnswerFact[]): Partial<PlaceProgress> =>
      progressOf({ stock: [stock(SHOP, 9000)], answers, blocked: [] }).places[0]!
    expect(of(all)).toMatchObject({ quarantined: 8000, returned: 1000, unaccounted: 0, state: 'done' })
    expect(of([...all, answer(SHOP, 'none')])).toMatchObject({ quarantined: 2000, returned: 0, unaccounted: 7000 })
  })

  it('nobody makes the goods of others found, but at the station where they are', () => {
    const eve = { speaker: 'eve/1', holder: BOB }
    const of = (atHome: boolean): object =>
      progressOf({
        stock: [stock(SHOP, 9000)],
        answers: [answer(SHOP, 'quarantined', 9000, { ...eve, atHome })],
        blocked: [],
      }).totals
    expect(of(false)).toMatchObject({ shipped: 9000, unaccounted: 9000, surplus: 9000 })
    expect(of(true)).toMatchObject({ shipped: 9000, unaccounted: 0, surplus: 0 })
  })

  it('ten thousand shops are added up at once', () => {
    const shops = Array.from({ length: 10_000 }, (_, i) => `https://id.gs1.org/414/${i}`)
    const progress = progressOf({
      stock: shops.flatMap((shop, i) => [stock(shop, 9000), stock(shop, 1000, { state: 'sold', at: i })]),
      answers: shops.flatMap((shop, i) => [
        answer(shop, 'acknowledged', undefined, { at: i }),
        answer(shop, 'quarantined', 8000, { at: 10_000 + i, speaker: `ann/${i}` }),
      ]),
      blocked: shops.map((shop) => blocked(shop, shop)),
    })
    expect(progress.totals).toMatchObject({ shipped: 100_000_000, found: 80_000_000, unaccounted: 10_000_000 })
    expect(progress.timeline).toHaveLength(200)
    expect(progress.timeline.at(-1)).toMatchObject({ answered: 10_000, found: 80_000_000, sold: 10_000_000 })
  })

  it('what is taken note of is found, and not done', () => {
    const { places } = progressOf({
      stock: [stock(SHOP, 9000)],
      answers: [answer(SHOP, 'acknowledged', 9000)],
      blocked: [],
    })
    expect(places[0]).toMatchObject({ found: 9000, unaccounted: 0, state: 'acknowledged' })
  })

  it('more than was there is told beside, and not set off against what is missing elsewhere', () => {
    const { totals } = progressOf({
      stock: [stock(SHOP, 1000), stock(STORE, 5000)],
      answers: [answer(SHOP, 'quarantined', 4000)],
      blocked: [],
    })
    expect(totals).toMatchObject({ shipped: 6000, surplus: 3000, unaccounted: 5000 })
  })

  it('units that cannot be added stand apart, and things of no amount are counted', () => {
    const progress = progressOf({
      stock: [stock(SHOP, 2000), stock(SHOP, 9000, { uom: 'KGM' }), stock(SHOP, undefined, { things: 3 })],
      answers: [answer(SHOP, 'quarantined', 500, { uom: 'LTR' })],
      blocked: [],
    })
    expect(progress).toMatchObject({ uom: 'KGM', totals: { shipped: 9000 }, places: [{ things: 3 }] })
    expect(progress.others).toMatchObject([
      { totals: { shipped: 2000 } },
      { uom: 'LTR', totals: { shipped: 0, quarantined: 500, surplus: 500 } },
    ])
  })

  it('of any facts: the parts are the whole, nothing is below zero, and the order of stock does not matter', () => {
    const place = fc.constantFrom(SHOP, STORE, 'https://id.gs1.org/414/9506000134024')
    const who = fc.constantFrom(
      { speaker: 'ann/1', holder: ANN, atHome: true },
      { speaker: 'bob/1', holder: BOB, atHome: true },
      { speaker: 'eve/1', holder: 'https://id.gs1.org/417/9506000134024', atHome: false },
    )
    const uom = fc.constantFrom({}, { uom: 'KGM' })
    const milli = fc.nat(20_000)
    const at = fc.nat(50)
    const facts = fc.record({
      stock: fc.array(
        fc
          .tuple(place, milli, who, uom, fc.constantFrom('there', 'sold', 'destroyed', 'used'), at)
          .map(([p, m, { holder }, u, state, ms]) =>
            stock(p, m, { holder, state, at: ms, ...u } as Partial<StockFact>),
          ),
      ),
      answers: fc.array(
        fc
          .tuple(
            place,
            fc.constantFrom('acknowledged', 'quarantined', 'returned', 'destroyed', 'sold', 'none'),
            milli,
            who,
            uom,
            at,
          )
          .map(([p, state, m, w, u, ms]) => answer(p, state as AnswerFact['state'], m, { ...w, ...u, at: ms })),
      ),
      blocked: fc.array(fc.tuple(place, fc.constantFrom('A', 'B', 'C'), who).map(([p, s, w]) => blocked(p, s, w))),
    })
    fc.assert(
      fc.property(facts, (given) => {
        const progress = progressOf(given)
        for (const { totals, places, uom: unit } of [progress, ...progress.others]) {
          for (const one of [...places, totals]) {
            for (const [name, value] of Object.entries(one))
              if (typeof value === 'number') expect(value, name).toBeGreaterThanOrEqual(0)
          }
          for (const one of places) {
            expect(Math.max(one.found, one.blocked) + one.sold + one.used + one.unaccounted).toBe(
              one.shipped + one.surplus,
            )
            expect(Math.min(one.unaccounted, one.surplus)).toBe(0)
          }
          const shipped = given.stock.filter((one) => one.uom === unit).reduce((sum, one) => sum + one.milli!, 0)
          expect(totals.shipped).toBe(shipped)
          for (const name of Object.keys(totals) as (keyof Amounts)[])
            expect(totals[name]).toBe(places.reduce((sum, one) => sum + one[name], 0))
        }
        const last = progress.timeline.at(-1)
        if (last !== undefined) {
          const inOrder = [...given.answers].every(({ at: ms }, i, all) => i === 0 || all[i - 1]!.at <= ms)
          if (
            inOrder &&
            given.answers.length > 0 &&
            given.stock.every(({ at: ms = 0 }) => ms <= given.answers.at(-1)!.at)
          )
            expect(last.sold).toBe(progress.totals.sold)
        }
        const numbers = ({ proofs: _, ...rest }: PlaceProgress): object => rest
        const other = progressOf({ ...given, stock: [...given.stock].reverse(), blocked: [...given.blocked].reverse() })
        expect(other.places.map(numbers)).toEqual(progress.places.map(numbers))
        expect(other.timeline).toEqual(progress.timeline)
      }),
      { numRuns: 300 },
    )
  })
})
