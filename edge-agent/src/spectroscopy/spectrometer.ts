import type { Axis, Settings } from '@tristamp/protocol'

/** What an instrument is and how it is set: the same for all its scans. */
export interface Identity {
  instrument: { kind: string; firmware?: string; hardware?: string }
  settings: Settings
  axis: Axis
  /** A count from which on a channel is saturated. */
  full: number
}

/** One scan: counts in the order of the axis. */
export interface Scan {
  counts: number[]
  /** Of the detector's parts, in milli-°C. */
  temperaturesMilliC?: number[]
}

/** An instrument that measures when it is asked to. */
export interface Spectrometer {
  readonly identity: Identity
  /** With the lamps on, or off for the dark. One scan after the other. @throws AgentError DEVICE_* */
  scan(lit: boolean): Promise<Scan>
}
