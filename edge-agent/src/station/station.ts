import { fromUtf8, ProtocolError, parseScan, type RecallNotice, type Scan, utf8 } from '@tristamp/protocol'
import type { StationConfig } from '../config-types.ts'
import { AgentError, asAgentError } from '../error.ts'
import type { Instrument } from '../quality.ts'
import { encodeReport } from '../report-event.ts'
import type { Stamp } from '../stamp.ts'
import type { Write } from '../store.ts'
import { Answering, type AnswerStep } from './answering.ts'
import { namesOfGoods, namesOfScan } from './barrier.ts'
import { Barring } from './barring.ts'
import { isCommand, parseCommand } from './command.ts'
import { Encoder } from './encoder.ts'
import { noticeOf } from './notice.ts'
import { observe } from './observe.ts'
import { reduce, settle } from './reduce.ts'
import { gatheredLine, recordedLine, repeatedLine, undoneLine } from './say.ts'
import type { StationServices } from './services.ts'
import type { Draft, Intent, ScanInput, StationState, Step } from './state.ts'
import { Undoing } from './undoing.ts'

/**
 * One station: scans in, events out. Everything that it does goes through one queue, so that state, holdings and outbox move together; the
 * operator is told of a scan only when it is on the disk.
 */
export class Station {
  readonly config: StationConfig
  readonly #services: StationServices
  readonly #instrument: Instrument | undefined
  readonly #encoder: Encoder
  readonly #answering: Answering
  readonly #barring: Barring
  readonly #undoing: Undoing
  #state: StationState = {}
  #queue: Promise<void> = Promise.resolve()

  constructor(config: StationConfig, instrument: Instrument | undefined, services: StationServices) {
    this.config = config
    this.#instrument = instrument
    this.#services = services
    this.#encoder = new Encoder(config, instrument, services)
    this.#barring = new Barring(config, services)
    this.#undoing = new Undoing(config, services)
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
        const taken = { scan, command, names, year, refused: this.#barring.refused }
        const answer = ordered && command === undefined ? undefined : await this.#answering.take(this.#state, taken)
        if (answer !== undefined) return this.#answer(answer, stamp)
      }
      if (await this.#barring.stops(names, stamp, by, [this.#state.action])) return
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
    this.#encoder.boundSealed(state)
    const events: Uint8Array[] = []
    const writes: Write[] = []
    const drafts = intents.flatMap((intent) => (intent.kind === 'record' ? [intent.draft] : []))
    // Scanned before the recall or the hold was told, and not recorded yet.
    const { work } = this.#state
    if (work && drafts.some(({ action }) => action !== 'observe')) {
      const goods = [...work.goods, ...(work.outputs ?? []), ...(work.parent ? [work.parent] : [])]
      const steps = drafts.map(({ action }) => action)
      for (const one of goods) await this.#barring.stops(namesOfGoods(one), this.#services.stamp(), 'scanner', steps)
    }
    for (const draft of drafts) {
      events.push(await this.#encoder.encode(draft))
      writes.push(...this.#moves(draft))
    }
    if (drafts.length > 0) writes.push(await this.#undoing.remember(drafts, events))
    if (state !== this.#state) {
      await this.#services.accept(events, [...writes, this.#keep(state)])
      this.#state = state
    }
    for (const intent of intents) {
      if (intent.kind === 'undo') await this.#undo()
      else this.#say(intent)
    }
  }

  /** On the disk, then said. Whoever has answered does not take back the act before by a slip. */
  async #answer({ state, reports, writes, notice, line }: AnswerStep, { moment }: Stamp): Promise<void> {
    const { gateway, accept, info, told } = this.#services
    const events = reports.map((report) => encodeReport(report, moment, gateway.zone, gateway.station))
    const forget = events.length > 0 ? [this.#undoing.forget()] : []
    await accept(events, [...writes, ...forget, this.#keep(state)])
    this.#state = state
    info(line)
    told?.(this.config.id, notice)
  }

  /** Takes the last act back. */
  async #undo(): Promise<void> {
    const { accept, info, told } = this.#services
    const { id } = this.config
    const { last, events, writes } = await this.#undoing.takeBack()
    // What was scanned for it may be scanned again at once: it is no repetition any more.
    const state = { ...this.#state, last: undefined }
    await accept(events, [...writes, this.#keep(state)])
    this.#state = state
    info(undoneLine(last, id))
    const { action, ids } = last
    told?.(id, { kind: 'undone', action, ids, count: ids.length })
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
