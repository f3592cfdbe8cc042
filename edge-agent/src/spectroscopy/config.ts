import * as v from 'valibot'
import { durationMs } from '../duration.ts'

/** Where and against what goods are tested. */
export interface TestConfig {
  /** The station whose scanner tells what is tested. */
  station: string
  spectrometer: string
  /** Absolute path of the model. */
  model: string
  /** Of the instrument; without it no test is conclusive. */
  calibration: { id: string; until: string } | undefined
  /** Scans of each test and each reference. */
  scans: number
  /** How long a white reference may be used. */
  referenceMs: number
}

export interface RawTest {
  station: string
  spectrometer: string
  model: string
  calibration?: { id: string; until: string } | undefined
  scans: number
  reference: number
}

const TIME = 'must be UTC such as 2027-06-01T00:00:00.000Z'

/** By what an instrument was calibrated, and until when that holds. */
export const calibrationSchema: v.GenericSchema<unknown, { id: string; until: string }> = v.strictObject({
  id: v.pipe(v.string('must name the calibration'), v.minLength(1), v.maxLength(200)),
  until: v.pipe(v.string(TIME), v.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/, TIME)),
})

/** `tests` in the configuration file. */
export const testsSchema: v.GenericSchema<unknown, RawTest[]> = v.array(
  v.strictObject({
    station: v.pipe(v.string('must be the id of a station'), v.minLength(1)),
    spectrometer: v.pipe(v.string('must be the id of a device'), v.minLength(1)),
    model: v.pipe(v.string('must be the path of a model'), v.minLength(1, 'must be the path of a model')),
    calibration: v.optional(calibrationSchema),
    scans: v.optional(
      v.pipe(
        v.number('must be 1 to 32'),
        v.integer('must be 1 to 32'),
        v.minValue(1, 'must be 1 to 32'),
        v.maxValue(32, 'must be 1 to 32'),
      ),
      3,
    ),
    reference: v.optional(durationMs, '8h'),
  }),
  'must be a list of tests',
)
