import { fromUtf8, matchOf, ProtocolError, parseScan, type RecallNotice, type Scan, utf8 } from '@tristamp/protocol'
import type { Clock } from '../clock.ts'
import type { GatewayConfig, StationConfig } from '../config-types.ts'
import { AgentError, asAgentError } from '../error.ts'
import type { Holdings } from '../holding.ts'
import { alsoOf, isDrill, reasonOf, toDoOf } from '../order-text.ts'
import type { Instrument } from '../quality.ts'
import { encodeReport } from '../report-event.ts'
import type { Stamp } from '../stamp.ts'
import type { Store, Write } from '../store.ts'
import { Answering, type AnswerStep } from './answering.ts'
import { bars, namesOfGoods, namesOfScan, opens, Tries } from './barrier.ts'
import { isCommand, parseCommand } from './command.ts'
import { checked, Encoder } from './encoder.ts'
import { type Notice, noticeOf } from './notice.ts'
import { observe } from './observe.ts'
import { reduce, settle } from './reduce.ts'
import { gatheredLine, recordedLine, repeatedLine, undoneLine } from './say.ts'
import type { Draft, Intent, ScanInput, StationState, Step } from './state.ts'
import { ageMs, declareError, decodeLastAct, encodeLastAct, type LastAct } from './undo.ts'

/** Goods with sealed codes in one act: with their commitments they fit an event. */
const SEALED_AT_ONCE = 100

/** What a station needs of the gateway. */
export interface StationServices {
  gateway: GatewayConfig
  clock: Clock
  store: Store
  holdings: Holdings
  /** Place and time of this instant. */
  stamp(): Stamp
  /** Resolves when the events and the other records are on the disk. */
  accept(events: Uint8Array[], others: Write[]): Promise<void>
  /** The way since then as evidence: its name, which the event that is accepted next carries. Undefined for what stands still. */
  route?(fromMs: number, toMs: number): string | undefined
  /** Recalls and holds that stand and name one of these, those in earnest first. */
  recalled?(names: readonly string[]): RecallNotice[]
  /** All recalls that stand, for answers to them. */
  recalls?(): readonly RecallNotice[]
  /** The commitment to an item's sealed code. */
  sealed?(item: string): string | undefined
  /** Why nothing is accepted just now, if so. */
  refusal(): AgentError | undefined
  /** So many times their interval apart are periodic readings recorded; more than once while space is short. */
  thinning?(): number
  info(line: string): void
  problem(error: AgentError): void
  /** What became of a scan at a station, for displays. */
  told?(station: string, notice: Notice): void
}

/**
 * One station: scans in, events out. Everything that it does goes through one queue, so that state, holdings and outbox move together; the
 * operator is told of a scan only when it is on the disk.
 */
export class Station {
  readonly config: StationConfig
  readonly #services: StationServices
  readonly #instrument: Instrument | undefined
  readonly #encoder: Encoder
  readonly #tries = new Tries()
  readonly #answering: Answering
  /** The recall for which goods were refused here last. */
  #refused: string | undefined
  #state: StationState = {}
  #queue: Promise<void> = Promise.resolve()

  constructor(config: StationConfig, instrument: Instrument | undefined, services: StationServices) {
    this.config = config
    this.#instrument = instrument
    this.#services = services
    this.#encoder = new Encoder(config, instrument, services)
    const { id: station, separators } = config
    const recalls = (): readonly RecallNotice[] => services.recalls?.() ?? []
    this.#answering = new Answering({ station, separators, store: services.store, recalls })
  }

  /** What it knows between scans. */
  get state(): Readonly<StationState> {
    return this.#state
  }

  /** After the store was reopened: what is on the disk is what counts. */
  reload(): Promise<void> {
    return this.#inTurn(() => this.load())
  }

