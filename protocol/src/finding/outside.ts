import type { SensorElement } from '../event/types.ts'
import { temperaturesOf } from '../trace/readings.ts'

/** Milli-°C. */
export interface TemperatureLimits {
  minMilliC: number
  maxMilliC: number
}

/** How far and for how long readings were outside of limits. */
export interface Outside {
  lowestMilliC: number
  highestMilliC: number
  /** At least; 0 where nothing says how long. */
  outsideMs: number
}

/**
 * What an element of an event measured outside of limits within a time, or undefined. Of a series its points in that time count; of an interval
 * without one the extremes, where all of it lies in that time, and the instrument's own sums of how long.
 */
export function outsideOf(
  element: SensorElement,
  eventMs: number,
  { minMilliC, maxMilliC }: TemperatureLimits,
  within: { fromMs: number; toMs: number } = ALWAYS,
): Outside | undefined {
  const spans = temperaturesOf([element], eventMs).filter(
    ({ fromMs, toMs, minMilli }) => minMilli !== undefined && fromMs >= within.fromMs && toMs <= within.toMs,
  )
  const points = pointsOf(element).filter(({ ms }) => ms >= within.fromMs && ms <= within.toMs)
  const values = [...spans.flatMap(({ minMilli, maxMilli }) => [minMilli!, maxMilli!]), ...points.map((p) => p.milli)]
  const isOutside = (milli: number): boolean => milli < minMilliC || milli > maxMilliC
  if (!values.some(isOutside)) return undefined
  const { aboveMs = 0, belowMs = 0 } = element['tristamp:summary']?.['Temperature'] ?? {}
  const sums = spans.length === 0 ? 0 : aboveMs + belowMs
  const everyMs = element['tristamp:series']?.everyMs
  return {
    lowestMilliC: Math.min(...values),
    highestMilliC: Math.max(...values),
    outsideMs: everyMs === undefined ? sums : everyMs * points.filter(({ milli }) => isOutside(milli)).length,
  }
}

/** Several together; undefined of none. */
export function togetherOutside(all: readonly Outside[]): Outside | undefined {
  const [first, ...others] = all
  if (first === undefined) return undefined
  return others.reduce(
    (sum, one) => ({
      lowestMilliC: Math.min(sum.lowestMilliC, one.lowestMilliC),
      highestMilliC: Math.max(sum.highestMilliC, one.highestMilliC),
      outsideMs: sum.outsideMs + one.outsideMs,
    }),
    first,
  )
}

const ALWAYS = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY }

/** The readings of an element's series, each with its time. */
function pointsOf(element: SensorElement): { ms: number; milli: number }[] {
  const series = element['tristamp:series']
  const start = element.sensorMetadata?.startTime
  if (series === undefined || start === undefined) return []
  const fromMs = Date.parse(start)
  return series.milli.flatMap((milli, i) => (milli === null ? [] : [{ ms: fromMs + i * series.everyMs, milli }]))
}
