import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ClockStamp } from '../event/types.ts'
import { DOUBTFUL_MS } from './doubt.ts'
import { DRIFT_PPM, driftOver, LEDGER_CLOCK_MS, type TimedStamp, timeInterval } from './interval.ts'

const BOOT = '11111111-2222-4333-8444-555555555555'
const OTHER = '99999999-2222-4333-8444-555555555555'
const YEAR = 31_536_000_000
const T0 = Date.UTC(2026, 10, 22)

function stamp(
  ms: number,
  clock: Partial<ClockStamp> = {},
  ledger: Pick<TimedStamp, 'sealedMs' | 'knownMs'> = {},
): TimedStamp {
  return { ms, clock: { source: 'gnss', uncertaintyMs: 200, bootId: BOOT, monotonicMs: 0, ...clock }, ...ledger }
}
const none = (monotonicMs: number): Partial<ClockStamp> => ({ source: 'none', uncertaintyMs: YEAR, monotonicMs })

describe('timeInterval', () => {
  it('believes a good clock', () => {
    expect(timeInterval(stamp(T0), [])).toEqual({
      earliestMs: T0 - 200,
      latestMs: T0 + 200,
      from: 'own clock',
      contradicted: false,
    })
  })

  it('places a stamp from before the clock was set by an anchor, with the drift between them', () => {
    const hour = 3_600_000
    const anchor = stamp(T0 + hour, { monotonicMs: hour })
    const doubt = 200 + driftOver(hour)
    expect(doubt).toBe(200 + 180 + 1)
    const expected = { earliestMs: T0 - doubt, latestMs: T0 + doubt, from: 'anchor', contradicted: false }
    expect(timeInterval(stamp(0, none(0)), [anchor])).toEqual(expected)
    // Backwards as well: a clock that was lost after the anchor.
    expect(timeInterval(stamp(0, none(2 * hour)), [anchor]).latestMs).toBe(T0 + 2 * hour + doubt)
  })

  it('takes no anchor of another boot, and none that is in doubt itself', () => {
    const anchors = [
      stamp(T0, { bootId: OTHER }),
      stamp(T0, { source: 'rtc' }),
      stamp(T0, { uncertaintyMs: DOUBTFUL_MS + 1 }),
    ]
    expect(timeInterval(stamp(0, none(0)), anchors)).toEqual({ from: 'ledger', contradicted: false })
  })

  it('bounds a clock that claims nothing by the ledger: the seal over it, and what the gateway knew', () => {
    const known = stamp(7, none(1000), { sealedMs: T0 + 60_000, knownMs: T0 })
    const slack = LEDGER_CLOCK_MS + 1
    const expected = { earliestMs: T0 - slack, latestMs: T0 + 60_000 + slack, from: 'ledger', contradicted: false }
    expect(timeInterval(known, [])).toEqual(expected)
    // What the boot knew before holds for later stamps, moved by the count.
    const later = stamp(8, none(31_000), { sealedMs: T0 + 90_000 })
    expect(timeInterval(later, [known]).earliestMs).toBe(T0 + 30_000 - LEDGER_CLOCK_MS - driftOver(30_000))
  })

  it('believes a battery clock only as long as there is no anchor', () => {
    const rtc = stamp(T0, { source: 'rtc', uncertaintyMs: 120_000 })
    expect(timeInterval(rtc, [])).toMatchObject({ earliestMs: T0 - 120_000, from: 'own clock' })
    expect(timeInterval(rtc, [stamp(T0 + YEAR)])).toMatchObject({ earliestMs: T0 + YEAR - 201, from: 'anchor' })
  })

  it('keeps below the seal whatever a gateway claims, and says that it was contradicted', () => {
    const claimed = stamp(T0 + YEAR, {}, { sealedMs: T0 })
    expect(timeInterval(claimed, [])).toEqual({
      latestMs: T0 + LEDGER_CLOCK_MS + 1,
      from: 'ledger',
      contradicted: true,
    })
  })

  it('covers anchors that exclude each other, and says so', () => {
    const anchors = [stamp(T0), stamp(T0 + 10_000)]
    expect(timeInterval(stamp(0, none(0)), anchors)).toEqual({
      earliestMs: T0 - 201,
      latestMs: T0 + 10_201,
      from: 'anchor',
      contradicted: true,
    })
  })
})

/** A boot as it truly was, and the stamps that an honest gateway took in it. */
interface World {
  truth: number[]
  stamps: TimedStamp[]
}

