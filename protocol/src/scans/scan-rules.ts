import { regionsApart } from './regions.ts'
import type { ScanCounts, ScanDay } from './scan-counts.ts'

// What counts of looks say of a serial (docs/spec/scans.md, Rules). Counts are unsigned: they make a warning, and never that a record does not check out.

export type ScanSignCode = 'SCAN_FASTER_THAN_TRAVEL' | 'SCAN_BEFORE_SHIPPING' | 'SCAN_AFTER_SALE' | 'SCAN_MANY_REGIONS'

/** `elsewhere`: more than one person, or a photo that goes round for some days, brings about; a code that is shown in public for weeks does. `note`: worth telling, and no more. */
export interface ScanSign {
  code: ScanSignCode
  level: 'elsewhere' | 'note'
  /** Days on which it was so. */
  days: number
  /** What was counted on these days, and in how many regions. */
  times: number
  regions: number
}

/** What the proven records say, ms since 1970; absent where they say nothing. */
export interface ScanFacts {
  /** When the pack first left its maker. */
  shippedMs?: number
  /** When it was sold or dispensed. */
  soldMs?: number
}

/** A day counts when more networks looked than one prankster and a curious family have together. */
export const STRONG_TIMES = 7
/** … and at so many hours of it. */
export const STRONG_HOURS = 3
/** So many such days make a warning. */
export const STRONG_DAYS = 3
/** The busiest days in a row, as long as a photo that goes round is looked at: they never count. */
export const BURST_DAYS = 4
/** Regions that are more than where people live, work and shop. */
export const MANY_REGIONS = 3
/** On so many days it was looked at in a region before that region counts: one day is somebody who travels, or who came by. */
export const STEADY_DAYS = 3
/** Of an aircraft, in metres an hour. */
export const TRAVEL_M_PER_HOUR = 900_000
const DAY_MS = 86_400_000

interface Day {
  atMs: number
  times: number
  hours: number
  regions: Set<string>
  cells: ScanDay[]
}

/** What is remarkable about the counts of one serial, in a fixed order. Pure; the same counts give the same signs everywhere. */
export function scanSigns(counts: ScanCounts, { shippedMs, soldMs }: ScanFacts = {}): ScanSign[] {
  const days = daysOf(counts)
  const isSteady = steadyRegions(days)
  const strong = withoutBurst(days)
    .filter(({ times, hours }) => times >= STRONG_TIMES && hours >= STRONG_HOURS)
    .map((day) => only(isSteady, day))
  const before = (limitMs: number | undefined) => (day: Day) => limitMs !== undefined && day.atMs + DAY_MS <= limitMs
  const after = (limitMs: number | undefined) => (day: Day) => limitMs !== undefined && day.atMs > limitMs
  const many = strong.filter(({ regions }) => regions.size > 1)
  const wide = new Set(many.flatMap(({ regions }) => [...regions])).size >= MANY_REGIONS
  return [
    ...sign('SCAN_FASTER_THAN_TRAVEL', days.filter(isFast), strong.filter(isFast)),
    ...sign('SCAN_BEFORE_SHIPPING', days.filter(before(shippedMs)), strong.filter(before(shippedMs))),
    ...sign('SCAN_AFTER_SALE', atLeast(2, days.filter(after(soldMs))), strong.filter(after(soldMs))),
    ...(wide ? sign('SCAN_MANY_REGIONS', many, many) : []),
  ]
}

/** Whether any sign is of the level `elsewhere`. */
export function isSeenElsewhere(signs: readonly ScanSign[]): boolean {
  return signs.some(({ level }) => level === 'elsewhere')
}

function sign(code: ScanSignCode, weak: readonly Day[], strong: readonly Day[]): ScanSign[] {
  const level = strong.length >= STRONG_DAYS ? 'elsewhere' : 'note'
  const days = level === 'elsewhere' ? strong : weak
  if (days.length === 0) return []
  const regions = new Set(days.flatMap((day) => [...day.regions]))
  return [{ code, level, days: days.length, times: sum(days), regions: regions.size }]
}

/** After a sale the buyer looks, and shows it to others: one day alone is not worth a word. */
function atLeast(least: number, days: readonly Day[]): readonly Day[] {
  return days.length >= least ? days : []
}

function steadyRegions(days: readonly Day[]): (region: string | undefined) => boolean {
  const on = new Map<string, number>()
  for (const { regions } of days) for (const region of regions) on.set(region, (on.get(region) ?? 0) + 1)
  return (region) => region !== undefined && (on.get(region) ?? 0) >= STEADY_DAYS
}

/** A day with all its looks, and of its regions those alone. */
function only(isSteady: (region: string | undefined) => boolean, day: Day): Day {
  const cells = day.cells.filter(({ region }) => isSteady(region))
  return { ...day, cells, regions: new Set([...day.regions].filter(isSteady)) }
}

function daysOf({ lastDays }: ScanCounts): Day[] {
  const byDay = new Map<string, ScanDay[]>()
  for (const cell of lastDays) byDay.set(cell.day, [...(byDay.get(cell.day) ?? []), cell])
  const days = [...byDay].map(([day, cells]) => ({
    atMs: Date.parse(day),
    times: cells.reduce((total, { times }) => total + times, 0),
    hours: new Set(cells.flatMap(({ hours }) => hours)).size,
    regions: new Set(cells.flatMap(({ region }) => (region === undefined ? [] : [region]))),
    cells,
  }))
  return days.sort((a, b) => a.atMs - b.atMs)
}

/** Without the days in a row on which most was counted. */
function withoutBurst(days: readonly Day[]): Day[] {
  const inBurst = (from: Day) => (day: Day) => day.atMs >= from.atMs && day.atMs < from.atMs + BURST_DAYS * DAY_MS
  let most: Day | undefined
  let times = -1
  for (const from of days) {
    const found = sum(days.filter(inBurst(from)))
    if (found > times) [most, times] = [from, found]
  }
  return most === undefined ? [] : days.filter((day) => !inBurst(most)(day))
}

/** Whether nobody could have been in two of the regions at the hours counted. An hour is as long as it is: one more between two of them is allowed for. */
function isFast({ cells }: Day): boolean {
  return cells.some((a, i) =>
    cells.slice(i + 1).some((b) => {
      const metres = regionsApart(a.region, b.region)
      return (
        metres > 0 && a.hours.length > 0 && b.hours.length > 0 && metres > (hoursBetween(a, b) + 1) * TRAVEL_M_PER_HOUR
      )
    }),
  )
}

function hoursBetween(a: ScanDay, b: ScanDay): number {
  return Math.min(...a.hours.flatMap((one) => b.hours.map((other) => Math.abs(one - other))))
}

function sum(days: readonly { times: number }[]): number {
  return days.reduce((total, { times }) => total + times, 0)
}
