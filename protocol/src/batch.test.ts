import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { flip, refusal } from './_refusal.ts'
import { decodeBatch, encodeBatch, eventLeaf, SALT_BYTES, type SaltedEvent } from './batch.ts'
import { fromHex, toHex } from './bytes.ts'
import { decodeCbor, encodeCbor } from './cbor.ts'
import type { ProtocolCode } from './error.ts'
import { LIMITS } from './limits.ts'
import { leafHash } from './merkle.ts'

// The batch is read by hand: here it is held against the general decoder, which re-encodes and compares.

const salt = fc.uint8Array({ minLength: SALT_BYTES, maxLength: SALT_BYTES })
const batch = fc.record({
  statement: fc.uint8Array({ maxLength: 300 }),
  events: fc.array(fc.record({ salt, event: fc.uint8Array({ maxLength: 300 }) }), { minLength: 1, maxLength: 30 }),
})

type Batch = { statement: Uint8Array; events: SaltedEvent[] }

function attempt<T>(action: () => T): { value?: T; code?: ProtocolCode | undefined } {
  const result: { value?: T } = {}
  const code = refusal(() => {
    result.value = action()
  })
  return { ...result, code }
}

/** What the general decoder makes of it; undefined where it is no batch. */
function slowly(bytes: Uint8Array): Batch | undefined {
  const value = attempt(() => decodeCbor(bytes, { maxBytes: LIMITS.batchBytes })).value
  if (!Array.isArray(value) || value.length !== 3) return undefined
  const [version, statement, rows] = value as unknown[]
  if (version !== 1 || !(statement instanceof Uint8Array) || !Array.isArray(rows)) return undefined
  if (rows.length < 1 || rows.length > LIMITS.batchEvents) return undefined
  const events = rows.map((row: unknown) => {
    const [salt, event] = Array.isArray(row) && row.length === 2 ? (row as unknown[]) : []
    const fits = salt instanceof Uint8Array && salt.length === SALT_BYTES && event instanceof Uint8Array
    return fits && event.length <= LIMITS.eventBytes ? { salt, event } : undefined
  })
  return events.includes(undefined) ? undefined : { statement, events: events as SaltedEvent[] }
}

function agree(bytes: Uint8Array): void {
  const expected = slowly(bytes)
  const { value, code } = attempt(() => decodeBatch(bytes))
  expect(value).toEqual(expected)
  if (expected === undefined) expect(['BATCH_MALFORMED', 'BATCH_SIZE', 'EVENT_SIZE']).toContain(code)
}

describe('decodeBatch', () => {
  test('reads what was written, and nothing of it is shared with the payload', () => {
    fc.assert(
      fc.property(batch, ({ statement, events }) => {
        const payload = Buffer.from(encodeBatch(statement, events))
        const back = decodeBatch(payload)
        payload.fill(0)
        expect(back).toEqual({ statement, events })
        expect(back.statement.constructor).toBe(Uint8Array)
      }),
    )
  })

  test('accepts what the general decoder accepts, and nothing else', () => {
    fc.assert(
      fc.property(batch, fc.nat(), fc.uint8Array({ maxLength: 3 }), ({ statement, events }, at, noise) => {
        const bytes = encodeBatch(statement, events)
        agree(bytes)
        agree(flip(bytes, at % (bytes.length * 8)))
        agree(flip(bytes, at % 80))
        agree(bytes.subarray(0, at % bytes.length))
        agree(Uint8Array.of(...bytes, ...noise))
      }),
      { numRuns: 1_000 },
    )
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), agree), { numRuns: 1_000 })
  })

  test('accepts the lengths at which a head grows, and only in their shortest form', () => {
    for (const length of [0, 23, 24, 255, 256, LIMITS.eventBytes]) {
      const events = [{ salt: new Uint8Array(SALT_BYTES), event: new Uint8Array(length) }]
      agree(encodeBatch(new Uint8Array(length), events))
    }
    agree(encodeBatch(new Uint8Array(65_536), [{ salt: new Uint8Array(SALT_BYTES), event: new Uint8Array(1) }]))
    // [1, h'', [[salt, h'']]], each head in turn in a longer form.
    const heads = ['83', '01', '40', '81', '82', '50', '40']
    const text = (all: readonly string[]) =>
      all.map((h) => (h === '50' || h.endsWith('10') ? h + '00'.repeat(16) : h)).join('')
    agree(fromHex(text(heads)))
    for (const [i, head] of heads.entries()) {
      const [major, info] = [Number.parseInt(head, 16) & 0xe0, toHex(Uint8Array.of(Number.parseInt(head, 16) & 31))]
      const longer = [24, 25, 26, 27].map(
        (width, log) => toHex(Uint8Array.of(major | width)) + '00'.repeat(2 ** log - 1) + info,
      )
      for (const long of [...longer, toHex(Uint8Array.of(major | 31)), toHex(Uint8Array.of(major | 28))]) {
        const bytes = fromHex(text(heads.with(i, long)))
        expect(refusal(() => decodeBatch(bytes))).toBe('BATCH_MALFORMED')
        agree(bytes)
      }
    }
  })

  test('refuses more events than a batch has, and a list too long to be true', () => {
    for (const [head, code] of [
      ['80', 'BATCH_SIZE'],
      ['990401', 'BATCH_SIZE'],
      ['9affffffff', 'BATCH_SIZE'],
      ['9bffffffffffffffff', 'BATCH_MALFORMED'],
      ['990400', 'BATCH_MALFORMED'],
    ])
      expect(refusal(() => decodeBatch(fromHex(`830140${head}`)))).toBe(code)
  })
})

test('an event leaf is the hash of the CBOR array, whatever the lengths', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.constantFrom(new Uint8Array(65_536), new Uint8Array(255)),
  )
  fc.assert(
    fc.property(bytes, bytes, (salt, event) => {
      expect(eventLeaf({ salt, event })).toEqual(leafHash(encodeCbor([salt, event])))
    }),
  )
})
