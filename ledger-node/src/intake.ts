import {
  admit,
  decodeBatch,
  equal,
  leafHash,
  type ProtocolCode,
  ProtocolError,
  type SaltedEvent,
  toHex,
  type VerifySync,
} from '@tristamp/protocol'
import { isDiskFull, LedgerError } from './error.ts'
import type { EvidenceIntake } from './evidence/evidence-intake.ts'
import type { Ledger, Staged } from './ledger.ts'
import type { Metrics } from './metrics.ts'
import type { SealTimer } from './seal.ts'
import type { Contradicting } from './suspension.ts'

/** The gateway that a transport vouches for: only statements of its own key are taken from it. */
export interface Sender {
  org: string
  gateway: string
}

/** What became of a batch. `recorded`: it is on disk, now or since earlier. */
export type Receipt =
  | { kind: 'recorded'; kid: Uint8Array; seq: number; entry: number; treeSize: number; repeated: boolean }
  | {
      kind: 'refused'
      code: ProtocolCode
      message: string
      kid?: Uint8Array
      expected?: { seq: number; prev: Uint8Array }
    }

interface Submission {
  payload: Uint8Array
  sender: Sender | undefined
  arrivedMs: number
  resolve: (receipt: Receipt) => void
  reject: (error: LedgerError) => void
}

/** A submission on its way: to be written, to be compared with what is recorded, or answered already. */
type Prepared = Submission & { staged?: Staged; repeats?: Repeat; refusal?: Receipt & { kind: 'refused' } }

interface Repeat extends Contradicting {
  refusal: Receipt & { kind: 'refused' }
}

/** Bytes that may wait: what a thousand gateways may have under way at once. */
const MAX_QUEUED_BYTES = 256 * 1024 * 1024
/** Events admitted in one go: some 20 ms of work, so that readers get their turn. */
const GROUP_EVENTS = 1024

export interface IntakeParts {
  ledger: Ledger
  verify: VerifySync
  timer: SealTimer
  metrics: Metrics
  /** What events name must be here before they are committed. */
  evidence: EvidenceIntake
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
  readonly #queue: Submission[] = []
  #queuedBytes = 0
  #writing: Promise<void> | undefined
  #writeFailed: boolean = false
  #trouble: LedgerError | undefined
  #stopping: boolean = false
  #wake: (() => void) | undefined
  readonly #done: Promise<void>

  constructor(parts: IntakeParts) {
    this.#parts = parts
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
    if (this.#queuedBytes + payload.length > MAX_QUEUED_BYTES) {
      return Promise.reject(new LedgerError('NODE_BUSY', `${this.#queuedBytes} bytes are waiting`))
    }
    this.#queuedBytes += payload.length
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
      const group = this.#prepare()
      if (group.length > 0) {
        await this.#writing
        if (this.#writeFailed) await this.#backOut(group)
        else this.#writing = this.#write(group)
      } else if (this.#stopping && this.#writing === undefined) return
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
    while (this.#queue.length > 0 && events < GROUP_EVENTS) {
      const submission = this.#queue.shift()!
      this.#queuedBytes -= submission.payload.length
      // Memory and disk differ: whatever was judged now could be judged wrongly.
      if (this.#parts.ledger.astray) {
        this.#fail([submission], undefined)
        continue
      }
      const prepared = this.#admit(submission)
      events += prepared.staged?.admitted.events.length ?? 1
      group.push(prepared)
    }
    return group
  }

  #admit(submission: Submission): Prepared {
    const { ledger, verify } = this.#parts
    const batch = decode(submission.payload)
    if ('refusal' in batch) return { ...submission, ...batch }
    const answer = admit(ledger.state, batch.statement, batch.events, verify)
    const header = answer.statement?.header
    const kid = header && ledger.state.keys.has(toHex(header.kid)) ? header.kid : undefined
    if (kid !== undefined && !this.#mayBring(submission.sender, kid)) {
      return {
        ...submission,
        refusal: refused('KEY_UNKNOWN', 'the statement is signed by another key than this gateway’s'),
      }
    }
    if (answer.ok) {
      const lacks = this.#parts.evidence.lacks(batch.events, submission.sender)
      if (lacks !== undefined) {
        const { kid, seq, prev } = answer.statement.header
        return { ...submission, refusal: { ...refused(lacks.code, lacks.message), kid, expected: { seq, prev } } }
      }
      const item = { bytes: batch.statement, events: batch.events }
      return { ...submission, staged: ledger.stage(item, answer) }
    }
    const refusal = {
      ...refused(answer.code, answer.message),
      ...(kid && { kid }),
      ...(answer.expected && { expected: answer.expected }),
    }
    if (answer.code !== 'SEQ_REPEATED' || kid === undefined) return { ...submission, refusal }
    return { ...submission, repeats: { refusal, kid, seq: header!.seq, ...batch } }
  }

  #mayBring(sender: Sender | undefined, kid: Uint8Array): boolean {
    if (sender === undefined) return true
    const key = this.#parts.ledger.state.keys.get(toHex(kid))
    return key?.org === sender.org && key.gateway === sender.gateway
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
        metrics.answered(receipts[i]!, p.staged?.admitted.events.length ?? 0, performance.now() - p.arrivedMs)
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

function decode(
  payload: Uint8Array,
): { statement: Uint8Array; events: SaltedEvent[] } | { refusal: Receipt & { kind: 'refused' } } {
  try {
    return decodeBatch(payload)
  } catch (error) {
    if (error instanceof ProtocolError) return { refusal: refused(error.code, error.message) }
    throw error
  }
}

function refused(code: ProtocolCode, message: string): Receipt & { kind: 'refused' } {
  return { kind: 'refused', code, message }
}

function troubleOf(error: unknown): LedgerError {
  if (error instanceof LedgerError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new LedgerError(isDiskFull(error) ? 'DISK_FULL' : 'DISK_ERROR', message, { cause: error })
}
