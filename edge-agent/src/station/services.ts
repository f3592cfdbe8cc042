import type { RecallNotice } from '@tristamp/protocol'
import type { Clock } from '../clock.ts'
import type { GatewayConfig } from '../config-types.ts'
import type { AgentError } from '../error.ts'
import type { Holdings } from '../holding.ts'
import type { Stamp } from '../stamp.ts'
import type { Store, Write } from '../store.ts'
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
