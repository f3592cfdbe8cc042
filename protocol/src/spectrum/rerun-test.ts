import { canonicalJson, type Json } from '../canonical-json.ts'
import { ProtocolError } from '../error.ts'
import type { SensorElement } from '../event/types.ts'
import { isEvidence } from '../evidence.ts'
import type { EvidenceId } from '../evidence-uri.ts'
import { parseModel } from './model.ts'
import type { RecordedTest } from './recorded-test.ts'
import type { TestResult } from './result.ts'
import { runTest } from './run-test.ts'
import { type Calibration, parseSpectrum } from './spectrum.ts'
import { evidenceOfTest } from './tests-of.ts'

/** What running a recorded test again gave. */
export type Rerun =
  | { state: 'agrees'; result: TestResult }
  /** The evidence is here, and gives another result, or is not that of this element. */
  | { state: 'differs'; why: string; result?: TestResult }
  | { state: 'missing'; ids: EvidenceId[] }

/**
 * Runs a recorded test again, from the evidence that it names.
 * @param evidence the bytes of an id, unchecked; undefined where there are none
 */
export function rerunTest(element: SensorElement, evidence: (id: EvidenceId) => Uint8Array | undefined): Rerun {
  const recorded = element['tristamp:spectrum']
  const ids = evidenceOfTest(element)
  if (recorded === undefined || ids === undefined) return { state: 'differs', why: 'it names no evidence' }
  const spectrumBytes = evidence(ids.spectrum)
  const modelBytes = evidence(ids.model)
  if (spectrumBytes === undefined || modelBytes === undefined) {
    const missing = [spectrumBytes === undefined && ids.spectrum, modelBytes === undefined && ids.model]
    return { state: 'missing', ids: missing.filter((id) => id !== false) }
  }
  if (!isEvidence(ids.spectrum, spectrumBytes)) return { state: 'differs', why: 'the measurement was changed' }
  if (!isEvidence(ids.model, modelBytes)) return { state: 'differs', why: 'the model was changed' }
  try {
    const spectrum = parseSpectrum(spectrumBytes)
    const { deviceID, startTime = '', endTime = '' } = element.sensorMetadata ?? {}
    if (spectrum.device !== deviceID) return { state: 'differs', why: 'the measurement is another instrument’s' }
    if (spectrum.at < startTime || spectrum.at > endTime)
      return { state: 'differs', why: 'the measurement is of another time' }
    const result = runTest(spectrum, parseModel(modelBytes))
    const again: RecordedTest = recordedTest(result, recorded.model, spectrum.calibration)
    if (canonicalJson(again as unknown as Json) === canonicalJson(recorded as unknown as Json))
      return { state: 'agrees', result }
    return { state: 'differs', why: 'the result is another', result }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    return { state: 'differs', why: error.message }
  }
}

/** A result as it is recorded. */
export function recordedTest(result: TestResult, model: string, calibration: Calibration | undefined): RecordedTest {
  return { ...result, model, ...(calibration !== undefined && { calibration }) }
}
