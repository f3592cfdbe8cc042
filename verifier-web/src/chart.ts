// The temperature drawing as numbers: paths and shares of a box 1000 wide and 100 high. Pure, so that it can be tested without a browser.
import type { Journey } from './journey.ts'
import type { Limits } from './safety.ts'
import type { Stop } from './stop.ts'
import type { Band, Point, Span, Track } from './temperature.ts'

export const WIDTH = 1000
export const HEIGHT = 100

export interface Chart {
  trace: string
  /** The parts of the trace outside the limits, cut where it crosses them. */
  outside: string
  bands: string
  /** The parts of the bands outside the limits. */
  bandsOutside: string
  /** y of the limits, where there are any, for lines and labels. */
  limits?: { top: number; bottom: number }
  gaps: { x: number; width: number; ms: number }[]
  /** y and milli-°C of the labels at the side. */
  labels: { y: number; milli: number }[]
}

/** A stage's share of the time axis, 0 to 1; `stop` undefined between stops. */
export interface StageShare {
  share: number
  stop?: Stop
}

// A gap of minutes on an axis of days must still be seen.
const MIN_GAP = 8

// A reading alone is a dot: its ends are round.
const DOT = 'h2'

// Two labels nearer than this, of 100, would be drawn over each other.
const LABEL_ROOM = 12

const one = (n: number): string => n.toFixed(1)

const isFlat = (band: Band): boolean => band.maxMilli <= band.minMilli

/** What of an interval's extremes lies outside the limits; of one that stood still there, a stroke as thick as can be seen. */
function bandOutside(band: Band, { minMilliC, maxMilliC }: Limits): Band[] {
  const above = { ...band, minMilli: Math.max(band.minMilli, maxMilliC) }
  const below = { ...band, maxMilli: Math.min(band.maxMilli, minMilliC) }
  return [
    ...(band.maxMilli > maxMilliC ? [{ ...above, maxMilli: Math.max(above.maxMilli, above.minMilli + 100) }] : []),
    ...(band.minMilli < minMilliC ? [{ ...below, minMilli: Math.min(below.minMilli, below.maxMilli - 100) }] : []),
  ]
}

/** The labels of the side: moved apart where they would touch, one where both say the same. */
function labelsOf([top, bottom]: readonly [number, number], y: (milli: number) => number): Chart['labels'] {
  if (top === bottom) return [{ y: y(top), milli: top }]
  const close = Math.max(0, LABEL_ROOM - (y(bottom) - y(top))) / 2
  return [
    { y: y(top) - close, milli: top },
    { y: y(bottom) + close, milli: bottom },
  ]
}

/** Room above and below what has to be seen: a fifth of it, and never less than half a degree. */
function domain(track: Track, limits: Limits | undefined): { low: number; high: number } {
  const low = Math.min(track.minMilli, limits?.minMilliC ?? track.minMilli)
  const high = Math.max(track.maxMilli, limits?.maxMilliC ?? track.maxMilli)
  const room = Math.max(500, (high - low) / 5)
  return { low: low - room, high: high + room * 1.5 }
}

/** Each stretch between two readings that lies outside the limits, from the crossing or to it. */
function outsideOf(track: Track, { minMilliC, maxMilliC }: Limits, at: (point: Point) => string): string {
  const over = (p: Point, limit: number): boolean => (limit === maxMilliC ? p.milli > limit : p.milli < limit)
  const crossing = (a: Point, b: Point, limit: number): Point => ({
    ms: a.ms + ((b.ms - a.ms) * (limit - a.milli)) / (b.milli - a.milli),
    milli: limit,
  })
  const piece = (a: Point, b: Point, limit: number): string => {
    if (!over(a, limit) && !over(b, limit)) return ''
    const from = over(a, limit) ? a : crossing(a, b, limit)
    const to = over(b, limit) ? b : crossing(a, b, limit)
    return `M${at(from)}L${at(to)}`
  }
  const pieces = track.lines.flatMap((line) =>
    line.length === 1 && (over(line[0]!, maxMilliC) || over(line[0]!, minMilliC))
      ? `M${at(line[0]!)}${DOT}`
      : line.slice(1).map((b, i) => piece(line[i]!, b, maxMilliC) + piece(line[i]!, b, minMilliC)),
  )
  return pieces.join('')
}

