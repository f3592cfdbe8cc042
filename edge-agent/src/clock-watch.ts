import { isDoubtful, type Report } from '@tristamp/protocol'
import { sleep } from './backoff.ts'
import type { Clock, Moment } from './clock.ts'
import type { ClockMemory } from './clock-memory.ts'
import type { SystemTime } from './clock-source.ts'

/** One more anchor is worth its place in the ledger when it is four times as good as the best before … */
const BETTER = 4
/** … and there are not many yet: every reader of a doubtful stamp gets all of them. */
const MAX_ANCHORS = 8
/** A clock that misbehaves does so again and again; that it does is news once in a while. */
const FAULT_EVERY_MS = 600_000
const ASK_EVERY_MS = 10_000
const LOOK_EVERY_MS = 1000

export interface ClockWatchServices {
  clock: Clock
  memory: ClockMemory
  /** Above this the clock counts as lost. */
  maxErrorMs: number
  /** Asks what sets the system's clock; absent where a receiver sets ours. */
  ask?: () => Promise<SystemTime | undefined>
  /** Puts a report of this moment into the outbox. Rejects when it cannot. */
  report(report: Report, moment: Moment): Promise<void>
  info(line: string): void
  problem(thrown: unknown): void
}

/** Looks after the clock: asks its source, signs anchors when it becomes good, reports what it was caught at. */
export class ClockWatch {
  readonly #services: ClockWatchServices
  #wasGood: boolean = false
  #wasSet: boolean = false
  #reportedMs = new Map<string, number>()

  constructor(services: ClockWatchServices) {
    this.#services = services
  }

  /** Until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, ask, memory } = this.#services
    let askedMs = Number.NEGATIVE_INFINITY
    while (!signal.aborted) {
      const now = clock.monotonicMs()
      // A clock that was stepped is asked about at once.
      if (ask && (now - askedMs >= ASK_EVERY_MS || clock.now().source === 'none')) {
        askedMs = now
        clock.follow(await ask())
      }
      await this.look()
      memory.tick(now)
      await sleep(LOOK_EVERY_MS, signal)
    }
  }

  /** An event was stamped at this moment: a doubtful one will want an anchor. */
  stamped(moment: Pick<Moment, 'source' | 'uncertaintyMs' | 'bootId' | 'monotonicMs'>): void {
    if (isDoubtful(moment)) this.#services.memory.stampedInDoubt()
  }

  /** Tells and signs what is new about the clock. */
  async look(): Promise<void> {
    const { clock, info, maxErrorMs, problem } = this.#services
    const moment = clock.now()
    const good = moment.uncertaintyMs <= maxErrorMs && moment.source !== 'none' && moment.source !== 'rtc'
    const set = !isDoubtful(moment)
    if (set && !this.#wasSet)
      info(`· clock set by ${moment.source.toUpperCase()}: ${new Date(moment.ms).toISOString()}`)
    this.#wasSet = set
    try {
      for (const { fault, deltaMs } of clock.takeFaults()) {
        await this.#fault({ kind: 'clock-fault', fault, deltaMs }, moment)
      }
      if (this.#wasGood && !good) {
        await this.#fault({ kind: 'clock-fault', fault: 'lost', deltaMs: 0 }, moment)
      }
      this.#wasGood = good
      if (set) await this.#anchor(moment)
    } catch (thrown) {
      problem(thrown)
    }
  }

  /** The boot's first good time since something was stamped in doubt, and each that is much better. */
  async #anchor(moment: Moment): Promise<void> {
    const { clock, memory, report } = this.#services
    const { count, bestMs } = memory.anchors
    const uncertaintyMs = moment.uncertaintyMs + clock.slewMs
    const better = count > 0 && uncertaintyMs * BETTER <= bestMs
    if ((!memory.doubtful && !better) || count >= MAX_ANCHORS) return
    await report({ kind: 'anchor' }, { ...moment, uncertaintyMs })
    memory.anchored(uncertaintyMs)
  }

  async #fault(fault: Report & { kind: 'clock-fault' }, moment: Moment): Promise<void> {
    const before = this.#reportedMs.get(fault.fault)
    if (before !== undefined && moment.monotonicMs - before < FAULT_EVERY_MS) return
    this.#reportedMs.set(fault.fault, moment.monotonicMs)
    this.#services.info(`! clock: ${fault.fault}, ${fault.deltaMs} ms from what was expected`)
    await this.#services.report(fault, moment)
  }
}
