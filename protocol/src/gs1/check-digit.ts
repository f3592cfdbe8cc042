import { ProtocolError } from '../error.ts'

// GS1 General Specifications §7.9: from the right, the digits before the check digit weigh 3, 1, 3, …; with it the sum is a multiple of ten.

/** The check digit that belongs after `digits` (1 to 17 of them). */
export function checkDigit(digits: string): string {
  if (!/^[0-9]{1,17}$/.test(digits)) throw new ProtocolError('GS1_CHECK_DIGIT', 'a check digit needs 1 to 17 digits')
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const weight = (digits.length - i) % 2 === 1 ? 3 : 1
    sum += weight * (digits.charCodeAt(i) - 48)
  }
  return String((10 - (sum % 10)) % 10)
}

/** Whether the last digit of `digits` (a GTIN, SSCC, GLN, …) is the check digit of those before it. */
export function hasCheckDigit(digits: string): boolean {
  if (digits.length < 2 || digits.length > 18) return false
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return false
    sum += (digits.length - i) % 2 === 0 ? 3 * digit : digit
  }
  return sum % 10 === 0
}
