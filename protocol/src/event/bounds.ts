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

/** Milliseconds of a UTC time of exactly three decimals, `2026-11-22T08:00:00.000Z`; undefined for any other text. */
export function utcMs(text: string): number | undefined {
  const ms = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z$/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(ms) || new Date(ms).toISOString() !== text ? undefined : ms
}
