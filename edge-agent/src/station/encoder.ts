import { randomUUID } from 'node:crypto'
import { encodeEvent, itemsBegun, ProtocolError, parseEvent, roleOf, type StampedEvent } from '@tristamp/protocol'
import type { Moment } from '../clock.ts'
import type { StationConfig } from '../config-types.ts'
import { AgentError } from '../error.ts'
import { type Instrument, qualityStamp } from '../quality.ts'
import { encodeReport } from '../report-event.ts'
import { clockStamp, isoTime } from '../stamp.ts'
import type { StationServices } from './services.ts'
import type { Draft, StationState } from './state.ts'

/** Goods with sealed codes in one act: with their commitments they fit an event. */
const SEALED_AT_ONCE = 100

/** Makes events of what a station's acts come to, with where, when and how warm. */
export class Encoder {
  readonly #config: StationConfig
  readonly #instrument: Instrument | undefined
  readonly #services: StationServices

  constructor(config: StationConfig, instrument: Instrument | undefined, services: StationServices) {
    this.#config = config
    this.#instrument = instrument
    this.#services = services
  }

  /** The event's bytes, checked as the ledger will check them: what it would refuse must not get into the chain. */
  async encode(draft: Draft, sinceMs?: number): Promise<Uint8Array> {
    const { stamp } = draft
    const fromMs = sinceMs ?? (await this.#heldSince(draft))
    const route = this.#services.route?.(fromMs, stamp.moment.ms)
    const event = {
      ...draft.event,
      eventID: `urn:uuid:${randomUUID()}`,
      eventTime: isoTime(stamp.moment.ms),
      eventTimeZoneOffset: stamp.offset,
      readPoint: { id: stamp.place.readPoint },
      'tristamp:geo': { ...stamp.place.geo, ...(route !== undefined && { route }) },
      'tristamp:clock': clockStamp(stamp.moment),
      'tristamp:origin': draft.typed ? 'operator' : 'device',
      ...qualityStamp(this.#instrument, fromMs, stamp.moment),
      ...this.#sealed(draft.event as StampedEvent),
    } as StampedEvent
    return checked(() => {
      const bytes = encodeEvent(event)
      const role = roleOf(parseEvent(bytes))
      if (!this.#services.gateway.roles.includes(role))
        throw new AgentError('EVENT_INVALID', { why: `this gateway has no role ${role}` })
      return bytes
    })
  }

  /** What was left out is said, beside what stands for it: one observation over the whole time, with its extremes. */
  thinned(moment: Moment, sinceMs: number, factor: number): Uint8Array {
    const { gateway } = this.#services
    const expected = Math.floor((moment.ms - sinceMs) / this.#config.observeMs!)
    const [from, to] = [isoTime(sinceMs), isoTime(moment.ms)]
    const counts = { kept: 1, dropped: Math.max(0, expected - 1), rule: `every-${factor}` }
    const report = { kind: 'thinned', device: this.#instrument!.uri, from, to, ...counts } as const
    return encodeReport(report, moment, gateway.zone, this.#config.holds)
  }

  /** An event has room for so many commitments; who scans on is told before the act is closed. @throws AgentError SCAN_TOO_MANY */
  boundSealed({ work, action = '' }: StationState): void {
    const { sealed } = this.#services
    if (sealed === undefined || work === undefined) return
    const goods = [...work.goods, ...(work.outputs ?? [])].filter(({ id }) => sealed(id) !== undefined)
    if (goods.length > SEALED_AT_ONCE) throw new AgentError('SCAN_TOO_MANY', { limit: SEALED_AT_ONCE, action })
  }

  /** The commitments to sealed codes of what begins in this event, or is packed. */
  #sealed(event: StampedEvent): Pick<StampedEvent, 'tristamp:sealed'> {
    const { sealed } = this.#services
    const entries = itemsBegun(event).flatMap((item): [string, string][] => {
      const commitment = sealed?.(item)
      return commitment === undefined ? [] : [[item, commitment]]
    })
    return entries.length === 0 ? {} : { 'tristamp:sealed': Object.fromEntries(entries) }
  }

  /** Since when the readings of the asset belong to these goods: the earliest entry or stamp among them; now, when they are new here. */
  async #heldSince({ about, stamp }: Draft): Promise<number> {
    const { holdings, clock } = this.#services
    const since = await holdings.since(this.#config.holds, about)
    return Math.min(stamp.moment.ms, ...since.map((moment) => clock.place(moment)))
  }
}

/** Bytes of an event that the ledger takes, or why it would not. */
export function checked(encode: () => Uint8Array): Uint8Array {
  try {
    return encode()
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause
    throw new AgentError('EVENT_INVALID', { why: cause.message }, { cause })
  }
}
