// What instruments measured while the goods were there: from the sensor elements of proven events to one track with its gaps.
import type { EpcisEvent, SensorElement } from '@tristamp/protocol'

export interface Span {
  fromMs: number
  toMs: number
}

/** One instrument's temperature over an interval, in milli-°C. `points` are single readings, each good for `everyMs`. */
export interface Reading extends Span {
  device: string
  minMilli?: number
  maxMilli?: number
  lastMilli?: number
  everyMs: number
  points: Point[]
}

export interface Point {
  ms: number
  milli: number
}

/** Between `minMilli` and `maxMilli` throughout. */
export interface Band extends Span {
  minMilli: number
  maxMilli: number
}

/** Everything measured over a stretch of time, and where nothing was. Lines break where readings are missing: a gap is never bridged. */
export interface Track extends Span {
  minMilli: number
  maxMilli: number
  lines: Point[][]
  bands: Band[]
  gaps: Span[]
  devices: number
}

/** Shorter silences are an instrument's normal pace or a hand-over on the dock, not a gap worth a row. */
export const GAP_MS: number = 10 * 60_000
// An element may start a little before the event that brought the goods, and its extremes still speak of them.
const SLACK_MS = 2 * 60_000

const milli = (celsius: number | undefined): number | undefined =>
  celsius === undefined ? undefined : Math.round(celsius * 1000)

function readingOf(element: SensorElement, eventMs: number): Reading | undefined {
  const report = element.sensorReport.find((r) => r.type === 'Temperature' && (r.uom === undefined || r.uom === 'CEL'))
  if (report === undefined) return undefined
  const meta = element.sensorMetadata ?? {}
  const at = Date.parse(meta.endTime ?? meta.time ?? '')
  const toMs = Number.isNaN(at) ? eventMs : at
  const start = Date.parse(meta.startTime ?? '')
  const fromMs = Number.isNaN(start) ? toMs : Math.min(start, toMs)
  const series = element['tristamp:series']
  const points: Point[] = []
  series?.milli.forEach((value, i) => {
    if (value !== null) points.push({ ms: fromMs + i * series.everyMs, milli: value })
  })
  const reading: Reading = {
    fromMs,
    toMs,
    device: report.deviceID ?? meta.deviceID ?? '',
    everyMs: series?.everyMs ?? 0,
    points,
  }
  const minMilli = milli(report.minValue ?? report.value)
  const maxMilli = milli(report.maxValue ?? report.value)
  const lastMilli = milli(report.value)
  if (minMilli !== undefined) reading.minMilli = minMilli
  if (maxMilli !== undefined) reading.maxMilli = maxMilli
  if (lastMilli !== undefined) reading.lastMilli = lastMilli
  return reading
}

/** The temperature readings of an event: one for each of its thermometers; none for a thermometer that gave no value. */
export function readingsOf(event: EpcisEvent): Reading[] {
  const eventMs = Date.parse(event.eventTime)
  const readings = (event.sensorElementList ?? []).map((element) => readingOf(element, eventMs))
  return readings.filter((r) => r !== undefined).filter((r) => r.points.length > 0 || r.minMilli !== undefined)
}

/** The part of `reading` within `window`; undefined when it says nothing about that time. */
export function clip(reading: Reading, window: Span): Reading | undefined {
  const inside = (ms: number): boolean => ms >= window.fromMs && ms <= window.toMs
  const whole = reading.fromMs >= window.fromMs - SLACK_MS && reading.toMs <= window.toMs + SLACK_MS
  const points = reading.points.filter((p) => inside(p.ms))
  // Extremes cannot be cut: those of an interval that began earlier may belong to time without the goods. Its last value does not.
  if (!whole && inside(reading.toMs) && reading.lastMilli !== undefined && points.at(-1)?.ms !== reading.toMs) {
    points.push({ ms: reading.toMs, milli: reading.lastMilli })
  }
  if (whole && reading.minMilli !== undefined) return { ...reading, points }
  if (points.length === 0) return undefined
  const { device, everyMs } = reading
  return { device, everyMs, points, fromMs: points[0]!.ms, toMs: points.at(-1)!.ms }
}

