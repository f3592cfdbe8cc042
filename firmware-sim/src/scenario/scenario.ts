import type { BaseSpec } from '../device/kind.ts'
import type { FaultKind } from '../fault.ts'

/** A scenario in the form that the simulator plays. Every duration is in milliseconds. */
export interface Scenario {
  name: string
  startMs: number
  seed: number
  /** The variables as they were put in. */
  vars: Record<string, string>
  places: Record<string, Place>
  instruments: Record<string, InstrumentSpec>
  steps: Step[]
}

export interface Words {
  zh: string
  en: string
}

export interface Place {
  lat: number
  lon: number
  name: Words
}

/** One instrument: its kind, its line's rate, and the settings of its kind, which checked them. */
export interface InstrumentSpec extends BaseSpec {
  [setting: string]: unknown
}

/** One step. In this order: what moves, warms or breaks does so; scenario time passes; the scans come; it settles. */
export interface Step {
  say?: Words
  /** Scenario time since the start at which the scans come; or `advance`: since the step before. */
  at?: number
  advance?: number
  /** Real time in which that scenario time passes. */
  over: number
  move: MoveSpec[]
  temperature: TemperatureSpec[]
  fault: FaultSpec[]
  scan: ScanSpec[]
  /** Real time that passes after the scans. */
  settle: number
  /** What a reader of the ledger should find once the step is recorded; the simulator only hands it on. */
  expect?: Expectation
}

export interface MoveSpec {
  gnss: string
  to: string
  via: { lat: number; lon: number }[]
  /** Scenario time that the way takes. */
  over: number
}

export interface TemperatureSpec {
  thermo: string
  /** Degrees Celsius. */
  to: number
  /** Scenario time until it is reached. */
  within: number
}

export interface FaultSpec {
  instrument: string
  kind: FaultKind
  /** Frames that it spoils; without it, all until it ends. */
  times?: number
  /** Scenario time after which it ends by itself. */
  for?: number
  /** Ends it. */
  off: boolean
}

/** Codes that an instrument is shown: labels, tags. */
export interface ScanSpec {
  scanner: string
  codes: string[]
  /** Real time between one code and the next. */
  gap: number
  /** The codes so many times over; `{n}` in a code is the number of the round, from 1. */
  repeat: number
  /** Real time from the end of one round to the next. */
  every: number
}

export interface Expectation {
  gateway: string
  subject: string
  events: number
}
