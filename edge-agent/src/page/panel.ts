import { decodeBatch, isDoubtful, parseStatement } from '@tristamp/protocol'
import type { Clock } from '../clock.ts'
import type { AgentConfig, StationConfig } from '../config-types.ts'
import type { Disk } from '../disk.ts'
import { drivers, type Measurement } from '../driver/index.ts'
import type { AgentError } from '../error.ts'
import type { Fixes } from '../fix.ts'
import type { Health } from '../health.ts'
import { isDrill } from '../order-text.ts'
import type { Outbox } from '../outbox.ts'
import type { Sample } from '../readings.ts'
import type { Told } from '../recalls.ts'
import type { Notice } from '../station/notice.ts'
import type { StationState } from '../station/state.ts'
import type { Station } from '../station/station.ts'
import type { Thermometer } from '../thermometer.ts'
import { VERSION } from '../version.ts'
import { Acts } from './acts.ts'
import { alarmsOf } from './alarms.ts'
import { type Chart, chartStart, HOURS_MS, pieces } from './charts.ts'
import { LOCKS_EACH, lockedBeside, locksOf } from './locks.ts'
import type { DeviceView, PageState, Queue, Reading, StationView } from './state.ts'

/** What the panel looks at. Functions, for a configuration that is read again changes what they give. */
export interface PanelSources {
  config(): AgentConfig
  clock: Clock
  fixes: Fixes
  health: Health
  disk: Disk
  outbox: Outbox
  thermometers: ReadonlyMap<string, Thermometer>
  stations(): readonly Station[]
  /** Recalls and holds that stand. */
  recalls(): readonly Told[]
  /** Why nothing is accepted just now, if so. */
  refusal(): AgentError | undefined
}

/** How old the numbers of the queue may be. */
const QUEUE_MS = 500
/** What the gateway shows of itself: gathers while it runs, and gives the document of any moment. */
export class Panel {
  readonly #sources: PanelSources
  readonly #acts: Acts
  readonly #listeners = new Set<() => void>()
  readonly #heard = new Map<string, number>()
  readonly #samples = new Map<string, { atMs: number; sample: Sample }>()
  #lastAck: PageState['lastAck'] = null
  #uplinkTrouble: AgentError | undefined
  #queue: { lookedMs: number; queue: Queue } | undefined
  #signed: { seq: number; atMs: number } | undefined

  constructor(sources: PanelSources) {
    this.#sources = sources
    this.#acts = new Acts(() => this.#nowMs())
  }

