import type * as v from 'valibot'
import type { Faults } from '../fault.ts'
import type { Air, Device, Position } from './device.ts'

/** How the air around a thermometer behaves by itself; the form of `air` in a scenario. */
export interface AirSpec {
  celsius: number
  humidity: number
  /** Half the height, in °C, of the wave that a cooling machine makes, and its period in milliseconds. */
  swing: number
  cycle: number
  /** The largest departure by noise, °C. */
  noise: number
}

/** What a device may sense of the scenario. */
export interface Surroundings {
  id: string
  /** The seed of this instrument's own noise. */
  seed: number
  faults: Faults
  /** Scenario time, Unix milliseconds. */
  time: () => number
  /** The air here; a step's or a command's `temperature` moves it. */
  air(spec: AirSpec): () => Air
  /** The way from this place on; a step's `move` sends the receiver along. */
  position(place: string): () => Position
  /** Called with each code that a step or a command shows (a label, a tag). */
  onShow(take: (code: string) => void): void
}

/** The settings of one instrument as the scenario's form has checked them. */
export interface BaseSpec {
  kind: string
  baudRate: number
  /** The instrument on whose line it is, beside it: an RS-485 pair. */
  line?: string
}

/** What the host opens. `serial`: a pseudo-terminal (or TCP in its place); `tcp`: always a socket; `file`: a file that the device keeps fresh. */
export type Carrier = 'serial' | 'tcp' | 'file'

/**
 * One kind of instrument. To add one: a file in `device/` that exports such a value, a line in `device/index.ts`. Nothing else knows of it.
 */
export interface InstrumentKind<S extends BaseSpec> {
  /** Its name in scenarios. */
  readonly kind: string
  /** One line for `--help`. */
  readonly what: string
  readonly carrier: Carrier
  /** With carrier `file`: where below `DIR/<instrument>/` the file is. */
  readonly file?: string
  /** The usual rate; a scenario may say another. */
  readonly baudRate: number
  /** Its own settings, as valibot entries (`scenario/values.ts` has those that read variables). */
  readonly settings: v.ObjectEntries
  /** Several may be on one line, each under this setting's value. */
  readonly shares?: string
  /** What can go wrong with it, beside its line. */
  readonly faults: readonly string[]
  /** What steps can do to it: `temperature` (air), `scan` (codes), `move` (place). */
  readonly senses: 'air' | 'codes' | 'place' | 'nothing'
  /** Whether it can be shown this code. */
  shows?(code: string): boolean
  /** What is wrong with the settings beyond their form, as `setting: why`. */
  check?(spec: S, places: ReadonlySet<string>): string[]
  make(spec: S, around: Surroundings): Device
}
