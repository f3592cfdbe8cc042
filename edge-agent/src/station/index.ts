import { randomUUID } from 'node:crypto'
import {
  encodeEvent,
  fromUtf8,
  ProtocolError,
  parseEvent,
  parseScan,
  roleOf,
  type Scan,
  type StampedEvent,
  utf8,
} from '@tristamp/protocol'
import type { Clock } from '../clock.ts'
import type { GatewayConfig, StationConfig } from '../config-types.ts'
import { AgentError, asAgentError } from '../error.ts'
import type { Holdings } from '../holding.ts'
import { type Instrument, qualityStamp } from '../quality.ts'
import { clockStamp, isoTime, type Stamp } from '../stamp.ts'
import type { Store, Write } from '../store.ts'
import { observe } from './observe.ts'
import { reduce, settle } from './reduce.ts'
import { gatheredLine, recordedLine, repeatedLine } from './say.ts'
import type { Draft, Intent, StationState, Step } from './state.ts'

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
  /** Why nothing is accepted just now, if so. */
  refusal(): AgentError | undefined
  info(line: string): void
  problem(error: AgentError): void
}

/**
 * One station: scans in, events out. Everything that it does goes through one queue, so that state, holdings and outbox move together; the
 * operator is told of a scan only when it is on the disk.
 */
export class Station {
  readonly config: StationConfig
  readonly #services: StationServices
  readonly #instrument: Instrument | undefined
  #state: StationState = {}
  #queue: Promise<void> = Promise.resolve()

  constructor(config: StationConfig, instrument: Instrument | undefined, services: StationServices) {
    this.config = config
    this.#instrument = instrument
    this.#services = services
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
    this.#state = allowed ? { ...state, action } : { last: state.last, observed: state.observed }
  }

  /** A frame of this station's scanner. */
  scan(text: string): Promise<void> {
    const stamp = this.#services.stamp()
    return this.#inTurn(async () => {
      const refusal = this.#services.refusal()
      if (refusal) throw refusal
      await this.#apply(reduce(this.config, this.#state, { scan: readScan(text), stamp }))
    })
  }

  /** Time has passed. */
  tick(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#services.refusal()) return
      const step = settle(this.config, this.#state, this.#services.clock.now())
      if (step.intents.length > 0) await this.#settle(step)
      await this.#observe(false)
    })
  }

  /** Signs the asset's readings now: the clock has just been set, and this event's moment places the earlier ones of this boot. */
  anchor(): Promise<void> {
    return this.#inTurn(() => this.#observe(true))
  }

  /** Resolves when all that was begun is done. */
  idle(): Promise<void> {
    return this.#queue
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#queue = this.#queue.then(work).catch((thrown: unknown) => this.#services.problem(asAgentError(thrown)))
    return this.#queue
  }

  /** An act that closed by itself and cannot be recorded is dropped, and said so: nobody waits to correct it. */
  async #settle(step: Step): Promise<void> {
    try {
      await this.#apply(step)
    } catch (thrown) {
      const error = asAgentError(thrown)
      if (error.code !== 'EVENT_INVALID') throw error
      this.#state = { ...this.#state, work: undefined }
      await this.#services.accept([], [this.#keep(this.#state)])
      throw error
    }
  }

  async #apply({ state, intents }: Step): Promise<void> {
    const events: Uint8Array[] = []
    const writes: Write[] = []
    for (const intent of intents) {
      if (intent.kind !== 'record') continue
      events.push(await this.#event(intent.draft))
      writes.push(...this.#moves(intent.draft))
    }
    if (state !== this.#state) {
      await this.#services.accept(events, [...writes, this.#keep(state)])
      this.#state = state
    }
    for (const intent of intents) this.#say(intent)
  }

  async #observe(now: boolean): Promise<void> {
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
    if (!now && moment.ms - sinceMs < observeMs && moment.ms >= sinceMs) return
    const stamp = this.#services.stamp()
    const draft = observe(this.config, stamp)
    const state = { ...this.#state, observed: stamp.moment }
    const event = await this.#event(draft, sinceMs)
    await this.#services.accept([event], [this.#keep(state)])
    this.#state = state
    this.#say({ kind: 'record', draft })
  }

  /** The event's bytes, checked as the ledger will check them: what it would refuse must not get into the chain. */
  async #event(draft: Draft, sinceMs?: number): Promise<Uint8Array> {
    const { stamp } = draft
    const fromMs = sinceMs ?? (await this.#heldSince(draft))
    const event = {
      ...draft.event,
      eventID: `urn:uuid:${randomUUID()}`,
      eventTime: isoTime(stamp.moment.ms),
      eventTimeZoneOffset: stamp.offset,
      readPoint: { id: stamp.place.readPoint },
      'tristamp:geo': stamp.place.geo,
      'tristamp:clock': clockStamp(stamp.moment),
      'tristamp:origin': 'device',
      ...qualityStamp(this.#instrument, fromMs, stamp.moment),
    } as StampedEvent
    try {
      const bytes = encodeEvent(event)
      const role = roleOf(parseEvent(bytes))
      if (!this.#services.gateway.roles.includes(role))
        throw new AgentError('EVENT_INVALID', { why: `this gateway has no role ${role}` })
      return bytes
    } catch (cause) {
      if (!(cause instanceof ProtocolError)) throw cause
      throw new AgentError('EVENT_INVALID', { why: cause.message }, { cause })
    }
  }

  /** Since when the readings of the asset belong to these goods: the earliest entry or stamp among them; now, when they are new here. */
  async #heldSince({ about, stamp }: Draft): Promise<number> {
    const { holdings, clock } = this.#services
    const since = await holdings.since(this.config.holds, about)
    return Math.min(stamp.moment.ms, ...since.map((moment) => clock.place(moment)))
  }

  #moves({ held, left, stamp }: Draft): Write[] {
    const { holdings } = this.#services
    const { holds } = this.config
    return [...holdings.release(holds, left), ...holdings.hold(holds, held, stamp.moment)]
  }

  #keep(state: StationState): Write {
    return { type: 'put', space: 'station', key: this.config.id, value: utf8(JSON.stringify(state)) }
  }

  #say(intent: Intent): void {
    const { info, problem } = this.#services
    const { id } = this.config
    if (intent.kind === 'refused') problem(new AgentError(intent.code, { station: id, ...intent.fields }))
    else if (intent.kind === 'record') info(recordedLine(intent.draft, id))
    else if (intent.kind === 'gathered') info(gatheredLine(intent, id))
    else if (intent.kind === 'repeated') info(repeatedLine(intent, id))
    else info(`· ${intent.text} at ${id}`)
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
