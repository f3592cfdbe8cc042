import fc from 'fast-check'
import { expect, test } from 'vitest'
import { utcMs } from './bounds.ts'

/** What utcMs must say, by the platform's own dates. */
function slowly(text: string): number | undefined {
  const ms = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z$/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(ms) || new Date(ms).toISOString() !== text ? undefined : ms
}

const time = fc.integer({ min: Date.parse('0000-01-01T00:00:00.000Z'), max: Date.parse('9999-12-31T23:59:59.999Z') })

test('every instant of four-digit years is read as the platform reads it', () => {
  fc.assert(
    fc.property(time, (ms) => void expect(utcMs(new Date(ms).toISOString())).toBe(ms)),
    { numRuns: 2_000 },
  )
})

test('of any other text it agrees with the platform', () => {
  const two = fc.integer({ min: 0, max: 99 }).map((n) => String(n).padStart(2, '0'))
  const any = fc
    .tuple(
      fc.constantFrom('0000', '0099', '1900', '2000', '2024', '2026', '9999'),
      two,
      two,
      two,
      two,
      two,
      fc.constantFrom('000', '999'),
    )
    .map(([y, m, d, h, min, s, ms]) => `${y}-${m}-${d}T${h}:${min}:${s}.${ms}Z`)
  fc.assert(
    fc.property(any, (text) => void expect(utcMs(text)).toBe(slowly(text))),
    { numRuns: 5_000 },
  )
  fc.assert(
    fc.property(time, fc.nat(23), fc.constantFrom(...'0129aTZ:-.+ é'), (ms, at, character) => {
      const text = new Date(ms).toISOString()
      const other = text.slice(0, at) + character + text.slice(at + 1)
      expect(utcMs(other), other).toBe(slowly(other))
    }),
    { numRuns: 5_000 },
  )
})

test.each([
  '2026-02-29T00:00:00.000Z',
  '1900-02-29T00:00:00.000Z',
  '2026-04-31T00:00:00.000Z',
  '2026-11-22T24:00:00.000Z',
  '2026-11-22T08:00:60.000Z',
  '2026-11-22T08:00:00Z',
  '2026-11-22T08:00:00.000+00:00',
  '+02026-11-22T08:00:00.000Z',
  '',
])('%s is none', (text) => expect(utcMs(text)).toBeUndefined())
