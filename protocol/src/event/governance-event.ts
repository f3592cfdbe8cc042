import { type Json, parseCanonicalJson } from '../canonical-json.ts'
import { ProtocolError } from '../error.ts'
import { LIMITS } from '../limits.ts'
import { isUri } from '../shape.ts'
import { type SubjectKind, subjectFrom } from '../subject.ts'
import type { GovernanceEvent, Operation, Role } from './governance-types.ts'

type Fields = { [key: string]: Json }
type Check = (value: Json) => boolean

/** Names and sentences are shown on small screens. */
const MAX_TEXT = 200
const MAX_ADMINISTRATORS = 32
/** A statement with the longest URIs that are allowed, in base64. */
const MAX_EVIDENCE = 8192
const ROLES: readonly Role[] = ['commission', 'transform', 'pack', 'ship', 'receive', 'observe', 'sell']

/** What is wrong and what to do takes a few sentences. */
const MAX_SENTENCES = 600
/** More goods than that are named by their lots. */
const MAX_RECALLED = 256
/** Packs in boxes on pallets; and the readings of some days. */
const MAX_WAY = 9
const MAX_READINGS = 64
/** A year. */
const MAX_TOLERANCE_S = 31_536_000

/** No characters that hide, or turn the words around them: what is approved must be what is read. */
const textOf =
  (max: number): Check =>
  (v) =>
    typeof v === 'string' && v.length <= max && /\S/.test(v) && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/u.test(v)
const text = textOf(MAX_TEXT)
const inBoth =
  (check: Check): Check =>
  (v) =>
    isFields(v) && Object.keys(v).length === 2 && check(v['zh'] ?? null) && check(v['en'] ?? null)
const texts = inBoth(text)
const sentences = inBoth(textOf(MAX_SENTENCES))
const uuid: Check = (v) => typeof v === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(v)
/** A URI in the one spelling that subjects have, of one of these kinds: another spelling would never be found again. */
const subject =
  (...kinds: SubjectKind[]): Check =>
  (v) => {
    if (!isUri(v) || v.includes('#')) return false
    const { uri, kind } = subjectFrom(v)
    return (
      uri === v &&
      (kinds.includes(kind) || (kind === 'other' && v.startsWith('https://') && !v.startsWith('https://id.gs1.org/')))
    )
  }
/** Part of an MQTT topic; NATS maps topics to subjects, so the alphabet is the one both allow. */
const name: Check = (v) => typeof v === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(v)
/** 32 bytes, base64url without padding. */
const key: Check = (v) => typeof v === 'string' && /^[A-Za-z0-9_-]{43}$/.test(v)
const integer =
  (min: number, max: number): Check =>
  (v) =>
    typeof v === 'number' && Number.isInteger(v) && v >= min && v <= max
const list =
  (check: Check, max: number): Check =>
  (v) =>
    Array.isArray(v) && v.length > 0 && v.length <= max && v.every(check)
/** Two statements, base64. */
const evidence: Check = (v) => Array.isArray(v) && v.length === 2 && v.every(isStatementText)
const administrator: Check = (v) =>
  isFields(v) && Object.keys(v).length === 2 && text(v['name'] ?? null) && key(v['key'] ?? null)
const milliC: Check = integer(-273_150, 1_000_000)
const limits: Check = (v) =>
  isFieldsOf(v, {
    minMilliC: milliC,
    maxMilliC: milliC,
    'toleranceS?': integer(0, MAX_TOLERANCE_S),
    'maxKineticMilliC?': milliC,
  }) && (v['minMilliC'] as number) <= (v['maxMilliC'] as number)
const uint: Check = integer(0, Number.MAX_SAFE_INTEGER)
const reading: Check = (v) =>
  isFieldsOf(v, {
    entry: uint,
    position: uint,
    eventID: (id) => typeof id === 'string' && /^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id),
  })
const ground: Check = (v) =>
  isFieldsOf(v, {
    product: subject('product'),
    limits,
    way: (way) => list(subject('item', 'lot', 'unit'), MAX_WAY)(way) && isDistinct(way),
    readings: list(reading, MAX_READINGS),
    lowestMilliC: milliC,
    highestMilliC: milliC,
    outsideMs: uint,
  })
const recalled: Check = (v) => list(subject('item', 'lot', 'product', 'unit'), MAX_RECALLED)(v) && isDistinct(v)
const trace: Check = (v) =>
  isFields(v) &&
  Object.keys(v).length === 2 &&
  integer(1, Number.MAX_SAFE_INTEGER)(v['treeSize'] ?? null) &&
  key(v['digest'] ?? null)
/** A calendar the reader's device knows. */
const zone: Check = (v) => typeof v === 'string' && /^[A-Za-z_+-]+(\/[A-Za-z0-9_+-]+){0,2}$/.test(v) && v.length <= 64

/** A triangle at least; enough corners for a county's outline. */
const MAX_CORNERS = 64
const region: Check = (v) =>
  Array.isArray(v) &&
  v.length >= 3 &&
  list((corner) => {
    if (!isFields(corner) || Object.keys(corner).length !== 2) return false
    return (
      integer(-900_000_000, 900_000_000)(corner['latE7'] ?? null) &&
      integer(-1_800_000_000, 1_800_000_000)(corner['lonE7'] ?? null)
    )
  }, MAX_CORNERS)(v)

