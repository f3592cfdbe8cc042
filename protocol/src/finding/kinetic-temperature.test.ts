import fc from 'fast-check'
import { expect, it } from 'vitest'
import { kineticTemperature, weightedReadings } from './kinetic-temperature.ts'

const each = (...milli: number[]): { milliC: number; weight: number }[] =>
  milli.map((milliC) => ({ milliC, weight: 1 }))

/** The formula as it is written, in floating point: milli-°C. */
function inFloatingPoint(readings: readonly { milliC: number; weight: number }[]): number {
  const kelvin = readings.map(({ milliC }) => milliC / 1000 + 273.15)
  const hottest = Math.max(...kelvin)
  const total = readings.reduce((sum, { weight }) => sum + weight, 0)
  const sum = readings.reduce((s, { weight }, i) => s + weight * Math.exp(10_000 / hottest - 10_000 / kelvin[i]!), 0)
  return (10_000 / (10_000 / hottest - Math.log(sum / total)) - 273.15) * 1000
}

const readings = fc.array(
  fc.record({ milliC: fc.integer({ min: -80_000, max: 80_000 }), weight: fc.integer({ min: 1, max: 86_400_000 }) }),
  { minLength: 1, maxLength: 60 },
)

it('is the rounded value of the formula, to a ten-thousandth of a milli-degree of where it lies', () => {
  fc.assert(
    fc.property(readings, (all) => {
      expect(Math.abs(kineticTemperature(all)! - inFloatingPoint(all))).toBeLessThanOrEqual(0.5001)
    }),
    { numRuns: 2000 },
  )
})

it('is that of one temperature itself, and lies between the mean and the hottest', () => {
  fc.assert(
    fc.property(fc.integer({ min: -200_000, max: 200_000 }), fc.integer({ min: 1, max: 1e9 }), (milliC, weight) => {
      expect(kineticTemperature([{ milliC, weight }])).toBe(milliC)
    }),
  )
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -30_000, max: 40_000 }), { minLength: 1, maxLength: 50 }), (milli) => {
      const kinetic = kineticTemperature(each(...milli))!
      expect(kinetic).toBeGreaterThanOrEqual(Math.floor(milli.reduce((a, b) => a + b, 0) / milli.length))
      expect(kinetic).toBeLessThanOrEqual(Math.max(...milli))
    }),
  )
})

it.each<[[milliC: number, weight: number][], number]>([
  // Reckoned with sixty decimal digits by another program.
  [[[25_000, 1]], 25_000],
  [
    [
      [20_000, 1],
      [30_000, 1],
    ],
    26_260,
  ],
  [
    [
      [5000, 3],
      [25_000, 1],
    ],
    15_132,
  ],
  [
    [
      [2000, 7200],
      [4500, 3600],
      [8000, 60],
      [12_500, 1],
    ],
    2962,
  ],
  [
    [
      [-20_000, 1000],
      [-80_000, 1],
    ],
    -20_006,
  ],
  [
    [
      [-200_000, 999_999_999],
      [60_000, 1],
    ],
    -76_066,
  ],
])('of %j is %i', (all, expected) => {
  expect(kineticTemperature(all.map(([milliC, weight]) => ({ milliC, weight })))).toBe(expected)
})

it('does not depend on the order, nor on how equal readings are put together', () => {
  fc.assert(
    fc.property(readings, (all) => {
      const apart = all.flatMap(({ milliC, weight }) =>
        weight < 2
          ? [{ milliC, weight }]
          : [
              { milliC, weight: 1 },
              { milliC, weight: weight - 1 },
            ],
      )
      expect(kineticTemperature(apart.reverse())).toBe(kineticTemperature(all))
    }),
  )
})

it('is nothing without readings or at absolute zero', () => {
  expect(kineticTemperature([])).toBeUndefined()
  expect(kineticTemperature(each(5000, -273_150))).toBeUndefined()
  expect(kineticTemperature(each(-273_149))).toBe(-273_149)
})

it('takes every moment of an instrument once, and no gaps', () => {
  const one = { of: {} as never, device: 'a', fromMs: 0, everyMs: 60_000, milli: [1, null, 3] }
  const found = weightedReadings([one, { ...one, fromMs: 120_000, milli: [3, 4] }, { ...one, device: 'b', milli: [9] }])
  expect(found.map(({ milliC }) => milliC)).toEqual([1, 3, 4, 9])
})
