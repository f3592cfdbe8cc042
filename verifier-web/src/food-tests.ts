import { type RecordedTest, type SensorElement, testsOf } from '@tristamp/protocol'
import { certificatesOf } from './claims.ts'
import type { Journey } from './journey.ts'
import type { LocalTime } from './local-time.ts'

/** A food test that a proven record holds. */
export interface FoodTest {
  /** Of the record, as the page counts them. */
  number: number
  at: LocalTime
  /** Whose gateway signed it. */
  org: string
  test: RecordedTest
  element: SensorElement
}

/** Every test of the journey, the latest first. */
export function foodTestsOf({ records }: Pick<Journey, 'records'>): FoodTest[] {
  return records
    .flatMap(({ number, at, event, proven }) =>
      testsOf(event).map((found) => ({ number, at, org: proven.signer.org, ...found })),
    )
    .reverse()
}

/** Certificates that records name, and who names them: nothing that a page could read. */
export function certifiedBy({ records }: Pick<Journey, 'records'>): { n: number; orgs: string[] } {
  const naming = records.filter(({ event }) => certificatesOf(event).length > 0)
  const certificates = new Set(naming.flatMap(({ event }) => certificatesOf(event)))
  return { n: certificates.size, orgs: [...new Set(naming.map(({ proven }) => proven.signer.org))] }
}
