import {
  formatAddCheckpoint,
  fromUtf8,
  LIMITS,
  type PolicyWitness,
  ProtocolError,
  parseTreeSize,
  proveConsistency,
  type ReadNodes,
} from '@tristamp/protocol'
import { LedgerError } from '../error.ts'
import { askPeer, type PeerAnswer } from '../peer.ts'

/** A checkpoint that waits for cosignatures. */
export interface Offer {
  /** Signed by the log. */
  note: string
  size: number
  /** Of its tree. */
  nodes: ReadNodes
}

export interface WitnessClientParts {
  witness: PolicyWitness
  url: string
  /** Takes a cosignature line over. Throws ProtocolError when it is bad. */
  take: (offer: Offer, lines: string) => Promise<void>
  failed: (offer: Offer, error: LedgerError) => void
}

/** A request that takes longer is given up; publication waits far less. */
const TIMEOUT_MS = 5_000
const TRIES = 3
const MAX_PAUSE_MS = 60_000
/** A witness that says "not yet" is there, and soon done: a follower makes the ledger again before it cosigns. */
const NOT_YET_MS = 1_000

/**
 * One witness, as its log sees it: asked for one checkpoint at a time, always the newest. What fails is tried again after a pause that grows
 * (one that says "not yet", after a second), so that a cosignature that came too late for the publication is had all the same.
 */
export class WitnessClient {
  readonly #parts: WitnessClientParts
  readonly #end = new AbortController()
  /** The size that it cosigned last, as far as we know. */
  #known = 0
  #wanted: Offer | undefined
  #working: boolean = false
  #pause: NodeJS.Timeout | undefined
  /** Failures in a row. */
  failures = 0
  /** What it answered last was "not yet". */
  #notYet: boolean = false

  constructor(parts: WitnessClientParts) {
    this.#parts = parts
  }

  get name(): string {
    return this.#parts.witness.name
  }

  /** Asks for this checkpoint, as soon as the request under way is done. */
  offer(offer: Offer): void {
    this.#wanted = offer
    void this.#work()
  }

  stop(): void {
    this.#end.abort()
    clearTimeout(this.#pause)
  }

  async #work(): Promise<void> {
    if (this.#working) return
    this.#working = true
    clearTimeout(this.#pause)
    for (let offer = this.#next(); offer !== undefined; offer = this.#next()) {
      this.#notYet = false
      try {
        await this.#parts.take(offer, await this.#ask(offer))
        this.failures = 0
      } catch (error) {
        this.failures++
        this.#parts.failed(offer, failureOf(error))
        if (this.#wanted === undefined && !this.#end.signal.aborted) {
          this.#wanted = offer
          const pauseMs = this.#notYet ? NOT_YET_MS : Math.min(MAX_PAUSE_MS, 500 * 2 ** this.failures)
          this.#pause = setTimeout(() => void this.#work(), pauseMs).unref()
          break
        }
      }
    }
    this.#working = false
  }

  #next(): Offer | undefined {
    const offer = this.#end.signal.aborted ? undefined : this.#wanted
    this.#wanted = undefined
    return offer
  }

  async #ask({ note, size, nodes }: Offer): Promise<string> {
    for (let tries = 0; tries < TRIES; tries++) {
      if (this.#known > size)
        throw new LedgerError('WITNESS_AHEAD', `${this.name} has cosigned ${this.#known} entries of ${size}`)
      const path = this.#known === 0 ? [] : await proveConsistency(this.#known, size, nodes)
      const answer = await this.#post(formatAddCheckpoint({ oldSize: this.#known, path, checkpoint: note }))
      const text = fromUtf8(answer.bytes)
      this.#notYet = answer.status === 503
      if (answer.status === 200) {
        this.#known = size
        return text
      }
      if (answer.status !== 409) throw new LedgerError('PEER_REFUSED', `${this.name}: ${answer.status} ${text}`.trim())
      this.#known = parseTreeSize(answer.contentType, text)
    }
    throw new LedgerError('PEER_REFUSED', `${this.name} told another size ${TRIES} times`)
  }

  #post(body: string): Promise<PeerAnswer> {
    const { signal } = this.#end
    return askPeer(`${this.#parts.url}/add-checkpoint`, {
      body,
      maxBytes: LIMITS.noteBytes,
      timeoutMs: TIMEOUT_MS,
      signal,
    })
  }
}

function failureOf(error: unknown): LedgerError {
  if (error instanceof LedgerError) return error
  // What it answered is not what a witness answers.
  if (error instanceof ProtocolError) return new LedgerError('PEER_REFUSED', error.message, { cause: error })
  return new LedgerError('INTERNAL', String(error), { cause: error })
}