/** Every field of every operation, with its rule; a name that ends in `?` may be absent. */
const OPERATIONS: { [op in Operation['op']]: { [field: string]: Check } } = {
  genesis: {
    origin: (v) => typeof v === 'string' && /^[A-Za-z0-9.-]+(\/[A-Za-z0-9._-]+)*$/.test(v) && v.length <= 255,
    administrators: list(administrator, MAX_ADMINISTRATORS),
    threshold: integer(1, MAX_ADMINISTRATORS),
    windowS: integer(60, 31_536_000),
    logKey: (v) => typeof v === 'string' && v.length <= 512,
    ackKey: key,
  },
  'enrol-organisation': { org: name, party: subject('party'), name: texts },
  'enrol-gateway': {
    org: name,
    gateway: name,
    uri: subject('asset'),
    key,
    station: subject('place', 'asset'),
    roles: (v) =>
      list((r) => ROLES.includes(r as Role), ROLES.length)(v) && new Set(v as Json[]).size === (v as Json[]).length,
    login: key,
    'tls?': key,
  },
  'register-place': {
    org: name,
    place: subject('place', 'asset'),
    name: texts,
    address: texts,
    'latE7?': integer(-900_000_000, 900_000_000),
    'lonE7?': integer(-1_800_000_000, 1_800_000_000),
    zone,
  },
  'register-product': {
    org: name,
    product: subject('product'),
    name: texts,
    spec: texts,
    'limits?': limits,
    'region?': region,
  },
  'rotate-key': { key, newKey: key, 'login?': key, 'tls?': key },
  'revoke-key': { key, reason: text },
  'suspend-key': { key, reason: text, 'evidence?': evidence },
  'restore-key': { key, reason: text },
  recall: {
    id: uuid,
    org: name,
    subjects: recalled,
    class: (v) => v === 1 || v === 2 || v === 3,
    reason: sentences,
    hazard: sentences,
    consumer: sentences,
    holder: sentences,
    'contact?': text,
    'drill?': (v) => v === true,
    'trace?': trace,
    'after?': (v) => v === 'same-lot',
  },
  lift: { id: uuid, reason: text },
  hold: { id: uuid, org: name, subjects: recalled, 'reason?': sentences, 'ground?': ground },
  release: { id: uuid, reason: text },
}

const EVENT: { [field: string]: Check } = {
  type: (v) => v === 'TristampGovernance',
  eventID: (v) => typeof v === 'string' && /^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(v),
  eventTime: (v) =>
    typeof v === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(v) && !Number.isNaN(Date.parse(v)),
  operation: (v) => isFields(v),
}

/**
 * Reads a governance event: its bytes are its own canonical form, and nothing is in it that is not described here.
 * @throws ProtocolError EVENT_SIZE, JSON_*, GOVERNANCE_SHAPE (names the field)
 */
export function parseGovernanceEvent(bytes: Uint8Array): GovernanceEvent {
  const event = parseCanonicalJson(bytes, { maxBytes: LIMITS.eventBytes })
  if (!isFields(event)) return refuse('the event')
  checkFields(event, EVENT)
  checkOperation(event['operation'] as Fields)
  return event as unknown as GovernanceEvent
}

/** @throws ProtocolError GOVERNANCE_SHAPE */
export function checkOperation(operation: Json): Operation {
  if (!isFields(operation)) return refuse('the operation')
  const rules = OPERATIONS[operation['op'] as Operation['op']]
  if (typeof operation['op'] !== 'string' || !Object.hasOwn(OPERATIONS, operation['op'])) return refuse('op')
  checkFields(operation, { op: () => true, ...rules })
  // Nobody stops goods without saying why.
  if (operation['op'] === 'hold' && operation['reason'] === undefined && operation['ground'] === undefined)
    refuse('reason (missing)')
  return operation as unknown as Operation
}

function checkFields(value: Fields, rules: { [field: string]: Check }): void {
  for (const field of Object.keys(value)) {
    if (!Object.hasOwn(rules, field) && !Object.hasOwn(rules, `${field}?`)) refuse(`${field} (unknown)`)
  }
  for (const [rule, check] of Object.entries(rules)) {
    const field = rule.replace('?', '')
    const present = Object.hasOwn(value, field)
    if (!present && rule === field) refuse(`${field} (missing)`)
    if (present && !check(value[field]!)) refuse(field)
  }
}

/** An object of exactly these fields; a name that ends in `?` may be absent. */
function isFieldsOf(value: Json, rules: { [field: string]: Check }): value is Fields {
  if (!isFields(value)) return false
  const known = Object.entries(rules).filter(([rule, check]) => {
    const field = value[rule.replace('?', '')]
    return field === undefined ? rule.endsWith('?') : check(field)
  })
  const present = known.filter(([rule]) => Object.hasOwn(value, rule.replace('?', '')))
  return known.length === Object.keys(rules).length && present.length === Object.keys(value).length
}

function isDistinct(list: Json): boolean {
  return Array.isArray(list) && new Set(list).size === list.length
}

function isStatementText(value: Json): boolean {
  return typeof value === 'string' && value.length <= MAX_EVIDENCE && /^[A-Za-z0-9+/]+={0,2}$/.test(value)
}

function isFields(value: Json): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function refuse(what: string): never {
  throw new ProtocolError('GOVERNANCE_SHAPE', `${what} is not as a governance event has it`)
}
