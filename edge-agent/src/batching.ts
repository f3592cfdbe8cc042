import { randomBytes } from 'node:crypto'
import { type Report, SALT_BYTES } from '@tristamp/protocol'
import { sleep } from './backoff.ts'
import type { AgentConfig } from './config-types.ts'
import type { Disk } from './disk.ts'
import { AgentError, asAgentError } from './error.ts'
import type { Outbox } from './outbox.ts'
import { isDamage } from './repair.ts'
import type { Signer } from './signer.ts'
import type { Store, Write } from './store.ts'

/** A full disk is tried again this often. */
const RECOVER_MS = 2000
/** After a batch could not be signed. */
const SIGN_AGAIN_MS = 1000

/** No key store takes so long, and no disk. */
const STUCK_MS = 120_000

export interface BatchingServices {
  store: Store
  outbox: Outbox
  signer: Signer
  disk: Disk
  /** UTC, for the signing time of a batch. */
  timeMs(): number
  /** Whether the ledger's word on our last batch is known, or will not come soon. */
  settled(): boolean
  /** Whether the ledger is there and its word is known, or it has none. */
  heard(): boolean
  /** The bytes of a report of the gateway about itself, as of now. */
  report(report: Report): Uint8Array
  /** Puts the closed, damaged outbox right. */
  repair(): Promise<void>
  /** There are new batches, or fewer events to sign. */
  signed(): void
  /** The store was opened anew: what others remember of it may be wrong. */
  reopened(): Promise<void>
  info(line: string): void
  problem(error: AgentError): void
}

/** The one way into the outbox: takes events, signs them in time as batches, and gets the store going again after a failed write. */
export class Batching {
  readonly #batch: AgentConfig['batch']
  readonly #services: BatchingServices
  #signAtMs: number | undefined
  #recovering: Promise<void> | undefined
  #signing: Promise<void> | undefined
  /** When something was last signed, or begun to be. */
  #progressMs = 0
  #factor = 1

  constructor(batch: AgentConfig['batch'], services: BatchingServices) {
    this.#batch = batch
    this.#services = services
    // What was accepted before the last stop has waited long enough.
    if (services.outbox.unsigned > 0) this.#signAtMs = 0
  }

  /** Resolves when the events and the other records are on the disk. @throws AgentError DISK_FULL, OUTBOX_WRITE */
  async accept(events: Uint8Array[], others: Write[]): Promise<void> {
    const { outbox } = this.#services
    await outbox.accept(events, others)
    if (events.length === 0) return
    const dueMs = outbox.unsigned >= this.#batch.maxEvents ? 0 : performance.now() + this.#batch.flushMs
    this.#signAtMs = Math.min(this.#signAtMs ?? Number.POSITIVE_INFINITY, dueMs)
  }

  /** Why nothing is accepted just now, if so. */
  refusal(nowMs: number): AgentError | undefined {
    const { store, disk } = this.#services
    if (store.failure?.code === 'DISK_FULL') return disk.fullError(nowMs)
    return store.failure ?? disk.refusal(nowMs)
  }

  /** Time has passed: signs what is due, mends what is broken. */
  async tick(signal: AbortSignal): Promise<void> {
    const { store, outbox, settled } = this.#services
    this.#watchRoom()
    if (store.failure) this.#recover(signal)
    else if (this.#signing !== undefined) return
    else if (outbox.lost) this.#begin(() => this.#declare())
    else if (this.#signAtMs !== undefined && performance.now() >= this.#signAtMs && settled())
      this.#begin(() => this.#sign())
  }

  /** The operator hears when it gets narrow, before anything is refused; and when it is over. */
  #watchRoom(): void {
    const { disk, info, problem } = this.#services
    const now = performance.now()
    const factor = disk.thinning(now)
    if (factor > this.#factor) problem(new AgentError('OUTBOX_FILLING', { percent: Math.floor(disk.fill(now) * 100) }))
    if (factor === 1 && this.#factor > 1) info('· the outbox has room again')
    this.#factor = factor
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#signing
    await this.#recovering
  }

  /** Whether signing gets on: not while one batch takes this long, whatever the key store says. */
  stuck(nowMs: number): boolean {
    return this.#signing !== undefined && nowMs - this.#progressMs > STUCK_MS
  }

  /** A key that is elsewhere may take seconds: all else goes on meanwhile. */
  #begin(work: () => Promise<void>): void {
    this.#progressMs = performance.now()
    this.#signing = work().finally(() => {
      this.#signing = undefined
    })
  }

  async #sign(): Promise<void> {
    const { outbox, signer, timeMs, signed } = this.#services
    this.#signAtMs = undefined
    try {
      while (await outbox.sign(this.#batch.maxEvents, (events, at) => signer.signBatch(events, at, timeMs()))) {
        this.#progressMs = performance.now()
        signed()
      }
    } catch (thrown) {
      this.#failed(thrown)
      this.#signAtMs = performance.now() + SIGN_AGAIN_MS
      signed()
    }
  }

  /** What is lost is declared before anything else is signed: only the ledger knows where the chain goes on. */
  async #declare(): Promise<void> {
    const { outbox, signer, timeMs, heard, report, signed, problem } = this.#services
    // What waits is signed as soon as the loss is recorded.
    this.#signAtMs = 0
    if (!heard()) return
    try {
      const declared = await outbox.declare(({ events, ...gap }, at) => {
        const event = report({ kind: 'gap', ...gap, ...(events !== undefined && { events }) })
        problem(new AgentError('OUTBOX_LOST', { from: gap.from, last: gap.to - 1 }))
        return signer.signBatch([{ salt: randomBytes(SALT_BYTES), event }], at, timeMs())
      })
      if (declared) signed()
    } catch (thrown) {
      this.#failed(thrown)
    }
  }

  /** What is damaged is repaired like what could not be written: with the database closed. */
  #failed(thrown: unknown): void {
    const { store, problem } = this.#services
    const error = asAgentError(thrown)
    if (error.code === 'OUTBOX_DAMAGED') store.fail(error)
    problem(error)
  }

  #recover(signal: AbortSignal): void {
    this.#recovering ??= this.#reopen(signal).finally(() => {
      this.#recovering = undefined
    })
  }

  /** Makes room, and opens the database again as soon as it can; until then it would refuse even deletes. */
  async #reopen(signal: AbortSignal): Promise<void> {
    const { store, outbox, disk, repair, reopened, info, problem } = this.#services
    disk.drop()
    let damaged = store.failure?.code === 'OUTBOX_DAMAGED'
    while (!signal.aborted) {
      if (!damaged) await sleep(RECOVER_MS, signal)
      if (signal.aborted || disk.refusal(performance.now())) continue
      try {
        await store.reopen(damaged ? repair : undefined)
        damaged = false
        await outbox.reload()
        await reopened()
        disk.load(performance.now())
        this.#signAtMs = 0
        info('· the outbox takes records again')
        return
      } catch (thrown) {
        problem(asAgentError(thrown))
        // A second try at once would find the same.
        if (damaged) await sleep(RECOVER_MS, signal)
        damaged = isDamage(thrown)
      }
    }
  }
}
