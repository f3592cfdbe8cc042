import { subjectKind } from '@tristamp/protocol'
import { Attendance } from './attendance.ts'
import { Batching } from './batching.ts'
import { Clock } from './clock.ts'
import { ClockMemory } from './clock-memory.ts'
import { type ClockSources, systemSources } from './clock-source.ts'
import { askSystem } from './clock-system.ts'
import { ClockWatch } from './clock-watch.ts'
import type { AgentConfig } from './config-types.ts'
import type { Disk } from './disk.ts'
import { EnrolmentDesk } from './enrolment-desk.ts'
import { type AgentError, asAgentError } from './error.ts'
import { EvidenceFiles } from './evidence-files.ts'
import { Fixes } from './fix.ts'
import { Health } from './health.ts'
import type { Log } from './log.ts'
import { NoticeDesk } from './notice-desk.ts'
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
import { benchServices, stationServices } from './station/gateway-services.ts'
import { Stations } from './station/stations.ts'
import type { Store } from './store.ts'
import { Thermometers } from './thermometers.ts'
import { Uplink } from './uplink.ts'
import { uplinkEvents } from './uplink-events.ts'
import { VERSION } from './version.ts'
import { Ways } from './ways.ts'

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

/**
 * The wiring: what a gateway is made of, and who hears what from whom. It decides nothing by itself, and nothing speaks until all of it stands: what was
 * kept on the disk is read afterwards.
 */
export class Wiring {
  #config: AgentConfig
  readonly parts: Parts
  readonly clock: Clock
  readonly clockMemory: ClockMemory
  readonly clockWatch: ClockWatch
  /** The way of what moves. */
  readonly route: RouteRecorder | undefined
  readonly fixes: Fixes
  readonly health: Health
  readonly uplink: Uplink
  readonly batching: Batching
  readonly thermometers: Thermometers
  readonly attendance: Attendance
  readonly enrolment: EnrolmentDesk
  readonly stations: Stations
  readonly benches: Benches
  readonly evidence: EvidenceFiles
  /** What is called back. */
  readonly notices: NoticeDesk
  /** Of goods with a secret inside. */
  readonly sealedCodes: SealedCodes | undefined
  /** What the page shows. */
  readonly panel: Panel

  /** The configuration as it counts now: it may be read again while the gateway runs. */
  readonly config: () => AgentConfig = () => this.#config
  readonly info: (line: string) => void = (line) => this.parts.log.info(line)
  /** Counts it and tells it. */
  readonly problem: (error: AgentError, key?: string) => void = (error, key) => {
    this.health.count(error)
    this.parts.log.problem(error, key)
  }

  constructor(config: AgentConfig, parts: Parts) {
    this.#config = config
    this.parts = parts
    const { info, problem } = this
    const { disk, store } = parts
    const { gateway, place } = config
    const files = paths(config.data)
    const sources = systemSources()
    this.clockMemory = new ClockMemory(sources.bootId, files.clock)
    this.clock = new Clock(config.clock, sources, this.clockMemory)
    this.clockWatch = this.#newClockWatch(sources)
    this.evidence = new EvidenceFiles(files.evidence)
    const moves = place.source === 'gnss' && subjectKind(gateway.station) === 'asset'
    this.route = moves ? new RouteRecorder(files.route) : undefined
    const ways = this.route && new Ways(this.route, this.evidence, (error) => problem(error, 'route'))
    this.fixes = new Fixes(place, gateway.station)
    this.health = this.#newHealth()
    const recalls = new Recalls(files.recalls, config.uplink.ledgerKey)
    this.notices = new NoticeDesk({ recalls, info, problem, touch: () => this.panel.touch() })
    if (config.sealedCodes !== undefined)
      this.sealedCodes = new SealedCodes(config.sealedCodes, (error) => problem(error, 'sealed'))
    const { clock, clockWatch, fixes, health, sealedCodes } = this
    const read: Panel['read'] = (device, sample) => this.panel.read(device, sample)
    this.thermometers = new Thermometers({ clock, store, read, info, problem })
    this.panel = this.#newPanel(recalls)
    this.enrolment = this.#newEnrolment()
    this.uplink = this.#newUplink()
    this.batching = this.#newBatching()
    const { batching, panel } = this
    const shared = { gateway, clock, clockWatch, fixes, store, disk, batching, ways, recalls, sealedCodes }
    const services = stationServices({ ...shared, panel, health, info, problem: (error) => problem(error) })
    this.stations = new Stations(services)
    const tested = this.isWaiting ? { ...config, tests: [] } : config
    this.benches = new Benches(tested, parts.models, this.evidence, benchServices(services, panel))
    this.attendance = new Attendance(new Senses(this))
  }

