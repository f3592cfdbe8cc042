/** What is wrong with the last digit of a number that was typed: what it is, and what it would be after those before it. */
export interface CheckDigitHelp {
  number: string
  typed: string
  expected: string
  /** The number with two neighbours swapped, wherever that makes the check digit fit; none where there would be more than a person compares. */
  swapped: string[]
}

/** A retail number alone, or behind `(01)` or `(00)` of a label. */
const NUMBER = /^(?:\(?01\)?(?=\d{14})|\(?00\)?(?=\d{18}))?(\d{18}|\d{12,14}|\d{8})(?:\D|$)/

/** Numbers that are worth a look. */
const MOST_SWAPPED = 3

/**
 * The number at the front of what was typed, if its check digit does not fit (GS1 General Specifications §7.9). Most often one digit is mistyped or two
 * are swapped, so this is to compare by, not to correct with. Not the protocol's own: that one stands before every verdict, and must not grow.
 */
export function checkDigitHelp(text: string): CheckDigitHelp | undefined {
  const number = NUMBER.exec(text.normalize('NFKC').replace(/[\s\p{Cf}]/gu, ''))?.[1]
  if (number === undefined) return undefined
  const [typed, expected] = [number.at(-1)!, checkDigitOf(number)]
  if (typed === expected) return undefined
  const swapped = Array.from(
    number.slice(1),
    (digit, i) => number.slice(0, i) + digit + number[i] + number.slice(i + 2),
  )
  const fitting = [...new Set(swapped)].filter((one) => one.endsWith(checkDigitOf(one)))
  return { number, typed, expected, swapped: fitting.length > MOST_SWAPPED ? [] : fitting }
}

/** What the last digit should be after those before it. */
function checkDigitOf(number: string): string {
  const digits = Array.from(number.slice(0, -1), Number).reverse()
  const sum = digits.reduce((before, digit, i) => before + digit * (i % 2 === 0 ? 3 : 1), 0)
  return String((10 - (sum % 10)) % 10)
}
