import {
  EVIDENCE_BYTES,
  type EvidenceId,
  evidenceId,
  evidenceNamedBy,
  HASH_BYTES,
  type ProtocolCode,
  type SaltedEvent,
  toBase64Url,
} from '@tristamp/protocol'
import type { Sender } from '../intake.ts'
import type { EvidenceFolder } from './evidence-folder.ts'

/** Bytes that one gateway may bring without naming them in a batch: a thousand spectra that are on their way, and no disk of a ledger. */
const UNNAMED_BYTES = 64 * 1024 * 1024

/** Pieces that one gateway may have declared lost, of batches that are not committed yet: more than a damaged folder loses at once. */
const MAX_LOST = 4096

/** Why a piece of evidence was not kept. */
export type EvidenceRefusal = 'EVIDENCE_SIZE' | 'EVIDENCE_QUOTA'

/** What a gateway has brought since the start of this node, and not named yet. */
interface Unnamed {
  bytes: number
  sizes: Map<EvidenceId, number>
  /** Something was refused for want of room since the last batch that made some. */
  refused: boolean
}

/**
 * Takes evidence from gateways, and says whether what a batch names is here. Nobody can know by looking at it whether bytes are evidence:
 * what is kept of each gateway is bounded until a batch of its own names it, and that batch is paced and signed.
 */
export class EvidenceIntake {
  readonly #folder: EvidenceFolder
  readonly #most: number
  readonly #unnamed = new Map<string, Unnamed>()
  readonly #lost = new Map<string, Set<EvidenceId>>()

  constructor(folder: EvidenceFolder, most: number = UNNAMED_BYTES) {
    this.#folder = folder
    this.#most = most
  }

  /** Durable when it returns nothing; else why it was not kept. Rejects as the disk does: it may be brought again. */
  async take(sender: Sender, bytes: Uint8Array): Promise<EvidenceRefusal | undefined> {
    if (bytes.length === 0 || bytes.length > EVIDENCE_BYTES) return 'EVIDENCE_SIZE'
    const id = evidenceId(bytes)
    const there = this.#folder.has(id) ? await this.#folder.find(id) : undefined
    if (there?.kind === 'held') return undefined
    const unnamed = this.#of(sender)
    if (!unnamed.sizes.has(id)) {
      if (unnamed.bytes + bytes.length > this.#most) {
        unnamed.refused = true
        return 'EVIDENCE_QUOTA'
      }
      unnamed.sizes.set(id, bytes.length)
      unnamed.bytes += bytes.length
    }
    await this.#folder.put(id, bytes)
    return undefined
  }

  /**
   * A gateway says that it has lost a piece: a batch that names it is committed without it. Else one file that a disk has lost would hold up
   * everything that the gateway has signed since. Readers see that it is not there. @param digest 32 bytes; anything else is dropped
   */
  lose(sender: Sender, digest: Uint8Array): void {
    if (digest.length !== HASH_BYTES) return
    const lost = this.#lost.get(nameOf(sender)) ?? new Set<EvidenceId>()
    if (lost.size < MAX_LOST) lost.add(toBase64Url(digest))
    this.#lost.set(nameOf(sender), lost)
  }

  /** Why a batch cannot be committed yet: what its events name is not all here. */
  lacks(
    events: readonly SaltedEvent[],
    sender: Sender | undefined,
  ): { code: ProtocolCode & `EVIDENCE_${string}`; message: string } | undefined {
    const lost = sender && this.#lost.get(nameOf(sender))
    // The first is enough: a hostile batch names more than can be looked for while others wait.
    const missing = namedBy(events).find((id) => lost?.has(id) !== true && !this.#folder.has(id))
    if (missing === undefined) return undefined
    const full = sender !== undefined && this.#unnamed.get(nameOf(sender))?.refused === true
    const code = full ? 'EVIDENCE_QUOTA' : 'EVIDENCE_MISSING'
    return { code, message: `evidence ${missing} is not here` }
  }

  /** A batch of this gateway was committed: what it names counts against nobody any more. */
  named(events: readonly SaltedEvent[], sender: Sender | undefined): void {
    if (sender === undefined) return
    const lost = this.#lost.get(nameOf(sender))
    if (lost !== undefined) for (const id of namedBy(events)) lost.delete(id)
    if (lost?.size === 0) this.#lost.delete(nameOf(sender))
    const unnamed = this.#unnamed.get(nameOf(sender))
    if (unnamed === undefined) return
    for (const id of namedBy(events)) {
      unnamed.bytes -= unnamed.sizes.get(id) ?? 0
      if (unnamed.sizes.delete(id)) unnamed.refused = false
    }
    if (unnamed.sizes.size === 0) this.#unnamed.delete(nameOf(sender))
  }

  #of(sender: Sender): Unnamed {
    const name = nameOf(sender)
    const unnamed = this.#unnamed.get(name) ?? { bytes: 0, sizes: new Map<EvidenceId, number>(), refused: false }
    this.#unnamed.set(name, unnamed)
    return unnamed
  }
}

/** Every id that the events name, each once. */
export function namedBy(events: readonly SaltedEvent[]): EvidenceId[] {
  if (events.length === 1) return evidenceNamedBy(events[0]!.event)
  return [...new Set(events.flatMap(({ event }) => evidenceNamedBy(event)))]
}

function nameOf({ org, gateway }: Sender): string {
  return `${org}/${gateway}`
}
