import { type EvidenceId, isEvidence, type SaltedEvent } from '@tristamp/protocol'
import type { EvidenceFolder } from './evidence-folder.ts'
import { namedBy } from './evidence-intake.ts'

/** Requests under way at once. */
const PARALLEL = 4

export interface EvidenceSource {
  /** The bytes that another node serves under this id; undefined where it has none. @throws LedgerError PEER_* */
  evidence(id: EvidenceId): Promise<Uint8Array | undefined>
}

/**
 * Brings what these events name and this node lacks. A node that has it not, or serves other bytes, holds nothing up: a proof does not
 * rest on evidence. Answers what could not be had, each once. Rejects when the node cannot be reached: then the step is tried again.
 */
export async function fetchEvidence(
  source: EvidenceSource,
  folder: EvidenceFolder,
  events: readonly SaltedEvent[],
): Promise<{ id: EvidenceId; why: 'missing' | 'altered' }[]> {
  const wanted = namedBy(events).filter((id) => !folder.has(id))
  const lacking: { id: EvidenceId; why: 'missing' | 'altered' }[] = []
  const next = async (): Promise<void> => {
    for (let id = wanted.shift(); id !== undefined; id = wanted.shift()) {
      const bytes = await source.evidence(id)
      if (bytes === undefined) lacking.push({ id, why: 'missing' })
      else if (isEvidence(id, bytes)) await folder.put(id, bytes)
      else lacking.push({ id, why: 'altered' })
    }
  }
  await Promise.all(Array.from({ length: PARALLEL }, next))
  return lacking
}