  /** Another configuration counts from now on. */
  take(next: AgentConfig): void {
    this.#config = next
  }

  /** Whether what it may sign is not known: without that it only reads. */
  get isWaiting(): boolean {
    return this.#config.enrolled.missing.length > 0
  }

  #newClockWatch(sources: ClockSources): ClockWatch {
    const { clock, gateway } = this.#config
    return new ClockWatch({
      clock: this.clock,
      memory: this.clockMemory,
      maxErrorMs: clock.maxErrorMs,
      ...(clock.source !== 'gnss' && { ask: () => askSystem(clock.source, sources) }),
      report: (report, moment) => this.batching.accept([encodeReport(report, moment, gateway.zone)], []),
      info: (line) => {
        this.health.touch()
        this.info(line)
      },
      problem: (thrown) => this.problem(asAgentError(thrown), 'clock'),
    })
  }

  #newHealth(): Health {
    const { gateway, data, devices } = this.#config
    const { outbox, log } = this.parts
    const sources = {
      version: VERSION,
      gateway: `${gateway.org}/${gateway.id}`,
      folder: data,
      language: log.language,
      outbox: () => ({ next: outbox.nextSeq, acked: outbox.acked, unsigned: outbox.unsigned }),
      now: () => this.clock.now(),
      enrolment: () => this.enrolment.status,
      changed: () => {
        this.uplink.statusChanged()
        this.panel.touch()
      },
    }
    const ids = devices.map(({ id }) => id)
    return new Health(sources, ids)
  }

  #newPanel(recalls: Recalls): Panel {
    const { config, clock, fixes, health, thermometers } = this
    const { disk, outbox } = this.parts
    return new Panel({
      ...{ config, clock, fixes, health, disk, outbox },
      thermometers: thermometers.all,
      stations: () => this.stations.list,
      recalls: () => recalls.standing,
      refusal: () => this.batching.refusal(performance.now()),
    })
  }

  #newEnrolment(): EnrolmentDesk {
    const { config, info, problem } = this
    const { signer, hooks } = this.parts
    return new EnrolmentDesk({ config, kid: signer.kid, info, problem, enrolled: () => hooks.enrolled?.() })
  }

  #newUplink(): Uplink {
    const { outbox, password, signer, store } = this.parts
    return new Uplink({
      logins: () => loginsOf(this.#config.data),
      config: this.#config,
      password,
      kid: signer.kid,
      outbox,
      evidence: this.evidence,
      events: uplinkEvents(this, store),
    })
  }

  #newBatching(): Batching {
    const { store, outbox, signer, disk } = this.parts
    return new Batching(this.#config.batch, {
      ...{ store, outbox, signer, disk },
      timeMs: () => this.clock.now().ms,
      settled: () => this.uplink.settled && !this.isWaiting,
      heard: () => this.uplink.heard && !this.isWaiting,
      report: (report) => encodeReport(report, this.clock.now(), this.#config.gateway.zone),
      repair: async () => {
        const { data } = this.#config
        this.problem(repairedError(await repairOutbox(paths(data).outbox, data, signer)))
      },
      signed: () => {
        this.health.touch()
        this.uplink.wake()
      },
      reopened: () => this.stations.reload(),
      info: this.info,
      problem: (error) => this.problem(error, 'outbox'),
    })
  }
}
