import { fromBase64Url, utf8 } from './bytes.ts'
import { ProtocolError } from './error.ts'
import type { Genesis, Operation, RotateKey } from './event/governance-types.ts'
import type { ReportEvent } from './event/report-types.ts'
import type { AnyEvent, EpcisEvent, QuantityElement } from './event/types.ts'
import { digitalLink, parseDigitalLink, percentEncode, spellDigitalLink } from './gs1/digital-link.ts'
import type { Elements } from './gs1/element.ts'
import { sha256 } from './hash.ts'
import { keyThumbprint, keyUri } from './key.ts'
import { remembering } from './remembering.ts'

// Everything is recorded about a subject, a URI (protocol §1). This file alone decides which subjects an event is about.

export type SubjectKind = 'item' | 'lot' | 'product' | 'unit' | 'asset' | 'place' | 'party' | 'key' | 'other'

const DAY = /#[0-9]{4}-[0-9]{2}-[0-9]{2}$/
const KEY_PREFIX = 'urn:ietf:params:oauth:ckt:sha-256:'

// Each way to name a subject, the finest of a key first: the AIs that name it, and what it then is.
const FORMS: readonly [SubjectKind, readonly string[]][] = [
  ['unit', ['00']],
  ['item', ['01', '21']],
  ['item', ['01', '235']],
  ['lot', ['01', '10']],
  ['product', ['01']],
  ['item', ['8006', '21']],
  ['lot', ['8006', '10']],
  ['product', ['8006']],
  ['item', ['8010', '8011']],
  ['product', ['8010']],
  ['asset', ['8003']],
  ['asset', ['8004']],
  ['place', ['414', '254']],
  ['place', ['414']],
  ['party', ['417']],
]

/** An identifier as a subject: its one spelling, and what it names. */
export interface Subject {
  readonly uri: string
  readonly kind: SubjectKind
  /** What stands in its path, if it is a Digital Link: attributes describe, they do not name. */
  readonly elements?: Elements
}

/** Subjects kept from one reading to the next: those of an event and the places around it. More would only grow old in memory. */
const REMEMBERED = 256

/**
 * The subject that an identifier names: of a Digital Link what its elements name most finely, of any other URI itself.
 * Never throws: a URI that is no Digital Link is a subject of its own.
 */
export const subjectFrom: (uri: string) => Subject = remembering(readSubject, REMEMBERED)

function readSubject(uri: string): Subject {
  if (uri.startsWith(KEY_PREFIX)) return { uri, kind: 'key' }
  if (uri.startsWith('geo:')) return { uri, kind: 'place' }
  const elements = elementsOf(uri)
  if (elements === undefined) return { uri, kind: 'other' }
  const form = formOf(elements)
  if (form === undefined) return { uri, kind: 'other', elements }
  return { uri: spellDigitalLink(form[1], elements), kind: form[0], elements }
}

/** What a subject's URI names; the day of a reading's subject (`#2026-11-22`) is ignored. */
export function subjectKind(uri: string): SubjectKind {
  return subjectFrom(uri.replace(DAY, '')).kind
}

/**
 * The subject that `elements` name most finely: item 01+21 (its lot is dropped: a serial says it all), lot 01+10, product 01,
 * unit 00, asset 8003 or 8004, place 414[+254], party 417.
 * @throws ProtocolError GS1_URI (no key), GS1_AI_*, GS1_CHECK_DIGIT
 */
export function subjectOfElements(elements: Elements): string {
  const form = formOf(elements)
  return digitalLink(form === undefined ? elements : new Map(form[1].map((ai) => [ai, elements.get(ai) ?? ''])))
}

/**
 * Every subject of an event, sorted, each once: goods in all of its lists, the lot that its ilmd names for what it made, and for
 * assets and places (and a reading without goods) the URI with the event's UTC day. Governance events: the plain URIs they are about.
 * @param signer URI of the key that signed it: what a gateway reports of itself is found under its key
 */
