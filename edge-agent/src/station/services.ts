import type { RecallNotice } from '@tristamp/protocol'
import type { Batching } from '../batching.ts'
import type { Clock } from '../clock.ts'
import type { ClockWatch } from '../clock-watch.ts'
import type { GatewayConfig } from '../config-types.ts'
import type { Disk } from '../disk.ts'
import type { AgentError } from '../error.ts'
import type { Fixes } from '../fix.ts'
import type { Health } from '../health.ts'
import { Holdings } from '../holding.ts'
import type { Panel } from '../page/panel.ts'
import type { Recalls } from '../recalls.ts'
import type { SealedCodes } from '../sealed-codes.ts'
import { type Stamp, takeStamp } from '../stamp.ts'
import type { Store, Write } from '../store.ts'
import type { Ways } from '../ways.ts'
import type { Notice } from './notice.ts'

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

/** What that is made of. */
export interface ServiceParts {
  gateway: GatewayConfig
  clock: Clock
  clockWatch: ClockWatch
  fixes: Fixes
  store: Store
  disk: Disk
  batching: Batching
  ways: Ways | undefined
  recalls: Recalls
  sealedCodes: SealedCodes | undefined
  panel: Panel
  health: Health
  info(line: string): void
  problem(error: AgentError): void
}

export function stationServices(parts: ServiceParts): StationServices {
  const { gateway, clock, clockWatch, fixes, store, disk, batching, ways, recalls, sealedCodes, panel, health } = parts
  return {
    gateway,
    clock,
    store,
    holdings: new Holdings(store),
    stamp: () => {
      const stamp = takeStamp(clock, fixes, gateway.zone)
      clockWatch.stamped(stamp.moment)
      return stamp
    },
    accept: async (events, others) => {
      await batching.accept(events, others)
      if (events.length === 0) return
      clockWatch.stamped(clock.now())
      health.touch()
      ways?.release(events)
    },
    route: (fromMs, toMs) => ways?.between(fromMs, toMs),
    recalled: (names) => recalls.about(names),
    recalls: () => recalls.standing.filter(({ recall }) => recall.op === 'recall'),
    ...(sealedCodes && { sealed: (item: string) => sealedCodes.find(item) }),
    thinning: () => disk.thinning(performance.now()),
    refusal: () => batching.refusal(performance.now()),
    info: (line) => parts.info(line),
    problem: (error) => parts.problem(error),
    told: (station, notice) => panel.told(station, notice),
  }
}

/** What a test says is for displays too. */
export function benchServices(services: StationServices, panel: Panel): StationServices {
  return {
    ...services,
    info: (line) => {
      services.info(line)
      panel.line(line)
    },
    problem: (error) => {
      services.problem(error)
      panel.trouble(error)
    },
  }
}
