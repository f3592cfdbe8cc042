import type { Json } from '../canonical-json.ts'
import { evidenceIdOf } from '../evidence-uri.ts'
import { isAboutSomething } from '../subject.ts'
import {
  GEO_ROUNDING_E7,
  isIntegerIn,
  MAX_ACCURACY_M,
  MAX_FIX_AGE_MS,
  MAX_LAT_E7,
  MAX_LON_E7,
  MAX_SATELLITES,
  MAX_SPAN_MS,
  milli,
  utcMs,
} from './bounds.ts'
import { isObject, type JsonObject, refuse } from './check.ts'
import { checkProfile, parseGeoUri } from './profile.ts'
import { checkQuality, readingsOf, type SensorReading } from './quality.ts'
import { member } from './trail.ts'
import type { ClockStamp, EpcisEvent, GeoStamp, Origin, StampedEvent } from './types.ts'

// The three stamps (protocol §2): place, time, quality. An event without all three, in range, is not one of ours.

/** An event's stamps in integers, for rules and readers: 1e-7 degrees, millimetres, milliseconds, thousandths of a unit. */
export interface StampSet {
  place: {
    source: GeoStamp['source']
    readPoint?: string
    latE7?: number
    lonE7?: number
    accuracyMm?: number
    satellites?: number
    ageMs?: number
    route?: string
  }
  time: {
    ms: number
    offset: string
    source: ClockStamp['source']
    uncertaintyMs: number
    bootId: string
    monotonicMs: number
    after?: number
  }
  quality: SensorReading[]
  origin: Origin
}

/** Refuses a member of a stamp, by name; the stamp itself by ''. */
type Refusal = (name: string, what: string) => never

const GEO_FIELDS = new Set(['source', 'latE7', 'lonE7', 'accuracyM', 'satellites', 'ageMs', 'route'])
const CLOCK_FIELDS = new Set(['source', 'uncertaintyMs', 'bootId', 'monotonicMs', 'after'])
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * Checks that an EPCIS event carries its three stamps, complete and in range, and nothing we cannot read: known extensions,
 * canonical identifiers, decimals of at most three places, bounded lists (bounds.ts).
 * @throws ProtocolError EVENT_STAMP_PLACE, EVENT_STAMP_TIME, EVENT_STAMP_QUALITY, EVENT_FIELD_*; the message begins with the field's path
 */
export function checkStamps(event: EpcisEvent): StampedEvent {
  const value = event as unknown as JsonObject
  checkClock(value['tristamp:clock'])
  checkGeo(value['tristamp:geo'], event.readPoint?.id)
  checkQuality(event)
  checkProfile(event)
  const origin: unknown = value['tristamp:origin']
  if (origin === undefined) refuse('EVENT_FIELD_MISSING', 'tristamp:origin', 'missing')
  if (origin !== 'device' && origin !== 'operator')
    refuse('EVENT_FIELD_VALUE', 'tristamp:origin', 'expected device or operator')
  if (!isAboutSomething(event))
    refuse('EVENT_STAMP_PLACE', 'readPoint', 'an event about no goods needs a readPoint or bizLocation')
  return event as StampedEvent
}

/** The stamps of a stamped event, in integers. */
export function stampsOf(event: StampedEvent): StampSet {
  const { accuracyM, ...geo } = event['tristamp:geo']
  const accuracyMm = accuracyM === undefined ? undefined : milli(accuracyM)
  return {
    place: {
      ...geo,
      ...(event.readPoint === undefined ? {} : { readPoint: event.readPoint.id }),
      ...(accuracyMm === undefined ? {} : { accuracyMm }),
    },
    time: { ms: utcMs(event.eventTime) ?? Number.NaN, offset: event.eventTimeZoneOffset, ...event['tristamp:clock'] },
    quality: readingsOf(event),
    origin: event['tristamp:origin'],
  }
}

