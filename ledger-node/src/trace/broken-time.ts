import type { Reading } from './readings.ts'

/** Limits in milli-°C; without them alarms of the instruments alone count as broken. */
export interface Limits {
  min?: number | undefined
  max?: number | undefined
}

/** A time, ms since 1970. */
export interface Span {
  from: number
  to: number
}

/** Whether a reading breaks limits, or says so itself. */
export function breaks({ min, max, alarm }: Reading, limits: Limits): boolean {
  return alarm || isOutside(min, limits) || isOutside(max, limits)
}

/**
 * When a series was outside of limits within a reading's time: each point holds until the next, null holds nothing. Undefined when it shows no
 * point outside: then it does not tell when the limits were broken.
 */
export function brokenSpans(
  { everyMs, milli }: { everyMs: number; milli: readonly (number | null)[] },
  { from, to }: Span,
  limits: Limits,
): Span[] | undefined {
  const spans: Span[] = []
  for (const [i, point] of milli.entries()) {
    const begin = from + i * everyMs
    if (begin > to || (begin === to && i > 0)) break
    if (point === null || !isOutside(point, limits)) continue
    const end = Math.min(to, begin + everyMs)
    const last = spans.at(-1)
    if (last?.to === begin) last.to = end
    else spans.push({ from: begin, to: end })
  }
  return spans.length === 0 ? undefined : spans
}

/** How much of from…to the spans cover together. */
export function covered(spans: readonly Span[], from: number, to: number): number {
  let [sum, end] = [0, Number.NEGATIVE_INFINITY]
  for (const one of [...spans].sort((a, b) => a.from - b.from)) {
    const [begin, until] = [Math.max(one.from, from, end), Math.min(one.to, to)]
    if (until > begin) sum += until - begin
    end = Math.max(end, until)
  }
  return sum
}

function isOutside(value: number, { min, max }: Limits): boolean {
  return (min !== undefined && value < min) || (max !== undefined && value > max)
}
