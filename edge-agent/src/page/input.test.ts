import { parseScan } from '@tristamp/protocol'
import { describe, expect, it } from 'vitest'
import { Acts } from './acts.ts'
import { chartStart, HOURS_MS, pieces } from './charts.ts'
import { frameOf } from './input.ts'

describe('what comes by the page', () => {
  it('is the frame of a scanner, however it is spelt', () => {
    const elements = [...parseScan(frameOf(' (01)09506000134352(10)L7(21)W1 ')).elements!]
    expect(elements).toEqual([
      ['01', '09506000134352'],
      ['10', 'L7'],
      ['21', 'W1'],
    ])
    expect(frameOf(']C0tristamp:end')).toBe(']C0tristamp:end')
    expect(parseScan(frameOf('tristamp:do/pack')).text).toBe('tristamp:do/pack')
    const link = 'https://id.gs1.org/01/09506000134352/21/W1'
    expect(parseScan(frameOf(link)).elements?.get('21')).toBe('W1')
  })

  it('is left to the station to refuse when it is neither', () => {
    expect(frameOf('6901234567892')).toBe('6901234567892')
    expect(() => parseScan(frameOf('(01)0950(600'))).toThrow(/GS1|element|application/i)
  })
})

describe('the last acts', () => {
  it('are few, newest first, counted on, and show what was scanned without its control characters', () => {
    const acts = new Acts(() => 7)
    for (let n = 0; n < 100; n++)
      acts.notice('dock', { kind: 'recorded', action: 'pack', ids: ['a\x1db', 'b', 'c', 'd'], count: 4 })
    acts.refused('SCAN_IDENTITY', { text: '\x1b[2J<b>' }, 'dock')
    expect(acts.list).toHaveLength(30)
    expect(acts.list[0]).toMatchObject({ n: 101, kind: 'refused', code: 'SCAN_IDENTITY', station: 'dock', atMs: 7 })
    expect(acts.list[0]?.text?.en).toContain('<1B>[2J<b>')
    expect(acts.list[1]).toMatchObject({ n: 100, count: 4, ids: ['a<1D>b', 'b', 'c'] })
  })
})

describe('a chart', () => {
  const span = (fromMs: number, toMs: number, value: number) => ({
    ...{ fromMs, toMs, min: value, max: value, sum: value, count: 1, last: value },
  })

  it('merges neighbours, keeps extremes, and never closes a gap', () => {
    const spans = Array.from({ length: 2_880 }, (_, i) => span(i * 7_500, (i + 1) * 7_500, i === 1_000 ? 9_000 : 2_000))
    const made = pieces([...spans.slice(0, 2_000), ...spans.slice(2_001)], 0, HOURS_MS)
    expect(made.length).toBeLessThanOrEqual(400)
    expect(Math.max(...made.map(([, , , max]) => max))).toBe(9_000)
    const gaps = made.slice(1).filter(([from], i) => from > made[i]![1])
    expect(gaps.map(([from]) => from)).toEqual([2_001 * 7_500])
  })

  it('reaches over the hours, or from the first reading on a new gateway', () => {
    const now = 10 * HOURS_MS
    expect(chartStart(0, now)).toBe(now - HOURS_MS)
    expect(chartStart(now - HOURS_MS / 2, now)).toBe(now - HOURS_MS / 2)
    expect(chartStart(undefined, now)).toBe(now - 600_000)
  })
})