function checkGeo(geo: Json | undefined, readPoint: string | undefined): void {
  const path = 'tristamp:geo'
  const bad: Refusal = (name, what) => refuse('EVENT_STAMP_PLACE', name === '' ? path : member(path, name), what)
  if (!isObject(geo)) bad('', geo === undefined ? 'missing' : 'expected an object')
  const { source, latE7, lonE7, accuracyM, satellites, ageMs, route } = geo
  for (const name in geo) if (!GEO_FIELDS.has(name)) bad(name, 'not a field of the geo stamp')
  if (source !== 'gnss' && source !== 'site' && source !== 'none') bad('source', 'expected gnss, site or none')
  if (satellites !== undefined && !isIntegerIn(satellites, 0, MAX_SATELLITES)) bad('satellites', 'expected a count')
  if (ageMs !== undefined && (source !== 'gnss' || !isIntegerIn(ageMs, 0, MAX_FIX_AGE_MS)))
    bad('ageMs', 'expected whole milliseconds of a satellite fix')
  if (route !== undefined && (typeof route !== 'string' || evidenceIdOf(route) === undefined))
    bad('route', 'expected evidence, ni:///sha-256;…')
  if (source === 'none') {
    for (const name of ['latE7', 'lonE7', 'accuracyM'])
      if (geo[name] !== undefined) bad(name, 'a position, though the source is none')
    if (readPoint?.startsWith('geo:'))
      refuse('EVENT_STAMP_PLACE', 'readPoint.id', 'a position, though the geo stamp has none')
    return
  }
  if (!isIntegerIn(latE7, -MAX_LAT_E7, MAX_LAT_E7)) bad('latE7', 'expected 1e-7 degrees from -900000000 to 900000000')
  if (!isIntegerIn(lonE7, -MAX_LON_E7, MAX_LON_E7)) bad('lonE7', 'expected 1e-7 degrees from -1800000000 to 1800000000')
  const accuracy = typeof accuracyM === 'number' && milli(accuracyM) !== undefined ? accuracyM : -1
  if (accuracy < 0 || accuracy > MAX_ACCURACY_M) bad('accuracyM', 'expected metres, with at most three decimals')
  if (readPoint === undefined) refuse('EVENT_STAMP_PLACE', 'readPoint', 'missing')
  const point = parseGeoUri(readPoint)
  if (point === undefined) return
  const apart = Math.max(Math.abs(point.latE7 - latE7), Math.abs(point.lonE7 - lonE7))
  if (apart > GEO_ROUNDING_E7) refuse('EVENT_STAMP_PLACE', 'readPoint.id', 'not where the geo stamp is')
}

/** The time stamp of a step or a report. @throws ProtocolError EVENT_STAMP_TIME */
export function checkClock(clock: Json | undefined): void {
  const path = 'tristamp:clock'
  const bad: Refusal = (name, what) => refuse('EVENT_STAMP_TIME', name === '' ? path : member(path, name), what)
  if (!isObject(clock)) bad('', clock === undefined ? 'missing' : 'expected an object')
  const { source, uncertaintyMs, bootId, monotonicMs, after } = clock
  for (const name in clock) if (!CLOCK_FIELDS.has(name)) bad(name, 'not a field of the clock stamp')
  if (source !== 'gnss' && source !== 'ntp' && source !== 'rtc' && source !== 'none')
    bad('source', 'expected gnss, ntp, rtc or none')
  if (!isIntegerIn(uncertaintyMs, 0, MAX_SPAN_MS)) bad('uncertaintyMs', 'expected whole milliseconds')
  if (!isIntegerIn(monotonicMs, 0, MAX_SPAN_MS)) bad('monotonicMs', 'expected whole milliseconds')
  if (after !== undefined && !isIntegerIn(after, 0, Number.MAX_SAFE_INTEGER)) bad('after', 'expected an entry')
  if (typeof bootId !== 'string' || !UUID.test(bootId)) bad('bootId', 'expected a UUID in lower case')
}
