// A curve as paths in a box 1000 wide and 100 high. Pure.
import type { ChartData, Limits } from './model.ts'

export const WIDTH = 1000
export const HEIGHT = 100
/** A gap of a minute on an axis of hours must still be seen. */
const MIN_GAP = 5

export interface Curve {
  trace: string
  /** Extremes, where several readings are one point. */
  spread: string
  /** The parts outside the limits. */
  outside: string
  gaps: { x: number; width: number }[]
  limits: { top: number; bottom: number } | undefined
  high: number
  low: number
}

export interface Row {
  fromMs: number
  toMs: number
  /** Undefined: there was no reading. */
  range: { min: number; max: number } | undefined
}

const one = (n: number): string => n.toFixed(1)

export function curveOf({ fromMs, toMs, limits, spans }: ChartData): Curve {
  const length = Math.max(1, toMs - fromMs)
  const { low, high } = domain(spans, limits)
  const x = (ms: number): number => (Math.min(ms, length) / length) * WIDTH
  const y = (milli: number): number => ((high - milli) / (high - low)) * HEIGHT
  let [trace, spread, outside] = ['', '', '']
  const gaps: Curve['gaps'] = []
  const gap = (from: number, to: number): void => {
    const width = Math.max(MIN_GAP, x(to) - x(from))
    gaps.push({ x: Math.min(WIDTH - width, Math.max(0, (x(from) + x(to) - width) / 2)), width })
  }
  let reached: number | undefined
  for (const [from, to, min, max, last] of spans) {
    const line = `${one(x(from))} ${one(y(last))}H${one(Math.max(x(to), x(from) + 1))}`
    if (reached !== undefined && from > reached) gap(reached, from)
    trace += reached === undefined || from > reached ? `M${line}` : `L${line}`
    if (max > min) spread += `M${one(x(from))} ${one(y(max))}H${one(x(to))}V${one(y(min))}H${one(x(from))}Z`
    if (limits && (min < limits.minMilliC || max > limits.maxMilliC)) outside += `M${line}`
    reached = to
  }
  // At the end, what is not known yet is none: an instrument may speak once a minute.
  if (reached !== undefined && length - reached > length / 60) gap(reached, length)
  const bounds = limits ? { top: y(limits.maxMilliC), bottom: y(limits.minMilliC) } : undefined
  return { trace, spread, outside, gaps, limits: bounds, high, low }
}

function domain(spans: ChartData['spans'], limits: Limits | null): { low: number; high: number } {
  const low = Math.min(...spans.map(([, , min]) => min), limits?.minMilliC ?? Number.POSITIVE_INFINITY)
  const high = Math.max(...spans.map(([, , , max]) => max), limits?.maxMilliC ?? Number.NEGATIVE_INFINITY)
  if (low > high) return { low: 0, high: 1000 }
  const room = Math.max(500, (high - low) / 8)
  return { low: low - room, high: high + room }
}

/** The same as a table: so many equal parts of the time, the latest first. */
export function rowsOf({ fromMs, toMs, spans }: ChartData, count = 12): Row[] {
  const part = (toMs - fromMs) / count
  return Array.from({ length: count }, (_, i): Row => {
    const [from, to] = [part * (count - 1 - i), part * (count - i)]
    const inside = spans.filter(([a, b]) => b > from && a < to)
    const range = { min: Math.min(...inside.map((s) => s[2])), max: Math.max(...inside.map((s) => s[3])) }
    return { fromMs: fromMs + from, toMs: fromMs + to, range: inside.length > 0 ? range : undefined }
  })
}
