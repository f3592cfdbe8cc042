import type { Json } from '../canonical-json.ts'
import { type ProtocolCode, ProtocolError } from '../error.ts'
import { utcMs } from './bounds.ts'
import type { Trail } from './trail.ts'

// Small checks that compose into the field table of epcis.ts. Each passes or throws a ProtocolError that names the field.

/** Checks the value that the trail leads to. */
export type Check = (value: Json, trail: Trail) => void

export type JsonObject = { [name: string]: Json }

/** Whether a JSON value is an object. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Refuses, naming the field: `quantityList[0].uom: …`. */
export function refuse(code: ProtocolCode, field: Trail | string, what: string): never {
  throw new ProtocolError(code, `${field}: ${what}`)
}

function bad(trail: Trail, what: string): never {
  return refuse('EVENT_FIELD_VALUE', trail, what)
}

/** Text that matches `expression`; `what` says so to people. */
export function matching(expression: RegExp, what: string): Check {
  return (value, trail) => {
    if (typeof value !== 'string' || !expression.test(value)) bad(trail, `expected ${what}`)
  }
}

export const text: Check = matching(/^.+$/s, 'text')

/** An absolute URI or CURIE in RFC 3986's characters. */
export const uri: Check = matching(/^[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+$/, 'an absolute URI')

export const hex: Check = matching(/^(?:[0-9A-Fa-f]{2})+$/, 'hexadecimal bytes')

export const decimal: Check = (value, trail) => {
  if (typeof value !== 'number') bad(trail, 'expected a number')
}

export const flag: Check = (value, trail) => {
  if (typeof value !== 'boolean') bad(trail, 'expected true or false')
}

const INSTANT = /^(\d{4})-(\d{2})-(\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/

/** A date-time of RFC 3339; leap seconds are not accepted, for no clock of ours shows them. */
export const instant: Check = (value, trail) => {
  // The form that stamps have, by far the most common.
  if (typeof value === 'string' && utcMs(value) !== undefined) return
  const parts = typeof value === 'string' ? INSTANT.exec(value) : null
  const [year, month, day] = (parts ?? []).slice(1, 4).map(Number)
  const last = new Date(Date.UTC(year ?? 0, month ?? 0, 0)).getUTCDate()
  if (parts === null || month! < 1 || month! > 12 || day! < 1 || day! > last) bad(trail, 'expected a date and time')
}

/** A bare word of a vocabulary, or a URI of one's own. */
export function word(vocabulary: ReadonlySet<string>, what: string): Check {
  return (value, trail) => {
    if (typeof value === 'string' && vocabulary.has(value)) return
    if (typeof value !== 'string' || !value.includes(':')) bad(trail, `expected ${what} of the CBV, or a URI`)
    uri(value, trail)
  }
}

/** A list whose items pass `check`; `distinct`: none twice. */
export function list(check: Check, { min = 0, distinct = false }: { min?: number; distinct?: boolean } = {}): Check {
  return (value, trail) => {
    if (!Array.isArray(value)) bad(trail, 'expected a list')
    if (value.length < min) bad(trail, `expected at least ${min}`)
    for (let i = 0; i < value.length; i++) {
      check(value[i]!, trail.down(i))
      trail.up()
    }
    if (distinct && value.length > 1 && new Set(value).size < value.length) bad(trail, 'the same entry twice')
  }
}

/** One value, or a list of them. */
export function oneOrMore(check: Check): Check {
  const several = list(check)
  return (value, trail) => (Array.isArray(value) ? several(value, trail) : check(value, trail))
}

export interface Shape {
  required?: { readonly [name: string]: Check }
  optional?: { readonly [name: string]: Check }
  /** Whether members with a CURIE or URI as name may stand beside these. */
  extensible?: boolean
  /** What has this shape, for the message about other members. */
  of?: string
}

/** An object of exactly these members. */
export function shape({ required = {}, optional = {}, extensible = false, of = 'EPCIS here' }: Shape): Check {
  const known = new Map(Object.entries({ ...required, ...optional }))
  const needed = Object.keys(required)
  return (value, trail) => {
    if (!isObject(value)) bad(trail, 'expected an object')
    for (const name of needed) {
      if (!Object.hasOwn(value, name)) refuse('EVENT_FIELD_MISSING', trail.down(name), `missing in ${of}`)
    }
    // Parsed JSON inherits no members, and this makes no list of names.
    for (const name in value) {
      const check = known.get(name)
      trail.down(name)
      if (check !== undefined) check(value[name]!, trail)
      else if (!extensible || !isExtensionName(name)) refuse('EVENT_FIELD_UNKNOWN', trail, `not a field of ${of}`)
      trail.up()
    }
  }
}

/** Whether a member's name is a CURIE or URI, and so an extension. */
export function isExtensionName(name: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+._-]*:[^\s:][^\s]*$/.test(name)
}

/** An object whose names are all CURIEs or URIs. */
export const extensions: Check = shape({ extensible: true })

/** Anything: an extension's value is its owner's business. */
export const anything: Check = () => {}
