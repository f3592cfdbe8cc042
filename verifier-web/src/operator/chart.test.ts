import { describe, expect, it } from 'vitest'
import { actText, toneOf } from './act-text.ts'
import { bitsOf } from './carry-bits.ts'
import { curveOf, HEIGHT, rowsOf, WIDTH } from './chart.ts'
import type { Act, ChartData } from './model.ts'
import { wordsOf } from './words/index.ts'

const chart = (spans: ChartData['spans'], limits: ChartData['limits'] = null): ChartData => ({
  ...{ device: 'cold1', type: 'Temperature', uom: 'CEL', fromMs: 0, toMs: 1_000, limits, spans },
})

describe('a curve', () => {
  it('begins anew after a gap, which is drawn, as is the time without a reading at the end', () => {
    const { trace, gaps } = curveOf(
      chart([
        [0, 200, 1, 1, 1],
        [200, 300, 2, 2, 2],
        [600, 700, 3, 3, 3],
      ]),
    )
    expect(trace.match(/M/g)).toHaveLength(2)
    expect(gaps.map(({ x, width }) => [x, x + width])).toEqual([
      [300, 600],
      [700, 1_000],
    ])
  })

  it('marks what lies outside the limits, and keeps everything in the box', () => {
    const limits = { minMilliC: 0, maxMilliC: 4_000 }
    const curve = curveOf(
      chart(
        [
          [0, 500, 2_000, 2_000, 2_000],
          [500, 1_000, 3_000, 9_000, 9_000],
        ],
        limits,
      ),
    )
    expect(curve.outside).toMatch(/^M500/)
    expect(curve.limits!.top).toBeGreaterThan(0)
    expect(curve.limits!.bottom).toBeLessThan(HEIGHT)
    for (const number of curve.trace.match(/[\d.]+/g)!) expect(Number(number)).toBeLessThanOrEqual(WIDTH)
    expect(curveOf(chart([])).trace).toBe('')
  })

  it('says the same as a table, the latest first, and what it does not know', () => {
    const rows = rowsOf(
      chart([
        [0, 100, 1, 5, 3],
        [900, 1_000, 7, 8, 8],
      ]),
      4,
    )
    expect(rows.map(({ range }) => range)).toEqual([{ min: 7, max: 8 }, undefined, undefined, { min: 1, max: 5 }])
  })
})

describe('a frame', () => {
  it('is read by rows, from the highest bit on', () => {
    // 0b10000000 0b10000000: modules 0 and 8 of 3 × 3.
    expect([...bitsOf('gIA', 3)]).toEqual([
      [0, 0],
      [2, 2],
    ])
  })
})

describe('the words', () => {
  it('tell each act in the language of whoever looks', () => {
    const label = { zh: '装箱', en: 'Pack' }
    const stations = [
      {
        ...{ id: 'dock', thermometer: null, limits: null, tests: false, step: null, open: null, answer: null },
        steps: [{ name: 'pack', action: 'pack', label }],
      },
    ]
    const act: Act = { n: 1, atMs: 0, kind: 'recorded', action: 'pack', count: 2 }
    expect(actText(act, stations, wordsOf('en', 'UTC'))).toBe('Pack: 2 items recorded')
    expect(actText(act, stations, wordsOf('zh', 'UTC'))).toBe('装箱：已记录 2\u00a0件')
    expect(actText({ ...act, kind: 'said', what: 'outputs' }, stations, wordsOf('en', 'UTC'))).toBe(
      'Pack: now the outputs',
    )
    expect([toneOf(act), toneOf({ ...act, kind: 'refused' }), toneOf({ ...act, kind: 'gathered' })]).toEqual([
      'ok',
      'stop',
      'wait',
    ])
  })

  it('give times in the gateway’s zone, and ages in what is said', () => {
    const words = wordsOf('en', 'Asia/Shanghai')
    const noon = Date.UTC(2026, 10, 22, 4)
    expect(words.time(noon, noon)).toBe('12:00:00')
    expect(words.time(noon - 86_400_000, noon)).toContain('21 Nov')
    expect(words.age(7_500_000)).toBe('2 h 5 min')
    expect(words.range(0, 4_000, 'CEL')).toBe('0–\u20604\u00a0°C')
    expect(wordsOf('en', 'Nowhere/None').time(noon, noon)).toBe('04:00:00')
  })
})
