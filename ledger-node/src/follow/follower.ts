import { isDiskFull, LedgerError } from '../error.ts'
import { type CatchUpParts, catchUp } from './catch-up.ts'
import { type Claim, claimsOf, type ReadClaim } from './claim.ts'
import { Difference } from './difference.ts'
import type { Divergence } from './divergence.ts'
import type { FollowMetrics } from './follow-metrics.ts'
import { type FollowStatus, followStatus } from './follow-status.ts'
import type { Halt } from './halt.ts'
import type { PublishedNotes } from './published.ts'
import { forkWith, RollbackWatch } from './published-check.ts'
import { SealClock } from './seal-clock.ts'
import type { Trust } from './trust.ts'
import { Waiters } from './waiters.ts'

export interface FollowerParts extends CatchUpParts {
  trust: Trust
  notes: PublishedNotes
  halt: Halt
  metrics: FollowMetrics
  /** Told of each state that was taken over. */
  taken: () => void
  now: () => number
  log: (text: string) => void
}

/** Between two looks at what the leader publishes; a leader that asks for a cosignature is answered at once. */
const POLL_MS = 500
/** Between two questions who the leader's witnesses are. */
const POLICY_MS = 10_000
/** Between two questions for evidence that the leader once lacked; the first comes with the start. */
const EVIDENCE_MS = 600_000
const MAX_BACKOFF_MS = 30_000

/** Reproduces another node's ledger, for as long as there is nothing wrong with it. */
export class Follower {
  readonly #parts: FollowerParts
  readonly #claims: ReadClaim
  readonly #done: Promise<void>
  #stopping: boolean = false
  #wake: (() => void) | undefined
  readonly #waiters = new Waiters()
  #trouble: LedgerError | undefined
  #failures = 0
  /** Signed, larger than what was reproduced, and not reproduced yet. */
  #offered: Claim | undefined
  #heardAtMs: number | undefined
  #signedSize = 0
  readonly #rollback = new RollbackWatch()
  readonly #clock: SealClock
  #askedPolicyMs = Number.NEGATIVE_INFINITY
  #askedEvidenceMs = Number.NEGATIVE_INFINITY
  /** An unsigned difference was met once: the next one counts. */
  #doubt: boolean = false

