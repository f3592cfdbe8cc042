import { encodeRoute, evidenceId, type RoutePoint } from '@tristamp/protocol'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { wayIn } from './way.ts'

const at = (s: number, latE5: number, lonE5: number): RoutePoint => ({ s, latE5, lonE5 })
const found = (...points: RoutePoint[]): ReturnType<typeof wayIn> => {
  const bytes = encodeRoute(points)
  return wayIn(evidenceId(bytes), bytes)
}

it('draws north up and every direction to one scale, with both ends', () => {
  // At 60° a degree of longitude is half as long as one of latitude.
  const { state, way } = found(at(0, 6_000_000, 0), at(60, 6_001_000, 0), at(120, 6_001_000, 2000)) as {
    state: string
    way: NonNullable<unknown> & { start: { x: number; y: number }; end: { x: number; y: number }; path: string }
  }
  expect(state).toBe('agrees')
  expect(way.start.y).toBeGreaterThan(way.end.y)
  expect(way.end.x - way.start.x).toBeCloseTo(way.start.y - way.end.y, 0)
  expect(way).toMatchObject({ points: 3, fromMs: 0, toMs: 120_000 })
})

it('goes the short way over the 180th meridian, and takes a vehicle that stood still for what it is', () => {
  const over = found(at(0, 0, 17_999_000), at(60, 0, -17_999_000))
  expect(over).toMatchObject({ state: 'agrees', way: { metres: expect.closeTo(2226, -2) as number } })
  expect(found(at(5, 100, 100))).toMatchObject({ state: 'agrees', way: { metres: 0, points: 1 } })
})

it('shows nothing of bytes that the stamp does not name, or that are no way', () => {
  const bytes = encodeRoute([at(0, 0, 0), at(1, 5, 5)])
  const other = Uint8Array.from(bytes)
  other[other.length - 1]! ^= 1
  expect(wayIn(evidenceId(bytes), other)).toEqual({ state: 'differs' })
  const text = new TextEncoder().encode('not a way')
  expect(wayIn(evidenceId(text), text)).toEqual({ state: 'differs' })
})

it('stays within its box, whatever the way', () => {
  const point = fc.record({ latE5: fc.integer({ min: -9e6, max: 9e6 }), lonE5: fc.integer({ min: -18e6, max: 18e6 }) })
  fc.assert(
    fc.property(fc.array(point, { minLength: 1, maxLength: 20 }), (list) => {
      const result = found(...list.map((one, s) => ({ s, ...one })))
      if (result.state !== 'agrees') throw new Error(result.state)
      const numbers = (result.way.path.match(/-?[\d.]+/g) ?? []).map(Number)
      for (const [i, value] of numbers.entries()) {
        expect(value).toBeGreaterThanOrEqual(-0.1)
        expect(value).toBeLessThanOrEqual((i % 2 === 0 ? result.way.width : result.way.height) + 0.1)
      }
    }),
  )
})
