import { createHash } from 'node:crypto'
import { hashWordsOneByOne, useHashWords } from '@tristamp/protocol'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { hashWordsInLanes } from './sha256-lanes.ts'

const lanes = hashWordsInLanes()

it('gives what SHA-256 gives, whatever the number of records, their length and their order', () => {
  const input = fc.record({
    prefix: fc.nat(255),
    words: fc.integer({ min: 14, max: 29 }),
    count: fc.oneof(fc.nat(9), fc.integer({ min: 1020, max: 1030 })),
    seed: fc.integer(),
  })
  fc.assert(
    fc.property(input, ({ prefix, words, count, seed }) => {
      const from = Uint32Array.from({ length: count * words }, (_, i) => Math.imul(seed ^ i, 0x9e3779b1))
      const at = Int32Array.from({ length: count }, (_, i) => (i * 7 + 3) % count)
      const put = Int32Array.from({ length: count }, (_, i) => count - 1 - i)
      const to = new Uint32Array(count * 8)
      const begin = Math.min(1, count)
      lanes({ prefix, words, from, at, to, put, begin, end: count })
      for (let i = 0; i < count; i++) {
        const record = Buffer.alloc(1 + 4 * words, prefix)
        for (let w = 0; w < words; w++) record.writeUInt32BE(from[at[i]! * words + w]!, 1 + 4 * w)
        const hash = Buffer.alloc(32)
        for (let w = 0; w < 8; w++) hash.writeUInt32BE(to[put[i]! * 8 + w]!, 4 * w)
        const expected = i < begin ? Buffer.alloc(32) : createHash('sha256').update(record).digest()
        expect(hash.toString('hex')).toBe(expected.toString('hex'))
      }
    }),
    { numRuns: 40 },
  )
})

it('is not installed when it gives anything else', () => {
  expect(() => useHashWords((records) => lanes({ ...records, prefix: records.prefix ^ 1 }))).toThrow('not a SHA-256')
  // The last record of a chunk, say, is left out.
  expect(() => useHashWords((records) => lanes({ ...records, end: records.end - 1 }))).toThrow('not a SHA-256')
  useHashWords(hashWordsOneByOne)
})
