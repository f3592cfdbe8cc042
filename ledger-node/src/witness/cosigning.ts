import {
  formatSignatures,
  hasQuorum,
  type Policy,
  type PolicyWitness,
  parseNote,
  type Verify,
  withCosignatures,
} from '@tristamp/protocol'
import type { LedgerError } from '../error.ts'
import type { Cosigners } from '../publication.ts'
import { type Offer, WitnessClient } from './witness-client.ts'

export interface CosigningParts {
  policy: Policy
  verify: Verify
  /** Told of each change: how things stand with the last checkpoint. */
  tell: (standing: Standing, event: CosigningEvent) => void
  /** The longest that a publication waits, ms. */
  waitMs?: number
}

/** `below`: published with fewer cosignatures than the policy wants. `met`: late ones made up for it. */
export type CosigningEvent =
  | { kind: 'asked' | 'below' | 'met' }
  | { kind: 'cosigned'; witness: string }
  | { kind: 'failed'; witness: string; error: LedgerError }

/** How far the last checkpoint is cosigned. */
export interface Standing {
  size: number
  /** Whether the policy's quorum has cosigned it. */
  quorum: boolean
  witnesses: { name: string; signed: boolean; failure?: { code: string; detail: string } }[]
}

/** The witnesses of one checkpoint. */
interface Round {
  offer: Offer
  note: string
  signed: Set<string>
  /** Asked, and neither signed nor failed yet. */
  open: Set<string>
  failures: Map<string, LedgerError>
  published: boolean
  publish: (note: string) => void
  improved: (note: string) => void
}

const WAIT_MS = 1_000
/** A witness that failed so often in a row is asked, but not waited for. */
const LOST = 3

/** Brings checkpoints to the policy's witnesses, all at once, and says when enough of them have cosigned, or when it is time to go on without. */
export class Cosigning implements Cosigners {
  readonly #parts: CosigningParts
  readonly #clients: WitnessClient[]
  #round: Round | undefined
  #timer: NodeJS.Timeout | undefined
  #merging: Promise<unknown> = Promise.resolve()

  constructor(parts: CosigningParts) {
    this.#parts = parts
    this.#clients = parts.policy.witnesses.flatMap((witness) => {
      const { url } = witness
      if (url === undefined) return []
      const take = (offer: Offer, lines: string): Promise<void> => this.#take(witness, offer, lines)
      const failed = (offer: Offer, error: LedgerError): void => this.#failed(witness, offer, error)
      return [new WitnessClient({ witness, url: url.replace(/\/+$/, ''), take, failed })]
    })
  }

  /** How the last checkpoint stands; undefined before the first. */
  get standing(): Standing | undefined {
    return this.#round && this.#standingOf(this.#round)
  }

  async kept(own: string, before: string): Promise<string> {
    const { policy, verify } = this.#parts
    let note = own
    const { text, signatures } = parseNote(before)
    if (text !== parseNote(own).text) return own
    const keys = policy.witnesses.map(({ key }) => key)
    for (const line of signatures) {
      // One by one: a line that was changed on disk must not cost the others.
      note = await withCosignatures(note, formatSignatures([line]), keys, verify).catch(() => note)
    }
    return note
  }

  async gather(offer: Offer, note: string, improved: (note: string) => void): Promise<string> {
    const { policy, waitMs = WAIT_MS } = this.#parts
    // Nothing but good cosignatures is ever put beside the log's own line.
    const lines = new Set(parseNote(note).signatures.map(lineOf))
    const signed = new Set(policy.witnesses.filter(({ key }) => lines.has(lineOf(key))).map(({ name }) => name))
    const asked = this.#clients.filter(({ name }) => !signed.has(name))
    const open = new Set(asked.map(({ name }) => name))
    return new Promise((publish) => {
      const round: Round = { offer, note, signed, open, failures: new Map(), published: false, publish, improved }
      this.#round = round
      this.#tell({ kind: 'asked' })
      clearTimeout(this.#timer)
      // It keeps the process: whoever stops may wait for this state, and nothing else may be left that does.
      this.#timer = setTimeout(() => this.hurry(), waitMs)
      for (const client of asked) client.offer(offer)
      this.#weigh(round)
    })
  }

  hurry(): void {
    if (this.#round !== undefined) this.#publish(this.#round)
  }

  close(): void {
    for (const client of this.#clients) client.stop()
    this.hurry()
  }

  async #take(witness: PolicyWitness, offer: Offer, lines: string): Promise<void> {
    const round = this.#round
    // An answer for an earlier checkpoint: nobody reads that one any more.
    if (round === undefined || round.offer !== offer) return
    const merging = this.#merging.then(async () => {
      round.note = await withCosignatures(round.note, lines, [witness.key], this.#parts.verify)
    })
    this.#merging = merging.catch(() => undefined)
    await merging
    const before = this.#hasQuorum(round)
    round.open.delete(witness.name)
    round.failures.delete(witness.name)
    round.signed.add(witness.name)
    this.#tell({ kind: 'cosigned', witness: witness.name })
    if (!round.published) this.#weigh(round)
    else {
      round.improved(round.note)
      if (!before && this.#hasQuorum(round)) this.#tell({ kind: 'met' })
    }
  }

  #failed(witness: PolicyWitness, offer: Offer, error: LedgerError): void {
    const round = this.#round
    if (round === undefined || round.offer !== offer) return
    round.open.delete(witness.name)
    round.failures.set(witness.name, error)
    this.#tell({ kind: 'failed', witness: witness.name, error })
    this.#weigh(round)
  }

  /** Goes on as soon as enough have signed, or as it is clear that no waiting will make them enough. */
  #weigh(round: Round): void {
    const lost = new Set(this.#clients.filter(({ failures }) => failures >= LOST).map(({ name }) => name))
    const hoped = [...round.signed, ...[...round.open].filter((name) => !lost.has(name))]
    if (this.#hasQuorum(round) || !hasQuorum(this.#parts.policy, hoped)) this.#publish(round)
  }

  #publish(round: Round): void {
    if (round.published) return
    round.published = true
    if (this.#round === round) clearTimeout(this.#timer)
    if (!this.#hasQuorum(round)) this.#tell({ kind: 'below' })
    round.publish(round.note)
  }

  #hasQuorum(round: Round): boolean {
    return hasQuorum(this.#parts.policy, [...round.signed])
  }

  #tell(event: CosigningEvent): void {
    if (this.standing !== undefined) this.#parts.tell(this.standing, event)
  }

  #standingOf(round: Round): Standing {
    const witnesses = this.#parts.policy.witnesses.map(({ name }) => {
      const failure = round.failures.get(name)
      const why = failure && { failure: { code: failure.code, detail: failure.message } }
      return { name, signed: round.signed.has(name), ...why }
    })
    return { size: round.offer.size, quorum: this.#hasQuorum(round), witnesses }
  }
}

function lineOf({ name, keyId }: { name: string; keyId: number }): string {
  return `${name}+${keyId}`
}
