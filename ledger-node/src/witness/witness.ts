import {
  type AddCheckpointRequest,
  forkEvidence,
  formatVerifierKey,
  fromUtf8,
  ProtocolError,
  parseAddCheckpoint,
  parseVerifierKey,
  type VerifierKey,
  type Verify,
  type VerifySync,
  witnessDecision,
} from '@tristamp/protocol'
import type { Disk } from '../disk.ts'
import type { SigningKey } from '../keys.ts'
import { nameOf, type WitnessSigner, WitnessStore } from './witness-store.ts'

export interface WitnessParts {
  disk: Disk
  /** Of the witness's memory. */
  folder: string
  /** The key's name in policies. */
  name: string
  key: SigningKey
  /** Keys of the logs that it cosigns for. */
  logs: readonly VerifierKey[]
  verify: VerifySync
  /** ms since 1970. */
  now: () => number
  /** Told of evidence against a log. */
  alert: (text: string) => void
}

/** The answer to an `add-checkpoint`, as it goes over HTTP. */
export interface WitnessAnswer {
  /** 503: not yet, ask again. */
  status: 200 | 400 | 403 | 404 | 409 | 422 | 503
  contentType: string
  body: string
}

/** Whoever answers requests to cosign. */
export interface Cosigner {
  /** As a policy names it. */
  readonly vkey: string
  /** What it cosigned last of the log whose origin has this SHA-256 (hex). */
  latest(originHash: string): string | undefined
  /** Answers the body of a request. */
  addCheckpoint(body: Uint8Array): Promise<WitnessAnswer>
}

const TEXT = 'text/plain; charset=utf-8'

/**
 * A witness for other logs (C2SP tlog-witness, docs/spec/witness.md): cosigns a checkpoint when it extends the one before, and
 * remembers that it did before it says so.
 */
export class Witness implements Cosigner {
  readonly vkey: string
  readonly #parts: WitnessParts
  readonly #store: WitnessStore
  readonly #verify: Verify
  /** By origin, the work that must end first: between a decision and its cosignature nothing else may be decided. */
  readonly #turns = new Map<string, Promise<unknown>>()

  private constructor(vkey: string, parts: WitnessParts, store: WitnessStore, verify: Verify) {
    this.vkey = vkey
    this.#parts = parts
    this.#store = store
    this.#verify = verify
  }

  /** @throws LedgerError WITNESS_STATE when what it remembers cannot be read */
  static async open(parts: WitnessParts): Promise<Witness> {
    const verify: Verify = async (key, message, signature) => parts.verify(key, message, signature)
    const vkey = formatVerifierKey(parts.name, 4, parts.key.publicKey)
    const signer: WitnessSigner = { name: parts.name, type: 4, ...parts.key }
    const origins = parts.logs.map(({ name }) => name)
    const store = await WitnessStore.open(parts.disk, parts.folder, signer, parseVerifierKey(vkey), origins, verify)
    return new Witness(vkey, parts, store, verify)
  }

  latest(originHash: string): string | undefined {
    const log = this.#parts.logs.find(({ name }) => nameOf(name) === originHash)
    return log && this.#store.of(log.name)?.note
  }

  /** Only a failing disk rejects, and then nothing was cosigned. */
  async addCheckpoint(body: Uint8Array): Promise<WitnessAnswer> {
    let request: AddCheckpointRequest
    try {
      request = parseAddCheckpoint(fromUtf8(body))
    } catch (error) {
      if (error instanceof ProtocolError) return { status: 400, contentType: TEXT, body: `${error.message}\n` }
      throw error
    }
    const { origin } = request.claim
    const log = this.#parts.logs.find(({ name }) => name === origin)
    // An unknown origin has no turn to wait for, and must not leave one behind.
    if (log === undefined) return this.#decide(request, log)
    const turn = (this.#turns.get(origin) ?? Promise.resolve()).then(() => this.#decide(request, log))
    this.#turns.set(
      origin,
      turn.catch(() => undefined),
    )
    return turn
  }

  async #decide(request: AddCheckpointRequest, log: VerifierKey | undefined): Promise<WitnessAnswer> {
    const held = log && this.#store.of(log.name)
    const decision = await witnessDecision(held, request, log, this.#verify)
    if (decision.status === 200) {
      const line = await this.#store.cosign(request.note, log!, Math.floor(this.#parts.now() / 1000))
      return { status: 200, contentType: TEXT, body: line }
    }
    // Well signed by the log, from the right size, and yet no continuation: the log owes an explanation.
    if (decision.status === 422 && held !== undefined) await this.#accuse(held.note, request)
    return decision
  }

  async #accuse(held: string, { checkpoint, claim }: AddCheckpointRequest): Promise<void> {
    const { alert } = this.#parts
    const text = await forkEvidence(held, checkpoint, () => Promise.reject(new Error('a witness has no tiles')))
    const path = text && (await this.#store.keepEvidence(claim.origin, text))
    if (path !== undefined)
      alert(
        `ALERT the log ${claim.origin} signed a tree of ${claim.size} that does not continue the one before: ${path}`,
      )
  }
}
