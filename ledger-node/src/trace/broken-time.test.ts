import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { brokenSpans, covered } from './broken-time.ts'
import { seriesFrom } from './series.ts'

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

test('a series tells each minute in which a point was outside, and no other', () => {
  const points = fc.array(fc.option(fc.integer({ min: 0, max: 9 }), { nil: null }), { maxLength: 40 })
  fc.assert(
    fc.property(points, fc.nat(45), (milli, length) => {
      const [from, to] = [100, 100 + 10 * length]
      const spans = brokenSpans({ everyMs: 10, milli }, { from, to }, { min: 2, max: 7 })
      const outside = milli.filter((point, i) => i < length && point !== null && (point < 2 || point > 7)).length
      expect(covered(spans ?? [], from, to)).toBe(10 * outside)
      for (const [i, span] of (spans ?? []).entries()) {
        expect(span.to).toBeLessThanOrEqual(to)
        // What follows on each other is one span.
        if (i > 0) expect(span.from).toBeGreaterThan(spans![i - 1]!.to)
      }
    }),
  )
})

test('a series that shows nothing outside does not tell when it was', () => {
  const time = { from: 0, to: 30 }
  expect(brokenSpans({ everyMs: 10, milli: [3, null, 4] }, time, { max: 5 })).toBeUndefined()
  expect(brokenSpans({ everyMs: 10, milli: [9, 9, 9] }, time, {})).toBeUndefined()
  // The last point holds to the end of the reading's time, and points behind it tell of another.
  expect(brokenSpans({ everyMs: 20, milli: [3, 9, 9, 9] }, time, { max: 5 })).toEqual([{ from: 20, to: 30 }])
})

describe('evidence that is a series', () => {
  test('has steps and points, and nothing else', () => {
    expect(seriesFrom(utf8('{"everyMs":60000,"milli":[2100,null,-5]}'))).toEqual({
      everyMs: 60_000,
      milli: [2100, null, -5],
    })
  })

  test.each([
    '',
    'no JSON',
    '[]',
    'null',
    '{"everyMs":60000}',
    '{"everyMs":60000,"milli":[]}',
    '{"everyMs":0,"milli":[1]}',
    '{"everyMs":86400001,"milli":[1]}',
    '{"everyMs":1.5,"milli":[1]}',
    '{"everyMs":1,"milli":[1.5]}',
    '{"everyMs":1,"milli":["1"]}',
    '{"everyMs":1,"milli":[1],"more":1}',
  ])('%s is none', (text) => {
    expect(seriesFrom(utf8(text))).toBeUndefined()
  })
})
