import { hasCheckDigit } from './check-digit.ts'
import { isCountry, isCountryCode, isCurrency } from './country.ts'

// The content rules the AI table names. Each answers whether one component's text is acceptable.

/** Tells whether `text` follows the rule `name`; a name the table does not use follows none. */
export function followsRule(name: string, text: string): boolean {
  return RULES[name]?.(text) ?? false
}

const RULES: Record<string, (text: string) => boolean> = {
  check: hasCheckDigit,
  checkpair: hasCheckPair,
  // A GS1 Company Prefix has at least four digits.
  prefix: (t) => /^[0-9]{4}/.test(t),
  zero: (t) => t === '0',
  nonzero: (t) => /[1-9]/.test(t),
  noleadingzero: (t) => t === '0' || !t.startsWith('0'),
  flag: (t) => t === '0' || t === '1',
  minus: (t) => t === '-',
  winding: (t) => t === '0' || t === '1' || t === '9',
  date: (t) => isDay(t, true),
  day: (t) => isDay(t, false),
  clock: (t) => isBelow(t.slice(0, 2), 24) && isBelow(t.slice(2), 60),
  hour: (t) => isBelow(t, 24),
  sixty: (t) => isBelow(t, 60),
  country: isCountry,
  country999: (t) => t === '999' || isCountry(t),
  country2: isCountryCode,
  currency: isCurrency,
  latitude: (t) => Number(t) <= 1_800_000_000,
  longitude: (t) => Number(t) <= 3_600_000_000,
  pieces: (t) => t.slice(0, 2) !== '00' && t.slice(0, 2) <= t.slice(2),
  escaped: (t) => !/%(?![0-9A-Fa-f]{2})/.test(t),
  iban: isIban,
}

function isBelow(digits: string, limit: number): boolean {
  return Number(digits) < limit
}

/** YYMMDD; day 00 stands for the end of the month, where the AI allows it. February 29 is judged in the 2000s (General Specifications §7.12). */
function isDay(text: string, endOfMonth: boolean): boolean {
  const [year, month, day] = [2000 + Number(text.slice(0, 2)), Number(text.slice(2, 4)), Number(text.slice(4, 6))]
  if (month < 1 || month > 12) return false
  if (day === 0) return endOfMonth
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
}

// General Specifications §7.9.5: the two check characters of a Global Model Number, weights primes, modulo 1021.
const PAIR_TEXT = '!"%&\'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz'
const PAIR_CHECK = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'
const PRIMES = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83]

function hasCheckPair(text: string): boolean {
  const body = text.slice(0, -2)
  if (body === '' || !/^[0-9]{4}/.test(text)) return false
  let sum = 0
  for (let i = 0; i < body.length; i++) sum += PAIR_TEXT.indexOf(body[i]!) * PRIMES[body.length - 1 - i]!
  const remainder = sum % 1021
  return text.slice(-2) === `${PAIR_CHECK[remainder >> 5]}${PAIR_CHECK[remainder & 31]}`
}

/** ISO 13616: country, two check digits, account; letters count 10 to 35, and the whole is 1 modulo 97. */
function isIban(text: string): boolean {
  if (!/^[A-Z]{2}[0-9]{2}[A-Z0-9]{6,30}$/.test(text) || !isCountryCode(text.slice(0, 2))) return false
  let remainder = 0
  for (const character of `${text.slice(4)}${text.slice(0, 4)}`) {
    const value = Number.parseInt(character, 36)
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97
  }
  return remainder === 1
}
