// Which stamps a failed check is about: the split seals, the words beside them, the rows that carry the fault.
import type { Check, CheckId, ProvenEvent, Verdict } from '@tristamp/protocol'
import { STAMPS, type StampName } from './record.ts'

/** A record as the ledger counts it. */
export interface Located {
  entry: number
  position?: number
}

// A signature, a proof or a content that differs leaves nothing of the record to rely on, whichever byte it was.
const OF_RECORDS: ReadonlySet<CheckId> = new Set(['inclusion', 'contents', 'signatures'])
// Rules over place, time and quality name their stamp themselves; until then a finding breaks none.
const OF_STAMPS: Record<string, StampName> = { place: 'place', time: 'time', quality: 'quality' }

function about(check: Check): readonly StampName[] {
  if (OF_RECORDS.has(check.id)) return STAMPS
  const stamp = OF_STAMPS[String(check.detail?.['stamp'] ?? '')]
  return stamp === undefined ? [] : [stamp]
}

/** The ledger entry that a failed check names, if it names one. */
export function locatedBy(check: Check): Located | undefined {
  const entry = check.detail?.['entry']
  const position = check.detail?.['position']
  if (typeof entry !== 'number') return undefined
  return typeof position === 'number' ? { entry, position } : { entry }
}

const isAt = (located: Located, event: ProvenEvent): boolean =>
  located.entry === event.entry && (located.position === undefined || located.position === event.position)

/** The failed checks of a verdict, the gravest kind first in the verifier's own order. */
export function failuresOf(verdict: Verdict): Check[] {
  return verdict.checks.filter((check) => check.status === 'failed')
}

/** Stamps of one event that a failed check names. */
export function brokenStampsOf(verdict: Verdict, event: ProvenEvent): Set<StampName> {
  const broken = new Set<StampName>()
  for (const check of failuresOf(verdict)) {
    const located = locatedBy(check)
    if (located === undefined || !isAt(located, event)) continue
    for (const name of about(check)) broken.add(name)
  }
  return broken
}

/** Stamps that the verdict as a whole breaks. A failure of the ledger itself (checkpoint, witnesses, rollback) breaks none: it leaves all unchecked. */
export function brokenSeals(verdict: Verdict): Set<StampName> {
  return new Set(failuresOf(verdict).flatMap(about))
}
