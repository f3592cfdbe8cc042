import { decodeCbor, encodeCbor } from './cbor.ts'
import { decodeSign1, encodeSign1, sigStructure } from './cose.ts'
import type { Sign, VerifySync } from './ed25519.ts'
import { ProtocolError } from './error.ts'
import type { Localized, Role } from './event/governance-types.ts'
import { HASH_BYTES } from './hash.ts'
import { keyThumbprint } from './key.ts'
import { isBytes, isUint, isUri } from './shape.ts'

/** What the ledger has registered of the place that a gateway speaks for. Positions in 1e-7 degrees. */
export interface EnrolledPlace {
  name: Localized
  /** IANA time zone. */
  zone: string
  latE7?: number
  lonE7?: number
}

/** How a product of the gateway's organisation is kept, in milli-degrees Celsius. */
export interface EnrolledProduct {
  /** Its 01 URI. */
  product: string
  minMilliC: number
  maxMilliC: number
}

/** The chain of an earlier key of this gateway that has ended: statements from `next` on are not recorded, and never will be. */
export interface EndedChain {
  kid: Uint8Array
  next: number
  /** Leaf hash of statement `next` − 1. */
  prev: Uint8Array
}

/** A gateway's enrolment as the ledger tells it (docs/spec/mqtt.md): which key counts, and what it may sign. */
export interface Enrolment {
  kid: Uint8Array
  org: string
  gateway: string
  /** The gateway's own identifier (8004). */
  uri: string
  /** The place or asset that it speaks for. */
  station: string
  roles: readonly Role[]
  /** Where the enrolment, or the rotation to this key, is recorded. */
  entry: number
  treeSize: number
  place?: EnrolledPlace
  products?: readonly EnrolledProduct[]
  ended?: readonly EndedChain[]
}

/** Bytes of an enrolment with its signature, and pieces in its lists. */
export const ENROLMENT_BYTES = 16_384
export const ENROLMENT_PRODUCTS = 64
export const ENROLMENT_ENDED = 8

const MEDIA = 'application/vnd.tristamp.enrolment'
const ROLES: readonly Role[] = ['commission', 'transform', 'pack', 'ship', 'receive', 'observe', 'sell']
const NAME = /^[A-Za-z0-9_-]{1,64}$/
const MAX_TEXT = 200

/** Only what the type names is written, in its form. @throws ProtocolError ENROLMENT_MALFORMED when it is larger than a reader takes */
export function encodeEnrolment(enrolment: Enrolment, ledgerKey: Uint8Array, sign: Sign): Uint8Array {
  const { kid, org, gateway, uri, station, roles, entry, treeSize, place, products, ended } = enrolment
  const protectedBytes = encodeCbor(
    new Map<number, unknown>([
      [1, -8],
      [3, MEDIA],
      [4, keyThumbprint(ledgerKey)],
    ]),
  )
  const payload = encodeCbor({
    ...{ kid, org, gateway, uri, station, roles: [...roles], entry, treeSize },
    ...(place && { place: { ...place } }),
    ...(products && { products: products.map((product) => ({ ...product })) }),
    ...(ended && { ended: ended.map((chain) => ({ ...chain })) }),
  })
  const bytes = encodeSign1(protectedBytes, payload, sign(sigStructure(protectedBytes, payload)))
  if (bytes.length > ENROLMENT_BYTES) malformed('too large')
  return bytes
}

/**
 * Reads an enrolment and checks that this ledger signed it. Members that are not described here are left out: a newer ledger may say more.
 * @throws ProtocolError ENROLMENT_MALFORMED, SIGNATURE
 */
export function openEnrolment(bytes: Uint8Array, ledgerKey: Uint8Array, verify: VerifySync): Enrolment {
  const { sign1, payload } = decode(bytes)
  if (sign1.header.get(1) !== -8 || sign1.header.get(3) !== MEDIA) malformed('another header')
  if (!verify(ledgerKey, sigStructure(sign1.protectedBytes, sign1.payload), sign1.signature))
    throw new ProtocolError('SIGNATURE', 'the enrolment is not signed by the ledger that this gateway is told of')
  const fields = fieldsOf(payload, 'payload')
  const [place, products, ended] = [fields.get('place'), fields.get('products'), fields.get('ended')]
  return {
    kid: hash(fields, 'kid'),
    org: name(fields, 'org'),
    gateway: name(fields, 'gateway'),
    uri: uriOf(fields, 'uri'),
    station: uriOf(fields, 'station'),
    roles: rolesOf(fields.get('roles')),
    entry: uint(fields, 'entry'),
    treeSize: uint(fields, 'treeSize'),
    ...(place !== undefined && { place: placeOf(place) }),
    ...(products !== undefined && { products: list(products, ENROLMENT_PRODUCTS, 'products').map(productOf) }),
    ...(ended !== undefined && { ended: list(ended, ENROLMENT_ENDED, 'ended').map(endedOf) }),
  }
}

