import type { Json } from '../canonical-json.ts'
import { ProtocolError } from '../error.ts'
import { canonicalUri, checkStep } from '../gs1/digital-link.ts'
import { subjectFrom } from '../subject.ts'
import { MAX_EPCS, MAX_LAT_E7, MAX_LIST, MAX_LON_E7, MAX_STRING, milli, utcMs } from './bounds.ts'
import { type Check, type JsonObject, refuse } from './check.ts'
import { checkSealedItems } from './sealed-items.ts'
import { Trail } from './trail.ts'
import type { EpcisEvent } from './types.ts'

// What a signed event may hold beyond EPCIS's own rules: one spelling of everything, known names only, bounded sizes.

const SEALED = 'tristamp:sealed'
const TOP_EXTENSIONS = new Set(['tristamp:geo', 'tristamp:clock', 'tristamp:origin', 'tristamp:quality', SEALED])
const ELEMENT_EXTENSIONS = new Set(['tristamp:series', 'tristamp:summary', 'tristamp:spectrum', 'tristamp:calibration'])
const LONG_LISTS = new Set<string | number>([
  'epcList',
  'childEPCs',
  'inputEPCList',
  'outputEPCList',
  'quantityList',
  'childQuantityList',
  'inputQuantityList',
  'outputQuantityList',
])
const TIMES = new Set(['eventTime', 'declarationTime', 'time', 'startTime', 'endTime'])

/**
 * Checks names, sizes, numbers, times and identifiers of an event that is valid EPCIS.
 * @throws ProtocolError EVENT_FIELD_UNKNOWN, EVENT_FIELD_VALUE, EVENT_FIELD_MISSING
 */
export function checkProfile(event: EpcisEvent): void {
  const trail = new Trail()
  walk(event as unknown as JsonObject, trail)
  if (event.eventID === undefined) refuse('EVENT_FIELD_MISSING', 'eventID', 'missing')
  if (!/^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(event.eventID ?? ''))
    bad('eventID', 'expected urn:uuid: and a UUID in lower case')
  if (event.recordTime !== undefined) bad('recordTime', 'the ledger tells when it recorded, not the event')
  const fields = event as unknown as JsonObject
  for (const name of Object.keys(fields)) {
    IDENTIFIERS.get(name)?.(fields[name]!, trail.down(name))
    trail.up()
  }
  checkSealedItems(event)
}

function bad(field: Trail | string, what: string): never {
  return refuse('EVENT_FIELD_VALUE', field, what)
}

/** Sizes, numbers, times and names, wherever they stand. */
function walk(value: Json, trail: Trail): void {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) && milli(value) === undefined) bad(trail, 'expected at most three decimals')
  } else if (typeof value === 'string') {
    if (value.length > MAX_STRING) bad(trail, `more than ${MAX_STRING} characters`)
  } else if (Array.isArray(value)) {
    const most = LONG_LISTS.has(trail.step()) ? MAX_EPCS : MAX_LIST
    if (value.length > most && trail.step() !== 'milli') bad(trail, `more than ${most} entries`)
    for (let i = 0; i < value.length; i++) {
      walk(value[i]!, trail.down(i))
      trail.up()
    }
  } else if (value !== null && typeof value === 'object') {
    for (const name in value) {
      const item = value[name]!
      const known = isKnownName(trail, name)
      trail.down(name)
      if (!known) refuse('EVENT_FIELD_UNKNOWN', trail, 'not an extension of Tristamp')
      if (TIMES.has(name) && utcMs(String(item)) === undefined) bad(trail, 'expected UTC with three decimals and Z')
      // The members of this one are named by goods, and checked with the goods that the event lists.
      if (name !== SEALED) walk(item, trail)
      trail.up()
    }
  }
}

/** EPCIS's own names were checked before; here every extension must be one of ours, in its place. */
function isKnownName(trail: Trail, name: string): boolean {
  if (!name.includes(':')) return name !== '@context'
  if (trail.step() === 'ilmd') return /^cbvmda:[a-z][A-Za-z]{0,63}$/.test(name)
  if (trail.depth === 0) return TOP_EXTENSIONS.has(name)
  return ELEMENT_EXTENSIONS.has(name) && trail.step(1) === 'sensorElementList'
}

