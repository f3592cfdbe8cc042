import fc from 'fast-check'
import { expect, test } from 'vitest'
import { refusal } from '../_refusal.ts'
import { checkDigit, hasCheckDigit } from './check-digit.ts'

test.each([
  ['0950600013435', '2'],
  ['629104150021', '3'],
  ['37610425002123456', '9'],
  ['952052', '3'],
])('the check digit of %s is %s', (digits, digit) => {
  expect(checkDigit(digits)).toBe(digit)
  expect(hasCheckDigit(digits + digit)).toBe(true)
})

test('one wrong digit, and nearly every swap of neighbours, is noticed', () => {
  const digits = fc.stringMatching(/^[0-9]{13}$/)
  fc.assert(
    fc.property(digits, fc.nat(13), fc.integer({ min: 1, max: 9 }), (body, at, by) => {
      const good = body + checkDigit(body)
      const wrong = good.slice(0, at) + ((Number(good[at]) + by) % 10) + good.slice(at + 1)
      expect(hasCheckDigit(wrong)).toBe(false)
    }),
  )
})

test('what is not digits has no check digit', () => {
  for (const text of ['', 'A', '1234567890123456789', '１２', '12 3'])
    expect(refusal(() => checkDigit(text))).toBe('GS1_CHECK_DIGIT')
  for (const text of ['', '0', 'ABC', '1234567890123456789']) expect(hasCheckDigit(text)).toBe(false)
})

test('reading and writing agree on any text', () => {
  const text = fc.string({ unit: fc.constantFrom(...'0123456789/:A１ '), maxLength: 20 })
  fc.assert(
    fc.property(fc.oneof(text, fc.stringMatching(/^[0-9]{1,19}$/)), (digits) => {
      const slowly = /^[0-9]{2,18}$/.test(digits) && checkDigit(digits.slice(0, -1)) === digits.slice(-1)
      expect(hasCheckDigit(digits)).toBe(slowly)
    }),
    { numRuns: 2_000 },
  )
})
