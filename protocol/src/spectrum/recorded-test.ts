import type { Json } from '../canonical-json.ts'
import { refuse } from '../event/check.ts'
import type { Trail } from '../event/trail.ts'
import type { SensorElement } from '../event/types.ts'
import { evidenceIdOf } from '../evidence-uri.ts'
import { Fields } from './fields.ts'
import { TEST_CODES, type TestResult } from './result.ts'
import type { Calibration } from './spectrum.ts'

/** A test as an event records it: `tristamp:spectrum` in a sensor element, whose `sensorMetadata.rawData` names the measurement. */
export type RecordedTest = TestResult & {
  /** `ni:` URI of the model that it was run against. */
  model: string
  calibration?: Calibration
}

/** The event's report of a test: the score as a number, or why there is none. */
const REPORT_TYPE = 'Dimensionless'
const SCORES = ['scoreMilli', 'limitMilli', 'hMilli', 'qMilli'] as const
const MEMBERS = ['verdict', 'code', ...SCORES, 'classMilli', 'classLimitMilli', 'model', 'calibration']
const BOUND = 999_999_999_999

/**
 * Checks a recorded test by itself: names, numbers, that its verdict follows from its scores, and that the element's report says the same.
 * @throws ProtocolError EVENT_STAMP_QUALITY
 */
export function checkRecordedTest(element: SensorElement, trail: Trail): void {
  const bad = (field: string, what: string): never => refuse('EVENT_STAMP_QUALITY', `${trail}${field}`, what)
  const test: unknown = element['tristamp:spectrum']
  const fields = new Fields(test as Json, 'EVENT_STAMP_QUALITY', String(trail), MEMBERS)
  if (evidenceIdOf(fields.text('model')) === undefined) bad('.model', 'expected ni:///sha-256;…')
  if (evidenceIdOf(element.sensorMetadata?.rawData ?? '') === undefined)
    bad('', 'without the measurement in sensorMetadata.rawData')
  if (fields.has('calibration')) {
    const calibration = fields.inside('calibration', ['id', 'until'])
    calibration.text('id')
    calibration.time('until')
  }
  const verdict = fields.oneOf('verdict', ['consistent', 'suspicious', 'inconclusive'])
  if (verdict === 'inconclusive') {
    fields.oneOf('code', TEST_CODES)
    for (const name of [...SCORES, 'classMilli', 'classLimitMilli'])
      if (fields.has(name)) fields.fail(name, 'a score, though nothing was found out')
  } else checkScores(fields, verdict)
  checkReport(element, test as RecordedTest, bad)
}

function checkScores(fields: Fields, verdict: 'consistent' | 'suspicious'): void {
  if (fields.has('code')) fields.fail('code', 'a code, though something was found out')
  if (!fields.has('calibration')) fields.fail('calibration', 'missing')
  const score = fields.integer('scoreMilli', 0, BOUND)
  const limit = fields.integer('limitMilli', 1, BOUND)
  fields.integer('hMilli', 0, BOUND)
  fields.integer('qMilli', 0, BOUND)
  let inside = score <= limit
  if (fields.has('classMilli') || fields.has('classLimitMilli')) {
    const classLimit = fields.integer('classLimitMilli', -BOUND, BOUND)
    inside = fields.integer('classMilli', -BOUND, BOUND) >= classLimit && inside
  }
  if (inside !== (verdict === 'consistent')) fields.fail('verdict', 'not what the scores say')
}

function checkReport(
  { sensorReport }: SensorElement,
  test: RecordedTest,
  bad: (field: string, what: string) => never,
): void {
  const [report, ...more] = sensorReport
  if (report === undefined || more.length > 0 || report.type !== REPORT_TYPE)
    bad('', `expected one ${REPORT_TYPE} report beside it`)
  const { value, uom, exception } = testReport(test)
  if (report.value !== value || report.uom !== uom || report.exception !== exception)
    bad('', 'the report beside it says something else')
}

/** The sensor report that stands beside a recorded test, for readers that know EPCIS alone. */
export function testReport(test: TestResult): SensorElement['sensorReport'][number] {
  if (test.verdict === 'inconclusive') return { type: REPORT_TYPE, exception: 'ERROR_CONDITION' }
  // The event has room for three decimals and numbers up to 2^50 thousandths; a score beyond is no better known.
  const report = { type: REPORT_TYPE, value: test.scoreMilli / 1000, uom: 'C62' }
  return test.verdict === 'suspicious' ? { ...report, exception: 'ALARM_CONDITION' } : report
}
