// Which goods a page's address names. The same path that a scanned GS1 Digital Link has, under our own host.
import {
  canonicalUri,
  type Elements,
  type ProtocolCode,
  ProtocolError,
  parseDigitalLink,
  subjectOfElements,
} from '@tristamp/protocol'

/** subject: goods to check. start: the address names nothing yet. wrong: it looks like goods and is not well formed. */
export type Address =
  | { kind: 'subject'; subject: string; elements: Elements }
  | { kind: 'start' }
  | { kind: 'wrong'; code: ProtocolCode }

const HOST = 'https://id.gs1.org'

/**
 * @param path the address's path, still percent-encoded
 * @param search its query: attributes of the goods (`?17=261126`), or a subject that has no Digital Link (`/?subject=…`)
 */
export function subjectFromPath(path: string, search = ''): Address {
  if (path !== '/' && path !== '/index.html') return ofLink(HOST + path + search)
  const subject = new URLSearchParams(search).get('subject') ?? ''
  return subject === '' ? { kind: 'start' } : subjectFromUri(subject)
}

/** The address of this page for a subject: its Digital Link's path, or its URI as a parameter. */
export function pathOf(subject: string): string {
  return subject.startsWith(`${HOST}/`) ? subject.slice(HOST.length) : `/?subject=${encodeURIComponent(subject)}`
}

function ofLink(uri: string): Address {
  return attempt(() => ofElements(parseDigitalLink(uri).elements))
}

/** A Digital Link of any host names what it names; another absolute URI names itself. */
export function subjectFromUri(uri: string): Address {
  const link = ofLink(uri)
  if (link.kind === 'subject') return link
  return attempt(() => ({ kind: 'subject', subject: canonicalUri(uri), elements: new Map() }))
}

export function ofElements(elements: Elements): Address {
  return { kind: 'subject', subject: subjectOfElements(elements), elements }
}

export function attempt(parse: () => Address): Address {
  try {
    return parse()
  } catch (error) {
    if (error instanceof ProtocolError) return { kind: 'wrong', code: error.code }
    throw error
  }
}