/** Lowest and highest of `readings` in milli-°C, or undefined without any. */
export function rangeOf(readings: readonly Reading[]): { minMilli: number; maxMilli: number } | undefined {
  let minMilli = Number.POSITIVE_INFINITY
  let maxMilli = Number.NEGATIVE_INFINITY
  for (const r of readings) {
    for (const value of [r.minMilli, r.maxMilli, ...r.points.map((p) => p.milli)]) {
      if (value === undefined) continue
      minMilli = Math.min(minMilli, value)
      maxMilli = Math.max(maxMilli, value)
    }
  }
  return minMilli > maxMilli ? undefined : { minMilli, maxMilli }
}

/** The spans of `within` that no reading covers and that are longer than GAP_MS. */
function gapsOf(readings: readonly Reading[], within: Span): Span[] {
  const covered: Span[] = []
  for (const r of readings) {
    if (r.everyMs > 0) for (const p of r.points) covered.push({ fromMs: p.ms, toMs: p.ms + r.everyMs })
    else covered.push({ fromMs: r.fromMs, toMs: r.toMs })
  }
  covered.sort((a, b) => a.fromMs - b.fromMs)
  const gaps: Span[] = []
  let reached = within.fromMs
  for (const span of covered) {
    if (span.fromMs - reached > GAP_MS) gaps.push({ fromMs: reached, toMs: span.fromMs })
    reached = Math.max(reached, span.toMs)
  }
  return gaps
}

/** The points of a reading; of one that is of a moment alone, that moment. */
function pointsOf({ fromMs, toMs, lastMilli, points }: Reading): readonly Point[] {
  return points.length > 0 || toMs > fromMs || lastMilli === undefined ? points : [{ ms: toMs, milli: lastMilli }]
}

/** The points of one instrument in time order, broken wherever the next is further away than one and a half of its intervals. */
function linesOf(readings: readonly Reading[]): Point[][] {
  const lines: Point[][] = []
  let line: Point[] = []
  let every = 0
  for (const r of readings) {
    for (const p of pointsOf(r)) {
      const last = line.at(-1)
      if (last !== undefined && p.ms <= last.ms) continue
      if (last !== undefined && p.ms - last.ms > Math.max(1.5 * Math.max(every, r.everyMs), GAP_MS)) {
        lines.push(line)
        line = []
      }
      line.push(p)
      every = r.everyMs
    }
  }
  if (line.length > 0) lines.push(line)
  return lines
}

// An excursion of less is within what a line as thick as ours can show.
const SEEN_MILLI = 500

/** The extremes of an interval as a band: where there is no series, or where they reach visibly beyond it. */
function bandOf({ fromMs, toMs, minMilli, maxMilli, points }: Reading): Band[] {
  if (minMilli === undefined || maxMilli === undefined || toMs <= fromMs) return []
  const drawn = points.map((p) => p.milli)
  const told = Math.min(...drawn) <= minMilli + SEEN_MILLI && Math.max(...drawn) >= maxMilli - SEEN_MILLI
  return points.length > 0 && told ? [] : [{ fromMs, toMs, minMilli, maxMilli }]
}

/** One track from clipped readings of any number of instruments; undefined when there are none. */
export function trackOf(readings: readonly Reading[]): Track | undefined {
  const range = rangeOf(readings)
  if (range === undefined) return undefined
  const sorted = [...readings].sort((a, b) => a.fromMs - b.fromMs)
  const devices = [...new Set(sorted.map((r) => r.device))]
  const fromMs = sorted[0]!.fromMs
  const toMs = Math.max(...sorted.map((r) => r.toMs))
  const bands = sorted.flatMap(bandOf)
  const lines = devices.flatMap((device) => linesOf(sorted.filter((r) => r.device === device)))
  return { fromMs, toMs, ...range, lines, bands, gaps: gapsOf(sorted, { fromMs, toMs }), devices: devices.length }
}

/** Milliseconds of `track` that were measured: its length without its gaps. */
export function measuredMs(track: Track): number {
  return track.toMs - track.fromMs - track.gaps.reduce((sum, gap) => sum + gap.toMs - gap.fromMs, 0)
}