function decode(bytes: Uint8Array): { sign1: ReturnType<typeof decodeSign1>; payload: unknown } {
  try {
    const sign1 = decodeSign1(bytes, ENROLMENT_BYTES)
    return { sign1, payload: decodeCbor(sign1.payload, { maxBytes: ENROLMENT_BYTES, maxDepth: 5 }) }
  } catch (cause) {
    throw new ProtocolError('ENROLMENT_MALFORMED', 'not an enrolment', { cause })
  }
}

type Fields = ReadonlyMap<unknown, unknown>

function fieldsOf(value: unknown, what: string): Fields {
  return value instanceof Map ? value : malformed(what)
}

function placeOf(value: unknown): EnrolledPlace {
  const fields = fieldsOf(value, 'place')
  const [lat, lon] = [fields.get('latE7'), fields.get('lonE7')]
  const zone = fields.get('zone')
  if (typeof zone !== 'string' || !/^[A-Za-z0-9_+/-]{1,64}$/.test(zone)) return malformed('place.zone')
  const position = lat === undefined && lon === undefined
  return {
    name: textsOf(fields.get('name')),
    zone,
    ...(!position && { latE7: integer(lat, 900_000_000, 'latE7'), lonE7: integer(lon, 1_800_000_000, 'lonE7') }),
  }
}

function productOf(value: unknown): EnrolledProduct {
  const fields = fieldsOf(value, 'products')
  const [min, max] = ['minMilliC', 'maxMilliC'].map((field) => integer(fields.get(field), 1_000_000, field))
  if (min! > max!) malformed('limits')
  return { product: uriOf(fields, 'product'), minMilliC: min!, maxMilliC: max! }
}

function endedOf(value: unknown): EndedChain {
  const fields = fieldsOf(value, 'ended')
  return { kid: hash(fields, 'kid'), next: uint(fields, 'next'), prev: hash(fields, 'prev') }
}

function rolesOf(value: unknown): Role[] {
  const roles = list(value, ROLES.length, 'roles')
  if (roles.length === 0 || new Set(roles).size !== roles.length) malformed('roles')
  // A newer ledger may know roles that we cannot act in.
  return roles.filter((role): role is Role => ROLES.includes(role as Role))
}

function textsOf(value: unknown): Localized {
  const fields = fieldsOf(value, 'name')
  const [zh, en] = [fields.get('zh'), fields.get('en')]
  if (typeof zh !== 'string' || typeof en !== 'string') return malformed('name')
  if (zh.length > MAX_TEXT || en.length > MAX_TEXT) malformed('name')
  return { zh, en }
}

function list(value: unknown, most: number, what: string): unknown[] {
  return Array.isArray(value) && value.length <= most ? (value as unknown[]) : malformed(what)
}

function name(fields: Fields, field: string): string {
  const value = fields.get(field)
  return typeof value === 'string' && NAME.test(value) ? value : malformed(field)
}

function uriOf(fields: Fields, field: string): string {
  const value = fields.get(field)
  return isUri(value) ? value : malformed(field)
}

function uint(fields: Fields, field: string): number {
  const value = fields.get(field)
  return isUint(value) ? value : malformed(field)
}

function hash(fields: Fields, field: string): Uint8Array {
  const value = fields.get(field)
  return isBytes(value, HASH_BYTES) ? value : malformed(field)
}

function integer(value: unknown, most: number, what: string): number {
  return Number.isSafeInteger(value) && Math.abs(value as number) <= most ? (value as number) : malformed(what)
}

function malformed(what: string): never {
  throw new ProtocolError('ENROLMENT_MALFORMED', `not an enrolment of this protocol: ${what}`)
}
