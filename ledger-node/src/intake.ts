import { equal, leafHash } from '@tristamp/protocol'
import type { Examiners } from './audit/examiners.ts'
import { isDiskFull, LedgerError } from './error.ts'
import { IntakeQueue } from './intake-queue.ts'
import type { Metrics } from './metrics.ts'
import { type Prepared, type PrepareParts, prepare } from './prepare.ts'
import type { Receipt, Sender, Submission } from './receipt.ts'
import type { SealTimer } from './seal.ts'
import type { Contradicting } from './suspension.ts'

export type { Receipt, Sender } from './receipt.ts'

/** Bytes that may wait: what a thousand gateways may have under way at once. */
const MAX_QUEUED_BYTES = 256 * 1024 * 1024
/** Events admitted in one go: some 20 ms of work, so that readers get their turn. */
const GROUP_EVENTS = 1024

export interface IntakeParts extends PrepareParts {
  /** Look at batches ahead of admission when many wait. */
  examiners?: Examiners
  timer: SealTimer
  metrics: Metrics
  /** Told of a statement beside a recorded one of the same key and seq, both signed. Resolves when it is kept. */
  contradicted: (found: Contradicting) => Promise<void>
  /** Told of each group that has been answered. */
  settled: (receipts: readonly { receipt: Receipt; sender: Sender | undefined }[]) => void
}

/**
 * The one writer. It gathers what arrived while the last flush ran, admits it, writes it as one group and then answers; between
 * groups it seals. Admission of the next group overlaps the flush of the last.
 */
export class Intake {
  readonly #parts: IntakeParts
  readonly #queue: IntakeQueue<Submission>
  #writing: Promise<void> | undefined
  #writeFailed: boolean = false
  #trouble: LedgerError | undefined
  #stopping: boolean = false
  #wake: (() => void) | undefined
  readonly #done: Promise<void>

