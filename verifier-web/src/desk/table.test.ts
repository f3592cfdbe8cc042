import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EventRow } from './rows.ts'
import { COLUMNS, type Filter, filtered, NO_FILTER, ordered, type Spelled } from './table.ts'

const spell = ({ place, step, kind }: EventRow): Spelled => ({
  place: place ?? '',
  event: kind === 'gap' ? 'silent' : step,
})
const row = (n: number, more: Partial<EventRow> = {}): EventRow => ({
  key: `${n}/0`,
  kind: 'event',
  at: { ms: Date.parse('2026-11-20T15:00:00Z') + n * 60_000, offset: '+08:00' },
  step: 'receive',
  entry: n,
  goods: [],
  ...more,
})
const keys = (rows: readonly EventRow[]): string[] => rows.map(({ key }) => key)
const pick = (rows: readonly EventRow[], filter: Partial<Filter>): string[] =>
  keys(filtered(rows, { ...NO_FILTER, ...filter }, spell))

describe('which rows', () => {
  const rows = [
    row(1, { place: 'Plant', source: 'device', goods: ['https://id.gs1.org/01/1/21/A1'], org: 'qingjiang' }),
    row(2, { place: 'Shop', source: 'operator', step: 'sell' }),
    row(3, { place: 'Shop' }),
    row(4, { place: 'Shop', kind: 'gap', key: 'gap', lengthMs: 1 }),
    row(70, { place: 'Plant', source: 'device' }),
  ]

  it.each<[Partial<Filter>, string[]]>([
    [{}, ['1/0', '2/0', '3/0', 'gap', '70/0']],
    [{ text: 'PLANT a1' }, ['1/0']],
    [{ text: 'ｑｉｎｇ' }, ['1/0']],
    [{ place: 'Shop' }, ['2/0', '3/0', 'gap']],
    [{ step: 'sell' }, ['2/0']],
    [{ source: 'device' }, ['1/0', '70/0']],
    [{ source: 'unchecked' }, ['3/0']],
    [{ only: new Set(['3/0', 'gap']) }, ['3/0', 'gap']],
  ])('%j leaves %j', (filter, left) => {
    expect(pick(rows, filter)).toEqual(left)
  })

  it('goes by the day of the place, not of the desk', () => {
    // 23:01 in Enshi, and ten past midnight.
    expect(pick(rows, { to: '2026-11-20' })).toEqual(['1/0', '2/0', '3/0', 'gap'])
    expect(pick(rows, { from: '2026-11-21' })).toEqual(['70/0'])
  })
})

describe('in which order', () => {
  it('puts numbers by their size, what has none last, both ways', () => {
    const rows = [row(1, { maxMilli: 900 }), row(2), row(3, { maxMilli: 12_000 }), row(4, { maxMilli: -18_000 })]
    expect(keys(ordered(rows, { column: 'temperature', down: false }, spell))).toEqual(['4/0', '1/0', '3/0', '2/0'])
    expect(keys(ordered(rows, { column: 'temperature', down: true }, spell))).toEqual(['3/0', '1/0', '4/0', '2/0'])
  })

  it('loses nothing, and is the same whatever the order before', () => {
    const any = fc.uniqueArray(
      fc.record(
        {
          n: fc.nat(50),
          place: fc.constantFrom('a', 'b', '10', '9'),
          maxMilli: fc.integer({ min: -5, max: 5 }),
          source: fc.constantFrom('device' as const, 'operator' as const),
        },
        { requiredKeys: ['n'] },
      ),
      { selector: ({ n }) => n },
    )
    fc.assert(
      fc.property(any, fc.constantFrom(...COLUMNS), fc.boolean(), (made, column, down) => {
        const rows = made.map(({ n, ...more }) => row(n, more))
        const one = ordered(rows, { column, down }, spell)
        expect(ordered([...rows].reverse(), { column, down }, spell)).toEqual(one)
        expect(new Set(keys(one))).toEqual(new Set(keys(rows)))
      }),
    )
  })
})
