// What a spectroscopic test can give.

export type TestVerdict = 'consistent' | 'suspicious' | 'inconclusive'

/** Why a measurement cannot be judged, in the order in which it is looked at. */
export const TEST_CODES = [
  'INSTRUMENT_DIFFERS',
  'SETTINGS_DIFFER',
  'AXIS_DIFFERS',
  'MODEL_EXPIRED',
  'CALIBRATION_UNKNOWN',
  'CALIBRATION_EXPIRED',
  'REFERENCE_MISSING',
  'REFERENCE_EXPIRED',
  'SCANS_FEW',
  'SATURATED',
  'REFERENCE_WEAK',
  'SCANS_DIFFER',
] as const
export type TestCode = (typeof TEST_CODES)[number]

/** What a test gives, in thousandths. */
export interface TestScores {
  /** The full distance from the class, and the limit up to which it is consistent. */
  scoreMilli: number
  limitMilli: number
  /** Its parts: within the model's plane, and away from it. */
  hMilli: number
  qMilli: number
  /** Where the model knows another class: 1,000 is the class, 0 the other. */
  classMilli?: number
  classLimitMilli?: number
}

export type TestResult =
  | ({ verdict: 'consistent' | 'suspicious' } & TestScores)
  | { verdict: 'inconclusive'; code: TestCode }