/** The identifiers of each field that has some. */
const IDENTIFIERS = new Map<string, Check>(
  Object.entries({
    epcList: each(checkGoods),
    childEPCs: each(checkGoods),
    inputEPCList: each(checkGoods),
    outputEPCList: each(checkGoods),
    quantityList: each(checkClass),
    childQuantityList: each(checkClass),
    inputQuantityList: each(checkClass),
    outputQuantityList: each(checkClass),
    parentID: checkGoods,
    readPoint: of('id', checkPlace),
    bizLocation: of('id', checkGoods),
    sourceList: each(of('source', checkGoods)),
    destinationList: each(of('destination', checkGoods)),
    ilmd: checkIlmd,
  }),
)

function each(check: Check): Check {
  return (value, trail) => {
    const items = value as Json[]
    for (let i = 0; i < items.length; i++) {
      check(items[i]!, trail.down(i))
      trail.up()
    }
  }
}

function of(name: string, check: Check): Check {
  return (value, trail) => {
    check((value as JsonObject)[name] ?? null, trail.down(name))
    trail.up()
  }
}

/** An identifier that is, or may become, a subject: https, in the one spelling that subjects have, without a day of its own. */
export function checkGoods(value: Json, trail: Trail): void {
  const id = String(value)
  if (!id.startsWith('https://') || id.includes('#'))
    bad(trail, 'expected a canonical Digital Link, or an https URI without fragment')
  const { uri, kind } = subjectFrom(id)
  if (uri !== id || (kind === 'other' && !isCanonical(id))) bad(trail, 'not a canonical Digital Link')
}

function checkClass(value: Json, trail: Trail): void {
  const element = value as JsonObject
  checkGoods(element['epcClass'] ?? null, trail.down('epcClass'))
  trail.up()
  const quantity = element['quantity']
  if (typeof quantity === 'number' && (quantity < 0 || milli(quantity) === undefined))
    bad(trail.down('quantity'), 'expected an amount, not less than nothing')
}

/** A URI of one's own, or a rarer key of GS1. */
function isCanonical(id: string): boolean {
  try {
    return canonicalUri(id) === id
  } catch (error) {
    if (error instanceof ProtocolError) return false
    throw error
  }
}

/** A registered place, or where on Earth. */
function checkPlace(value: Json, trail: Trail): void {
  const id = String(value)
  if (!id.startsWith('geo:')) checkGoods(id, trail)
  else if (parseGeoUri(id) === undefined) bad(trail, 'expected geo:latitude,longitude in decimal degrees')
}

/** Latitude and longitude of a `geo:` URI (RFC 5870, WGS 84, no parameters) in 1e-7 degrees; undefined if it is none. */
export function parseGeoUri(uri: string): { latE7: number; lonE7: number } | undefined {
  const parts = /^geo:(-?\d{1,2}(?:\.\d{1,7})?),(-?\d{1,3}(?:\.\d{1,7})?)$/.exec(uri)
  const [latE7, lonE7] = (parts ?? []).slice(1).map(e7)
  if (latE7 === undefined || lonE7 === undefined || Math.abs(latE7) > MAX_LAT_E7 || Math.abs(lonE7) > MAX_LON_E7)
    return undefined
  return { latE7, lonE7 }
}

/** The `geo:` URI of a position in 1e-7 degrees. */
export function geoUri(latE7: number, lonE7: number): string {
  return `geo:${degrees(latE7)},${degrees(lonE7)}`
}

function e7(text: string): number {
  const [whole = '', decimals = ''] = text.split('.')
  return Number(whole + decimals.padEnd(7, '0')) || 0
}

function degrees(valueE7: number): string {
  const digits = String(Math.abs(valueE7)).padStart(8, '0')
  const decimals = digits.slice(-7).replace(/0+$/, '')
  return `${valueE7 < 0 ? '-' : ''}${digits.slice(0, -7)}${decimals === '' ? '' : `.${decimals}`}`
}

function checkIlmd(value: Json): void {
  const ilmd = value as JsonObject
  for (const [name, item] of Object.entries(ilmd)) {
    if (typeof item !== 'string' && typeof item !== 'number') bad(`ilmd.${name}`, 'expected text or a number')
    if (/Date$/.test(name) && !isDate(item)) bad(`ilmd.${name}`, 'expected a date, YYYY-MM-DD')
  }
  const lot = ilmd['cbvmda:lotNumber']
  if (lot === undefined) return
  try {
    checkStep('10', typeof lot === 'string' ? lot : '')
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause
    bad('ilmd.cbvmda:lotNumber', 'not a lot number of GS1 (AI 10)')
  }
}

function isDate(value: Json): boolean {
  return typeof value === 'string' && utcMs(`${value}T00:00:00.000Z`) !== undefined
}
