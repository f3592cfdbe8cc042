import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sampleAggregation, sampleObjectEvent, sampleTransformation } from '../_events.ts'
import { refusal } from '../_refusal.ts'
import { fromUtf8, utf8 } from '../bytes.ts'
import type { Json } from '../canonical-json.ts'
import { encodeEvent, parseEvent } from './parse.ts'

const samples = [sampleObjectEvent(), sampleTransformation(), sampleAggregation()]

test('what is written is read back', () => {
  for (const event of samples) expect(parseEvent(encodeEvent(event))).toEqual(event)
})

test('only canonical bytes, of a bounded size', () => {
  const text = fromUtf8(encodeEvent(sampleObjectEvent()))
  expect(refusal(() => parseEvent(utf8(` ${text}`)))).toBe('JSON_NOT_CANONICAL')
  expect(refusal(() => parseEvent(utf8(text.replace('"uom":"P1"', '"uom":"P1","uom":"P1"'))))).toBe(
    'JSON_NOT_CANONICAL',
  )
  expect(refusal(() => parseEvent(utf8(text.replace('"value":2.1', '"value":2.10'))))).toBe('JSON_NOT_CANONICAL')
  expect(refusal(() => parseEvent(new Uint8Array(32_769)))).toBe('EVENT_SIZE')
  expect(refusal(() => encodeEvent(sampleObjectEvent({ certificationInfo: 'x'.repeat(40_000) })))).toBe('EVENT_SIZE')
})

test('a turned bit, or any value in any place, is read or refused, never more', () => {
  const bytes = encodeEvent(sampleTransformation())
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, byte) => {
      const turned = bytes.slice()
      turned[at] = byte
      refusal(() => parseEvent(turned))
    }),
    { numRuns: 500 },
  )
  const event = sampleTransformation() as unknown as { [name: string]: Json }
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(event)), fc.jsonValue(), (name, value) => {
      refusal(() => parseEvent(encodeEvent({ ...event, [name]: value } as never)))
    }),
    { numRuns: 500 },
  )
})
