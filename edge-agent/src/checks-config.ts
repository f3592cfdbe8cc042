import * as v from 'valibot'
import { parseDuration } from './duration.ts'

/** The bounds of every check of one instrument, in thousandths and milliseconds. */
export interface CheckLimits {
  /** What can be measured there at all. */
  range: { minMilli: number; maxMilli: number }
  /** So many readings within so little are no measurement. */
  flat: { n: number; tolMilli: number }
  /** How far one reading may stand from the one before … */
  spikeMilli: number
  /** … and how fast readings may move. */
  rateMilliPerMin: number
  /** How long a value holds without the next one; undefined: two and a half periods. */
  gapMs: number | undefined
}

/** As configured: what is left out has its usual value. */
export interface ChecksOption {
  range?: [number, number] | undefined
  flat?: { n: number; tol: number } | undefined
  spike?: number | undefined
  rate?: number | undefined
  gap?: number | undefined
}

const decimal = (what: string, least: number, most: number): v.GenericSchema<number> =>
  v.pipe(
    v.number(`must be ${what}`),
    v.check(
      (value) => Number.isFinite(value) && Math.abs(value * 1000 - Math.round(value * 1000)) < 1e-6,
      'must have at most three decimals',
    ),
    v.minValue(least, `must be at least ${least}`),
    v.maxValue(most, `must be at most ${most}`),
    v.transform((value) => Math.round(value * 1000)),
  )

const RATE = 'must be degrees in a time, such as 5/min'
const rate = v.pipe(
  v.string(RATE),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const match = /^(\d{1,4}(?:\.\d{1,3})?)\/(s|min|h)$/.exec(dataset.value)
    const perMinute =
      match && Math.round(Number(match[1]) * 1000 * { s: 60, min: 1, h: 1 / 60 }[match[2] as 's' | 'min' | 'h'])
    if (perMinute !== null && perMinute > 0) return perMinute
    addIssue({ message: RATE })
    return NEVER
  }),
)

const GAP = 'must be a time such as 150s'
const gap = v.pipe(
  v.string(GAP),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const ms = parseDuration(dataset.value)
    if (ms !== undefined && ms > 0) return ms
    addIssue({ message: GAP })
    return NEVER
  }),
)

/** `checks: { range: [-40, 80], flat: { n: 30, tol: 0 }, spike: 20, rate: 30/min, gap: 150s }`, degrees Celsius. */
export const checksSchema: v.GenericSchema<unknown, ChecksOption> = v.strictObject({
  range: v.optional(
    v.pipe(
      v.tuple(
        [decimal('degrees', -273.15, 2000), decimal('degrees', -273.15, 2000)],
        'must be two numbers, [lowest, highest]',
      ),
      v.check(([low, high]) => low < high, 'must have the lower number first'),
    ),
  ),
  flat: v.optional(
    v.strictObject({
      n: v.pipe(
        v.number(),
        v.integer('must be a whole number'),
        v.minValue(3, 'must be at least 3'),
        v.maxValue(1_000_000),
      ),
      tol: v.optional(decimal('degrees', 0, 10), 0),
    }),
  ),
  spike: v.optional(decimal('degrees', 0.001, 1000)),
  rate: v.optional(rate),
  gap: v.optional(gap),
})

/** Below any probe of a food chain, and above. */
const RANGE = { minMilli: -60_000, maxMilli: 125_000 }
/** A door that opens or a probe that is moved from cold to warm changes by less between two readings … */
const SPIKE_MILLI = 20_000
/** … and in a minute. What is faster is no air. */
const RATE_MILLI_PER_MIN = 30_000
/** Cold rooms can be calm at a tenth of a degree; six hours without any change in any value are an element that froze. */
const FLAT_MS = 6 * 3_600_000
const FLAT_MIN = 30

/** The checks of an instrument that speaks every so often. */
export function checkLimits(option: ChecksOption | undefined, everyMs: number): CheckLimits {
  const { range, flat, spike, rate: perMinute, gap: gapMs } = option ?? {}
  return {
    range: range ? { minMilli: range[0], maxMilli: range[1] } : RANGE,
    flat: flat
      ? { n: flat.n, tolMilli: flat.tol }
      : { n: Math.max(FLAT_MIN, Math.ceil(FLAT_MS / everyMs)), tolMilli: 0 },
    spikeMilli: spike ?? SPIKE_MILLI,
    rateMilliPerMin: perMinute ?? RATE_MILLI_PER_MIN,
    gapMs,
  }
}
