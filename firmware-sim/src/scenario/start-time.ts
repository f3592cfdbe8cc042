import { parseDuration } from './duration.ts'

const DAY_MS = 86_400_000

/** Minutes east of Greenwich of `+08:00`; undefined where the text is no offset. */
export function parseOffset(text: string): number | undefined {
  const match = /^([+-])(\d{2}):(\d{2})$/.exec(text)
  if (!match) return undefined
  const minutes = Number(match[2]) * 60 + Number(match[3])
  if (minutes > 14 * 60) return undefined
  return match[1] === '-' ? -minutes : minutes
}

/**
 * When a scenario begins, Unix milliseconds: an RFC 3339 time; `-64h`, so long before now; or `-64h at 15:20`, the last 15:20 of the
 * scenario's zone that is at least so long before now. Undefined where the text is none of these.
 */
export function parseStart(text: string, offsetMinutes: number, nowMs: number): number | undefined {
  const relative = /^-(\S+?)(?: at (\d{2}):(\d{2}))?$/.exec(text)
  if (!relative) {
    return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(text)
      ? parseDate(text)
      : undefined
  }
  const back = parseDuration(relative[1] ?? '')
  if (back === undefined) return undefined
  const latest = nowMs - back
  if (relative[2] === undefined) return latest
  const ofDay = (Number(relative[2]) * 60 + Number(relative[3])) * 60_000
  if (ofDay >= DAY_MS || Number(relative[3]) > 59) return undefined
  const midnight = Math.floor((latest + offsetMinutes * 60_000) / DAY_MS) * DAY_MS - offsetMinutes * 60_000
  return midnight + ofDay <= latest ? midnight + ofDay : midnight + ofDay - DAY_MS
}

function parseDate(text: string): number | undefined {
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? undefined : ms
}

/** `YYMMDD` of the scenario's zone, as GS1 dates are written. */
export function yymmdd(timeMs: number, offsetMinutes: number, plusDays: number): string {
  const day = new Date(timeMs + offsetMinutes * 60_000 + plusDays * DAY_MS)
  return day.toISOString().slice(2, 10).replaceAll('-', '')
}