  /** Calls back when anything has changed, until the returned function is called. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Something in the status has changed. */
  touch(): void {
    for (const listener of this.#listeners) listener()
  }

  /** A device gave something. */
  heard(device: string, { kind }: Measurement): void {
    if (kind === 'no-fix' || kind === 'missing') return
    this.#heard.set(device, this.#nowMs())
    this.touch()
  }

  read(device: string, sample: Sample): void {
    this.#samples.set(device, { atMs: this.#nowMs(), sample })
    this.touch()
  }

  told(station: string, notice: Notice): void {
    this.#acts.notice(station, notice)
    this.touch()
  }

  /** What a test said. */
  line(line: string): void {
    this.#acts.told(line)
    this.touch()
  }

  /** A scan that no station got to see. */
  fault(device: string, error: AgentError): void {
    const station = this.#sources.config().stations.find(({ scanner }) => scanner === device)
    this.#acts.refused(error.code, error.fields, station?.id)
    this.touch()
  }

  /** What a test could not do. */
  trouble({ code, fields }: AgentError): void {
    this.#acts.refused(code, fields)
    this.touch()
  }

  connected(is: boolean): void {
    if (is) this.#uplinkTrouble = undefined
    this.touch()
  }

  uplinkTrouble(error: AgentError): void {
    this.#uplinkTrouble = error
    this.touch()
  }

  acknowledged(entry: number): void {
    this.#uplinkTrouble = undefined
    this.#lastAck = { atMs: this.#nowMs(), entry }
    this.touch()
  }

  /** The document of this moment. */
  async state(access: PageState['access'], withCharts: boolean): Promise<PageState> {
    const { clock, fixes, health } = this.#sources
    const config = this.#sources.config()
    const now = clock.now()
    const { source, uncertaintyMs } = now
    return {
      v: 1,
      gateway: `${config.gateway.org}/${config.gateway.id}`,
      version: VERSION,
      zone: config.gateway.zone,
      atMs: Math.round(now.ms),
      access,
      pin: config.page?.pin !== undefined,
      online: health.isOnline,
      ledger: config.page?.ledger ?? null,
      queue: await this.#queueNow(),
      lastAck: this.#lastAck,
      clock: { source, uncertaintyMs, doubtful: isDoubtful(now) },
      place: fixes.at(now.monotonicMs).geo,
      alarms: alarmsOf(this.#sources, (device) => this.#readings(device), this.#uplinkTrouble),
      devices: config.devices.map(({ id, driver }) => this.#device(id, driver)),
      stations: this.#sources.stations().map((station) => stationView(station, config)),
      acts: access === 'operator' ? this.#acts.list : [],
      locks: this.#sources.recalls().flatMap((notice) => locksOf(notice)),
      lockedBeside: this.#sources.recalls().flatMap((notice) => lockedBeside(notice)),
      recalls: this.#sources.recalls().flatMap((notice) => recallView(notice)),
      ...(withCharts && { charts: this.#charts(config) }),
    }
  }

  #nowMs(): number {
    return Math.round(this.#sources.clock.now().ms)
  }

  async #queueNow(): Promise<Queue> {
    const { outbox } = this.#sources
    const now = performance.now()
    if (this.#queue === undefined || now - this.#queue.lookedMs >= QUEUE_MS) {
      const { unsigned, acked, nextSeq } = outbox
      const oldestMs = acked < nextSeq ? await this.#signedAt(acked) : null
      this.#queue = { lookedMs: now, queue: { unsigned, unacked: Math.max(0, nextSeq - acked), oldestMs } }
    }
    return this.#queue.queue
  }

  /** When a batch was signed, as it says itself. */
  async #signedAt(seq: number): Promise<number | null> {
    if (this.#signed?.seq === seq) return this.#signed.atMs
    try {
      const { statement } = decodeBatch(await this.#sources.outbox.batch(seq))
      this.#signed = { seq, atMs: parseStatement(statement).header.iat * 1000 }
      return this.#signed.atMs
    } catch {
      // Acknowledged meanwhile, or damaged: that is told elsewhere.
      return null
    }
  }

  #device(id: string, driver: string): DeviceView {
    const state = this.#sources.health.devices.get(id)?.state ?? 'down'
    const gives = drivers.get(driver)?.gives ?? ''
    return { id, driver, gives, state, heardMs: this.#heard.get(id) ?? null, readings: this.#readings(id) }
  }

  #readings(device: string): Reading[] {
    const last = this.#samples.get(device)
    if (last === undefined) return []
    const { atMs, sample } = last
    return sample.quantities.map(({ type, milli, uom, flag, why }) => {
      return { type, milli, uom, atMs, ...(flag !== undefined && { flag: why ?? flag }) }
    })
  }

  #charts(config: AgentConfig): Chart[] {
    const now = this.#sources.clock.now()
    return [...this.#sources.thermometers.values()].flatMap(({ device, readings }) =>
      [...readings.units].map(([type, uom]): Chart => {
        const spans = readings.spans(type, now.ms - HOURS_MS, now.ms, now)
        const fromMs = chartStart(spans[0]?.fromMs, now.ms)
        const limits = type === 'Temperature' ? limitsOf(config.stations, device) : null
        const drawn = pieces(spans, fromMs, now.ms)
        return { device, type, uom, fromMs: Math.round(fromMs), toMs: Math.round(now.ms), limits, spans: drawn }
      }),
    )
  }
}

function recallView({ recall, heardMs }: Told): PageState['recalls'] {
  if (recall.op !== 'recall') return []
  const { id, reason, holder, subjects } = recall
  const shown = { subjects: subjects.slice(0, LOCKS_EACH), named: subjects.length, atMs: Math.round(heardMs) }
  return [{ id, drill: isDrill(recall), class: recall.class, reason, holder, ...shown }]
}

/** The strictest limits of the stations that look at this thermometer: a value inside them breaks none. */
function limitsOf(stations: readonly StationConfig[], device: string): Chart['limits'] {
  const all = stations.flatMap(({ thermometer, limits }) => (thermometer === device && limits ? [limits] : []))
  if (all.length === 0) return null
  return {
    minMilliC: Math.max(...all.map(({ minMilliC }) => minMilliC)),
    maxMilliC: Math.min(...all.map(({ maxMilliC }) => maxMilliC)),
  }
}

function stationView({ config, state }: Station, { tests }: AgentConfig): StationView {
  const { id, thermometer, limits, actions } = config
  return {
    id,
    thermometer: thermometer ?? null,
    limits: limits ?? null,
    steps: [...actions].map(([name, { action, label }]) => ({ name, action, label })),
    tests: tests.some(({ station }) => station === id),
    step: state.action ?? null,
    open: openOf(state),
    answer: state.answer ? { state: state.answer.state, count: state.answer.goods.length } : null,
  }
}

function openOf({ work }: Readonly<StationState>): StationView['open'] {
  if (!work) return null
  const { goods, outputs, parent } = work
  return { count: (outputs ?? goods).length, parent: parent !== undefined, outputs: outputs !== undefined }
}
