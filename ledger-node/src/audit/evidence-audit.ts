import type { EvidenceId, SaltedEvent } from '@tristamp/protocol'
import { namedBy } from '../evidence/evidence-intake.ts'
import { Flawed } from './flaw.ts'
import type { AuditSource } from './source.ts'

/** Ids that are remembered as looked at; what is named again beyond that is read again. */
const REMEMBERED = 1_000_000

/**
 * Looks at the evidence that events name. A piece that is not there is worth saying: nothing that was signed is wrong. One that is there with
 * other bytes is damage.
 */
export class EvidenceAudit {
  readonly #source: AuditSource
  readonly #seen = new Set<EvidenceId>()
  readonly #missing: { count: number; first?: { id: EvidenceId; entry: number } } = { count: 0 }

  constructor(source: AuditSource) {
    this.#source = source
  }

  /** @throws Flawed where a piece is not what its name says */
  async check(events: readonly SaltedEvent[], entry: number): Promise<void> {
    for (const id of namedBy(events)) {
      if (this.#seen.has(id)) continue
      if (this.#seen.size < REMEMBERED) this.#seen.add(id)
      const { found, file } = await this.#source.evidence(id)
      if (found.kind === 'damaged') throw new Flawed({ file, entry, field: 'evidence', detail: found.detail })
      if (found.kind === 'held') continue
      this.#missing.first ??= { id, entry }
      this.#missing.count++
    }
  }

  get notes(): string[] {
    const { count, first } = this.#missing
    return first === undefined
      ? []
      : [`${count} pieces of evidence that events name are not here, first ${first.id} of entry ${first.entry}`]
  }
}
