import { utf8 } from '../bytes.ts'
import { ProtocolError } from '../error.ts'
import { applicationIdentifier } from './application-identifier.ts'
import { addElement, checkElement, type Elements } from './element.ts'

/** Where canonical Digital Links live. */
const CANONICAL_BASE = 'https://id.gs1.org'

// Long enough for a key, three qualifiers and every attribute a label carries; browsers and servers cut off beyond.
const MAX_LENGTH = 2048

// RFC 3986 §2 in every part: a character that no URI has makes it no address.
const ADDRESS =
  /^(?:https?|HTTPS?):\/\/(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?(?:\/([A-Za-z0-9\-._~:/[\]@!$&'()*+,;=%]*))?(?:\?([A-Za-z0-9\-._~:/?[\]@!$&'()*+,;=%]*))?(?:#[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]*)?$/
// RFC 3986 §2: what may stand in a URI at all.
const URI_TEXT = /^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]*$/
const UNRESERVED = /^[A-Za-z0-9\-._~]*$/
const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:[^#]+(?:#.*)?$/

// Names and short GTINs of the first edition of the standard; still printed on goods.
const LEGACY_NAMES = new Map(
  Object.entries({
    gtin: '01',
    itip: '8006',
    gcn: '255',
    cpid: '8010',
    gln: '414',
    party: '417',
    gsrnp: '8017',
    gsrn: '8018',
    gdti: '253',
    giai: '8004',
    grai: '8003',
    sscc: '00',
    ginc: '401',
    gsin: '402',
    gmn: '8013',
    cpv: '22',
    lot: '10',
    ser: '21',
    tpx: '235',
    glnx: '254',
    cpsn: '8011',
    srin: '8019',
    uic: '7040',
    payto: '415',
    refno: '8020',
  }),
)

/** A Digital Link taken apart: all elements (key, qualifiers, attributes), the key's AI, and the AIs of the path in order. */
export interface DigitalLink {
  elements: Elements
  key: string
  path: string[]
}

/**
 * Reads a GS1 Digital Link URI of any host (GS1 Digital Link: URI Syntax). The key is the rightmost one, so a stem may look like an AI;
 * qualifiers stand in their order; unknown numeric attributes are refused and other query keys ignored.
 * `legacy` also takes names for AIs (/gtin/) and GTINs of 8, 12 or 13 digits.
 * @throws ProtocolError GS1_URI (no Digital Link), GS1_AI_*, GS1_CHECK_DIGIT (one with a bad value)
 */
export function parseDigitalLink(uri: string, { legacy = false }: { legacy?: boolean } = {}): DigitalLink {
  const address = uri.length <= MAX_LENGTH ? ADDRESS.exec(uri) : null
  if (address === null) throw new ProtocolError('GS1_URI', 'not an http or https address')
  const segments = (address[1] ?? '').split('/')
  const aiOf = (segment: string): string => (legacy ? (LEGACY_NAMES.get(segment) ?? segment) : segment)
  let start = segments.length - 2
  while (start >= 0 && applicationIdentifier(aiOf(segments[start]!))?.qualifiers === undefined) start -= 2
  if (start < 0) throw new ProtocolError('GS1_URI', 'the address has no GS1 key in its path')

  const elements = new Map<string, string>()
  const path: string[] = []
  for (let i = start; i < segments.length; i += 2) {
    const ai = aiOf(segments[i]!)
    const value = percentDecode(segments[i + 1]!)
    const padded = legacy && ai === '01' && /^([0-9]{8}|[0-9]{12,13})$/.test(value) ? value.padStart(14, '0') : value
    checkStep(ai, padded)
    elements.set(ai, padded)
    path.push(ai)
  }
  if (!isPath(path))
    throw new ProtocolError('GS1_URI', `${path.map((ai) => `/${ai}/…`).join('')} is not an order Digital Link allows`)
  readAttributes(address[2] ?? '', path, elements)
  return { elements, key: path[0]!, path }
}

/**
 * The canonical Digital Link of `elements`: the key and its qualifiers in the path, everything else dropped.
 * @throws ProtocolError GS1_URI (no key, or more than one), GS1_AI_*, GS1_CHECK_DIGIT
 */
export function digitalLink(elements: Elements, base: string = CANONICAL_BASE): string {
  const path = pathOf(elements)
  for (const ai of path) checkStep(ai, elements.get(ai) ?? '')
  return base + pathText(path, elements)
}

/** The canonical Digital Link of the AIs of `path`, for elements that parseDigitalLink has checked. */
export function spellDigitalLink(path: readonly string[], elements: Elements): string {
  return CANONICAL_BASE + pathText(path, elements)
}

/** As `digitalLink`, with every other element as an attribute in the query: what a label's QR Code carries. */
export function digitalLinkWithAttributes(elements: Elements, base: string = CANONICAL_BASE): string {
  const path = pathOf(elements)
  const attributes = [...elements].filter(([ai]) => !path.includes(ai))
  for (const ai of path) checkStep(ai, elements.get(ai) ?? '')
  for (const [ai, value] of attributes) {
    checkElement(ai, value)
    checkAttribute(ai, path)
  }
  const query = attributes.map(([ai, value]) => `${ai}=${percentEncode(value).replaceAll('%20', '+')}`).join('&')
  return base + pathText(path, elements) + (query === '' ? '' : `?${query}`)
}

/**
 * The one spelling of an identifier: the canonical Digital Link if `uri` is a Digital Link, else `uri` itself.
 * @throws ProtocolError GS1_URI if it is no absolute URI; GS1_* if it is under id.gs1.org and not a valid Digital Link
 */
export function canonicalUri(uri: string): string {
  if (uri.length > MAX_LENGTH || !URI_TEXT.test(uri) || !ABSOLUTE.test(uri)) {
    throw new ProtocolError('GS1_URI', 'not an absolute URI')
  }
  try {
    return digitalLink(parseDigitalLink(uri).elements)
  } catch (error) {
    // Under GS1's own host nothing but a valid Digital Link means anything: a mistyped number must not become a name of its own.
    if (!(error instanceof ProtocolError) || /^https?:\/\/id\.gs1\.org(?![^/:?#])/i.test(uri)) throw error
    return uri
  }
}

/** Decodes percent-escapes; a malformed escape stands for itself. Characters beyond ASCII come out as they are and fit no AI. */
export function percentDecode(text: string, inQuery = false): string {
  const spaced = inQuery ? text.replaceAll('+', ' ') : text
  if (!spaced.includes('%')) return spaced
  return spaced.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/** Encodes all but RFC 3986's unreserved characters: GS1 values hold `/`, `?`, `%`, `+` and more. */
export function percentEncode(text: string): string {
  if (UNRESERVED.test(text)) return text
  return text.replace(/[^A-Za-z0-9\-._~]/g, (c) =>
    [...utf8(c)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  )
}

/** The key of `elements` and those of its qualifiers that are there, in order; the first key wins over attributes that could be one. */
function pathOf(elements: Elements): string[] {
  const keys = [...elements.keys()].filter((ai) => applicationIdentifier(ai)?.qualifiers !== undefined)
  if (keys.length === 0) throw new ProtocolError('GS1_URI', 'none of the elements is a key of Digital Link')
  const key = keys[0]!
  const orders = applicationIdentifier(key)?.qualifiers ?? []
  const paths = orders.map((order) => [key, ...order.filter((ai) => elements.has(ai))])
  return paths.reduce((best, path) => (path.length > best.length ? path : best), [key])
}

function pathText(path: readonly string[], elements: Elements): string {
  let text = ''
  for (const ai of path) text += `/${ai}/${percentEncode(elements.get(ai) ?? '')}`
  return text
}

/**
 * Checks an element that is to stand in the path of a Digital Link.
 * @throws ProtocolError GS1_AI_*, GS1_CHECK_DIGIT, GS1_URI if no path can hold the value
 */
export function checkStep(ai: string, value: string): void {
  checkElement(ai, value)
  // A browser would resolve these as steps in the path, escaped or not (WHATWG URL §4.4).
  if (value === '.' || value === '..')
    throw new ProtocolError('GS1_URI', `(${ai}) '${value}' cannot stand in an address`)
}

function isPath(path: readonly string[]): boolean {
  const orders = applicationIdentifier(path[0] ?? '')?.qualifiers ?? []
  return path.length === 1 || orders.some((order) => areQualifiers(path, order))
}

/** Whether all that follows the key in the path stands in this order. */
function areQualifiers(path: readonly string[], order: readonly string[]): boolean {
  let at = 1
  for (const ai of order) if (path[at] === ai) at += 1
  return at === path.length
}

function readAttributes(query: string, path: string[], elements: Map<string, string>): void {
  if (query === '') return
  for (const pair of query.split('&')) {
    const equals = pair.indexOf('=')
    const name = equals < 0 ? pair : pair.slice(0, equals)
    if (equals < 0 || !/^[0-9]+$/.test(name)) continue
    const value = percentDecode(pair.slice(equals + 1), true)
    checkElement(name, value)
    checkAttribute(name, path)
    if (path.includes(name))
      throw new ProtocolError('GS1_AI_COMBINATION', `(${name}) stands in the path and in the query`)
    addElement(elements, name, value)
  }
}

function checkAttribute(ai: string, path: readonly string[]): void {
  const orders = applicationIdentifier(path[0]!)?.qualifiers ?? []
  const fitsPath = orders.some((order) => order.includes(ai) && areQualifiers(path, order))
  if (fitsPath || applicationIdentifier(ai)?.attribute !== true) {
    throw new ProtocolError('GS1_URI', `(${ai}) may not stand in the query of a Digital Link`)
  }
}