  constructor(parts: FollowerParts) {
    this.#parts = parts
    this.#claims = claimsOf(parts.key, parts.verify)
    this.#clock = new SealClock(parts.now, (apartMs, text) => {
      parts.metrics.clockApart(apartMs)
      parts.log(`ALERT clock: ${text}`)
    })
    this.#done = this.#run()
  }

  /** Why nothing is followed any more. */
  get divergence(): Divergence | undefined {
    return this.#parts.halt.divergence
  }

  get status(): FollowStatus {
    return followStatus({
      leader: this.#parts.leader.url,
      signed: this.#signedSize,
      reproduced: this.#size,
      heardAtMs: this.#heardAtMs,
      divergence: this.divergence,
      trouble: this.#trouble,
    })
  }

  /**
   * Whether this checkpoint, signed by the leader, is one of the ledger as it was reproduced here; waits a moment for one that is ahead.
   * `refused`: it is not, or the leader has been found wrong before.
   */
  async vouch(claim: Claim, waitMs: number): Promise<'same' | 'behind' | 'refused'> {
    if (claim.size > this.#size && this.divergence === undefined) await this.#reach(claim, waitMs)
    if (this.divergence !== undefined) return 'refused'
    if (claim.size > this.#size) return 'behind'
    const fork = await forkWith(this.#parts.ledger, claim)
    if (fork === undefined) return 'same'
    await this.#diverge(fork)
    return 'refused'
  }

  /** Ends after the step under way. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#wake?.()
    await this.#done
  }

  get #size(): number {
    return this.#parts.ledger.latest?.size ?? 0
  }

  async #run(): Promise<void> {
    while (!this.#stopping && this.divergence === undefined) {
      try {
        await this.#follow()
        this.#trouble = undefined
        this.#failures = 0
        this.#doubt = false
        if (this.#offered === undefined) await this.#sleep(POLL_MS)
      } catch (error) {
        if (this.#stopping) return
        await this.#failed(error)
      }
    }
  }

  /** Reproduces what the leader has asked to be cosigned, or else what it publishes. */
  async #follow(): Promise<void> {
    const asked = this.#offered
    this.#offered = undefined
    if (asked !== undefined && asked.size > this.#size) await this.#catchUp(asked)
    const heardAtMs = this.#parts.now()
    const published = await this.#published()
    if (published.size > this.#size) await this.#catchUp(published)
    this.#clock.complete(heardAtMs)
    const { ledger, notes } = this.#parts
    const fork = (await forkWith(ledger, published)) ?? (asked && (await forkWith(ledger, asked)))
    if (fork !== undefined) throw fork
    this.#rollback.check(published, this.#size)
    await this.#askPolicy()
    await notes.heard(published.note)
    await this.#askEvidence()
  }

  /** A gateway may bring late what its events name, and a leader may get it back from a copy. */
  async #askEvidence(): Promise<void> {
    const { wanted, leader, evidence, log } = this.#parts
    if (wanted.size === 0 || performance.now() - this.#askedEvidenceMs < EVIDENCE_MS) return
    this.#askedEvidenceMs = performance.now()
    for (const id of await wanted.again(leader, evidence)) log(`evidence ${id} of the leader has come`)
  }

  async #askPolicy(): Promise<void> {
    const { trust, leader, log } = this.#parts
    if (performance.now() - this.#askedPolicyMs < POLICY_MS) return
    this.#askedPolicyMs = performance.now()
    try {
      if (!(await trust.refresh(leader))) return
      const { witnesses, quorum } = trust.policy
      log(
        `the leader names other witnesses: ${witnesses.map(({ name }) => name).join(', ') || 'none'}; quorum ${quorum}`,
      )
    } catch (error) {
      log(`the leader's policy cannot be had: ${String(error)}`)
    }
  }

  async #published(): Promise<Claim> {
    const { leader, metrics, now } = this.#parts
    const claim = await this.#claims(await leader.checkpoint())
    this.#heardAtMs = now()
    metrics.heard(this.#heardAtMs)
    this.#hears(claim.size)
    return claim
  }

  #hears(size: number): void {
    this.#signedSize = Math.max(this.#signedSize, size)
    this.#parts.metrics.lag(Math.max(0, this.#signedSize - this.#size))
  }

  async #catchUp(target: Claim): Promise<void> {
    const { metrics, taken } = this.#parts
    await catchUp(this.#parts, target, {
      claims: this.#claims,
      stopping: () => this.#stopping,
      reached: ({ items }) => {
        taken()
        metrics.reproduced(items.reduce((sum, { events }) => sum + events.length, 0))
        this.#clock.taken(items)
        this.#hears(target.size)
        this.#waiters.wake()
      },
    })
  }

  async #reach(claim: Claim, waitMs: number): Promise<void> {
    if (claim.size >= (this.#offered?.size ?? 0)) this.#offered = claim
    this.#hears(claim.size)
    this.#wake?.()
    await this.#waiters.wait(() => claim.size <= this.#size || this.divergence !== undefined, waitMs)
  }

  async #failed(error: unknown): Promise<void> {
    if (error instanceof Difference && (error.signed || this.#doubt)) {
      await this.#diverge(error)
      return
    }
    this.#doubt = error instanceof Difference
    const trouble = troubleOf(error)
    if (this.#trouble?.message !== trouble.message) this.#parts.log(`${trouble.code}: ${trouble.message}`)
    this.#parts.metrics.trouble(trouble.code, trouble.message)
    this.#trouble = trouble
    await this.#sleep(this.#doubt ? POLL_MS : Math.min(MAX_BACKOFF_MS, POLL_MS * 2 ** this.#failures++))
  }

  async #diverge(difference: Difference): Promise<void> {
    await this.#parts.halt.because(difference, this.#parts.ledger.latest?.checkpoint)
    this.#waiters.wake()
    this.#wake?.()
  }

  async #sleep(ms: number): Promise<void> {
    if (this.#stopping) return
    await new Promise<void>((resolve) => {
      const clock = setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(clock)
        resolve()
      }
    })
    this.#wake = undefined
  }
}

function troubleOf(error: unknown): LedgerError {
  if (error instanceof LedgerError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new LedgerError(isDiskFull(error) ? 'DISK_FULL' : 'DISK_ERROR', message, { cause: error })
}
