import type { Verdict } from '../verify/verdict.ts'
import { calibrationExpired, clockDoubtful, testResults, typedByHand } from './doubts.ts'
import { type Facts, factsOf } from './facts.ts'
import type { Finding, Severity } from './finding.ts'
import { handover } from './handover.ts'
import { handoverOfLots } from './handover-quantity.ts'
import { recordedLate } from './late.ts'
import { afterItsEnd, beforeItsBirth, bornTwice } from './life.ts'
import { massBalance } from './mass-balance.ts'
import { impossibleSpeed, outsideRegion } from './movement.ts'
import { eventRepeated } from './repeats.ts'
import { sensorFlat, sensorJumps } from './sensor-behaviour.ts'
import { seriesCopied } from './series-copied.ts'
import { stepOrder } from './step-order.ts'
import { temperatureLimits } from './temperature-limits.ts'

/** A question to the records. Pure, whole numbers only: the same answer on every machine. */
type Rule = (facts: Facts) => Finding[]

const RULES: readonly Rule[] = [
  impossibleSpeed,
  bornTwice,
  eventRepeated,
  beforeItsBirth,
  massBalance,
  afterItsEnd,
  outsideRegion,
  handover,
  handoverOfLots,
  stepOrder,
  temperatureLimits,
  seriesCopied,
  sensorFlat,
  sensorJumps,
  testResults,
  calibrationExpired,
  clockDoubtful,
  recordedLate,
  typedByHand,
]

const RANK: Record<Severity, number> = { contradiction: 0, warning: 1, note: 2 }

/**
 * Asks every rule (docs/spec/findings.md). The records are proven to be what was signed; this is about whether they can be true.
 * @returns the gravest first
 */
export function findingsOf({ events, names, lineage }: Pick<Verdict, 'events' | 'names' | 'lineage'>): Finding[] {
  const facts = factsOf(events, names, new Set(lineage))
  return RULES.flatMap((rule) => rule(facts)).sort((a, b) => RANK[a.severity] - RANK[b.severity])
}
