import type { Json } from '../canonical-json.ts'
import { ProtocolError } from '../error.ts'
import { canonicalUri, checkStep } from '../gs1/digital-link.ts'
import { subjectFrom } from '../subject.ts'
import { MAX_EPCS, MAX_LAT_E7, MAX_LIST, MAX_LON_E7, MAX_STRING, milli, utcMs } from './bounds.ts'
import { type At, type Check, EVENT, type JsonObject, refuse } from './check.ts'
import type { EpcisEvent } from './types.ts'

// What a signed event may hold beyond EPCIS's own rules: one spelling of everything, known names only, bounded sizes.

const TOP_EXTENSIONS = new Set(['tristamp:geo', 'tristamp:clock', 'tristamp:origin', 'tristamp:quality'])
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
  walk(event as unknown as JsonObject, EVENT)
  if (event.eventID === undefined) refuse('EVENT_FIELD_MISSING', 'eventID', 'missing')
  if (!/^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(event.eventID ?? ''))
    bad('eventID', 'expected urn:uuid: and a UUID in lower case')
  if (event.recordTime !== undefined) bad('recordTime', 'the ledger tells when it recorded, not the event')
  const fields = event as unknown as JsonObject
  for (const name of Object.keys(fields)) IDENTIFIERS.get(name)?.(fields[name]!, { up: EVENT, name })
}

function bad(at: At | string, what: string): never {
  return refuse('EVENT_FIELD_VALUE', at, what)
}

/** Sizes, numbers, times and names, wherever they stand. */
function walk(value: Json, at: At): void {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) && milli(value) === undefined) bad(at, 'expected at most three decimals')
  } else if (typeof value === 'string') {
    if (value.length > MAX_STRING) bad(at, `more than ${MAX_STRING} characters`)
  } else if (Array.isArray(value)) {
    const most = LONG_LISTS.has(at.name) ? MAX_EPCS : MAX_LIST
    if (value.length > most && at.name !== 'milli') bad(at, `more than ${most} entries`)
    value.forEach((item, i) => {
      walk(item, { up: at, name: i })
    })
  } else if (value !== null && typeof value === 'object') {
    for (const name of Object.keys(value)) {
      const item = value[name]!
      const here = { up: at, name }
      if (!isKnownName(at, name)) refuse('EVENT_FIELD_UNKNOWN', here, 'not an extension of Tristamp')
      if (TIMES.has(name) && utcMs(String(item)) === undefined) bad(here, 'expected UTC with three decimals and Z')
      walk(item, here)
    }
  }
}

/** EPCIS's own names were checked before; here every extension must be one of ours, in its place. */
function isKnownName(up: At, name: string): boolean {
  if (name === '@context') return false
  if (up.name === 'ilmd') return /^cbvmda:[a-z][A-Za-z]{0,63}$/.test(name)
  if (!name.includes(':')) return true
  if (up.up === undefined) return TOP_EXTENSIONS.has(name)
  return name === 'tristamp:series' && up.up.name === 'sensorElementList'
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
  return (value, at) => {
    for (const [i, item] of (value as Json[]).entries()) check(item, { up: at, name: i })
  }
}

function of(name: string, check: Check): Check {
  return (value, at) => check((value as JsonObject)[name] ?? null, { up: at, name })
}

/** An identifier that is, or may become, a subject: https, in the one spelling that subjects have, without a day of its own. */
function checkGoods(value: Json, at: At): void {
  const id = String(value)
  if (!id.startsWith('https://') || id.includes('#'))
    bad(at, 'expected a canonical Digital Link, or an https URI without fragment')
  const { uri, kind } = subjectFrom(id)
  if (uri !== id || (kind === 'other' && !isCanonical(id))) bad(at, 'not a canonical Digital Link')
}

function checkClass(value: Json, at: At): void {
  const element = value as JsonObject
  checkGoods(element['epcClass'] ?? null, { up: at, name: 'epcClass' })
  const quantity = element['quantity']
  if (typeof quantity === 'number' && (quantity < 0 || milli(quantity) === undefined))
    bad({ up: at, name: 'quantity' }, 'expected an amount, not less than nothing')
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
function checkPlace(value: Json, at: At): void {
  const id = String(value)
  if (!id.startsWith('geo:')) checkGoods(id, at)
  else if (parseGeoUri(id) === undefined) bad(at, 'expected geo:latitude,longitude in decimal degrees')
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
