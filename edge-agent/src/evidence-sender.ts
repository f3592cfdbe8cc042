import { decodeBatch, type EvidenceId, evidenceNamedBy, fromBase64Url } from '@tristamp/protocol'
import type { EvidenceFiles } from './evidence-files.ts'

/** Ids remembered as sent. */
const REMEMBERED = 10_000

/** What a connection offers for it: each resolves when the broker has confirmed, false when the connection ended before. */
export interface EvidenceLine {
  sendEvidence(bytes: Uint8Array): Promise<boolean>
  sendLost(digest: Uint8Array): Promise<boolean>
}

/** Sends the evidence that a batch names before the batch itself: one piece after the other, so that memory holds one at a time. */
export class EvidenceSender {
  readonly #files: EvidenceFiles
  readonly #sent = new Set<EvidenceId>()
  #told: EvidenceId | undefined
  /** The ledger has said that it lacks something. */
  #wanted: boolean = false

  constructor(files: EvidenceFiles) {
    this.#files = files
  }

  /** A connection has begun: everything is sent again. */
  begin(): void {
    this.#sent.clear()
    this.#wanted = false
  }

  /** The ledger lacks something: everything is sent again, and what is not here is declared lost. */
  wanted(): void {
    this.#sent.clear()
    this.#wanted = true
  }

  /** Whether the batch may follow. `lacking` is told of a piece that is lost here, once. */
  async before(batch: Uint8Array, line: EvidenceLine, lacking: (id: EvidenceId) => void): Promise<boolean> {
    for (const id of namedIn(batch)) {
      if (this.#sent.has(id)) continue
      const bytes = this.#files.read(id)
      if (bytes === undefined) {
        // The ledger may have it: only if it does not is anything wrong, and then it says so.
        if (this.#told !== id) lacking(id)
        this.#told = id
        if (this.#wanted && !(await line.sendLost(fromBase64Url(id)))) return false
        continue
      }
      if (!(await line.sendEvidence(bytes))) return false
      if (this.#sent.size >= REMEMBERED) this.#sent.clear()
      this.#sent.add(id)
    }
    return true
  }
}

/** Every id that the events of a batch name. */
function namedIn(batch: Uint8Array): EvidenceId[] {
  if (!Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength).includes('ni:///sha-256;')) return []
  return [...new Set(decodeBatch(batch).events.flatMap(({ event }) => evidenceNamedBy(event)))]
}
