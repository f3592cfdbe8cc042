export { dot, log10, mean, sum, toMilli } from './arithmetic.ts'
export type { Axis, Settings } from './fields.ts'
export { encodeModel, type Model, parseModel, type Share, type Treatment, treatedPoints } from './model.ts'
export {
  checkRecordedTest,
  evidenceOfTest,
  type RecordedTest,
  testReport,
  testsOf,
} from './recorded-test.ts'
export { type Rerun, recordedTest, rerunTest } from './rerun-test.ts'
export { TEST_CODES, type TestCode, type TestResult, type TestScores, type TestVerdict } from './result.ts'
export { distances, judge, runTest } from './run-test.ts'
export { type Calibration, encodeSpectrum, parseSpectrum, type Reference, type Spectrum } from './spectrum.ts'
export { averaged, reflectance, treat, treatSignal } from './treat.ts'
