import { describe, expect, it } from 'vitest'
import { metresAlong, metresBetween } from './position.ts'

const at = (lat: number, lon: number, accuracyM = 5): { latE7: number; lonE7: number; accuracyM: number } => ({
  latE7: lat * 1e7,
  lonE7: lon * 1e7,
  accuracyM,
})

describe('metresBetween', () => {
  it('knows a degree of the equator and of a meridian', () => {
    expect(metresBetween(at(0, 0), at(0, 1))).toBeCloseTo(111_195, -1)
    expect(metresBetween(at(30, 100), at(31, 100))).toBeCloseTo(111_195, -1)
  })

  it('goes the short way over the date line', () => {
    expect(metresBetween(at(0, 179.5), at(0, -179.5))).toBeCloseTo(111_195, -1)
  })
})

describe('metresAlong', () => {
  it('does not walk while a receiver stands still', () => {
    const jitter = Array.from({ length: 500 }, (_, i) => at(30 + (i % 3) * 1e-5, 110 + (i % 2) * 1e-5))
    expect(metresAlong(jitter)).toBe(0)
  })

  it('sums the way, and is zero for one point or none', () => {
    expect(metresAlong([at(0, 0), at(0, 1), at(0, 2)])).toBeCloseTo(222_390, -1)
    expect(metresAlong([at(0, 0)])).toBe(0)
    expect(metresAlong([])).toBe(0)
  })
})
