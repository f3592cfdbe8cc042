import type { Facts, RecordedSeries } from './facts.ts'
import { type Finding, refsOf } from './finding.ts'

/** So many readings in a row that came before, with so many different values and changes among them. */
const COPIED_POINTS = 12
const COPIED_VALUES = 3
const COPIED_CHANGES = 5
/**
 * A calm room repeats itself, the more the coarser its thermometer: twice what is repeated between two series must be so many times as long as
 * what is repeated within either of them.
 */
const HALVES_OF_ITS_OWN = 5

/** SERIES_COPIED: the same readings, one after the other, at another time or from another instrument. Detail: points, device, other. */
export function seriesCopied({ series }: Facts): Finding[] {
  const seen = new Map<number, { one: RecordedSeries; at: number }>()
  const own = new Map<RecordedSeries, number>()
  const found = new Map<string, Finding>()
  for (const one of series) {
    for (let at = 0; at + COPIED_POINTS <= one.milli.length; at++) {
      const key = windowKey(one.milli, at)
      if (key === undefined) continue
      const before = seen.get(key)
      if (before === undefined) {
        seen.set(key, { one, at })
        continue
      }
      if (before.one === one || isSameReading(before.one, before.at, one, at)) continue
      const points = sharedRun(before.one.milli, before.at, one.milli, at)
      if (points < COPIED_POINTS) continue
      const itself = Math.max(ownRepeat(before.one, own), ownRepeat(one, own))
      if (points * 2 >= itself * HALVES_OF_ITS_OWN) report(found, before.one, one, points)
      at += points - COPIED_POINTS
    }
  }
  return [...found.values()]
}

/** A number for the readings from here on; undefined where they say too little. */
function windowKey(milli: RecordedSeries['milli'], at: number): number | undefined {
  const values = new Set<number>()
  let changes = 0
  let [high, low] = [0x811c9dc5, 0x01000193]
  for (let i = at; i < at + COPIED_POINTS; i++) {
    const value = milli[i]
    if (value === null || value === undefined) return undefined
    if (i > at && value !== milli[i - 1]) changes++
    values.add(value)
    high = Math.imul(high ^ value, 0x01000193) ^ (high >>> 15)
    low = Math.imul(low ^ value, 0x85ebca6b) ^ (low >>> 13)
  }
  if (values.size < COPIED_VALUES || changes < COPIED_CHANGES) return undefined
  return (high >>> 0) * 0x20_0000 + (low >>> 11)
}

/** For how many readings two series go on alike from here. */
function sharedRun(a: RecordedSeries['milli'], atA: number, b: RecordedSeries['milli'], atB: number): number {
  let n = 0
  while (atA + n < a.length && atB + n < b.length && a[atA + n] !== null && a[atA + n] === b[atB + n]) n++
  return n
}

/** The longest stretch of a series that it has twice. */
function ownRepeat(one: RecordedSeries, known: Map<RecordedSeries, number>): number {
  const before = known.get(one)
  if (before !== undefined) return before
  const { milli } = one
  let best = 0
  for (let shift = 1; shift < milli.length; shift++) {
    let run = 0
    for (let i = 0; i + shift < milli.length; i++) {
      run = milli[i] !== null && milli[i] === milli[i + shift] ? run + 1 : 0
      if (run > best) best = run
    }
  }
  known.set(one, best)
  return best
}

/** Two events may tell of the same stretch of one instrument, also if its clock was set in between: then it is the same reading, not a copy. */
function isSameReading(a: RecordedSeries, atA: number, b: RecordedSeries, atB: number): boolean {
  const apart = Math.abs(a.fromMs + atA * a.everyMs - (b.fromMs + atB * b.everyMs))
  return a.device === b.device && apart < Math.max(a.everyMs, b.everyMs) + doubtOf(a) + doubtOf(b)
}

function doubtOf({ of }: RecordedSeries): number {
  return of.event['tristamp:clock'].uncertaintyMs
}

function report(found: Map<string, Finding>, a: RecordedSeries, b: RecordedSeries, points: number): void {
  const [first, second] = refsOf(a.of, b.of)
  const key = `${first!.entry}.${first!.position}-${second!.entry}.${second!.position}`
  const before = Number(found.get(key)?.detail['points'] ?? 0)
  const detail = { points: Math.max(before, points), device: b.device, other: a.device }
  found.set(key, { code: 'SERIES_COPIED', severity: 'warning', subject: b.device, events: [first!, second!], detail })
}