  /** Takes up the state that was kept. */
  async load(): Promise<void> {
    const bytes = await this.#services.store.get('station', this.config.id)
    const state: StationState = bytes ? (JSON.parse(fromUtf8(bytes)) as StationState) : {}
    const { action = this.config.start } = state
    // The configuration may have changed since: an action that is no longer here is not gone on with.
    const allowed = action !== undefined && this.config.actions.has(action)
    const { last, observed, answer } = state
    this.#state = allowed ? { ...state, action } : { last, observed, answer }
  }

  /** A frame of this station's scanner, what a tag says that one of its readers has read, or what came by the page. */
  scan(text: string, by: ScanInput['by'] = 'scanner'): Promise<void> {
    const stamp = this.#services.stamp()
    return this.#inTurn(async () => {
      const refusal = this.#services.refusal()
      if (refusal) throw refusal
      const scan = readScan(text)
      const ordered = by !== 'reader' && isCommand(scan.text)
      const names = ordered ? [] : namesOfScan(scan)
      if (by !== 'reader') {
        const command = ordered ? parseCommand(scan.text) : undefined
        const year = new Date(stamp.moment.ms).getUTCFullYear()
        const taken = { scan, command, names, year, refused: this.#refused }
        const answer = ordered && command === undefined ? undefined : await this.#answering.take(this.#state, taken)
        if (answer !== undefined) return this.#answer(answer, stamp)
      }
      if (await this.#bars(names, stamp, by, [this.#state.action])) return
      await this.#apply(reduce(this.config, this.#state, { scan, stamp, by }))
    })
  }

