import { sha256, toHex, utf8 } from '@tristamp/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HashNumbers } from './hash-numbers.ts'

test('hashes are numbered as they first come', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(400), { maxLength: 2000 }), (names) => {
      const numbers = new HashNumbers()
      const model = new Map<string, number>()
      for (const name of names) {
        const hash = sha256(utf8(String(name)))
        const expected = model.get(toHex(hash)) ?? model.size
        model.set(toHex(hash), expected)
        expect(numbers.numberOf(hash)).toBe(expected)
      }
      expect(numbers.length).toBe(model.size)
      for (const [hex, number] of model) expect(toHex(numbers.at(number))).toBe(hex)
    }),
    { numRuns: 30 },
  )
})

test('hashes that differ in one byte alone, and meet in one slot, are told apart', () => {
  const numbers = new HashNumbers()
  const hashes = Array.from({ length: 32 }, (_, i) => Uint8Array.from({ length: 32 }, (_, at) => (at === i ? 1 : 0)))
  const same = Array.from({ length: 300 }, (_, i) =>
    Uint8Array.from({ length: 32 }, (_, at) => (at === i % 2 ? i >> 1 : 9)),
  )
  const all = [...hashes, ...same]
  const first = all.map((hash) => numbers.numberOf(hash))
  expect(all.map((hash) => numbers.numberOf(hash))).toEqual(first)
  expect(new Set(first).size).toBe(new Set(all.map(toHex)).size)
})
