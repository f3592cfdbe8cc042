import { type ScanFacts, scanRegion } from '@tristamp/protocol'
import type { Journey } from '../journey.ts'
import { goodsOf } from '../record.ts'
import type { Seen } from './ask.ts'
import { keptRegion } from './shelf.ts'

/** What the proven records say of when the pack left its maker, and when it was sold. */
export function scanFactsOf({ records }: Pick<Journey, 'records'>, subject: string): ScanFacts {
  // A journey also tells of the lot that the pack is of, and of what it was made from: what was sold of those is not this pack.
  const own = records.filter(({ event }) => goodsOf(event).includes(subject))
  const bornMs = Math.min(...own.map(({ at }) => at.ms))
  const times = (of: Journey['records'], ...steps: string[]): number[] =>
    of.filter(({ step, at }) => steps.includes(step) && at.ms >= bornMs).map(({ at }) => at.ms)
  const shipped = times(records, 'ship')
  const sold = times(own, 'sell', 'dispense')
  return {
    ...(shipped.length > 0 && { shippedMs: Math.min(...shipped) }),
    ...(sold.length > 0 && { soldMs: Math.min(...sold) }),
  }
}

/** What this device says of where it is: the province chosen here, else the time zone that the browser names. */
export function ownRegion(): string | undefined {
  const chosen = scanRegion(keptRegion())
  if (chosen !== undefined) return chosen
  try {
    return scanRegion(Intl.DateTimeFormat().resolvedOptions().timeZone)
  } catch {
    return undefined
  }
}

/** What can be said of the first look: that there was none yet, that it is this one, or its hour. */
export function firstLook({ firstSeen, times, counted }: Pick<Seen, 'firstSeen' | 'times' | 'counted'>): {
  kind: 'none' | 'now' | 'hour'
  hour: string
} {
  if (firstSeen === undefined) return { kind: 'none', hour: '' }
  return { kind: counted && times <= 1 ? 'now' : 'hour', hour: firstSeen }
}

/** The first moment of an hour as it is told, `YYYY-MM-DDThhZ`; ms since 1970. */
export function hourMs(hour: string): number {
  return Date.parse(`${hour.slice(0, 13)}:00:00Z`)
}
