import { utf8 } from '../bytes.ts'
import { canonicalJson, type Json } from '../canonical-json.ts'
import { type Axis, isCount, MAX_COUNT, Measured, readAxis, readJson, readSettings, type Settings } from './measured.ts'

/** Scans of one test: beyond this more of them say nothing new. */
const MAX_SCANS = 32

/** What is measured without the sample: the dark (lamps off) and the white standard. */
export interface Reference {
  /** When it was measured, and until when it may be used: UTC. */
  at: string
  until: string
  counts: number[]
}

/** Where the instrument's calibration is found, and until when it holds. */
export interface Calibration {
  id: string
  until: string
}

/**
 * One spectroscopic measurement as the instrument gave it (docs/spec/spectrum.md): raw counts in the order of the axis, with everything that
 * a test needs. It travels as evidence; the event names it by digest.
 */
export interface Spectrum {
  type: 'TristampSpectrum'
  version: 1
  /** The instrument's own identifier, as in the event, and what it is. */
  device: string
  instrument: { kind: string; firmware?: string; hardware?: string }
  settings: Settings
  axis: Axis
  /** A count from which on a channel is saturated. */
  full: number
  dark?: Reference
  white?: Reference
  scans: number[][]
  /** When the last scan was taken: UTC. */
  at: string
  calibration?: Calibration
  /** Of the detector's parts, in milli-°C. */
  temperaturesMilliC?: number[]
}

const MEMBERS = [
  'type',
  'version',
  'device',
  'instrument',
  'settings',
  'axis',
  'full',
  'dark',
  'white',
  'scans',
  'at',
  'calibration',
  'temperaturesMilliC',
]

/** Reads the evidence of a measurement. @throws ProtocolError SPECTRUM_MALFORMED */
export function parseSpectrum(bytes: Uint8Array): Spectrum {
  const fields = new Measured(readJson(bytes, 'SPECTRUM_MALFORMED'), 'SPECTRUM_MALFORMED', '', MEMBERS)
  const instrument = fields.inside('instrument', ['kind', 'firmware', 'hardware'])
  const axis = readAxis(fields)
  const points = axis.milli.length
  return {
    type: fields.exactly('type', 'TristampSpectrum'),
    version: fields.exactly('version', 1),
    device: fields.text('device'),
    instrument: {
      kind: instrument.text('kind'),
      ...(instrument.has('firmware') && { firmware: instrument.text('firmware') }),
      ...(instrument.has('hardware') && { hardware: instrument.text('hardware') }),
    },
    settings: readSettings(fields),
    axis,
    full: fields.integer('full', 1, MAX_COUNT),
    ...(fields.has('dark') && { dark: readReference(fields, 'dark', points) }),
    ...(fields.has('white') && { white: readReference(fields, 'white', points) }),
    scans: fields.rows('scans', { min: 1, max: MAX_SCANS }, points, isCount),
    at: fields.time('at'),
    ...(fields.has('calibration') && { calibration: readCalibration(fields) }),
    ...(fields.has('temperaturesMilliC') && {
      temperaturesMilliC: fields.integers('temperaturesMilliC', { min: 1, max: 16 }, -273_150, 1_000_000),
    }),
  }
}

/** The bytes of a measurement as evidence. @throws ProtocolError SPECTRUM_MALFORMED when it is none that can be read back */
export function encodeSpectrum(spectrum: Spectrum): Uint8Array {
  const bytes = utf8(canonicalJson(spectrum as unknown as Json))
  parseSpectrum(bytes)
  return bytes
}

function readReference(fields: Measured, name: string, points: number): Reference {
  const reference = fields.inside(name, ['at', 'until', 'counts'])
  return {
    at: reference.time('at'),
    until: reference.time('until'),
    counts: reference.integers('counts', { min: points, max: points }, 0, MAX_COUNT),
  }
}

function readCalibration(fields: Measured): Calibration {
  const calibration = fields.inside('calibration', ['id', 'until'])
  return { id: calibration.text('id'), until: calibration.time('until') }
}
