import { expect, test } from 'vitest'
import { differing, hexOf, withoutCode } from './flaw.ts'

test('long values are shown by their beginning', () => {
  expect(hexOf(new Uint8Array(2).fill(1))).toBe('0101')
  expect(hexOf(new Uint8Array(9000).fill(1))).toBe(`${'01'.repeat(32)}… (9000 bytes)`)
})

test('of two long values the part that differs is shown', () => {
  const given = new Uint8Array(9000).fill(1)
  const found = new Uint8Array(given)
  found[5000] = 2
  expect(differing(found, given)).toContain(`the row is 02${'01'.repeat(31)}… (4000 bytes) from byte 5000 on`)
  expect(differing(found, given).length).toBeLessThan(300)
  expect(differing(new Uint8Array([1, 2]), new Uint8Array([1]))).toBe('the row is 0102, the entries give 01')
})

test('a code is told once', () => {
  expect(withoutCode('BATCH_ROOT', 'BATCH_ROOT: the events are others')).toBe('the events are others')
  expect(withoutCode('BATCH_ROOT', 'the events are others')).toBe('the events are others')
})
