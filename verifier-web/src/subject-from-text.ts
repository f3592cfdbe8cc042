// What a person types, pastes or scans, as an address.
import { checkElement, parseElementString } from '@tristamp/protocol'
import { type Address, attempt, ofElements, subjectFromUri } from './subject-from-path.ts'

/** What a person typed or pasted: a URI, or an element string with brackets, `(01)…(21)…`. */
export function subjectFromText(text: string): Address {
  const trimmed = trimmedText(text)
  if (trimmed === '') return { kind: 'start' }
  if (/^[a-z][a-z0-9+.-]*:/i.test(trimmed)) return subjectFromUri(trimmed)
  // Keyboards for Chinese write digits and brackets wide; an address keeps its letters, for wide ones could move its host.
  const digits = unbracketed(trimmed.normalize('NFKC').replace(/\p{Cf}/gu, ''))
  // A retail number as it stands under its bars. No element string of a key is as short.
  if (/^(?:\d{8}|\d{12,14})$/.test(digits)) return attempt(() => ofElements(new Map([['01', checked(digits)]])))
  return attempt(() => ofElements(parseElementString(digits)))
}

/** More than any code can hold; more than it is refused below. */
const MAX_LENGTH = 8000

/** Without the spaces and invisible marks around it, as chats and files leave them. FNC1 is none of these. */
export const trimmedText = (text: string): string =>
  text.slice(0, MAX_LENGTH).replace(/^[\s\p{Cf}]+|[\s\p{Cf}]+$/gu, '')

// FNC1 ends a value of variable length; brackets are how people write it (GS1 General Specifications §4.14).
const unbracketed = (text: string): string =>
  text.replace(/\s+/g, '').replace(/\((\d{2,4})\)/g, (_, ai: string, at: number) => (at === 0 ? ai : `\x1d${ai}`))

function checked(digits: string): string {
  const gtin = digits.padStart(14, '0')
  checkElement('01', gtin)
  return gtin
}
