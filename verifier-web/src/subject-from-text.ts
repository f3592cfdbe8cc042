// What a person types, pastes or scans, as an address.
import { checkElement, parseElementString } from '@tristamp/protocol'
import { type Address, attempt, ofElements, subjectFromUri } from './subject-from-path.ts'

/** What a person typed or pasted: a URI, or an element string with brackets, `(01)…(21)…`. */
export function subjectFromText(text: string): Address {
  const trimmed = text.trim()
  if (trimmed === '') return { kind: 'start' }
  if (/^[a-z][a-z0-9+.-]*:/i.test(trimmed)) return subjectFromUri(trimmed)
  const digits = unbracketed(trimmed)
  // A retail number as it stands under its bars. No element string of a key is as short.
  if (/^(?:\d{8}|\d{12,14})$/.test(digits)) return attempt(() => ofElements(new Map([['01', checked(digits)]])))
  return attempt(() => ofElements(parseElementString(digits)))
}

// FNC1 ends a value of variable length; brackets are how people write it (GS1 General Specifications §4.14).
const unbracketed = (text: string): string =>
  text.replace(/\s+/g, '').replace(/\((\d{2,4})\)/g, (_, ai: string, at: number) => (at === 0 ? ai : `\x1d${ai}`))

function checked(digits: string): string {
  const gtin = digits.padStart(14, '0')
  checkElement('01', gtin)
  return gtin
}
