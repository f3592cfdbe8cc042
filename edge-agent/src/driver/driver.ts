import type { ReadingFlaw } from '@tristamp/protocol'
import type * as v from 'valibot'
import type { AgentCode, Fields } from '../error.ts'
import type { Spectrometer } from '../spectroscopy/spectrometer.ts'
import type { Link, PortAddress } from '../transport/index.ts'

/** One measured value, in thousandths of its unit: rules compare integers, never floats. */
export interface Quantity {
  /** EPCIS sensor type: 'Temperature', 'RelativeHumidity', … (epcis-gs1 vocabulary). */
  type: string
  milli: number
  /** UN/ECE Rec 20: CEL, P1 (percent), … */
  uom: string
  /** The value is not used, and why: set by the driver for what the instrument gives when it has none, else by the checks. */
  flag?: 'suspect' | 'bad'
  why?: ReadingFlaw
  /** What the instrument itself adds to what it measures; `unknown` when that could not be read. */
  correctionMilli?: number | 'unknown'
}

/** What instruments say, in the gateway's own words. `atMs` is monotonic. */
export type Measurement =
  | { kind: 'reading'; atMs: number; quantities: Quantity[] }
  /** There should have been a reading: silence is information in a cold chain. */
  | { kind: 'missing'; atMs: number; code: AgentCode }
  /** A label: what a scanner sent, or what a tag's EPC says as a Digital Link. */
  | { kind: 'scan'; atMs: number; text: string; tag?: TagSighting }
  /** A tag that was told has left the field, where it was for so long: whoever sets up a gate sees how well it reads. */
  | { kind: 'tag-gone'; atMs: number; text: string; tag: TagSighting; forMs: number }
  | { kind: 'fix'; atMs: number; utcMs: number; latE7: number; lonE7: number; accuracyM: number; satellites: number }
  | { kind: 'no-fix'; atMs: number; why: string }

/** How a tag was read that was not looked at by anyone: it came into a reader's field by itself. */
export interface TagSighting {
  /** The EPC, in hex. */
  epc: string
  antenna: number
  /** Answers until then, and the strongest of them in dBm. */
  count: number
  maxRssi?: number
}

export type DeviceState = 'up' | 'degraded' | 'down'

/** What a driver may use. It knows nothing of stations, events or keys. */
export interface DriverContext {
  readonly device: string
  readonly signal: AbortSignal
  /** Monotonic milliseconds. */
  now(): number
  emit(measurement: Measurement): void
  /** Says how the instrument is; with a code when it is not well. */
  state(state: DeviceState, code?: AgentCode, fields?: Fields): void
  /** From now on, to the end of the session, the instrument measures when it is asked. */
  offer(spectrometer: Spectrometer): void
  /** Counts and tells a fault that was got over. */
  fault(code: AgentCode, fields?: Fields): void
}

/** With the open line. When it closes, `signal` aborts. */
export interface LineContext extends DriverContext {
  readonly link: Link
}

/** With the file that the system shows the instrument as: an absolute path. To read it, and how often, is the driver's. */
export interface FileContext extends DriverContext {
  readonly file: string
}

/** Where an instrument is: at the end of a line, or a file. */
export type Address = PortAddress | { kind: 'file'; path: string }

/** What every configured device has. Drivers add their own options. */
export interface DeviceConfig {
  id: string
  driver: string
  address: Address
  /** The instrument's own identifier, for `sensorMetadata.deviceID`. */
  uri?: string
}

interface Family {
  readonly kind: string
  /** What measurements come out, so that the configuration can be checked: a station's scanner must be a scanner. */
  readonly gives: 'reading' | 'scan' | 'fix' | 'spectrum'
  /** Options beyond id, driver, uri and the address with its settings, as valibot entries. */
  readonly options: v.ObjectEntries
}

/** Instruments on a byte line: configured with `port`. */
export interface LineDriver<O> extends Family {
  readonly needs: 'line'
  readonly baudRate: number
  /** Several of them may be on one line, each under this option's value, and ask in `link.turn`. */
  readonly shares?: keyof O & string
  session(options: O, context: LineContext): Promise<void>
}

/** Instruments that the system shows as a file (a DS18B20 under /sys): configured with `file`. */
export interface FileDriver<O> extends Family {
  readonly needs: 'file'
  session(options: O, context: FileContext): Promise<void>
}

/**
 * A family of instruments. To add one: a file that exports such a value, a line in `driver/index.ts`.
 * `session` speaks with one open line, or reads one file; it returns or throws when that is over, and the supervisor begins again.
 */
export type Driver<O> = LineDriver<O> | FileDriver<O>
