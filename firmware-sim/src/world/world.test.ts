import { expect, it } from 'vitest'
import { Climate } from './climate.ts'
import { distanceM, Route } from './route.ts'
import { ScenarioClock } from './scenario-clock.ts'

const HOUR = 3_600_000
const air = { celsius: 2, humidity: 85, swing: 0.4, cycleMs: 25 * 60_000, noise: 0.2 }

it('has the same air for the same seed, however often it is looked at, and within its bounds', () => {
  const one = new Climate(air, 5, 'truck')
  const other = new Climate(air, 5, 'truck')
  const values = Array.from({ length: 500 }, (_, i) => one.at(i * 97_000).milliC)
  expect(values.every((value, i) => value === other.at(i * 97_000).milliC)).toBe(true)
  expect(Math.min(...values)).toBeGreaterThanOrEqual(1400)
  expect(Math.max(...values)).toBeLessThanOrEqual(2600)
  expect(new Set(values).size).toBeGreaterThan(100)
  expect(new Climate(air, 6, 'truck').at(0)).not.toEqual(one.at(0))
})

it('ramps to its target in scenario time', () => {
  const calm = new Climate({ ...air, swing: 0, noise: 0 }, 1, 'room')
  calm.setTarget(4, 1000, HOUR)
  expect(calm.at(1000).milliC).toBe(2000)
  expect(calm.at(1000 + HOUR / 2).milliC).toBe(3000)
  expect(calm.at(1000 + 2 * HOUR).milliC).toBe(4000)
})

it('travels along its points and arrives', () => {
  const enshi = { lat: 30.27, lon: 109.48 }
  const wuhan = { lat: 30.59, lon: 114.31 }
  const hangzhou = { lat: 30.38, lon: 120.03 }
  const route = new Route(enshi, 1, 'truck')
  expect(distanceM(route.at(0), enshi)).toBeLessThan(5)
  expect(route.at(0).knots).toBe(0)
  route.travel([wuhan, hangzhou], HOUR, 18 * HOUR)
  const half = route.at(10 * HOUR)
  expect(half.lon).toBeGreaterThan(114)
  expect(half.knots * 1.852).toBeGreaterThan(50)
  expect(half.course).toBeGreaterThan(80)
  expect(half.course).toBeLessThan(100)
  const end = route.at(20 * HOUR)
  expect(distanceM(end, hangzhou)).toBeLessThan(5)
  expect(end.knots).toBe(0)
})

it('passes scenario time beside real time, faster while it is advanced, and rings alarms on the way', async () => {
  const start = Date.UTC(2026, 10, 19)
  const clock = new ScenarioClock(start)
  let rang = 0
  clock.alarm(start + 10 * HOUR, () => {
    rang = clock.now()
  })
  await clock.advance(18 * HOUR, 120)
  const behind = clock.now() - start - 18 * HOUR
  expect(behind).toBeGreaterThanOrEqual(0)
  expect(behind).toBeLessThan(20_000)
  expect(rang).toBeGreaterThanOrEqual(start + 10 * HOUR)
  expect(rang).toBeLessThan(start + 18 * HOUR)
  clock.stop()
})

it('does not pass slower than real time, nor go back', async () => {
  const clock = new ScenarioClock(0)
  await clock.advance(50, 10_000)
  await clock.advance(0, 0)
  expect(clock.now()).toBeGreaterThanOrEqual(50)
  clock.stop()
})
