import type { VerifierKey, VerifySync } from '@tristamp/protocol'
import type { EvidenceFolder } from '../evidence/evidence-folder.ts'
import { fetchEvidence } from '../evidence/fetch-evidence.ts'
import type { WantedEvidence } from '../evidence/wanted-evidence.ts'
import type { Ledger } from '../ledger.ts'
import type { Claim, ReadClaim } from './claim.ts'
import type { Leader } from './leader.ts'
import { reproduce } from './reproduce.ts'
import { type Step, Supply } from './step.ts'
import { StepThreads } from './step-threads.ts'

export interface CatchUpParts {
  ledger: Ledger
  leader: Leader
  key: VerifierKey
  verify: VerifySync
  evidence: EvidenceFolder
  /** What of it the leader lacked. */
  wanted: WantedEvidence
  log: (text: string) => void
}

export interface CatchUpOptions {
  claims: ReadClaim
  /** Told of each step that was taken over. */
  reached: (step: Step) => void
  stopping: () => boolean
}

/**
 * Reproduces step after step up to a checkpoint; the next is fetched while one is worked on.
 * @throws Difference where the leader has it otherwise; LedgerError PEER_*, or when the disk fails
 */
export async function catchUp(
  parts: CatchUpParts,
  target: Claim,
  { claims, reached, stopping }: CatchUpOptions,
): Promise<void> {
  const { ledger, leader } = parts
  // Behind a step that the disk took by half, the leader's entries would look wrong.
  await ledger.ready()
  const size = (): number => ledger.latest?.size ?? 0
  const threads = new StepThreads(target.size - size(), () => ledger.state)
  const supply = new Supply(leader, claims, threads.examine)
  const bring = (first: number): Promise<Step> => {
    const step = supply.next(first, target)
    // Looked at when its turn comes, which may never be.
    step.catch(() => undefined)
    return step
  }
  try {
    let next = bring(size())
    while (size() < target.size && !stopping()) {
      const step = await next
      if (step.claim.size < target.size) next = bring(step.claim.size)
      await bringEvidence(parts, step)
      await reproduce(parts, step)
      reached(step)
    }
  } finally {
    await threads.close()
  }
}

/** Before the step itself, so that a restart asks for nothing twice and forgets nothing. */
async function bringEvidence({ leader, evidence, wanted, log }: CatchUpParts, { items }: Step): Promise<void> {
  const events = items.flatMap((item) => item.events)
  const lacking = await fetchEvidence(leader, evidence, events)
  for (const { id, why } of lacking) log(`evidence ${id} of the leader is ${why}`)
  await wanted.add(lacking.map(({ id }) => id))
}
