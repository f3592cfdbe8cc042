// What a person types, pastes or scans, as an address.
import { parseElementString } from '@tristamp/protocol'
import { type Address, attempt, ofElements, subjectFromUri } from './subject-from-path.ts'

/** What a person typed or pasted: a URI, or an element string with brackets, `(01)…(21)…`. */
export function subjectFromText(text: string): Address {
  const trimmed = text.trim()
  if (trimmed === '') return { kind: 'start' }
  if (/^[a-z][a-z0-9+.-]*:/i.test(trimmed)) return subjectFromUri(trimmed)
  return attempt(() => ofElements(parseElementString(unbracketed(trimmed))))
}

// FNC1 ends a value of variable length; brackets are how people write it (GS1 General Specifications §4.14).
const unbracketed = (text: string): string =>
  text.replace(/\s+/g, '').replace(/\((\d{2,4})\)/g, (_, ai: string, at: number) => (at === 0 ? ai : `\x1d${ai}`))
