import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { Checks } from './checks.ts'
import { checkLimits, checksSchema } from './checks-config.ts'
import type { Moment } from './clock.ts'
import type { Quantity } from './driver/index.ts'

const MINUTE = 60_000
const at = (ms: number, stepMs = 0): Moment => ({
  ms: 1_000_000_000_000 + ms + stepMs,
  source: 'gnss',
  uncertaintyMs: 200,
  bootId: 'b',
  monotonicMs: ms,
})
const celsius = (milli: number): Quantity[] => [{ type: 'Temperature', milli, uom: 'CEL' }]

/** What becomes of temperatures a minute apart: '' is ok. */
function run(values: readonly number[], option: unknown = undefined): string[] {
  const parsed = option === undefined ? undefined : v.parse(checksSchema, option)
  const checks = new Checks(checkLimits(parsed, MINUTE))
  return values.map((milli, i) => {
    const [quantity] = checks.judge(celsius(milli), at(i * MINUTE))
    return quantity?.flag === undefined ? '' : `${quantity.flag} ${quantity.why}`
  })
}

describe('Checks', () => {
  it('flags what cannot be measured there', () => {
    expect(run([2000, 126_000, 2000])).toEqual(['', 'bad range', ''])
    expect(run([2000, 80_001, -40_001, 80_000], { range: [-40, 80], spike: 1000, rate: '1000/min' })).toEqual([
      '',
      'bad range',
      'bad range',
      '',
    ])
  })

  it('flags a lone spike and takes what follows it', () => {
    expect(run([2000, 2100, 30_000, 2000, 2100])).toEqual(['', '', 'suspect spike', '', ''])
  })

  it('takes a step at its second reading: it costs one', () => {
    expect(run([2000, 2100, 25_000, 25_100, 25_000])).toEqual(['', '', 'suspect spike', '', ''])
  })

  it('flags what moves faster than air', () => {
    // The third is 9 °C in two minutes from the good one and 5 in one from the last; the fourth moves calmly again.
    expect(run([0, 4000, 9000, 10_000, 11_000], { rate: '3/min' })).toEqual([
      '',
      'suspect rate',
      'suspect rate',
      '',
      '',
    ])
  })

  it('flags a line that has not moved in any of its values', () => {
    expect(run([1000, 1000, 1000, 1000, 1100], { flat: { n: 3 } })).toEqual([
      '',
      '',
      'suspect flat',
      'suspect flat',
      '',
    ])
    expect(run([1000, 1040, 1080, 1120], { flat: { n: 3, tol: 0.1 } })).toEqual(['', '', 'suspect flat', ''])
    const checks = new Checks(checkLimits({ flat: { n: 3, tol: 0 } }, MINUTE))
    const pair = (rh: number): Quantity[] => [...celsius(2000), { type: 'RelativeHumidity', milli: rh, uom: 'P1' }]
    // The humidity moves: the element lives.
    for (let i = 0; i < 10; i++) {
      expect(checks.judge(pair(80_000 + i * 100), at(i * MINUTE)).every(({ flag }) => flag === undefined)).toBe(true)
    }
  })

  it('does by default not mistake a calm cold room for a frozen element', () => {
    expect(new Set(run(Array.from({ length: 359 }, () => -18_000)))).toEqual(new Set(['']))
    expect(run(Array.from({ length: 360 }, () => -18_000)).at(-1)).toBe('suspect flat')
  })

  it('is not misled by a step of the clock', () => {
    const checks = new Checks(checkLimits(undefined, MINUTE))
    checks.judge(celsius(2000), at(0))
    for (const step of [-3_600_000, 3_600_000, 0]) {
      expect(checks.judge(celsius(2500), at(MINUTE, step))[0]).not.toHaveProperty('flag')
    }
  })

  it('changes no value, and leaves the flags of drivers as they are', () => {
    const checks = new Checks(checkLimits(undefined, MINUTE))
    const own = { ...celsius(85_000)[0]!, flag: 'bad' as const, why: 'sentinel' as const }
    expect(checks.judge([own], at(0))).toEqual([own])
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -273_150, max: 2_000_000 }), { maxLength: 50 }), (values) => {
        const fresh = new Checks(checkLimits(undefined, MINUTE))
        values.forEach((milli, i) => {
          expect(fresh.judge(celsius(milli), at(i * MINUTE))).toMatchObject([{ milli }])
        })
      }),
    )
  })
})

describe('checks in the configuration', () => {
  it('become integers', () => {
    const option = { range: [-40, 80.5], flat: { n: 30, tol: 0.05 }, spike: 5, rate: '5/min', gap: '150s' }
    expect(checkLimits(v.parse(checksSchema, option), MINUTE)).toEqual({
      range: { minMilli: -40_000, maxMilli: 80_500 },
      flat: { n: 30, tolMilli: 50 },
      spikeMilli: 5000,
      rateMilliPerMin: 5000,
      gapMs: 150_000,
    })
  })

  it.each([
    { range: [80, -40] },
    { range: [0.00001, 1] },
    { range: [0] },
    { flat: { n: 1 } },
    { flat: { n: 3, tol: -1 } },
    { spike: 0 },
    { rate: 'fast' },
    { rate: '0/min' },
    { gap: '-1s' },
    { colour: 'red' },
  ])('are refused: %j', (option) => {
    expect(v.safeParse(checksSchema, option).success).toBe(false)
  })
})
