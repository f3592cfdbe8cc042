import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { refusal } from './_refusal.ts'
import { encodeCbor } from './cbor.ts'
import { decodeEventSequence, encodeEventSequence } from './event-sequence.ts'

const event = fc.record({
  salt: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  event: fc.uint8Array({ maxLength: 300 }),
})
const entries = fc.array(fc.array(event, { maxLength: 30 }), { maxLength: 5 })

describe('event sequence', () => {
  test('reads back what it wrote, which is deterministic CBOR', () => {
    fc.assert(
      fc.property(entries, (events) => {
        const bytes = encodeEventSequence(events)
        expect(decodeEventSequence(bytes, 5)).toEqual(events)
        const generic = events.map((batch) => encodeCbor(batch.map((e) => [e.salt, e.event])))
        expect(Buffer.from(bytes)).toEqual(Buffer.concat(generic))
      }),
    )
  })

  test('refuses more entries than asked for, more events than a batch has, and what is cut', () => {
    const salted = { salt: new Uint8Array(16), event: Uint8Array.of(1) }
    expect(refusal(() => decodeEventSequence(encodeEventSequence([[], []]), 1))).toBe('BATCH_SIZE')
    expect(refusal(() => decodeEventSequence(Uint8Array.of(0x99, 0x04, 0x01), 1))).toBe('BATCH_SIZE')
    const bytes = encodeEventSequence([[salted]])
    expect(refusal(() => decodeEventSequence(bytes.subarray(0, -1), 1))).toBe('BATCH_MALFORMED')
    expect(refusal(() => decodeEventSequence(Uint8Array.of(0xff), 1))).toBe('BATCH_MALFORMED')
  })

  test('bytes at random are read or refused, nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        refusal(() => decodeEventSequence(bytes, 10))
      }),
    )
  })
})
