import { scanRegion } from './regions.ts'

/** What a server counted in one region on one day (UTC). Each network counts once a day, so `times` are so many networks. */
export interface ScanDay {
  /** YYYY-MM-DD */
  day: string
  region?: string
  times: number
  /** Hours of the day (UTC, 0 to 23) in which something was counted. */
  hours: number[]
}

/** What one server counted of one serial (docs/spec/scans.md): unsigned, and of that server alone. */
export interface ScanCounts {
  /** The hour of the first, YYYY-MM-DDThhZ; absent when there was none. */
  firstSeen?: string
  times: number
  /** The last days, the newest last. */
  lastDays: ScanDay[]
}

const DAY = /^\d{4}-\d{2}-\d{2}$/
const HOUR = /^\d{4}-\d{2}-\d{2}T\d{2}Z$/
const MAX_DAYS = 1000
const MAX_TIMES = 1_000_000_000

/** Reads what a server says it counted; undefined for what is no such answer. */
export function readScanCounts(value: unknown): ScanCounts | undefined {
  const { firstSeen, times, lastDays } = objectOf(value)
  if (!isCount(times) || !Array.isArray(lastDays) || lastDays.length > MAX_DAYS) return undefined
  if (firstSeen !== undefined && !isScanHour(firstSeen)) return undefined
  const days = lastDays.map(readDay)
  if (days.includes(undefined)) return undefined
  return { ...(firstSeen !== undefined && { firstSeen }), times, lastDays: days as ScanDay[] }
}

function readDay(value: unknown): ScanDay | undefined {
  const { day, region, times, hours } = objectOf(value)
  if (typeof day !== 'string' || !DAY.test(day) || Number.isNaN(Date.parse(day)) || !isCount(times)) return undefined
  if (!Array.isArray(hours) || hours.length > 24 || !hours.every((h) => isCount(h) && h < 24)) return undefined
  const known = scanRegion(region)
  return {
    day,
    ...(known !== undefined && { region: known }),
    times,
    hours: [...new Set(hours as number[])].sort((a, b) => a - b),
  }
}

/** Whether a value is an hour as it is told, YYYY-MM-DDThhZ, and one that there is. */
export function isScanHour(value: unknown): value is string {
  return typeof value === 'string' && HOUR.test(value) && !Number.isNaN(Date.parse(`${value.slice(0, 13)}:00:00Z`))
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_TIMES
}

function objectOf(value: unknown): { [member: string]: unknown } {
  return typeof value === 'object' && value !== null ? (value as { [member: string]: unknown }) : {}
}