export function chartOf(track: Track, limits: Limits | undefined): Chart {
  const { low, high } = domain(track, limits)
  const length = Math.max(1, track.toMs - track.fromMs)
  const x = (ms: number): number => ((ms - track.fromMs) / length) * WIDTH
  const y = (milli: number): number => ((high - milli) / (high - low)) * HEIGHT
  const trace = track.lines
    .map((line) => {
      const path = line.map((p, i) => `${i === 0 ? 'M' : 'L'}${one(x(p.ms))} ${one(y(p.milli))}`).join('')
      return line.length === 1 ? path + DOT : path
    })
    .concat(track.bands.filter(isFlat).map((b) => `M${one(x(b.fromMs))} ${one(y(b.minMilli))}H${one(x(b.toMs))}`))
    .join('')
  const outside = limits === undefined ? '' : outsideOf(track, limits, (p) => `${one(x(p.ms))} ${one(y(p.milli))}`)
  const box = (b: Band): string =>
    `M${one(x(b.fromMs))} ${one(y(b.maxMilli))}H${one(x(b.toMs))}V${one(y(b.minMilli))}H${one(x(b.fromMs))}Z`
  const bands = track.bands.filter((band) => !isFlat(band)).map(box)
  const bandsOutside = limits === undefined ? [] : track.bands.flatMap((band) => bandOutside(band, limits)).map(box)
  const gaps = track.gaps.map((gap) => {
    const width = Math.max(MIN_GAP, x(gap.toMs) - x(gap.fromMs))
    return { x: Math.max(0, (x(gap.fromMs) + x(gap.toMs) - width) / 2), width, ms: gap.toMs - gap.fromMs }
  })
  const ends =
    limits === undefined ? ([track.maxMilli, track.minMilli] as const) : ([limits.maxMilliC, limits.minMilliC] as const)
  const chart: Chart = {
    trace,
    outside,
    bands: bands.join(''),
    bandsOutside: bandsOutside.join(''),
    gaps,
    labels: labelsOf(ends, y),
  }
  if (limits !== undefined) chart.limits = { top: y(limits.maxMilliC), bottom: y(limits.minMilliC) }
  return chart
}

/** The time axis cut into the stops that the goods were at, with the time between them. */
export function stagesOf(journey: Journey, track: Track): StageShare[] {
  const length = Math.max(1, track.toMs - track.fromMs)
  const shares: StageShare[] = []
  let reached = track.fromMs
  const push = (toMs: number, stop?: Stop): void => {
    const share = (Math.min(toMs, track.toMs) - reached) / length
    if (share > 0) shares.push(stop === undefined ? { share } : { share, stop })
    reached = Math.max(reached, Math.min(toMs, track.toMs))
  }
  journey.stops.forEach((stop, i) => {
    const span = spanOf(journey, i)
    push(span.fromMs)
    push(span.toMs, stop)
  })
  push(track.toMs)
  return shares
}

/** How long the goods were at stop `i`: up to its last record there, a vehicle's up to the next stop, the last stop's up to the last reading. */
export function spanOf(journey: Journey, i: number): Span {
  const stop = journey.stops[i]!
  const next = journey.stops[i + 1]
  const fromMs = stop.from.ms
  if (next === undefined) return { fromMs, toMs: Math.max(stop.to.ms, journey.track?.toMs ?? 0) }
  return { fromMs, toMs: stop.moving ? next.from.ms : Math.max(fromMs, stop.to.ms) }
}
