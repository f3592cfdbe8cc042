/** What is wrong with the last digit of a number that was typed: what it is, and what it would be after those before it. */
export interface CheckDigitHelp {
  number: string
  typed: string
  expected: string
}

/** A retail number alone, or behind `(01)` or `(00)` of a label. */
const NUMBER = /^(?:\(?01\)?(?=\d{14})|\(?00\)?(?=\d{18}))?(\d{18}|\d{12,14}|\d{8})(?:\D|$)/

/**
 * The number at the front of what was typed, if its check digit does not fit (GS1 General Specifications §7.9). Most often one digit is mistyped or two
 * are swapped, so this is to compare by, not to correct with. Not the protocol's own: that one stands before every verdict, and must not grow.
 */
export function checkDigitHelp(text: string): CheckDigitHelp | undefined {
  const number = NUMBER.exec(text.normalize('NFKC').replace(/[\s\p{Cf}]/gu, ''))?.[1]
  if (number === undefined) return undefined
  const digits = Array.from(number, Number)
  const typed = digits.pop()!
  const sum = digits.reverse().reduce((before, digit, i) => before + digit * (i % 2 === 0 ? 3 : 1), 0)
  const expected = (10 - (sum % 10)) % 10
  return expected === typed ? undefined : { number, typed: String(typed), expected: String(expected) }
}
