import { describe, expect, it } from 'vitest'
import { sampleVerdicts } from './_sample-verdicts.ts'
import { ageOf } from './age.ts'
import type { Finding } from './check.ts'
import { safetyOf } from './safety.ts'

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000]
const verdict = sampleVerdicts.consistent()
const sealed = verdict.sealedAtMs!
const finding = (more: Partial<Finding> = {}): Finding => ({
  ...{ state: 'consistent', subject: verdict.subject, elements: new Map([['01', '1']]), verdict, checkedAtMs: sealed },
  ...more,
})

describe('ageOf', () => {
  it.each([
    ['at once', 0, undefined],
    ['within a day', 23 * HOUR, undefined],
    ['after a day', 25 * HOUR, { kind: 'old', days: 1, atMs: sealed }],
    ['after a year, or by a clock that is a year ahead', 365 * DAY, { kind: 'old', days: 365, atMs: sealed }],
    ['by a clock a little behind', -9 * MINUTE, undefined],
    ['by a clock a day behind', -DAY, { kind: 'behind', ms: DAY, atMs: sealed }],
    ['by a clock a year behind', -365 * DAY, { kind: 'behind', ms: 365 * DAY, atMs: sealed }],
  ] as const)('%s', (_, after, age) => {
    expect(ageOf(finding(), sealed + after)).toEqual(age)
    // A file, and what was checked before, are of the same time.
    expect(ageOf(finding({ file: 'chosen' }), sealed + after)).toEqual(age)
    expect(ageOf(finding({ state: 'unchecked', failure: { code: 'OFFLINE' } }), sealed + after)).toEqual(age)
  })

  it('knows a clock that was turned back by what this device saw before', () => {
    expect(ageOf(finding({ policySinceMs: sealed + DAY }), sealed)).toEqual({
      kind: 'behind',
      ms: DAY,
      atMs: sealed + DAY,
    })
    const kept = finding({ state: 'unchecked', failure: { code: 'OFFLINE' }, checkedAtMs: sealed + 2 * DAY })
    expect(ageOf(kept, sealed)).toEqual({ kind: 'behind', ms: 2 * DAY, atMs: sealed + 2 * DAY })
  })

  it('says nothing of what is not proved', () => {
    expect(ageOf(finding({ state: 'mismatch', verdict: sampleVerdicts.mismatch() }), sealed + DAY)).toBeUndefined()
    expect(ageOf({ state: 'unchecked', subject: '', elements: new Map(), failure: { code: 'OFFLINE' } }, 0)).toBe(
      undefined,
    )
  })

  it('says nothing of the age of a recall, which stands', () => {
    expect(ageOf(finding({ state: 'recalled', verdict: sampleVerdicts.recalled() }), sealed + 9 * DAY)).toBeUndefined()
  })
})

describe('what an age changes', () => {
  const now = (ms: number): Date => new Date(sealed + ms)
  const pack = { useBy: '2026-11-26' }
  const safety = (ms: number) =>
    safetyOf('consistent', undefined, pack as never, now(ms), verdict, ageOf(finding(), sealed + ms))

  it('is whether goods are called back: of an old state nobody knows', () => {
    expect(safety(HOUR).recall).toBe('free')
    expect(safety(3 * DAY)).toMatchObject({ recall: 'unknown-now', recallAsOfMs: sealed })
  })

  it('is the days that are left: by the later clock', () => {
    const days = (ms: number): unknown => safety(ms).useBy
    expect(days(-300 * DAY)).toEqual(days(0))
    expect(days(-3 * DAY)).toEqual({ kind: 'days', days: 4 })
    expect(days(5 * DAY)).toEqual({ kind: 'days', days: -1 })
  })
})
