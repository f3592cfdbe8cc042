import { describe, expect, it } from 'vitest'
import { sampleVerdicts } from './_sample-verdicts.ts'
import { chartOf, stagesOf, WIDTH } from './chart.ts'
import { journeyOf } from './journey.ts'
import type { Track } from './temperature.ts'

const limits = { minMilliC: 0, maxMilliC: 4000 }
const point = (ms: number, milli: number): { ms: number; milli: number } => ({ ms, milli })

describe('chartOf', () => {
  const track: Track = {
    fromMs: 0,
    toMs: 1000,
    minMilli: 1000,
    maxMilli: 6000,
    lines: [[point(0, 2000), point(500, 6000), point(1000, 2000)]],
    bands: [],
    gaps: [{ fromMs: 400, toMs: 401 }],
    devices: 1,
  }

  it('marks what lies outside the limits, from crossing to crossing', () => {
    const chart = chartOf(track, limits)
    const y = chart.limits!.top.toFixed(1)
    expect(chart.outside).toMatch(new RegExp(`^M250.0 ${y}L500.0 [0-9.]+M500.0 [0-9.]+L750.0 ${y}$`))
    expect(chartOf({ ...track, lines: [[point(0, 0), point(9, 4000)]] }, limits).outside).toBe('')
  })

  it('keeps a short gap wide enough to be seen, and within the drawing', () => {
    const [gap] = chartOf(track, limits).gaps
    expect(gap?.width).toBeGreaterThanOrEqual(8)
    expect(chartOf({ ...track, gaps: [{ fromMs: 0, toMs: 1 }] }, limits).gaps[0]?.x).toBe(0)
  })

  it('has the limits in sight, and the extremes where there are none', () => {
    expect(chartOf(track, limits).labels.map((l) => l.milli)).toEqual([4000, 0])
    expect(chartOf(track, undefined).labels.map((l) => l.milli)).toEqual([6000, 1000])
    for (const { y } of chartOf(track, limits).labels) expect(y).toBeGreaterThan(0)
  })

  it('draws one reading alone, and an axis without length', () => {
    const single = chartOf({ ...track, toMs: 0, lines: [[point(0, 2000)]], gaps: [] }, limits)
    expect(single.trace).toMatch(/^M0.0 [0-9.]+h2$/)
  })

  it('marks a reading alone that lies outside the limits', () => {
    const warm = chartOf({ ...track, lines: [[point(500, 6000)], [point(900, 2000)]] }, limits)
    expect(warm.outside).toMatch(/^M500.0 [0-9.]+h2$/)
  })

  it('marks what intervals tell outside the limits, and no more of them', () => {
    const band = (minMilli: number, maxMilli: number) => ({ fromMs: 0, toMs: 500, minMilli, maxMilli })
    const { bandsOutside, limits: at } = chartOf({ ...track, lines: [], bands: [band(2000, 6000)] }, limits)
    expect(bandsOutside).toMatch(new RegExp(`^M0.0 [0-9.]+H500.0V${at!.top.toFixed(1)}H0.0Z$`))
    const kept = { ...track, lines: [], bands: [band(0, 4000)] }
    expect(chartOf(kept, limits).bandsOutside).toBe('')
    expect(chartOf({ ...kept, bands: [band(-3000, 6000)] }, limits).bandsOutside.match(/M/g)).toHaveLength(2)
    expect(chartOf({ ...kept, bands: [band(-3000, 6000)] }, undefined).bandsOutside).toBe('')
  })

  it('draws an interval in which nothing changed as a line', () => {
    const still = [{ fromMs: 0, toMs: 500, minMilli: 2000, maxMilli: 2000 }]
    const { trace, bands } = chartOf({ ...track, lines: [], bands: still }, limits)
    expect(trace).toMatch(/^M0.0 [0-9.]+H500.0$/)
    expect(bands).toBe('')
  })

  it('keeps its labels apart, and says once what is said twice', () => {
    const [top, bottom] = chartOf({ ...track, maxMilli: 60_000 }, limits).labels
    expect(bottom!.y - top!.y).toBeCloseTo(12)
    expect(chartOf({ ...track, minMilli: 2000, maxMilli: 2000 }, undefined).labels).toHaveLength(1)
  })
})

describe('stagesOf', () => {
  it('fills the axis with stops and the ways between them', () => {
    const journey = journeyOf(sampleVerdicts.consistent())
    const stages = stagesOf(journey, journey.track!)
    expect(stages.reduce((sum, s) => sum + s.share, 0)).toBeCloseTo(1)
    expect(stages.flatMap((s) => s.stop?.stage ?? [])).toEqual(['process', 'transit', 'store', 'arrival'])
    expect(chartOf(journey.track!, limits).gaps.every((gap) => gap.x + gap.width <= WIDTH)).toBe(true)
  })
})