  constructor(parts: IntakeParts) {
    this.#parts = parts
    const { ledger, examiners } = parts
    this.#queue = new IntakeQueue({
      examiners,
      keys: () => ledger.state.keys,
      changed: () => this.#wake?.(),
    })
    this.#done = this.#run()
  }

  /** Why nothing can be written at present, if so. */
  get trouble(): LedgerError | undefined {
    return this.#trouble
  }

  /**
   * Offers a batch (the bytes of protocol §5). Resolves when it is durable, was so before, or is refused.
   * @throws LedgerError NODE_DEGRADED, NODE_BUSY, NODE_STOPPING: try again later, nothing was recorded
   */
  submit(payload: Uint8Array, sender?: Sender): Promise<Receipt> {
    if (this.#stopping) return Promise.reject(new LedgerError('NODE_STOPPING', 'no more batches are taken'))
    if (this.#queue.bytes + payload.length > MAX_QUEUED_BYTES) {
      return Promise.reject(new LedgerError('NODE_BUSY', `${this.#queue.bytes} bytes are waiting`))
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ payload, sender, arrivedMs: performance.now(), resolve, reject })
      this.#wake?.()
    })
  }

  /** Writes what was taken, seals it, and ends. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#wake?.()
    await this.#done
  }

  async #run(): Promise<void> {
    const { ledger, timer } = this.#parts
    for (;;) {
      if (this.#writeFailed && this.#writing === undefined) await this.#backOut([])
      const wantsSeal = ledger.unsealed || ledger.astray
      if (wantsSeal && (timer.waitMs() === 0 || (this.#stopping && this.#queue.length === 0))) {
        // The writing group belongs before the seal.
        await this.#writing
        if (this.#writeFailed) continue
        await this.#seal()
        if (this.#stopping && this.#queue.length === 0) return
        continue
      }
      // What has arrived by now comes along: fewer flushes, and other threads get something to do.
      if (this.#queue.length > 0) await new Promise(setImmediate)
      const group = this.#prepare()
      if (group.length > 0) {
        await this.#writing
        if (this.#writeFailed) await this.#backOut(group)
        else this.#writing = this.#write(group)
      } else if (this.#stopping && this.#writing === undefined && this.#queue.length === 0) return
      else await this.#sleep(wantsSeal ? timer.waitMs() : undefined)
    }
  }

  /** Until something arrives, a write ends, or `ms` have passed. */
  async #sleep(ms: number | undefined): Promise<void> {
    await new Promise<void>((resolve) => {
      const clock = ms === undefined ? undefined : setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(clock)
        resolve()
      }
      void this.#writing?.then(this.#wake)
    })
    this.#wake = undefined
  }

  /** Takes from the queue and admits, without waiting for the disk. */
  #prepare(): Prepared[] {
    const group: Prepared[] = []
    let events = 0
    while (events < GROUP_EVENTS) {
      const next = this.#queue.next()
      if (next === undefined) break
      // Memory and disk differ: whatever was judged now could be judged wrongly.
      if (this.#parts.ledger.astray) {
        this.#fail([next.submission], undefined)
        continue
      }
      const prepared = prepare(this.#parts, next)
      events += prepared.staged?.item.events.length ?? 1
      group.push(prepared)
    }
    return group
  }

  async #write(group: readonly Prepared[]): Promise<void> {
    const { ledger, metrics, settled, evidence } = this.#parts
    try {
      const staged = group.flatMap((p) => p.staged ?? [])
      const entries = staged.length === 0 ? [] : await ledger.commit(staged)
      if (staged.length > 0) this.#trouble = undefined
      for (const { staged: taken, sender } of group) if (taken) evidence.named(taken.item.events, sender)
      let written = 0
      const receipts = await Promise.all(group.map((p) => this.#receiptOf(p, p.staged && entries[written++])))
      group.forEach((p, i) => {
        metrics.answered(receipts[i]!, p.staged?.item.events.length ?? 0, performance.now() - p.arrivedMs)
      })
      settled(group.map((p, i) => ({ receipt: receipts[i]!, sender: p.sender })))
      group.forEach((p, i) => {
        p.resolve(receipts[i]!)
      })
    } catch (error) {
      this.#writeFailed = true
      this.#fail(group, error)
    } finally {
      this.#writing = undefined
    }
  }

  async #receiptOf(prepared: Prepared, entry: number | undefined): Promise<Receipt> {
    const treeSize = this.#parts.ledger.size
    if (prepared.staged !== undefined && entry !== undefined) {
      const { kid, seq } = prepared.staged.admitted.statement.header
      return { kind: 'recorded', kid, seq, entry, treeSize, repeated: false }
    }
    if (prepared.repeats === undefined) return prepared.refusal!
    const { refusal, ...repeat } = prepared.repeats
    const { kid, seq } = repeat
    const recorded = await this.#parts.ledger.statementAt(kid, seq)
    // A number that an administrator left out: its statement was refused once, and contradicts nothing.
    if (recorded === undefined) return refusal
    if (equal(recorded.leaf, leafHash(repeat.statement))) {
      return { kind: 'recorded', kid, seq, entry: recorded.entry, treeSize, repeated: true }
    }
    await this.#parts.contradicted(repeat)
    return { ...refusal, code: 'SEQ_EQUIVOCATION', message: `another statement is recorded as seq ${seq}` }
  }

  async #seal(): Promise<void> {
    const { ledger, timer, metrics } = this.#parts
    timer.begun()
    try {
      await ledger.seal()
      timer.ended(true)
      this.#trouble = undefined
      if (ledger.latest !== undefined) metrics.sealed(ledger.latest)
    } catch (error) {
      timer.ended(false)
      this.#noteTrouble(error)
    }
  }

  /** A write failed: what was admitted after it rests on what is not there. */
  async #backOut(group: readonly Prepared[]): Promise<void> {
    this.#writeFailed = false
    this.#fail(group, this.#trouble)
    try {
      await this.#parts.ledger.restore()
    } catch (error) {
      this.#noteTrouble(error)
      this.#writeFailed = true
      await new Promise((resolve) => setTimeout(resolve, 1000))
    }
  }

  #fail(group: readonly Prepared[], error: unknown): void {
    if (error !== undefined) this.#noteTrouble(error)
    for (const p of group)
      p.reject(new LedgerError('NODE_DEGRADED', this.#trouble?.message ?? 'cannot write', { cause: error }))
  }

  #noteTrouble(error: unknown): void {
    const trouble = troubleOf(error)
    if (this.#trouble?.message !== trouble.message) this.#parts.metrics.trouble(trouble)
    this.#trouble = trouble
  }
}

function troubleOf(error: unknown): LedgerError {
  if (error instanceof LedgerError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new LedgerError(isDiskFull(error) ? 'DISK_FULL' : 'DISK_ERROR', message, { cause: error })
}
