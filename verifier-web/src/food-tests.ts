import { type RecordedTest, type SensorElement, testsOf } from '@tristamp/protocol'
import type { Journey } from './journey.ts'

/** A food test that a proven record holds. */
export interface FoodTest {
  /** Of the record, as the page counts them. */
  number: number
  test: RecordedTest
  element: SensorElement
}

/** Every test of the journey, the latest first. */
export function foodTestsOf(journey: Journey): FoodTest[] {
  return journey.records.flatMap(({ number, event }) => testsOf(event).map((found) => ({ number, ...found }))).reverse()
}
