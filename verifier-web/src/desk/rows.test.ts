import type { Verdict } from '@tristamp/protocol'
import { describe, expect, it } from 'vitest'
import { LOT, PACK, sampleVerdicts, TRUCK } from '../_sample-verdicts.ts'
import type { Trace, TraceLink } from './graph/trace.ts'
import { daysOf, keyOf, provedRows, tracedRows } from './rows.ts'

const whole = sampleVerdicts.consistent()
const withGoods = whole.events.filter(({ event }) => event.bizStep !== 'sensor_reporting')
/** What a pack's own history has: what was measured without naming goods is found under the day of its station. */
const own: Verdict = { ...whole, events: withGoods }
const measured: Verdict = { ...whole, events: whole.events.filter((one) => !withGoods.includes(one)) }
const meant = { isMeant: () => true }
const gapsOf = (goods: Verdict[], days: Verdict[]): [string | undefined, number][] =>
  provedRows({ goods, days, ...meant })
    .filter(({ kind }) => kind === 'gap')
    .map(({ place, lengthMs }) => [place, (lengthMs ?? 0) / 60_000])

describe('rows of what was proved', () => {
  it('has every record once, however many verdicts hold it', () => {
    const rows = provedRows({ goods: [whole, own], days: [measured], ...meant })
    const events = rows.filter(({ kind }) => kind === 'event').map(({ key }) => key)
    expect(new Set(events).size).toBe(events.length)
    expect(new Set(events)).toEqual(new Set(whole.events.map(keyOf)))
  })

  it('knows a silence only where nobody measured', () => {
    expect(gapsOf([own], []).length).toBeGreaterThan(1)
    expect(gapsOf([own], [measured])).toContainEqual([TRUCK, 40])
    // A box and a pack in it: one silence.
    expect(gapsOf([own, { ...own, subject: LOT }], [measured])).toEqual(gapsOf([own], [measured]))
    expect(provedRows({ goods: [own], days: [], isMeant: () => false }).some(({ kind }) => kind === 'gap')).toBe(false)
  })

  it('takes the worse of two verdicts over one record', () => {
    const first = whole.events[0]!
    const detail = { entry: first.entry, position: first.position }
    const checks = whole.checks.map((one) =>
      one.id === 'contents' ? { ...one, status: 'failed' as const, code: 'CONTENT_HASH' as never, detail } : one,
    )
    for (const goods of [
      [whole, { ...whole, checks }],
      [{ ...whole, checks }, whole],
    ]) {
      const row = provedRows({ goods, days: [], ...meant }).find(({ key }) => key === keyOf(first))
      expect(row?.stamps).toEqual({ place: 'broken', time: 'broken', quality: 'broken' })
    }
  })
})

it('asks for the days of every station that the goods were at, and not for more than it may', () => {
  const days = daysOf([own], 60)
  expect(days).toContain(`${TRUCK}#2026-11-20`)
  expect(days).toContain(`${TRUCK}#2026-11-21`)
  expect(daysOf([own], 3)).toEqual(days.slice(0, 3))
})

it('rows of the trace are those that were not proved, each once, with its place and its goods', () => {
  const proof = { entry: 900, position: 0, eventID: 'urn:uuid:x', org: 'shop' }
  const known = { ...proof, entry: whole.events[0]!.entry, position: whole.events[0]!.position }
  const link = (kind: TraceLink['kind'], from: string, to: string, of = proof): TraceLink => ({
    kind,
    from,
    to,
    time: '2026-11-22T08:00:00.000Z',
    step: 'retail_selling',
    proof: of,
  })
  const trace: Trace = {
    subject: LOT,
    treeSize: 1,
    nodes: [],
    links: [
      link('lot', PACK, LOT, known),
      link('at', PACK, TRUCK),
      link('at', LOT, TRUCK),
      link('held', PACK, 'urn:x'),
    ],
    unread: 0,
    incomplete: [],
  }
  const proved = provedRows({ goods: [whole], days: [], ...meant })
  expect(tracedRows(trace, proved)).toEqual([
    {
      key: '900/0',
      kind: 'event',
      at: { ms: Date.parse('2026-11-22T08:00:00.000Z'), offset: '+08:00' },
      step: 'sell',
      place: TRUCK,
      entry: 900,
      eventID: 'urn:uuid:x',
      org: 'shop',
      goods: [PACK, LOT],
    },
  ])
})
