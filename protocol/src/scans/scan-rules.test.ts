import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { regionsApart, SCAN_REGIONS, scanRegion } from './regions.ts'
import { readScanCounts, type ScanCounts, type ScanDay } from './scan-counts.ts'
import { isSeenElsewhere, type ScanSign, scanSigns } from './scan-rules.ts'

const day = (n: number): string => new Date(Date.UTC(2026, 10, 1 + n)).toISOString().slice(0, 10)
const cell = (n: number, region: string | undefined, times: number, ...hours: number[]): ScanDay => ({
  day: day(n),
  ...(region !== undefined && { region }),
  times,
  hours,
})
const counts = (...lastDays: ScanDay[]): ScanCounts => ({
  firstSeen: '2026-11-01T00Z',
  times: lastDays.reduce((sum, { times }) => sum + times, 0),
  lastDays,
})
const codes = (signs: ScanSign[], level: string): string[] =>
  signs.filter((one) => one.level === level).map(({ code }) => code)
/** A day on which people in the north and in the south look at the same time. */
const copied = (n: number): ScanDay[] => [cell(n, 'CN-HL', 3, 3, 4), cell(n, 'CN-GD', 3, 4, 9), cell(n, 'CN-XJ', 1, 6)]

describe('regions', () => {
  it('are far from each other at least as far as their borders, and never from what they lie in', () => {
    for (const a of SCAN_REGIONS) {
      expect(regionsApart(a, a)).toBe(0)
      if (a.startsWith('CN-')) expect([a, regionsApart(a, 'Asia/Shanghai')]).toEqual([a, 0])
    }
    expect(regionsApart('CN-HL', 'CN-GD')).toBeGreaterThan(1_000_000)
    // Beijing to Shanghai are 1,070 km: a lower bound is below.
    expect(regionsApart('CN-BJ', 'CN-SH')).toBeGreaterThan(500_000)
    expect(regionsApart('CN-BJ', 'CN-SH')).toBeLessThan(1_070_000)
    expect(regionsApart('CN-HB', 'CN-HN')).toBe(0)
    expect(regionsApart('CN-HB', undefined)).toBe(0)
    expect([scanRegion('CN-HB'), scanRegion('<b>'), scanRegion('__proto__'), scanRegion(7)]).toEqual([
      'CN-HB',
      undefined,
      undefined,
      undefined,
    ])
  })
})

describe('rules over counts', () => {
  it('make a warning of looks in places that nobody travels between, day after day', () => {
    const signs = scanSigns(counts(...[0, 1, 2, 3, 5, 7, 9].flatMap(copied)))
    expect(codes(signs, 'elsewhere')).toEqual(['SCAN_FASTER_THAN_TRAVEL', 'SCAN_MANY_REGIONS'])
    expect(signs[0]).toMatchObject({ days: 3, times: 21, regions: 3 })
  })

  it('take no region for where it is sold that it was looked at in on one day or two', () => {
    const away = ['CN-HL', 'CN-XJ', 'CN-GD', 'CN-YN', 'CN-JL', 'CN-HI', 'CN-NM', 'CN-GX', 'CN-LN']
    const shown = away.flatMap((region, n) => [cell(2 * n, 'CN-SH', 20, 1, 5, 9), cell(2 * n, region, 1, 5)])
    const signs = scanSigns(counts(...shown))
    expect(isSeenElsewhere(signs)).toBe(false)
    expect(codes(signs, 'note')).toEqual(['SCAN_FASTER_THAN_TRAVEL'])
    // The same people, always from the same two places.
    const sold = shown.map((one) => (one.times === 1 ? { ...one, region: 'CN-HL' } : one))
    expect(codes(scanSigns(counts(...sold)), 'elsewhere')).toEqual(['SCAN_FASTER_THAN_TRAVEL'])
  })

  it('say which were after the sale, and which before the goods left', () => {
    const near = (n: number): ScanDay => cell(n, 'CN-HB', 7, 1, 5, 9)
    const shown = counts(...[0, 1, 2, 10, 11, 12, 13, 20, 21, 22].map(near))
    expect(codes(scanSigns(shown), 'elsewhere')).toEqual([])
    expect(codes(scanSigns(shown, { soldMs: Date.parse(day(15)) }), 'elsewhere')).toEqual(['SCAN_AFTER_SALE'])
    expect(codes(scanSigns(shown, { shippedMs: Date.parse(day(9)) }), 'elsewhere')).toEqual(['SCAN_BEFORE_SHIPPING'])
    expect(scanSigns(shown, { soldMs: Date.parse(day(22)) })).toEqual([])
  })

  it('never warn because of one photo that went round, however many look at it in its days', () => {
    const round = [0, 1, 2, 3].flatMap((n) =>
      SCAN_REGIONS.slice(0, 12).map((region) => cell(n, region, 500, ...Array.from({ length: 24 }, (_, h) => h))),
    )
    const signs = scanSigns(counts(...round), { soldMs: Date.parse(day(0)) - 1, shippedMs: Date.parse(day(30)) })
    expect(isSeenElsewhere(signs)).toBe(false)
    expect(codes(signs, 'note')).toContain('SCAN_FASTER_THAN_TRAVEL')
  })

  it('never warn because of one person, whatever regions and hours that person tells, for as long as it likes', () => {
    const look = fc.record({
      n: fc.nat(34),
      region: fc.constantFrom(...SCAN_REGIONS),
      hour: fc.nat(23),
    })
    fc.assert(
      fc.property(fc.array(look, { maxLength: 200 }), fc.nat(34), (looks, sold) => {
        // Six networks at most: what one person has, and two more.
        const taken = looks.filter(({ n }, i) => looks.slice(0, i).filter((other) => other.n === n).length < 6)
        const made = counts(...taken.map(({ n, region, hour }) => cell(n, region, 1, hour)))
        const signs = scanSigns(made, { soldMs: Date.parse(day(sold)), shippedMs: Date.parse(day(sold)) })
        expect(isSeenElsewhere(signs)).toBe(false)
      }),
    )
  })

  it('are the same in whatever order the counts come', () => {
    const all = [0, 1, 2, 3, 5, 7, 9].flatMap(copied)
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (shuffled) => {
        expect(scanSigns(counts(...shuffled))).toEqual(scanSigns(counts(...all)))
      }),
      { numRuns: 20 },
    )
  })

  it.each([
    [null],
    [{ times: -1, lastDays: [] }],
    [{ times: 1, lastDays: 'x' }],
    [{ times: 1, firstSeen: '<script>', lastDays: [] }],
    [{ times: 1, lastDays: [{ day: '2026-13-01', times: 1, hours: [] }] }],
    [{ times: 1, lastDays: [{ day: '2026-11-01', times: 1, hours: [24] }] }],
    [{ times: 1, lastDays: [null] }],
    [{ times: 1, lastDays: [], firstSeen: '2026-99-99T08Z' }],
    [{ times: 1, lastDays: [], firstSeen: '2026-11-01T99Z' }],
  ])('%j is no answer of a server', (value) => {
    expect(readScanCounts(value)).toBeUndefined()
  })

  it('leave out what is no region of the table', () => {
    const [read] = readScanCounts({
      times: 1,
      lastDays: [{ day: '2026-11-01', region: '<b>', times: 1, hours: [3, 3] }],
    })!.lastDays
    expect(read).toEqual({ day: '2026-11-01', times: 1, hours: [3] })
  })
})
