// Which goods a page's address names. The same path that a scanned GS1 Digital Link has, under our own host.
import {
  type Elements,
  ProtocolError,
  parseDigitalLink,
  parseElementString,
  subjectOfElements,
} from '@tristamp/protocol'

/** subject: goods to check. start: the address names nothing yet. wrong: it looks like goods and is not well formed. */
export type Address =
  | { kind: 'subject'; subject: string; elements: Elements }
  | { kind: 'start' }
  | { kind: 'wrong'; code: string }

const HOST = 'https://id.gs1.org'

/** @param path the address's path, still percent-encoded, with its query (`?17=261126` carries attributes) */
export function subjectFromPath(path: string): Address {
  if (/^\/?(index\.html)?(\?.*)?$/.test(path)) return { kind: 'start' }
  return attempt(() => parseDigitalLink(HOST + path).elements)
}

/** What a person typed or pasted: a Digital Link of any host, or an element string with brackets, `(01)…(21)…`. */
export function subjectFromText(text: string): Address {
  const trimmed = text.trim()
  if (trimmed === '') return { kind: 'start' }
  return attempt(() =>
    /^https?:/i.test(trimmed) ? parseDigitalLink(trimmed).elements : parseElementString(unbracketed(trimmed)),
  )
}

/** The address of this page for a subject: its Digital Link's path. */
export function pathOf(subject: string): string {
  return new URL(subject).pathname
}

// FNC1 ends a value of variable length; brackets are how people write it (GS1 General Specifications §4.14).
const unbracketed = (text: string): string =>
  text.replace(/\s+/g, '').replace(/\((\d{2,4})\)/g, (_, ai: string, at: number) => (at === 0 ? ai : `\x1d${ai}`))

function attempt(parse: () => Elements): Address {
  try {
    const elements = parse()
    return { kind: 'subject', subject: subjectOfElements(elements), elements }
  } catch (error) {
    if (error instanceof ProtocolError) return { kind: 'wrong', code: error.code }
    throw error
  }
}
