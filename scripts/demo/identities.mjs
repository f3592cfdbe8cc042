import { createHash } from 'node:crypto'

/** GS1's prefix for examples: no real company has it. */
export const PREFIX = '9506000134'

export const PIG_GTIN = gtin('42')
export const PORK_GTIN = gtin('35')

/** No I, L, O or U: a serial is also read aloud and typed. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** The GS1 check digit: weights 3, 1, 3 … from the right (GS1 General Specifications §7.9.1). */
export function checkDigit(digits) {
  let sum = 0
  for (let i = 0; i < digits.length; i++) sum += Number(digits[digits.length - 1 - i]) * (i % 2 === 0 ? 3 : 1)
  return String((10 - (sum % 10)) % 10)
}

/** A number of the example prefix with its check digit: a location or party (13 digits). */
export function gln(reference) {
  return withCheckDigit(`${PREFIX}${reference}`)
}

/** A product's number, 14 digits. */
export function gtin(reference) {
  return `0${withCheckDigit(`${PREFIX}${reference}`)}`
}

function withCheckDigit(digits) {
  return digits + checkDigit(digits)
}

/** A logistic unit's number; `extension` is its first digit. */
export function sscc(run, extension = 3) {
  return withCheckDigit(`${extension}${PREFIX}${String(run).padStart(6, '0')}`)
}

/** Twelve characters that do not tell how many were made before. */
export function serial(run, name) {
  const hash = createHash('sha256').update(`tristamp demonstration, run ${run}, ${name}`).digest()
  return Array.from(hash.subarray(0, 12), (byte) => ALPHABET[byte % ALPHABET.length]).join('')
}
