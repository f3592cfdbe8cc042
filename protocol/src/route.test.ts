import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cpuMs } from '../../test/_cpu-time.ts'
import { encodeCbor } from './cbor.ts'
import { EVIDENCE_BYTES } from './evidence.ts'
import { decodeRoute, encodeRoute, MAX_ROUTE_POINTS, metresOff, type RoutePoint, thinRoute } from './route.ts'

const points: fc.Arbitrary<RoutePoint[]> = fc
  .array(
    fc.record({
      gap: fc.integer({ min: 1, max: 100_000 }),
      latE5: fc.integer({ min: -9_000_000, max: 9_000_000 }),
      lonE5: fc.integer({ min: -18_000_000, max: 18_000_000 }),
    }),
    { minLength: 1, maxLength: 200 },
  )
  .map((list) => {
    let s = 1_795_000_000
    return list.map(({ gap, latE5, lonE5 }) => {
      s += gap
      return { s, latE5, lonE5 }
    })
  })

/** A lorry on a road: a step of some metres every second. */
const drive: fc.Arbitrary<RoutePoint[]> = fc
  .array(
    fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: -30, max: 30 }), fc.integer({ min: -30, max: 30 })),
    {
      minLength: 1,
      maxLength: 300,
    },
  )
  .map((steps) => {
    let at = { s: 1_795_000_000, latE5: 3_024_000, lonE5: 17_999_900 }
    return steps.map(([s, lat, lon]) => {
      const lonE5 = at.lonE5 + lon
      at = { s: at.s + s, latE5: at.latE5 + lat, lonE5: lonE5 > 18_000_000 ? lonE5 - 36_000_000 : lonE5 }
      return at
    })
  })

describe('a route as bytes', () => {
  it('is read as it was written, in its one form', () => {
    fc.assert(
      fc.property(points, (route) => {
        const bytes = encodeRoute(route)
        expect(decodeRoute(bytes)).toEqual(route)
        expect(encodeRoute(decodeRoute(bytes))).toEqual(bytes)
      }),
    )
  })

  it('is small: the longest that may be fits evidence, a driven one takes some five bytes a point', () => {
    const far = Array.from({ length: MAX_ROUTE_POINTS }, (_, i) => {
      const sign = i % 2 === 0 ? 1 : -1
      return { s: 1_795_000_000 + i * 40_000, latE5: sign * 9_000_000, lonE5: sign * 18_000_000 }
    })
    expect(encodeRoute(far).length).toBeLessThanOrEqual(EVIDENCE_BYTES)
    const near = far.map(({ s }, i) => ({ s: s / 1000, latE5: 3_000_000 + i * 120, lonE5: 12_000_000 + i * 90 }))
    const driven = near.map((point, i) => ({ ...point, s: 1_795_000_000 + i * 20 }))
    expect(encodeRoute(driven).length / driven.length).toBeLessThan(6)
  })

  it.each<[string, unknown]>([
    ['no CBOR of ours', { a: 1 }],
    ['another tag', ['tristamp-route/2', [1, 0, 0]]],
    ['a number too many', ['tristamp-route/1', [1, 0, 0, 1]]],
    ['no point', ['tristamp-route/1', []]],
    ['a text', ['tristamp-route/1', [1, 0, 'x']]],
    ['a time that stands still', ['tristamp-route/1', [1, 0, 0, 0, 1, 1]]],
    ['a time that goes back', ['tristamp-route/1', [9, 0, 0, -1, 1, 1]]],
    ['a point beyond the pole', ['tristamp-route/1', [1, 9_000_000, 0, 1, 1, 0]]],
    ['numbers that overflow', ['tristamp-route/1', [Number.MAX_SAFE_INTEGER, 0, 0, Number.MAX_SAFE_INTEGER, 0, 0]]],
    ['more points than may be', ['tristamp-route/1', Array.from({ length: 3 * MAX_ROUTE_POINTS + 3 }, () => 1)]],
  ])('with %s is refused', (_, value) => {
    expect(() => decodeRoute(encodeCbor(value))).toThrow('ROUTE_MALFORMED')
  })

  it('is refused before it is read where it is too large', () => {
    expect(() => decodeRoute(new Uint8Array(EVIDENCE_BYTES + 1))).toThrow('ROUTE_MALFORMED')
  })
})

describe('thinRoute', () => {
  const bracket = (kept: readonly RoutePoint[], { s }: RoutePoint): [RoutePoint, RoutePoint] => {
    const to = kept.findIndex((point) => point.s >= s)
    return [kept[Math.max(0, to - 1)]!, kept[to]!]
  }

  it('keeps the ends, adds nothing, and is never further off than it says, across the date line too', () => {
    fc.assert(
      fc.property(drive, fc.integer({ min: 0, max: 200 }), (route, tolerance) => {
        const kept = thinRoute(route, tolerance)
        expect([kept[0], kept.at(-1)]).toEqual([route[0], route.at(-1)])
        expect(kept.every((point) => route.includes(point))).toBe(true)
        for (const point of route) {
          const [from, to] = bracket(kept, point)
          if (from !== to) expect(metresOff(point, from, to)).toBeLessThanOrEqual(tolerance)
        }
      }),
    )
  })

  it('leaves of even driving only the ends, and of a stop its beginning and its end', () => {
    const even = Array.from({ length: 100 }, (_, i) => ({ s: 1000 + i, latE5: 10 * i, lonE5: 20 * i }))
    expect(thinRoute(even, 1)).toEqual([even[0], even[99]])
    const stop = { latE5: 990, lonE5: 1980 }
    const stood = Array.from({ length: 100 }, (_, i) => ({ s: 1100 + i, ...stop }))
    const on = Array.from({ length: 100 }, (_, i) => ({ s: 1200 + i, latE5: 1000 + 10 * i, lonE5: 2000 + 20 * i }))
    expect(thinRoute([...even, ...stood, ...on], 20).map(({ s }) => s)).toHaveLength(4)
  })

  it('is quick on the worst zigzag', () => {
    const zigzag = Array.from({ length: MAX_ROUTE_POINTS }, (_, i) => ({
      s: i + 1,
      latE5: (i % 2 === 0 ? 1 : -1) * i,
      lonE5: 0,
    }))
    const begin = cpuMs()
    thinRoute(zigzag, 0)
    expect(cpuMs() - begin).toBeLessThan(25_000)
  })
})
