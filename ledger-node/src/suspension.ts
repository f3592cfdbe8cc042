import {
  equal,
  evidenceOf,
  type KeyState,
  type SaltedEvent,
  type SuspendKey,
  toBase64Url,
  toHex,
} from '@tristamp/protocol'
import type { Contradictions } from './contradictions.ts'
import { LedgerError } from './error.ts'
import type { Receipt } from './intake.ts'
import type { Ledger } from './ledger.ts'
import type { Metrics } from './metrics.ts'
import type { OwnWord } from './own-word.ts'

/** A suspension that could not be written is tried again after this: a full disk takes a while. */
const RETRY_MS = 5000

export interface SuspensionParts {
  ledger: Ledger
  word: OwnWord
  contradictions: Contradictions
  metrics: Metrics
  log: (text: string) => void
}

/** A statement beside the recorded one of the same key and seq. */
export interface Contradicting {
  kid: Uint8Array
  seq: number
  statement: Uint8Array
  events: readonly SaltedEvent[]
}

/**
 * Suspends keys that signed two statements with one seq, in the ledger's own name and with both as evidence, one after the other.
 */
export class Suspensions {
  readonly #parts: SuspensionParts
  #queue: Promise<void> = Promise.resolve()
  #stop: AbortController = new AbortController()

  constructor(parts: SuspensionParts) {
    this.#parts = parts
  }

  /** Keeps the contradiction; when this returns it is on disk, and the suspension is on its way. */
  async raise(found: Contradicting): Promise<void> {
    const { contradictions, metrics } = this.#parts
    await contradictions.keep(found.statement, found.events)
    metrics.contradicted(toBase64Url(found.kid), found.seq)
    this.#enqueue(found)
  }

  /** Acts on what an earlier run kept and could not act on. */
  async resume(): Promise<void> {
    const { contradictions } = this.#parts
    for (const kept of await contradictions.list()) {
      const key = this.#suspendable(kept.kid, kept.seq)
      if (key !== undefined)
        this.#enqueue({ kid: key.kid, seq: kept.seq, statement: new Uint8Array(await contradictions.read(kept)) })
    }
  }

  /** Ends the waiting between tries; what was not written is tried again at the next start. */
  stop(): void {
    this.#stop.abort()
  }

  #enqueue(found: Omit<Contradicting, 'events'>): void {
    this.#queue = this.#queue.then(() => this.#suspend(found)).catch((error) => this.#parts.log(`suspension: ${error}`))
  }

  async #suspend({ kid, seq, statement }: Omit<Contradicting, 'events'>): Promise<void> {
    while (!this.#stop.signal.aborted && this.#suspendable(toHex(kid), seq) !== undefined) {
      const recorded = await this.#recorded(kid, seq)
      if (recorded === undefined || equal(recorded, statement)) return
      try {
        this.#tell(kid, await this.#parts.word.say(suspensionOf(kid, seq, [recorded, statement])))
        return
      } catch (error) {
        if (!(error instanceof LedgerError) || error.code === 'NODE_STOPPING') throw error
        await this.#pause()
      }
    }
  }

  /** The key, if a contradiction at this seq would suspend it. */
  #suspendable(kid: string, seq: number): KeyState | undefined {
    const key = this.#parts.ledger.state.keys.get(kid)
    return key?.status === 'active' && seq >= (key.settledSeq ?? 0) ? key : undefined
  }

  async #recorded(kid: Uint8Array, seq: number): Promise<Uint8Array | undefined> {
    const { ledger } = this.#parts
    const recorded = await ledger.statementAt(kid, seq)
    return recorded && ledger.feed.readEntry(recorded.place)
  }

  #tell(kid: Uint8Array, receipt: Receipt): void {
    const what = `key ${toBase64Url(kid)}`
    if (receipt.kind === 'recorded') this.#parts.log(`ALERT ${what} is suspended: it signed two histories`)
    else this.#parts.log(`ALERT ${what} signed two histories and is not suspended: ${receipt.code} ${receipt.message}`)
  }

  #pause(): Promise<void> {
    const { signal } = this.#stop
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, RETRY_MS)
      signal.addEventListener('abort', () => resolve(), { once: true })
      timer.unref()
    })
  }
}

function suspensionOf(kid: Uint8Array, seq: number, [recorded, other]: [Uint8Array, Uint8Array]): SuspendKey {
  return {
    op: 'suspend-key',
    key: toBase64Url(kid),
    reason: `it signed two statements as number ${seq}`,
    evidence: evidenceOf(recorded, other),
  }
}
