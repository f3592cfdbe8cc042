import { describe, expect, it } from 'vitest'
import { sampleVerdicts } from './_sample-verdicts.ts'
import { journeyOf } from './journey.ts'
import { safetyOf, type Temperature, temperatureOf, useByOf } from './safety.ts'
import type { Track } from './temperature.ts'
import { temperatureTone, useByTone } from './tone.ts'

const limits = { minMilliC: 0, maxMilliC: 4000 }
const track = journeyOf(sampleVerdicts.consistent()).track
const now = new Date(2026, 10, 22, 19, 10)

describe('temperatureOf', () => {
  it('is kept within the limits, with its gaps counted', () => {
    const temperature = temperatureOf(track, limits)
    expect(temperature).toMatchObject({ kind: 'kept', overMs: 0, gaps: 2, gapMs: 85 * 60_000 })
    expect(temperatureTone(temperature)).toBe('ok')
  })

  it('has left the limits, and for how long', () => {
    const temperature = temperatureOf(journeyOf(sampleVerdicts.warm()).track, limits)
    expect(temperature).toMatchObject({ kind: 'left' })
    expect(temperature.kind === 'left' && temperature.overMs).toBeGreaterThan(3_600_000)
    expect(temperatureTone(temperature)).toBe('stop')
  })

  it('takes the limit itself as within', () => {
    const line = [{ ms: 0, milli: 4000 }]
    const at = { fromMs: 0, toMs: 0, minMilli: 0, maxMilli: 4000, lines: [line], bands: [], gaps: [], devices: 1 }
    expect(temperatureOf(at, limits).kind).toBe('scarce')
    expect(temperatureOf({ ...at, maxMilli: 4001 }, limits).kind).toBe('left')
    expect(temperatureOf({ ...at, minMilli: -1 }, limits).kind).toBe('left')
  })

  it('calls nothing kept that was mostly not measured', () => {
    const hour = 3_600_000
    const at = { fromMs: 0, toMs: 10 * hour, minMilli: 1000, maxMilli: 2000, lines: [], bands: [], devices: 1 }
    const gap = (toMs: number): Pick<Track, 'gaps'> => ({ gaps: [{ fromMs: 0, toMs }] })
    const of = (toMs: number): Temperature => temperatureOf({ ...at, ...gap(toMs) }, limits)
    expect(of(5 * hour).kind).toBe('kept')
    expect(of(5 * hour + 1).kind).toBe('scarce')
    expect(temperatureTone(of(9 * hour))).toBe('idle')
    expect(temperatureOf({ ...at, ...gap(9 * hour), maxMilli: 9000 }, limits).kind).toBe('left')
  })

  it('judges nothing without limits or readings', () => {
    expect(temperatureOf(track, undefined).kind).toBe('no-limits')
    expect(temperatureOf(undefined, limits)).toEqual({ kind: 'none' })
  })
})

describe('useByOf', () => {
  it.each([
    ['2026-11-26', 4, 'ok'],
    ['2026-11-22', 0, 'care'],
    ['2026-11-21', -1, 'stop'],
  ])('%s is %i days away', (date, days, tone) => {
    const useBy = useByOf(date, now)
    expect(useBy).toEqual({ kind: 'days', days })
    expect(useByTone(useBy)).toBe(tone)
  })

  it('is unknown without a date', () => {
    expect(useByTone(useByOf(undefined, now))).toBe('idle')
  })
})

describe('safetyOf', () => {
  it('never calls a pack free of recall that nobody asked about', () => {
    const journey = journeyOf(sampleVerdicts.consistent())
    expect(safetyOf('consistent', journey, {}, now).recall).toBe('not-checked')
    expect(safetyOf('unchecked', journey, {}, now).recall).toBe('unknown-now')
    // Nothing could be fetched: whether anything was measured is as little known as whether anything was recalled.
    expect(safetyOf('unchecked', undefined, {}, now).temperature).toEqual({ kind: 'unknown-now' })
    expect(safetyOf('none', undefined, {}, now).temperature).toEqual({ kind: 'none' })
    expect(safetyOf('none', undefined, {}, now).recall).toBe('unknowable')
    expect(safetyOf('recalled', journey, {}, now).recall).toBe('recalled')
  })

  it('says that nothing is recalled exactly where whole histories and good signatures prove it', () => {
    const verdict = sampleVerdicts.consistent()
    const recall = (state: string, of: typeof verdict): string => safetyOf(state, undefined, {}, now, of).recall
    expect(safetyOf('consistent', undefined, {}, now, verdict)).toMatchObject({
      recall: 'free',
      recallAsOfMs: verdict.sealedAtMs,
    })
    expect(recall('elsewhere', verdict)).toBe('free')
    expect(recall('consistent', sampleVerdicts.lifted())).toBe('free')
    expect(recall('consistent', sampleVerdicts.drill())).toBe('drill')
    for (const id of ['completeness', 'signatures']) {
      const checks = verdict.checks.map((check) =>
        check.id === id ? { ...check, status: 'unchecked' as const } : check,
      )
      expect(recall('consistent', { ...verdict, checks })).toBe('not-checked')
    }
    expect(recall('mismatch', sampleVerdicts.mismatch())).toBe('unknown-now')
    expect(recall('unchecked', verdict)).toBe('unknown-now')
    expect(recall('none', sampleVerdicts.none())).toBe('unknowable')
    // Without a connection the last check is shown, and a recall that stood then is not forgotten.
    expect(recall('unchecked', sampleVerdicts.recalled())).toBe('was-recalled')
    expect(recall('unchecked', sampleVerdicts.held())).toBe('held')
    expect(recall('held', sampleVerdicts.held())).toBe('held')
    expect(recall('consistent', sampleVerdicts.released())).toBe('free')
  })

  it('relies on no temperature of records that do not check out', () => {
    expect(safetyOf('mismatch', journeyOf(sampleVerdicts.consistent()), { limits }, now).temperature).toEqual({
      kind: 'doubtful',
    })
    // Nor without a connection, where that is what was found last.
    const last = { ...sampleVerdicts.consistent(), state: 'mismatch' as const }
    expect(safetyOf('unchecked', journeyOf(last), { limits }, now, last).temperature).toEqual({ kind: 'doubtful' })
  })
})
