import type * as v from 'valibot'
import type { AgentCode, Fields } from '../error.ts'
import type { Link, PortAddress } from '../transport/index.ts'

/** One measured value, in thousandths of its unit: rules compare integers, never floats. */
export interface Quantity {
  /** EPCIS sensor type: 'Temperature', 'RelativeHumidity', … (epcis-gs1 vocabulary). */
  type: string
  milli: number
  /** UN/ECE Rec 20: CEL, P1 (percent), … */
  uom: string
}

/** What instruments say, in the gateway's own words. `atMs` is monotonic. */
export type Measurement =
  | { kind: 'reading'; atMs: number; quantities: Quantity[] }
  /** There should have been a reading: silence is information in a cold chain. */
  | { kind: 'missing'; atMs: number; code: AgentCode }
  | { kind: 'scan'; atMs: number; text: string }
  | { kind: 'fix'; atMs: number; utcMs: number; latE7: number; lonE7: number; accuracyM: number; satellites: number }
  | { kind: 'no-fix'; atMs: number; why: string }

export type DeviceState = 'up' | 'degraded' | 'down'

/** What a driver may use. It knows nothing of stations, events or keys. */
export interface DriverContext {
  readonly device: string
  /** The open line. When it closes, {@link signal} aborts. */
  readonly link: Link
  readonly signal: AbortSignal
  /** Monotonic milliseconds. */
  now(): number
  emit(measurement: Measurement): void
  /** Says how the instrument is; with a code when it is not well. */
  state(state: DeviceState, code?: AgentCode, fields?: Fields): void
  /** Counts and tells a fault that was got over. */
  fault(code: AgentCode, fields?: Fields): void
}

/** What every configured device has. Drivers add their own options. */
export interface DeviceConfig {
  id: string
  driver: string
  address: PortAddress
  /** The instrument's own identifier, for `sensorMetadata.deviceID`. */
  uri?: string
}

/**
 * A family of instruments. To add one: a file that exports such a value, a line in `driver/index.ts`.
 * `session` speaks with one open line; it returns or throws when that is over, and the supervisor opens the line again.
 */
export interface Driver<O> {
  readonly kind: string
  /** What measurements come out, so that the configuration can be checked: a station's scanner must be a scanner. */
  readonly gives: 'reading' | 'scan' | 'fix'
  readonly baudRate: number
  /** Options beyond id, driver, port and line settings, as valibot entries. */
  readonly options: v.ObjectEntries
  session(options: O, context: DriverContext): Promise<void>
}
