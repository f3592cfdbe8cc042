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
import { takeStamp } from '../stamp.ts'
import type { Store } from '../store.ts'
import type { Ways } from '../ways.ts'
import type { StationServices } from './services.ts'

/** What stations use of a gateway. */
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
