import { subjectKind } from '@tristamp/protocol'
import { Attendance } from './attendance.ts'
import { sleep } from './backoff.ts'
import { Batching } from './batching.ts'
import { Clock } from './clock.ts'
import { ClockMemory } from './clock-memory.ts'
import { type ClockSources, systemSources } from './clock-source.ts'
import { askSystem } from './clock-system.ts'
import { ClockWatch } from './clock-watch.ts'
import { textOf } from './config-diff.ts'
import type { AgentConfig } from './config-types.ts'
import type { Disk } from './disk.ts'
import { EnrolmentDesk } from './enrolment-desk.ts'
import { type AgentError, asAgentError, printable } from './error.ts'
import { EvidenceFiles } from './evidence-files.ts'
import { Fixes } from './fix.ts'
import { Health } from './health.ts'
import type { Log } from './log.ts'
import { headOf, reasonOf } from './order-text.ts'
import type { Outbox } from './outbox.ts'
import { Panel } from './page/panel.ts'
import { paths } from './paths.ts'
import { Recalls } from './recalls.ts'
import { repairedError, repairOutbox } from './repair.ts'
import { encodeReport } from './report-event.ts'
import { loginsOf } from './rotation.ts'
import { RouteRecorder } from './route.ts'
import { SealedCodes } from './sealed-codes.ts'
import { Senses } from './senses.ts'
import type { Signer } from './signer.ts'
import { Benches } from './spectroscopy/benches.ts'
import type { ModelFile } from './spectroscopy/model-file.ts'
import type { StationServices } from './station/index.ts'
import { benchServices, stationServices } from './station/services.ts'
import { Stations } from './station/stations.ts'
import type { Store } from './store.ts'
import { Thermometers } from './thermometers.ts'
import { Uplink } from './uplink.ts'
import { VERSION } from './version.ts'
import { Ways } from './ways.ts'

/** How often time-bound work is looked at: acts that close by themselves, observations, batches, the status file. */
const TICK_MS = 200
/** Ticks wait for the disk; one that takes longer for a write does not come back. */
const HANGS_MS = 30_000

/** What the program around a gateway wants to hear. */
export interface AgentHooks {
  /** The ledger says something new of this gateway; it is kept, and counts when the configuration is read again. */
  enrolled?(): void
}

/** What a gateway has when it begins. */
export interface Parts {
  signer: Signer
  password: string
  disk: Disk
  store: Store
  outbox: Outbox
  models: ReadonlyMap<string, ModelFile>
  log: Log
  hooks: AgentHooks
}

/** The wiring: who hears what from whom. It decides nothing by itself. */
export class Wiring {
  #config: AgentConfig
  readonly #parts: Parts
  readonly #clock: Clock
  readonly #clockMemory: ClockMemory
  readonly #clockWatch: ClockWatch
  /** The way of what moves. */
  readonly #route: RouteRecorder | undefined
  readonly #ways: Ways | undefined
  readonly #fixes: Fixes
  readonly #health: Health
  readonly #uplink: Uplink
  readonly #batching: Batching
  readonly #thermometers: Thermometers
  readonly #attendance: Attendance
  readonly #enrolment: EnrolmentDesk
  readonly #stations: Stations
  readonly #benches: Benches
  readonly #evidence: EvidenceFiles
  /** What is called back. */
  readonly #recalls: Recalls
  /** Of goods with a secret inside. */
  readonly #sealedCodes: SealedCodes | undefined
  /** What the page shows. */
  readonly #panel: Panel
  #reconfiguring: Promise<void> = Promise.resolve()
  #tickedMs: number = performance.now()

