import { correctionsOf, type SignedStep } from './event/correction.ts'
import { commitmentIn } from './sealed-item.ts'

/** The commitment to an item's secret that counts: the first in the log that was not taken back; undefined without one (docs/spec/sealed-code.md). */
export function standingCommitment(events: readonly SignedStep[], subject: string): string | undefined {
  const inLog = [...events].sort((a, b) => a.entry - b.entry || a.position - b.position)
  for (const { event } of correctionsOf(inLog).standing) {
    const commitment = commitmentIn(event as Parameters<typeof commitmentIn>[0], subject)
    if (commitment !== undefined) return commitment
  }
  return undefined
}