  /** Time has passed. */
  tick(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#services.refusal()) return
      const step = settle(this.config, this.#state, this.#services.clock.now())
      if (step.intents.length > 0) await this.#settle(step)
      await this.#observe()
    })
  }

  /** Resolves when all that was begun is done. */
  idle(): Promise<void> {
    return this.#queue
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#queue = this.#queue.then(work).catch((thrown: unknown) => this.#refuse(asAgentError(thrown)))
    return this.#queue
  }

  /** An act that closed by itself and cannot be recorded is dropped, and said so: nobody waits to correct it. */
  async #settle(step: Step): Promise<void> {
    try {
      await this.#apply(step)
    } catch (thrown) {
      const error = asAgentError(thrown)
      if (!['EVENT_INVALID', 'GOODS_RECALLED', 'GOODS_HELD'].includes(error.code)) throw error
      this.#state = { ...this.#state, work: undefined }
      await this.#services.accept([], [this.#keep(this.#state)])
      throw error
    }
  }

  async #apply({ state, intents }: Step): Promise<void> {
    this.#boundSealed(state)
    const events: Uint8Array[] = []
    const writes: Write[] = []
    const drafts = intents.flatMap((intent) => (intent.kind === 'record' ? [intent.draft] : []))
    // Scanned before the recall or the hold was told, and not recorded yet.
    const { work } = this.#state
    if (work && drafts.some(({ action }) => action !== 'observe')) {
      const goods = [...work.goods, ...(work.outputs ?? []), ...(work.parent ? [work.parent] : [])]
      const steps = drafts.map(({ action }) => action)
      for (const one of goods) await this.#bars(namesOfGoods(one), this.#services.stamp(), 'scanner', steps)
    }
    for (const draft of drafts) {
      events.push(await this.#encoder.encode(draft))
      writes.push(...this.#moves(draft))
    }
    if (drafts.length > 0) writes.push(this.#remember(await this.#lastAct(drafts, events)))
    if (state !== this.#state) {
      await this.#services.accept(events, [...writes, this.#keep(state)])
      this.#state = state
    }
    for (const intent of intents) {
      if (intent.kind === 'undo') await this.#undo()
      else this.#say(intent)
    }
  }

  /** An event has room for so many commitments; who scans on is told before the act is closed. @throws AgentError SCAN_TOO_MANY */
  #boundSealed({ work, action = '' }: StationState): void {
    const { sealed } = this.#services
    if (sealed === undefined || work === undefined) return
    const goods = [...work.goods, ...(work.outputs ?? [])].filter(({ id }) => sealed(id) !== undefined)
    if (goods.length > SEALED_AT_ONCE) throw new AgentError('SCAN_TOO_MANY', { limit: SEALED_AT_ONCE, action })
  }

  /**
   * Recalled goods go no further: refused, and that someone tried is recorded. A drill is told, and stops nothing. Held goods may be taken in and
   * looked at, and leave no further.
   * @param steps that the goods are to take
   * @returns true where a reader sees again what it was refused a moment ago: nobody need be told
   * @throws AgentError GOODS_RECALLED, GOODS_HELD
   */
  async #bars(
    names: readonly string[],
    { moment }: Stamp,
    by: ScanInput['by'],
    steps: readonly (string | undefined)[],
  ): Promise<boolean> {
    const [goods] = names
    const acts = steps.map((step) => this.config.actions.get(step ?? '')?.action)
    const about = this.#services.recalled?.(names) ?? []
    const found = about.filter((notice) => bars(notice.recall, acts) && !opens(notice, names, acts))
    if (goods === undefined || found.length === 0) return false
    const { gateway, accept, info, problem } = this.#services
    const news = found.filter((notice) => this.#tries.isNews(goods, notice, moment.monotonicMs))
    for (const { recall } of news) {
      if (isDrill(recall)) info(`· DRILL, not a recall: ${goods} is named by ${recall.id} at ${this.config.id}`)
    }
    const [gravest, ...others] = found.filter(({ recall }) => !isDrill(recall))
    if (gravest === undefined) return false
    if (gravest.recall.op === 'recall') this.#refused = gravest.recall.id
    const tried = [gravest, ...others].filter((notice) => news.includes(notice))
    const reports = tried.map(({ recall: { op, id } }) =>
      encodeReport({ kind: 'blocked', subject: goods, [op]: id }, moment, gateway.zone, gateway.station),
    )
    // It is refused also where that cannot be recorded.
    if (reports.length > 0) await accept(reports, []).catch((thrown: unknown) => problem(asAgentError(thrown)))
    if (by === 'reader' && tried.length === 0) return true
    const { op, id } = gravest.recall
    const [reason, toDo] = [reasonOf(gravest.recall), toDoOf(gravest.recall)]
    const known = matchOf(gravest, names) === 'also' ? alsoOf(gravest.recall) : undefined
    const [whyEn, whyZh] = [known ? `${known.en} ${reason.en}` : reason.en, `${known?.zh ?? ''}${reason.zh}`]
    const words = { whyEn, whyZh, holderEn: toDo.en, holderZh: toDo.zh }
    throw new AgentError(op === 'hold' ? 'GOODS_HELD' : 'GOODS_RECALLED', { goods, ...words, [op]: id })
  }

  /** On the disk, then said. Whoever has answered does not take back the act before by a slip. */
  async #answer({ state, reports, writes, notice, line }: AnswerStep, { moment }: Stamp): Promise<void> {
    const { gateway, accept, info, told } = this.#services
    const events = reports.map((report) => encodeReport(report, moment, gateway.zone, gateway.station))
    const forget: Write[] = events.length > 0 ? [{ type: 'del', space: 'station', key: this.#undoKey }] : []
    await accept(events, [...writes, ...forget, this.#keep(state)])
    this.#state = state
    info(line)
    told?.(this.config.id, notice)
  }

  /** Takes the last act back, if it is not too long ago: its events are declared errors, and the asset holds what it held before. */
  async #undo(): Promise<void> {
    const { store, clock, holdings, accept, info } = this.#services
    const { id, holds, undoMs } = this.config
    const refuse = (why: string): AgentError => new AgentError('SCAN_UNDO', { station: id, why })
    const bytes = await store.get('station', this.#undoKey)
    if (!bytes) throw refuse('there is no act to undo')
    const last = decodeLastAct(bytes)
    const now = clock.now()
    if (ageMs(last.moment, now, (moment) => clock.place(moment)) > undoMs)
      throw refuse(`it was more than ${Math.round(undoMs / 60_000)} min ago`)
    const events = last.events.map((event) => checked(() => declareError(event, now.ms)))
    const moves = last.before.flatMap(([goods, since]) =>
      since ? holdings.hold(holds, [goods], since) : holdings.release(holds, [goods]),
    )
    // What was scanned for it may be scanned again at once: it is no repetition any more.
    const state = { ...this.#state, last: undefined }
    await accept(events, [...moves, { type: 'del', space: 'station', key: this.#undoKey }, this.#keep(state)])
    this.#state = state
    info(undoneLine(last, id))
    const { action, ids } = last
    this.#services.told?.(id, { kind: 'undone', action, ids, count: ids.length })
  }

  /** What it takes to undo these drafts, as long as nothing of them is on the disk. */
  async #lastAct(drafts: readonly Draft[], events: readonly Uint8Array[]): Promise<LastAct> {
    const touched = [...new Set(drafts.flatMap(({ held, left }) => [...held, ...left]))]
    const before = await this.#services.holdings.look(this.config.holds, touched)
    return {
      action: drafts[0]!.action,
      ids: [...new Set(drafts.flatMap(({ about }) => about))],
      moment: drafts[0]!.stamp.moment,
      events: events.map(fromUtf8),
      before: touched.map((id, i) => [id, before[i] ?? null]),
    }
  }

  #remember(act: LastAct): Write {
    return { type: 'put', space: 'station', key: this.#undoKey, value: encodeLastAct(act) }
  }

  /** Beside the station's own state; no station's name has a space. */
  get #undoKey(): string {
    return `${this.config.id} undo`
  }

  async #observe(): Promise<void> {
    const { observeMs } = this.config
    if (observeMs === undefined || !this.#instrument) return
    const { clock } = this.#services
    const moment = clock.now()
    const sinceMs = this.#state.observed && clock.place(this.#state.observed)
    if (sinceMs === undefined) {
      // The first interval begins with the first look at the clock.
      this.#state = { ...this.#state, observed: moment }
      return
    }
    const factor = this.#services.thinning?.() ?? 1
    if (moment.ms - sinceMs < observeMs * factor && moment.ms >= sinceMs) return
    const stamp = this.#services.stamp()
    const draft = observe(this.config, stamp)
    const state = { ...this.#state, observed: stamp.moment }
    const event = await this.#encoder.encode(draft, sinceMs)
    const events = factor > 1 ? [event, this.#encoder.thinned(stamp.moment, sinceMs, factor)] : [event]
    await this.#services.accept(events, [this.#keep(state)])
    this.#state = state
    this.#say({ kind: 'record', draft })
  }

  #moves({ held, left, stamp }: Draft): Write[] {
    const { holdings } = this.#services
    const { holds } = this.config
    return [...holdings.release(holds, left), ...holdings.hold(holds, held, stamp.moment)]
  }

  #keep(state: StationState): Write {
    return { type: 'put', space: 'station', key: this.config.id, value: utf8(JSON.stringify(state)) }
  }

  #refuse(error: AgentError): void {
    const { problem, told } = this.#services
    problem(error)
    told?.(this.config.id, { kind: 'refused', code: error.code, fields: error.fields })
  }

  #say(intent: Intent): void {
    const { info, told } = this.#services
    const { id } = this.config
    const notice = intent.kind === 'refused' ? undefined : noticeOf(intent)
    if (notice) told?.(id, notice)
    if (intent.kind === 'refused') this.#refuse(new AgentError(intent.code, { station: id, ...intent.fields }))
    else if (intent.kind === 'record') info(recordedLine(intent.draft, id))
    else if (intent.kind === 'gathered') info(gatheredLine(intent, id))
    else if (intent.kind === 'repeated') info(repeatedLine(intent, id))
    else if (intent.kind === 'said') info(`· ${intent.text} at ${id}`)
  }
}

function readScan(text: string): Scan {
  try {
    return parseScan(text)
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause
    throw new AgentError('SCAN_MALFORMED', { text, why: cause.message }, { cause })
  }
}