  constructor(config: AgentConfig, parts: Parts) {
    this.#config = config
    this.#parts = parts
    const sources = systemSources()
    this.#clockMemory = new ClockMemory(sources.bootId, paths(config.data).clock)
    this.#clock = new Clock(config.clock, sources, this.#clockMemory)
    this.#clockWatch = this.#newClockWatch(sources)
    const moves = config.place.source === 'gnss' && subjectKind(config.gateway.station) === 'asset'
    this.#evidence = new EvidenceFiles(paths(config.data).evidence)
    if (moves) {
      this.#route = new RouteRecorder(paths(config.data).route)
      this.#ways = new Ways(this.#route, this.#evidence, (error) => this.problem(error, 'route'))
    }
    this.#fixes = new Fixes(config.place, config.gateway.station)
    this.#health = this.#newHealth()
    this.#recalls = new Recalls(paths(config.data).recalls, config.uplink.ledgerKey)
    for (const error of this.#recalls.load()) this.problem(error)
    if (config.sealedCodes !== undefined) {
      this.#sealedCodes = new SealedCodes(config.sealedCodes, (error) => this.problem(error, 'sealed'))
      this.#sealedCodes.load()
    }
    this.#thermometers = this.#newThermometers()
    this.#panel = this.#newPanel()
    this.#enrolment = this.#newEnrolment()
    this.#uplink = this.#newUplink()
    this.#batching = this.#newBatching()
    const services = this.#stationServices()
    this.#stations = new Stations(services)
    this.#benches = new Benches(
      this.#isWaiting ? { ...config, tests: [] } : config,
      parts.models,
      this.#evidence,
      benchServices(services, this.#panel),
    )
    this.#attendance = new Attendance(this.#newSenses())
  }

  async load(): Promise<void> {
    await this.#arrange([])
    await this.#benches.load()
    this.#evidence.load()
    this.#parts.disk.load(performance.now())
  }

  async run(signal: AbortSignal): Promise<void> {
    this.#attendance.attend(this.#config.devices)
    this.#enrolment.tell()
    const metrics = await this.#serveMetrics()
    await Promise.all([this.#uplink.run(signal), this.#clockWatch.run(signal), this.#ticks(signal), this.#page(signal)])
    await this.#reconfiguring
    await this.#attendance.stop()
    await metrics?.[Symbol.asyncDispose]()
    await this.#stations.idle()
    await this.#benches.idle()
    await this.#batching.idle()
    this.#clockMemory.save()
    this.#route?.save()
    this.#health.online(false)
    this.#health.write(performance.now(), true)
    await this.#parts.store.close()
  }

  /** What waits for the disk holds the ticks up, so their age tells of both. */
  get alive(): boolean {
    const now = performance.now()
    return now - this.#tickedMs < HANGS_MS && !this.#batching.stuck(now)
  }

  /** Whether what it may sign is known: without that it only reads. */
  get #isWaiting(): boolean {
    return this.#config.enrolled.missing.length > 0
  }

  /** One after the other; what comes after the stop is for the next start. */
  reconfigure(next: AgentConfig): Promise<void> {
    const done = this.#reconfiguring.then(() => this.#reconfigure(next))
    this.#reconfiguring = done.catch(() => undefined)
    return done
  }

  async refused(error: AgentError): Promise<void> {
    const { gateway } = this.#config
    this.problem(error)
    const report = encodeReport({ kind: 'config', code: error.code }, this.#clock.now(), gateway.zone, gateway.station)
    await this.#batching.accept([report], []).catch((thrown: unknown) => this.problem(asAgentError(thrown)))
  }

  async #reconfigure(next: AgentConfig): Promise<void> {
    const before = this.#config
    this.#config = next
    const ended = await this.#attendance.keep(next.devices, (id) => this.#health.forget(id))
    await this.#arrange(ended)
    this.#attendance.attend(next.devices)
    if (textOf(before.enrolled.differences) !== textOf(next.enrolled.differences)) this.#enrolment.tell()
    this.#health.touch()
  }

  /** Thermometers and stations as they are configured now. Those that have not changed go on as they are. */
  async #arrange(ended: readonly string[]): Promise<void> {
    const { stations } = this.#config
    const thermometers = this.#thermometers
    await thermometers.arrange(this.#config, ended)
    await this.#stations.arrange(this.#isWaiting ? [] : stations, ended, (config) => thermometers.instrumentOf(config))
    thermometers.watch(stations)
  }

  /** Goods are called back or held, or no longer. */
  #onNotice(payload: Uint8Array): void {
    try {
      const notice = this.#recalls.take(payload)
      if (notice === undefined) return
      const { recall, lifted, isAgain, also = [] } = notice
      const what = headOf(recall)
      const { info } = this.#parts.log
      const { en, zh } = reasonOf(recall)
      if (isAgain) info(`· ${also.length} more items and units are known to be or to hold goods of ${recall.id}`)
      else if (lifted) info(`· ${recall.op === 'hold' ? 'released' : 'lifted'}: ${what}: ${printable(lifted.reason)}`)
      else info(`· ${what}: ${printable(recall.subjects.join(' '))}: ${en} ${zh}`)
    } catch (thrown) {
      this.problem(asAgentError(thrown), 'notice')
    } finally {
      this.#panel.touch()
    }
  }

  /** The library is for those who want metrics. A gateway whose port is taken runs without them. */
  async #serveMetrics(): Promise<AsyncDisposable | undefined> {
    const { metrics } = this.#config
    if (metrics === undefined) return undefined
    try {
      const { serveMetrics } = await import('./metrics.ts')
      const { disk } = this.#parts
      return await serveMetrics(metrics, {
        status: () => this.#health.status(),
        fill: () => disk.fill(performance.now()),
      })
    } catch (thrown) {
      this.problem(asAgentError(thrown))
      return undefined
    }
  }