export function subjectsOf(event: Exclude<AnyEvent, ReportEvent>): string[]
export function subjectsOf(event: AnyEvent, signer: string): string[]
export function subjectsOf(event: AnyEvent, signer = ''): string[] {
  if (event.type === 'TristampGovernance') return [...new Set(governed(event.operation))].sort()
  if (event.type === 'TristampReport') return reported(event, signer)
  const day = utcDay(event.eventTime)
  const goods = goodsOf(event)
  const place = event.bizLocation?.id ?? event.readPoint?.id
  if (goods.length === 0) return place === undefined ? [] : [`${place}#${day}`]
  const subjects = new Set<string>()
  for (const thing of goods) {
    const { uri, kind } = subjectFrom(thing)
    subjects.add(isDaily(kind) ? `${uri}#${day}` : uri)
  }
  for (const thing of made(event)) {
    const lot = lotOfMade(event, thing)
    if (lot !== undefined) subjects.add(lot)
  }
  return subjects.size === 1 ? [...subjects] : [...subjects].sort()
}

/** The subject of one boot of the device that a key is in: its clock's anchors and faults are found there. */
export function bootUri(key: string, bootId: string): string {
  return `${key}#boot-${bootId}`
}

/**
 * What a report is about: a loss the key itself, the clock its boot, a refused scan the goods and the answers to the recall, an answer these and
 * the day of its place, everything else that day.
 */
function reported(event: ReportEvent, signer: string): string[] {
  const day = `${event.bizLocation?.id}#${utcDay(event.eventTime)}`
  switch (event.report.kind) {
    case 'gap':
      return [signer]
    case 'anchor':
    case 'clock-fault':
      return [bootUri(signer, event['tristamp:clock'].bootId)]
    case 'blocked':
      // A hold is answered by nobody: it is released.
      return event.report.recall === undefined
        ? [event.report.subject]
        : [event.report.subject, recallAnswersUri(event.report.recall)].sort()
    case 'recall-response':
      return [day, recallAnswersUri(event.report.recall)].sort()
    default:
      return [day]
  }
}

/** Whether an event has any subject: goods, or a place where they are not. */
export function isAboutSomething(event: EpcisEvent): boolean {
  return (event.bizLocation ?? event.readPoint) !== undefined || goodsOf(event).length > 0
}

/** The product (01) that an item or lot is one of; undefined for other subjects. */
export function productOf(uri: string): string | undefined {
  const gtin = subjectFrom(uri.replace(DAY, '')).elements?.get('01')
  return gtin === undefined ? undefined : spellDigitalLink(['01'], new Map([['01', gtin]]))
}

/** The subject under which an organisation's enrolment is found by its short name, which gateways and places carry. */
export function organisationUri(org: string): string {
  return `urn:tristamp:organisation:${percentEncode(org)}`
}

/** The subject under which a recall's wordings and its end are found together, by its id. */
export function recallUri(id: string): string {
  return `urn:tristamp:recall:${id}`
}

/**
 * The subject under which the answers of holders to a recall, and the tries to handle what it names, are found. Nothing leads to it: whoever checks a
 * pack need not read what ten thousand shops have said.
 */
export function recallAnswersUri(id: string): string {
  return `${recallUri(id)}#answers`
}

/** The subject under which a hold and its release are found together, by its id. */
export function holdUri(id: string): string {
  return `urn:tristamp:hold:${id}`
}

/** The subject of an Ed25519 public key as governance writes it, in base64url. */
export const publicKeyUri: (publicKey: string) => string = remembering(
  (publicKey) => keyUri(keyThumbprint(fromBase64Url(publicKey))),
  REMEMBERED,
)

/** The keys that a genesis names, its administrators' and the ledger's own; and the two of a rotation, the one that ends first. */
export function keysOf(operation: Genesis | RotateKey): string[] {
  if (operation.op === 'rotate-key') return [keyUri(fromBase64Url(operation.key)), publicKeyUri(operation.newKey)]
  return [...operation.administrators.map(({ key }) => key), operation.ackKey].map(publicKeyUri)
}

/** SHA-256 of the URI: the key of the history map (protocol §7). */
export function subjectHash(uri: string): Uint8Array {
  return sha256(utf8(uri))
}

