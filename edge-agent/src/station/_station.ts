import { parseScan } from '@tristamp/protocol'
import type { Action, ActionOptions, StationConfig } from '../config-types.ts'
import type { Stamp } from '../stamp.ts'
import { reduce, settle } from './reduce.ts'
import type { Draft, Intent, StationState, Step } from './state.ts'
import { stepsOf } from './workflow.ts'

export const HOLDS = 'https://id.gs1.org/414/9506000134017'
export const BOOT = '11111111-2222-4333-8444-555555555555'

export function stampAt(monotonicMs: number): Stamp {
  return {
    moment: {
      ms: Date.UTC(2026, 10, 22, 8) + monotonicMs,
      source: 'gnss',
      uncertaintyMs: 200,
      bootId: BOOT,
      monotonicMs,
    },
    place: { geo: { source: 'site', latE7: 302400000, lonE7: 1094800000, accuracyM: 5 }, readPoint: HOLDS },
    offset: '+08:00',
  }
}

const label = {
  pig: ']d2010950110153000321PIG1',
  item: (serial: string, lot = 'L1', expiry = '261201'): string =>
    `]d2010950110153000317${expiry}10${lot}\x1d21${serial}`,
  lot: (lot: string, weight = '001750'): string => `]C1010950110153000310${lot}\x1d3103${weight}`,
  pallet: ']C100095011015300030017',
  pallet2: ']C100095201234567891235',
}
export const labels: typeof label = label

export const id = {
  item: (serial: string): string => `https://id.gs1.org/01/09501101530003/21/${serial}`,
  lot: (lot: string): string => `https://id.gs1.org/01/09501101530003/10/${lot}`,
  pallet: 'https://id.gs1.org/00/095011015300030017',
}

/** A station played by hand: scans one after the other, a second apart. */
export class Play {
  readonly station: StationConfig
  state: StationState
  intents: Intent[] = []
  nowMs = 1000

  constructor(actions: Record<string, ActionOptions & { action?: Action }>, start?: string) {
    this.station = {
      id: 'dock',
      scanner: 'gun',
      holds: HOLDS,
      separators: 'unproven',
      readers: [],
      undoMs: 900_000,
      actions: stepsOf({ actions }),
    }
    this.state = { action: start }
  }

  scan(...frames: string[]): this {
    for (const frame of frames) {
      this.nowMs += 1000
      this.#take(
        reduce(this.station, this.state, { scan: parseScan(frame), stamp: stampAt(this.nowMs), by: 'scanner' }),
      )
    }
    return this
  }

  /** What someone types at the page. */
  type(...frames: string[]): this {
    for (const frame of frames) {
      this.nowMs += 1000
      this.#take(reduce(this.station, this.state, { scan: parseScan(frame), stamp: stampAt(this.nowMs), by: 'page' }))
    }
    return this
  }

  /** Tags come into the field of a reader. */
  tags(...links: string[]): this {
    for (const link of links) {
      this.nowMs += 10
      this.#take(reduce(this.station, this.state, { scan: parseScan(link), stamp: stampAt(this.nowMs), by: 'reader' }))
    }
    return this
  }

  do(...commands: string[]): this {
    return this.scan(...commands.map((command) => `]C0tristamp:${command}`))
  }

  wait(ms: number): this {
    this.nowMs += ms
    this.#take(settle(this.station, this.state, stampAt(this.nowMs).moment))
    return this
  }

  get drafts(): Draft[] {
    return this.intents.flatMap((intent) => (intent.kind === 'record' ? [intent.draft] : []))
  }

  get refusals(): string[] {
    return this.intents.flatMap((intent) => (intent.kind === 'refused' ? [intent.code] : []))
  }

  get repeats(): string[][] {
    return this.intents.flatMap((intent) => (intent.kind === 'repeated' ? [intent.ids] : []))
  }

  #take(step: Step): void {
    // A state must survive being written down at any time.
    this.state = JSON.parse(JSON.stringify(step.state)) as StationState
    this.intents.push(...step.intents)
  }
}
