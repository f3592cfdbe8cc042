// Every bound of a stamped event, with its reason, and the one way its decimals become integers.

/** Characters of any text in an event: the longest identifiers (a key, three qualifiers, all escaped) stay well below. */
export const MAX_STRING = 512
/** Things in one list: a pallet of 1,000 boxes in one scan; with the longest usual EPCs this stays near the event's bytes. */
export const MAX_EPCS = 1000
/** Entries of any other list (documents, parties, certificates): far more than one event can be about. */
export const MAX_LIST = 64
/** Instruments in one event. */
export const MAX_SENSOR_ELEMENTS = 64
/** Properties one instrument measures. */
export const MAX_SENSOR_REPORTS = 32
/** Points of a series: a day at a quarter of an hour each. */
export const MAX_SERIES_POINTS = 96
/** Degrees in 1e-7. */
export const MAX_LAT_E7 = 900_000_000
export const MAX_LON_E7 = 1_800_000_000
/** Half the Earth's circumference: beyond it a fix says nothing. */
export const MAX_ACCURACY_M = 20_000_000
/** More than the satellites of all constellations that one antenna sees. */
export const MAX_SATELLITES = 128
/** An older fix says nothing of where something is now. */
export const MAX_FIX_AGE_MS = 600_000
/** How far a `geo:` readPoint may differ from the geo stamp, in 1e-7 degrees: four decimals, some 11 m, may be rounded. */
export const GEO_ROUNDING_E7 = 1000
/** A century: no boot and no doubt of a clock lasts longer, and its thousandths are still exact. */
export const MAX_SPAN_MS = 3_155_760_000_000
/** Absolute zero, and hotter than any food process, in milli-°C. */
export const MIN_MILLI_C = -273_150
export const MAX_MILLI_C = 2_000_000

// Beyond this, neighbouring doubles are too far apart for thousandths to be exact.
const MAX_MILLI = 2 ** 50

/**
 * A decimal of at most three places as an integer of thousandths; undefined if it has more places or is too large to be exact.
 * Exact, not rounded: a decimal of three places is the double nearest to k/1000, and that division gives back the very same double.
 */
export function milli(value: number): number | undefined {
  const thousandths = Math.round(value * 1000) + 0
  return Math.abs(thousandths) <= MAX_MILLI && thousandths / 1000 === value ? thousandths : undefined
}

/** Whether `value` is an integer from `min` to `max`. */
export function isIntegerIn(value: unknown, min: number, max: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max
}

const FOUR_CENTURIES_MS = 146_097 * 86_400_000

/** Milliseconds of a UTC time of exactly three decimals, `2026-11-22T08:00:00.000Z`; undefined for any other text. */
export function utcMs(text: string): number | undefined {
  if (text.length !== 24 || !text.endsWith('Z') || text[4] !== '-' || text[7] !== '-' || text[10] !== 'T')
    return undefined
  if (text[13] !== ':' || text[16] !== ':' || text[19] !== '.') return undefined
  const year = digits(text, 0, 4)
  const month = digits(text, 5, 2)
  const day = digits(text, 8, 2)
  const hour = digits(text, 11, 2)
  const minute = digits(text, 14, 2)
  const second = digits(text, 17, 2)
  const ms = digits(text, 20, 3)
  if (!(year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return undefined
  if (!(hour <= 23 && minute <= 59 && second <= 59 && ms <= 999)) return undefined
  // Date.UTC takes the years 0 to 99 for the twentieth century; the calendar repeats every 400 years.
  return Date.UTC(year + 400, month - 1, day, hour, minute, second, ms) - FOUR_CENTURIES_MS
}

/** The number that decimal digits write; NaN, with which every comparison fails, if one is none. */
function digits(text: string, from: number, count: number): number {
  let value = 0
  for (let i = from; i < from + count; i++) {
    const digit = text.charCodeAt(i) - 48
    value = digit >= 0 && digit <= 9 ? value * 10 + digit : Number.NaN
  }
  return value
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}