/** The lot that `event` gives `item`, one of the things it made: by its ilmd, or written in the identifier itself. */
export function lotOf(event: AnyEvent, item: string): string | undefined {
  if (event.type === 'TristampGovernance' || event.type === 'TristampReport') return undefined
  const things = made(event)
  // Signed events hold subjects as they are; only others need the slower look.
  const thing = things.includes(item) ? item : things.find((thing) => subjectFrom(thing).uri === subjectFrom(item).uri)
  return thing === undefined ? undefined : lotOfMade(event, thing)
}

/** The lot of a thing that `event` makes, which the caller has found among its own lists. */
export function lotOfMade(event: EpcisEvent, thing: string): string | undefined {
  const lot = ilmdLot(event)
  const { elements } = subjectFrom(thing)
  if (elements === undefined || !elements.has('01')) return undefined
  if (elements.has('10')) return spellDigitalLink(['01', '10'], elements)
  return lot === undefined ? undefined : `${spellDigitalLink(['01'], elements)}/10/${percentEncode(lot)}`
}

function formOf(elements: Elements): (typeof FORMS)[number] | undefined {
  const has = (ai: string): boolean => elements.has(ai)
  return FORMS.find(([, identifiers]) => identifiers.every(has))
}

/** The UTC day of an event's time; most are written in UTC, and then it stands there. */
function utcDay(time: string): string {
  return (time.endsWith('Z') ? time : new Date(time).toISOString()).slice(0, 10)
}

function isDaily(kind: SubjectKind): boolean {
  return kind === 'asset' || kind === 'place'
}

/** The elements in the path of a Digital Link. */
function elementsOf(uri: string): Elements | undefined {
  try {
    const { elements, path } = parseDigitalLink(uri)
    return path.length === elements.size ? elements : new Map(path.map((ai) => [ai, elements.get(ai) ?? '']))
  } catch (error) {
    if (error instanceof ProtocolError) return undefined
    throw error
  }
}

function goodsOf(event: EpcisEvent): string[] {
  switch (event.type) {
    case 'ObjectEvent':
      // Most events have but this list.
      if (event.quantityList === undefined) return event.epcList ?? []
      return [...(event.epcList ?? []), ...classes(event.quantityList)]
    case 'TransactionEvent':
      return [...parent(event), ...(event.epcList ?? []), ...classes(event.quantityList)]
    case 'AggregationEvent':
    case 'AssociationEvent':
      return [...parent(event), ...(event.childEPCs ?? []), ...classes(event.childQuantityList)]
    case 'TransformationEvent':
      return [...(event.inputEPCList ?? []), ...classes(event.inputQuantityList), ...made(event)]
  }
}

/** The things an event brings into being. */
function made(event: EpcisEvent): string[] {
  if (event.type === 'TransformationEvent')
    return [...(event.outputEPCList ?? []), ...classes(event.outputQuantityList)]
  if (event.type !== 'ObjectEvent' || event.action !== 'ADD') return []
  return [...(event.epcList ?? []), ...classes(event.quantityList)]
}

function classes(list: QuantityElement[] | undefined): string[] {
  return (list ?? []).map((element) => element.epcClass)
}

function parent(event: { parentID?: string }): string[] {
  return event.parentID === undefined ? [] : [event.parentID]
}

function ilmdLot(event: EpcisEvent): string | undefined {
  const ilmd = event.type === 'ObjectEvent' || event.type === 'TransformationEvent' ? event.ilmd : undefined
  const lot = ilmd?.['cbvmda:lotNumber']
  return typeof lot === 'string' ? lot : undefined
}

function governed(operation: Operation): string[] {
  switch (operation.op) {
    case 'genesis':
      return keysOf(operation)
    case 'enrol-organisation':
      return [operation.party, organisationUri(operation.org)]
    case 'enrol-gateway':
      return [operation.uri, publicKeyUri(operation.key), operation.station]
    case 'register-place':
      return [operation.place]
    case 'register-product':
      return [operation.product]
    case 'rotate-key':
      return keysOf(operation)
    case 'revoke-key':
    case 'suspend-key':
    case 'restore-key':
      return [keyUri(fromBase64Url(operation.key))]
    case 'recall':
      return [...operation.subjects, recallUri(operation.id)]
    case 'lift':
      return [recallUri(operation.id)]
    case 'hold':
      return [...operation.subjects, holdUri(operation.id)]
    case 'release':
      return [holdUri(operation.id)]
  }
}
