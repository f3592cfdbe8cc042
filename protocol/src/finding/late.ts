import type { ProvenEvent } from '../verify/verdict.ts'
import type { Facts } from './facts.ts'
import { type Finding, refsOf } from './finding.ts'

/** A gateway without a network for a day catches up: that is what its outbox is for. */
const LATE_MS = 24 * 3_600_000

/**
 * RECORDED_LATE: steps that came into the ledger surely more than a day after they were made, by the seal over them. A note: gateways without a
 * network do it, too. Detail: the longest delay in ms, how many.
 */
export function recordedLate({ events }: Facts): Finding[] {
  const late = events.filter((one) => delayOf(one) > LATE_MS)
  if (late.length === 0) return []
  const ms = Math.max(...late.map(delayOf))
  return [{ code: 'RECORDED_LATE', severity: 'note', events: refsOf(...late), detail: { ms, events: late.length } }]
}

/** At least; 0 where nothing bounds it. */
function delayOf({ time, sealedAtMs }: ProvenEvent): number {
  return sealedAtMs === undefined || time.latestMs === undefined ? 0 : sealedAtMs - time.latestMs
}