/** Milliseconds of true time; the count runs at `ppm`, the clock is right within its doubt between `setAt` and `lostAt`, else anywhere. */
const world: fc.Arbitrary<World> = fc
  .record({
    ppm: fc.integer({ min: -DRIFT_PPM + 1, max: DRIFT_PPM - 1 }),
    wallError: fc.integer({ min: -20 * YEAR, max: 20 * YEAR }),
    ledgerError: fc.integer({ min: -LEDGER_CLOCK_MS + 1, max: LEDGER_CLOCK_MS - 1 }),
    setAt: fc.integer({ min: 0, max: 86_400_000 }),
    goodFor: fc.integer({ min: 0, max: 86_400_000 }),
    at: fc.array(
      fc.record({
        t: fc.integer({ min: 0, max: 100_000_000 }),
        error: fc.integer({ min: -999, max: 999 }),
        spare: fc.integer({ min: 1, max: 120_000 }),
        rtc: fc.boolean(),
        sealedAfter: fc.integer({ min: 0, max: 10_000_000 }),
        knownBefore: fc.option(fc.integer({ min: 0, max: 10_000_000 })),
        seen: fc.boolean(),
      }),
      { minLength: 1, maxLength: 12 },
    ),
  })
  .map(({ ppm, wallError, ledgerError, setAt, goodFor, at }) => {
    const stamps = at.map(({ t, error, spare, rtc, sealedAfter, knownBefore, seen }) => {
      const monotonicMs = Math.floor(t * (1 + ppm / 1e6))
      const good = t >= setAt && t < setAt + goodFor
      const clock: ClockStamp = good
        ? { source: t % 2 === 0 ? 'gnss' : 'ntp', uncertaintyMs: Math.abs(error) + spare, bootId: BOOT, monotonicMs }
        : rtc
          ? { source: 'rtc', uncertaintyMs: Math.abs(error) + spare, bootId: BOOT, monotonicMs }
          : { source: 'none', uncertaintyMs: spare, bootId: BOOT, monotonicMs }
      const wall = T0 + t + (clock.source === 'none' ? wallError : error)
      return {
        ms: wall,
        clock,
        ...(seen && { sealedMs: T0 + t + sealedAfter + ledgerError }),
        ...(knownBefore !== null && { knownMs: T0 + t - knownBefore + ledgerError }),
      }
    })
    return { truth: at.map(({ t }) => T0 + t), stamps }
  })

describe('timeInterval in simulated worlds', () => {
  it('never excludes the true time of an honest gateway’s stamp', () => {
    fc.assert(
      fc.property(world, ({ truth, stamps }) => {
        for (const [i, one] of stamps.entries()) {
          const interval = timeInterval(one, stamps.toSpliced(i, 1))
          expect(interval.contradicted).toBe(false)
          expect(interval.earliestMs ?? -Infinity).toBeLessThanOrEqual(truth[i]!)
          expect(interval.latestMs ?? Infinity).toBeGreaterThanOrEqual(truth[i]!)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('is never wider for one more anchor or seal, while nothing is contradicted', () => {
    fc.assert(
      fc.property(world, ({ stamps: [one, ...others] }) => {
        const before = timeInterval(one!, others.slice(1))
        const after = timeInterval(one!, others)
        // A battery clock's own word counts no more once there is an anchor.
        fc.pre(one!.clock.source !== 'rtc' && !before.contradicted)
        expect(after.earliestMs ?? -Infinity).toBeGreaterThanOrEqual(before.earliestMs ?? -Infinity)
        expect(after.latestMs ?? Infinity).toBeLessThanOrEqual(before.latestMs ?? Infinity)
      }),
    )
  })

  it('stays below the stamp’s own seal, whatever the gateway says', () => {
    const ms = fc.integer({ min: 0, max: 4_000_000_000_000 })
    const lie = fc.record({
      ms,
      clock: fc.record({
        source: fc.constantFrom('gnss' as const, 'ntp' as const, 'rtc' as const, 'none' as const),
        uncertaintyMs: fc.integer({ min: 0, max: 3_155_760_000_000 }),
        bootId: fc.constantFrom(BOOT, OTHER),
        monotonicMs: fc.integer({ min: 0, max: 3_155_760_000_000 }),
      }),
      sealedMs: ms,
      knownMs: ms,
    })
    fc.assert(
      fc.property(lie, fc.array(lie, { maxLength: 6 }), (one, others) => {
        const { earliestMs, latestMs } = timeInterval(one, others)
        expect(latestMs).toBeLessThanOrEqual(one.sealedMs + LEDGER_CLOCK_MS + 1)
        expect(Number.isSafeInteger(latestMs)).toBe(true)
        if (earliestMs !== undefined) expect(earliestMs).toBeLessThanOrEqual(latestMs!)
      }),
      { numRuns: 2000 },
    )
  })
})
