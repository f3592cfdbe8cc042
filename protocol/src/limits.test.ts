import { expect, test } from 'vitest'
import { LIMITS } from './limits.ts'

test('the limits fit each other', () => {
  expect(LIMITS.entryBytes).toBe(2 ** 16 - 1)
  expect(LIMITS.batchBytes).toBe(256 * LIMITS.eventBytes)
  expect(LIMITS.noteSignatures).toBeGreaterThanOrEqual(16)
  expect(LIMITS.originBytes).toBeLessThan(2 ** 8)
  // The largest signature line in use, ML-DSA-44, must leave room for sixteen of them.
  expect(LIMITS.noteBytes).toBeGreaterThan(16 * 3_300)
})
