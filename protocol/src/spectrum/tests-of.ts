import type { EpcisEvent, SensorElement } from '../event/types.ts'
import { type EvidenceId, evidenceIdOf } from '../evidence-uri.ts'
import type { RecordedTest } from './recorded-test.ts'

/** The tests in an event, each with the element that it is recorded in. */
export function testsOf(
  event: Pick<EpcisEvent, 'sensorElementList'>,
): { element: SensorElement; test: RecordedTest }[] {
  return (event.sensorElementList ?? []).flatMap((element) => {
    const test = element['tristamp:spectrum']
    return test === undefined ? [] : [{ element, test }]
  })
}

/** The evidence that a recorded test rests on: the measurement and the model. */
export function evidenceOfTest(element: SensorElement): { spectrum: EvidenceId; model: EvidenceId } | undefined {
  const spectrum = evidenceIdOf(element.sensorMetadata?.rawData ?? '')
  const model = evidenceIdOf(element['tristamp:spectrum']?.model ?? '')
  return spectrum === undefined || model === undefined ? undefined : { spectrum, model }
}
