import type { Facts, RecordedSeries } from './facts.ts'
import { type Finding, refsOf } from './finding.ts'

/** So many equal readings over so long: air in a room with a door and a compressor moves by more than a tenth of a degree. */
const FLAT_POINTS = 24
const FLAT_MS = 6 * 3_600_000
/** Air around goods does not change faster: a thermometer that shows it was moved, or its reading made up. */
const JUMP_MILLI_PER_MINUTE = 10_000

/** SENSOR_FLAT: an instrument that showed the very same value for hours. Detail: points, ms, milliC. */
export function sensorFlat({ series }: Facts): Finding[] {
  return series.flatMap((one) => {
    const { points, milli } = longestRun(one)
    const ms = (points - 1) * one.everyMs
    if (points < FLAT_POINTS || ms < FLAT_MS) return []
    const detail = { points, ms, milliC: milli }
    return [{ code: 'SENSOR_FLAT', severity: 'warning', subject: one.device, events: refsOf(one.of), detail }]
  })
}

function longestRun({ milli }: RecordedSeries): { points: number; milli: number } {
  let best = { points: 0, milli: 0 }
  let run = 0
  let last: number | null = null
  for (const value of milli) {
    run = value !== null && value === last ? run + 1 : 1
    last = value
    if (value !== null && run > best.points) best = { points: run, milli: value }
  }
  return best
}

/** SENSOR_JUMPS: a change that air does not make. Detail: the largest step in milli-°C and the time it took in ms. */
export function sensorJumps({ series }: Facts): Finding[] {
  return series.flatMap((one) => {
    let worst = 0
    one.milli.forEach((value, i) => {
      const before = one.milli[i - 1]
      if (value === null || before === null || before === undefined) return
      worst = Math.max(worst, Math.abs(value - before))
    })
    if (worst * 60_000 <= JUMP_MILLI_PER_MINUTE * one.everyMs) return []
    const detail = { stepMilliC: worst, everyMs: one.everyMs }
    return [{ code: 'SENSOR_JUMPS', severity: 'warning', subject: one.device, events: refsOf(one.of), detail }]
  })
}

/** So many readings in a row that came before, with so many different values among them: chance makes that once in ages. */
const COPIED_POINTS = 8
const COPIED_VALUES = 5

/** SERIES_COPIED: the same readings, one after the other, at another time or from another instrument. Detail: points, device, other. */
export function seriesCopied({ series }: Facts): Finding[] {
  const seen = new Map<string, { one: RecordedSeries; at: number }>()
  const found = new Map<string, Finding>()
  for (const one of series) {
    for (let at = 0; at + COPIED_POINTS <= one.milli.length; at++) {
      const window = one.milli.slice(at, at + COPIED_POINTS)
      if (window.includes(null) || new Set(window).size < COPIED_VALUES) continue
      const key = window.join()
      const before = seen.get(key)
      if (before === undefined) seen.set(key, { one, at })
      else if (before.one !== one && !isSameReading(before.one, before.at, one, at)) report(found, before.one, one)
    }
  }
  return [...found.values()]
}

/** Two events may tell of the same stretch of one instrument: then it is the same reading, not a copy. */
function isSameReading(a: RecordedSeries, atA: number, b: RecordedSeries, atB: number): boolean {
  const apart = Math.abs(a.fromMs + atA * a.everyMs - (b.fromMs + atB * b.everyMs))
  return a.device === b.device && apart < Math.max(a.everyMs, b.everyMs)
}

function report(found: Map<string, Finding>, a: RecordedSeries, b: RecordedSeries): void {
  const [first, second] = refsOf(a.of, b.of)
  const key = `${first!.entry}.${first!.position}-${second!.entry}.${second!.position}`
  const before = found.get(key)
  const points = before === undefined ? COPIED_POINTS : Number(before.detail['points']) + 1
  const detail = { points, device: b.device, other: a.device }
  found.set(key, { code: 'SERIES_COPIED', severity: 'warning', subject: b.device, events: [first!, second!], detail })
}
