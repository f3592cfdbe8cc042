import { sleep } from './backoff.ts'
import { textOf } from './config-diff.ts'
import type { AgentConfig } from './config-types.ts'
import { type AgentError, asAgentError } from './error.ts'
import { encodeReport } from './report-event.ts'
import { type Parts, Wiring } from './wiring.ts'

/** How often time-bound work is looked at: acts that close by themselves, observations, batches, the status file. */
const TICK_MS = 200
/** Ticks wait for the disk; one that takes longer for a write does not come back. */
const HANGS_MS = 30_000

/** A gateway's life: it is loaded, runs, takes over other configurations, and stops. */
export class Gateway {
  readonly #wiring: Wiring
  #reconfiguring: Promise<void> = Promise.resolve()
  #tickedMs: number = performance.now()

  constructor(config: AgentConfig, parts: Parts) {
    this.#wiring = new Wiring(config, parts)
  }

  /** Takes up what was kept. @throws AgentError SEALED_FILE, OUTBOX_* */
  async load(): Promise<void> {
    const { notices, sealedCodes, benches, evidence, parts } = this.#wiring
    notices.load()
    sealedCodes?.load()
    await this.#arrange([])
    await benches.load()
    evidence.load()
    parts.disk.load(performance.now())
  }

  /** Resolves when the signal has aborted and everything has stopped. */
  async run(signal: AbortSignal): Promise<void> {
    const { attendance, enrolment, uplink, stations, benches, batching, health, route, parts } = this.#wiring
    const { clockWatch, clockMemory, config } = this.#wiring
    attendance.attend(config().devices)
    enrolment.tell()
    const metrics = await this.#serveMetrics()
    await Promise.all([uplink.run(signal), clockWatch.run(signal), this.#ticks(signal), this.#servePage(signal)])
    await this.#reconfiguring
    await attendance.stop()
    await metrics?.[Symbol.asyncDispose]()
    await stations.idle()
    await benches.idle()
    await batching.idle()
    clockMemory.save()
    route?.save()
    health.online(false)
    health.write(performance.now(), true)
    await parts.store.close()
  }

  /** What waits for the disk holds the ticks up, so their age tells of both. */
  get alive(): boolean {
    const now = performance.now()
    return now - this.#tickedMs < HANGS_MS && !this.#wiring.batching.stuck(now)
  }

  /** One after the other; what comes after the stop is for the next start. */
  reconfigure(next: AgentConfig): Promise<void> {
    const done = this.#reconfiguring.then(() => this.#reconfigure(next))
    this.#reconfiguring = done.catch(() => undefined)
    return done
  }

  /** A configuration that is not used: told, counted, and signed as a report. */
  async refused(error: AgentError): Promise<void> {
    const { clock, batching, config } = this.#wiring
    const { zone, station } = config().gateway
    this.problem(error)
    const report = encodeReport({ kind: 'config', code: error.code }, clock.now(), zone, station)
    await batching.accept([report], []).catch((thrown: unknown) => this.problem(asAgentError(thrown)))
  }

  /** Counts it and tells it. */
  problem(error: AgentError): void {
    this.#wiring.problem(error)
  }

  async #reconfigure(next: AgentConfig): Promise<void> {
    const { attendance, enrolment, health, config } = this.#wiring
    const before = config()
    this.#wiring.take(next)
    const ended = await attendance.keep(next.devices, (id) => health.forget(id))
    await this.#arrange(ended)
    attendance.attend(next.devices)
    if (textOf(before.enrolled.differences) !== textOf(next.enrolled.differences)) enrolment.tell()
    health.touch()
  }

  /** Thermometers and stations as they are configured now. Those that have not changed go on as they are. */
  async #arrange(ended: readonly string[]): Promise<void> {
    const { thermometers, stations, isWaiting } = this.#wiring
    const config = this.#wiring.config()
    await thermometers.arrange(config, ended)
    await stations.arrange(isWaiting ? [] : config.stations, ended, (station) => thermometers.instrumentOf(station))
    thermometers.watch(config.stations)
  }

  async #ticks(signal: AbortSignal): Promise<void> {
    const { stations, batching, evidence, health, route, parts } = this.#wiring
    while (!signal.aborted) {
      this.#tickedMs = performance.now()
      await stations.tick()
      await batching.tick(signal)
      // What a damaged disk gave back may still be signed anew, and name evidence.
      if (!parts.outbox.lost) evidence.tidy(parts.outbox)
      health.write(performance.now())
      route?.tick(performance.now())
      await sleep(TICK_MS, signal)
    }
  }

  /** The library is for those who want metrics. A gateway whose port is taken runs without them. */
  async #serveMetrics(): Promise<AsyncDisposable | undefined> {
    const { config, health, parts } = this.#wiring
    const { metrics } = config()
    if (metrics === undefined) return undefined
    try {
      const { serveMetrics } = await import('./metrics.ts')
      return await serveMetrics(metrics, {
        status: () => health.status(),
        fill: () => parts.disk.fill(performance.now()),
      })
    } catch (thrown) {
      this.problem(asAgentError(thrown))
      return undefined
    }
  }

  /** The gateway's own page, where it is configured. */
  async #servePage(signal: AbortSignal): Promise<void> {
    const { config, panel, benches, evidence, stations, parts, problem } = this.#wiring
    const { page } = config()
    if (!page) return
    // A gateway without a page does not carry it.
    const { servePage } = await import('./page/serve.ts')
    const { outbox, signer } = parts
    const shown = { panel, benches, outbox, evidence, signer, stations: () => stations.list }
    await servePage(page, { ...shown, problem: (error: AgentError) => problem(error, 'page') }, signal)
  }
}
