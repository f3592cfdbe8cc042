import { fromUtf8 } from '@tristamp/protocol'
import type { StationConfig } from '../config-types.ts'
import { AgentError } from '../error.ts'
import type { Write } from '../store.ts'
import { checked } from './encoder.ts'
import type { StationServices } from './services.ts'
import type { Draft } from './state.ts'
import { ageMs, declareError, decodeLastAct, encodeLastAct, type LastAct } from './undo.ts'

/** An act that is taken back, and what that takes on the disk. */
export interface TakenBack {
  last: LastAct
  events: Uint8Array[]
  writes: Write[]
}

/** The act that was recorded last at a station, and how it is taken back. */
export class Undoing {
  readonly #config: StationConfig
  readonly #services: StationServices

  constructor(config: StationConfig, services: StationServices) {
    this.#config = config
    this.#services = services
  }

  /** Of these drafts and their events, as long as nothing of them is on the disk. */
  async remember(drafts: readonly Draft[], events: readonly Uint8Array[]): Promise<Write> {
    const touched = [...new Set(drafts.flatMap(({ held, left }) => [...held, ...left]))]
    const before = await this.#services.holdings.look(this.#config.holds, touched)
    const act: LastAct = {
      action: drafts[0]!.action,
      ids: [...new Set(drafts.flatMap(({ about }) => about))],
      moment: drafts[0]!.stamp.moment,
      events: events.map(fromUtf8),
      before: touched.map((id, i) => [id, before[i] ?? null]),
    }
    return { type: 'put', space: 'station', key: this.#key, value: encodeLastAct(act) }
  }

  /** There is nothing to take back any more. */
  forget(): Write {
    return { type: 'del', space: 'station', key: this.#key }
  }

  /** If it is not too long ago: its events are declared errors, and the asset holds what it held before. @throws AgentError SCAN_UNDO, EVENT_INVALID */
  async takeBack(): Promise<TakenBack> {
    const { store, clock, holdings } = this.#services
    const { id, holds, undoMs } = this.#config
    const refuse = (why: string): AgentError => new AgentError('SCAN_UNDO', { station: id, why })
    const bytes = await store.get('station', this.#key)
    if (!bytes) throw refuse('there is no act to undo')
    const last = decodeLastAct(bytes)
    const now = clock.now()
    if (ageMs(last.moment, now, (moment) => clock.place(moment)) > undoMs)
      throw refuse(`it was more than ${Math.round(undoMs / 60_000)} min ago`)
    const events = last.events.map((event) => checked(() => declareError(event, now.ms)))
    const moves = last.before.flatMap(([goods, since]) =>
      since ? holdings.hold(holds, [goods], since) : holdings.release(holds, [goods]),
    )
    return { last, events, writes: [...moves, this.forget()] }
  }

  /** Beside the station's own state; no station's name has a space. */
  get #key(): string {
    return `${this.#config.id} undo`
  }
}