  async #ticks(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#tickedMs = performance.now()
      await this.#stations.tick()
      await this.#batching.tick(signal)
      // What a damaged disk gave back may still be signed anew, and name evidence.
      if (!this.#parts.outbox.lost) this.#evidence.tidy(this.#parts.outbox)
      this.#health.write(performance.now())
      this.#route?.tick(performance.now())
      await sleep(TICK_MS, signal)
    }
  }

  #newSenses(): Senses {
    const { log } = this.#parts
    return new Senses({
      config: () => this.#config,
      clock: this.#clock,
      clockWatch: this.#clockWatch,
      fixes: this.#fixes,
      route: this.#route,
      thermometers: this.#thermometers,
      stations: this.#stations,
      benches: this.#benches,
      panel: this.#panel,
      health: this.#health,
      info: (line) => log.info(line),
      problem: (error, key) => this.problem(error, key),
    })
  }

  #newClockWatch(sources: ClockSources): ClockWatch {
    const { clock, gateway } = this.#config
    const { log } = this.#parts
    return new ClockWatch({
      clock: this.#clock,
      memory: this.#clockMemory,
      maxErrorMs: clock.maxErrorMs,
      ...(clock.source !== 'gnss' && { ask: () => askSystem(clock.source, sources) }),
      report: (report, moment) => this.#batching.accept([encodeReport(report, moment, gateway.zone)], []),
      info: (line) => {
        this.#health.touch()
        log.info(line)
      },
      problem: (thrown) => this.problem(asAgentError(thrown), 'clock'),
    })
  }

  /** Counts it and tells it. */
  problem(error: AgentError, key?: string): void {
    this.#health.count(error)
    this.#parts.log.problem(error, key)
  }

  #stationServices(): StationServices {
    const { store, disk, log } = this.#parts
    return stationServices({
      gateway: this.#config.gateway,
      clock: this.#clock,
      clockWatch: this.#clockWatch,
      fixes: this.#fixes,
      store,
      disk,
      batching: this.#batching,
      ways: this.#ways,
      recalls: this.#recalls,
      sealedCodes: this.#sealedCodes,
      panel: this.#panel,
      health: this.#health,
      info: (line) => log.info(line),
      problem: (error) => this.problem(error),
    })
  }

  #newBatching(): Batching {
    const { store, outbox, signer, disk, log } = this.#parts
    return new Batching(this.#config.batch, {
      store,
      outbox,
      signer,
      disk,
      timeMs: () => this.#clock.now().ms,
      settled: () => this.#uplink.settled && !this.#isWaiting,
      heard: () => this.#uplink.heard && !this.#isWaiting,
      report: (report) => encodeReport(report, this.#clock.now(), this.#config.gateway.zone),
      repair: async () => {
        const { data } = this.#config
        this.problem(repairedError(await repairOutbox(paths(data).outbox, data, signer)))
      },
      signed: () => {
        this.#health.touch()
        this.#uplink.wake()
      },
      reopened: () => this.#stations.reload(),
      info: (line) => log.info(line),
      problem: (error) => this.problem(error, 'outbox'),
    })
  }

  #newHealth(): Health {
    const { gateway, data, devices } = this.#config
    const { outbox, log } = this.#parts
    const sources = {
      version: VERSION,
      gateway: `${gateway.org}/${gateway.id}`,
      folder: data,
      language: log.language,
      outbox: () => ({ next: outbox.nextSeq, acked: outbox.acked, unsigned: outbox.unsigned }),
      now: () => this.#clock.now(),
      enrolment: () => {
        const { enrolment, missing, differences } = this.#config.enrolled
        return {
          ...(enrolment && { entry: enrolment.entry }),
          ...(missing.length > 0 && { missing }),
          ...(differences.length > 0 && { differs: differences.map(({ path }) => path) }),
        }
      },
      changed: () => {
        this.#uplink.statusChanged()
        this.#panel.touch()
      },
    }
    return new Health(
      sources,
      devices.map(({ id }) => id),
    )
  }

  #newThermometers(): Thermometers {
    const { store, log } = this.#parts
    return new Thermometers({
      clock: this.#clock,
      store,
      read: (device, sample) => this.#panel.read(device, sample),
      info: (line) => log.info(line),
      problem: (error, key) => this.problem(error, key),
    })
  }

  #newEnrolment(): EnrolmentDesk {
    const { signer, log, hooks } = this.#parts
    return new EnrolmentDesk({
      config: () => this.#config,
      kid: signer.kid,
      info: (line) => log.info(line),
      problem: (error, key) => this.problem(error, key),
      enrolled: () => hooks.enrolled?.(),
    })
  }

  #newPanel(): Panel {
    return new Panel({
      config: () => this.#config,
      clock: this.#clock,
      fixes: this.#fixes,
      health: this.#health,
      disk: this.#parts.disk,
      outbox: this.#parts.outbox,
      thermometers: this.#thermometers.all,
      stations: () => this.#stations.list,
      recalls: () => this.#recalls.standing,
      refusal: () => this.#batching.refusal(performance.now()),
    })
  }

  /** The gateway's own page, where it is configured. */
  async #page(signal: AbortSignal): Promise<void> {
    const { page } = this.#config
    if (!page) return
    // A gateway without a page does not carry it.
    const { servePage } = await import('./page/serve.ts')
    const { outbox, signer } = this.#parts
    const parts = {
      panel: this.#panel,
      benches: this.#benches,
      outbox,
      evidence: this.#evidence,
      signer,
      stations: () => this.#stations.list,
      problem: (error: AgentError) => this.problem(error, 'page'),
    }
    await servePage(page, parts, signal)
  }

  #newUplink(): Uplink {
    const { outbox, password, signer, log } = this.#parts
    const events = {
      connected: (is: boolean) => {
        this.#health.online(is)
        this.#panel.connected(is)
        log.info(is ? `· connected to ${this.#config.uplink.url}` : '· disconnected')
      },
      acknowledged: (entry: number) => {
        this.#clockMemory.acknowledged(entry)
        this.#panel.acknowledged(entry)
        this.#health.touch()
      },
      enrolment: (payload: Uint8Array) => this.#enrolment.take(payload),
      notice: (payload: Uint8Array) => this.#onNotice(payload),
      problem: (error: AgentError) => {
        // A batch that is not as it was signed: the outbox is closed and repaired.
        if (error.code === 'OUTBOX_DAMAGED') this.#parts.store.fail(error)
        this.problem(error, 'uplink')
        this.#panel.uplinkTrouble(error)
      },
      status: () => JSON.stringify(this.#health.status()),
    }
    return new Uplink({
      logins: () => loginsOf(this.#config.data),
      config: this.#config,
      password,
      kid: signer.kid,
      outbox,
      evidence: this.#evidence,
      events,
    })
  }
}
