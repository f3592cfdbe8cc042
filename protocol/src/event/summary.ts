import type { Json } from '../canonical-json.ts'
import { isIntegerIn, MAX_SPAN_MS } from './bounds.ts'
import { isObject, refuse } from './check.ts'
import type { Trail } from './trail.ts'
import type { SensorElement, SensorReport } from './types.ts'

// `tristamp:summary` (docs/spec/event.md): what became of the readings behind each report of a sensor element.

/** Why a reading was not used: a check of its value failed, or there was none. */
export const READING_FLAWS = [
  'range',
  'flat',
  'spike',
  'rate',
  'sentinel',
  'silent',
  'frame',
  'exception',
  'profile',
  'failed',
] as const
export type ReadingFlaw = (typeof READING_FLAWS)[number]

/** How many readings of one property were used, and how many were not; times are milliseconds of the interval. */
export interface PropertySummary {
  /** Readings that minimum, maximum and mean are made of. */
  ok: number
  /** Readings that failed a check and so are in no figure; absent when there were none. */
  suspect?: number
  bad?: number
  /** Readings that should have been there. */
  missing?: number
  /** Each reason once, in the order of READING_FLAWS; present when a reading was not used. */
  why?: ReadingFlaw[]
  /** How long no value held. */
  gapMs?: number
  /** How long values above or below the limits held; present when limits apply. */
  aboveMs?: number
  belowMs?: number
  /** What the instrument itself adds to what it measures, in thousandths; `unknown` when it could not be read. */
  correctionMilli?: number | 'unknown'
}

export type Summary = Record<string, PropertySummary>

/** Readings of one interval: a reading a millisecond for eleven days. */
const MAX_COUNT = 1_000_000_000
/** A correction beyond this is no adjustment of a probe. */
const MAX_CORRECTION_MILLI = 100_000

const COUNTS = ['suspect', 'bad', 'missing'] as const
const SPANS = ['gapMs', 'aboveMs', 'belowMs'] as const
const NAMES = new Set(['ok', ...COUNTS, 'why', ...SPANS, 'correctionMilli'])

/** @throws ProtocolError EVENT_STAMP_QUALITY */
export function checkSummary(element: SensorElement, trail: Trail): void {
  const summary: unknown = element['tristamp:summary']
  if (!isObject(summary as Json)) bad(trail, 'expected an object')
  for (const [type, value] of Object.entries(summary as Record<string, Json>)) {
    const report = element.sensorReport.find((one) => one.type === type)
    if (report === undefined) bad(trail, `${type.slice(0, 64)} has no report`)
    checkProperty(value, report, trail.down(type))
    trail.up()
  }
}

function checkProperty(value: Json, report: SensorReport, trail: Trail): void {
  if (!isObject(value)) bad(trail, 'expected an object')
  for (const name in value) if (!NAMES.has(name)) bad(`${trail}.${name.slice(0, 64)}`, 'not a field of a summary')
  const { ok, why, correctionMilli } = value
  if (!isIntegerIn(ok, 0, MAX_COUNT)) bad(`${trail}.ok`, 'expected a count')
  let unused = 0
  for (const name of COUNTS) {
    const count = value[name]
    if (count === undefined) continue
    if (!isIntegerIn(count, 1, MAX_COUNT)) bad(`${trail}.${name}`, 'expected a count above 0, or nothing')
    unused++
  }
  for (const name of SPANS) {
    if (value[name] !== undefined && !isIntegerIn(value[name], 0, MAX_SPAN_MS))
      bad(`${trail}.${name}`, 'expected milliseconds')
  }
  if ((why !== undefined) !== unused > 0)
    bad(`${trail}.why`, 'expected reasons where readings were not used, only there')
  if (why !== undefined) checkReasons(why, trail)
  if (
    correctionMilli !== undefined &&
    correctionMilli !== 'unknown' &&
    !isIntegerIn(correctionMilli, -MAX_CORRECTION_MILLI, MAX_CORRECTION_MILLI)
  )
    bad(`${trail}.correctionMilli`, "expected thousandths, or 'unknown'")
  const { value: last, minValue, maxValue, meanValue } = report
  const figures = [last, minValue, maxValue, meanValue].some((figure) => figure !== undefined)
  if (ok === 0 && figures) bad(`${trail}.ok`, 'no reading was used, but the report has values')
}

function checkReasons(why: Json, trail: Trail): void {
  const ranks = Array.isArray(why) ? why.map((reason) => READING_FLAWS.indexOf(reason as ReadingFlaw)) : []
  const inOrder = ranks.every((rank, i) => rank > (ranks[i - 1] ?? -1))
  if (ranks.length === 0 || !inOrder) bad(`${trail}.why`, `expected each once, in order: ${READING_FLAWS.join(', ')}`)
}

function bad(field: Trail | string, what: string): never {
  return refuse('EVENT_STAMP_QUALITY', field, what)
}
