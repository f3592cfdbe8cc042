import { describe, expect, it } from 'vitest'
import { Fixes } from './fix.ts'

const FARM = 'https://id.gs1.org/414/9506000134017'
const TRUCK = 'https://id.gs1.org/8004/9506000134-TRUCK1'
const site = { latE7: 302400000, lonE7: 1094800000, accuracyM: 20 }
const fix = {
  kind: 'fix',
  atMs: 1000,
  utcMs: 0,
  latE7: 301234567,
  lonE7: -1094800000,
  accuracyM: 6,
  satellites: 9,
} as const

describe('Fixes', () => {
  it('gives a surveyed site for a place that stands still', () => {
    expect(new Fixes({ source: 'site', site }, FARM).at(0)).toEqual({
      geo: { source: 'site', ...site },
      readPoint: FARM,
    })
  })

  it('gives a fresh fix as read point of what moves', () => {
    const fixes = new Fixes({ source: 'gnss', device: 'g' }, TRUCK)
    fixes.take(fix)
    expect(fixes.at(11_000)).toEqual({
      geo: { source: 'gnss', latE7: 301234567, lonE7: -1094800000, accuracyM: 6, satellites: 9, ageMs: 10_000 },
      readPoint: 'geo:30.1234567,-109.48',
    })
  })

  it('does not use an old or lost fix, and says when there is none', () => {
    const fixes = new Fixes({ source: 'gnss', device: 'g' }, TRUCK)
    const none = { geo: { source: 'none' }, readPoint: TRUCK }
    expect(fixes.at(0)).toEqual(none)
    fixes.take(fix)
    expect(fixes.at(11_001)).toEqual(none)
    fixes.lose()
    expect(fixes.at(1000)).toEqual(none)
  })

  it('falls back on the site where the configuration names one', () => {
    expect(new Fixes({ source: 'gnss', device: 'g', site }, FARM).at(0).geo.source).toBe('site')
  })
})
