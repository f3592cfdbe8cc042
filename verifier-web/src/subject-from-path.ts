// Which goods a page's address names. The same path that a scanned GS1 Digital Link has, under our own host.
import {
  canonicalUri,
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

/**
 * @param path the address's path, still percent-encoded
 * @param search its query: attributes of the goods (`?17=261126`), or a subject that has no Digital Link (`/?subject=…`)
 */
export function subjectFromPath(path: string, search = ''): Address {
  if (path !== '/' && path !== '/index.html') return ofLink(HOST + path + search)
  const subject = new URLSearchParams(search).get('subject') ?? ''
  return subject === '' ? { kind: 'start' } : ofUri(subject)
}

/** What a person typed or pasted: a URI, or an element string with brackets, `(01)…(21)…`. */
export function subjectFromText(text: string): Address {
  const trimmed = text.trim()
  if (trimmed === '') return { kind: 'start' }
  if (/^[a-z][a-z0-9+.-]*:/i.test(trimmed)) return ofUri(trimmed)
  return attempt(() => ofElements(parseElementString(unbracketed(trimmed))))
}

/** The address of this page for a subject: its Digital Link's path, or its URI as a parameter. */
export function pathOf(subject: string): string {
  return subject.startsWith(`${HOST}/`) ? subject.slice(HOST.length) : `/?subject=${encodeURIComponent(subject)}`
}

// FNC1 ends a value of variable length; brackets are how people write it (GS1 General Specifications §4.14).
const unbracketed = (text: string): string =>
  text.replace(/\s+/g, '').replace(/\((\d{2,4})\)/g, (_, ai: string, at: number) => (at === 0 ? ai : `\x1d${ai}`))

function ofLink(uri: string): Address {
  return attempt(() => ofElements(parseDigitalLink(uri).elements))
}

/** A Digital Link of any host names what it names; another absolute URI names itself. */
function ofUri(uri: string): Address {
  const link = ofLink(uri)
  if (link.kind === 'subject') return link
  return attempt(() => ({ kind: 'subject', subject: canonicalUri(uri), elements: new Map() }))
}

function ofElements(elements: Elements): Address {
  return { kind: 'subject', subject: subjectOfElements(elements), elements }
}

function attempt(parse: () => Address): Address {
  try {
    return parse()
  } catch (error) {
    if (error instanceof ProtocolError) return { kind: 'wrong', code: error.code }
    throw error
  }
}
