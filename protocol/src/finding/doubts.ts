import { DOUBTFUL_MS, isDoubtful } from '../time/doubt.ts'
import type { ProvenEvent } from '../verify/verdict.ts'
import type { Facts } from './facts.ts'
import { type Finding, refsOf } from './finding.ts'

// What the records say of themselves that a reader should weigh.

/** CLOCK_DOUBTFUL: stamps whose time nothing bounds to within a minute, and stamps that contradict the ledger's own time. Detail: events. */
export function clockDoubtful({ events }: Facts): Finding[] {
  const doubtful = events.filter(isLoose)
  const contradicted = events.filter(({ time }) => time.contradicted)
  return [
    ...(doubtful.length === 0 ? [] : [finding('CLOCK_DOUBTFUL', 'note', doubtful)]),
    ...(contradicted.length === 0 ? [] : [finding('CLOCK_DOUBTFUL', 'warning', contradicted)]),
  ]
}

function isLoose({ event, time }: ProvenEvent): boolean {
  if (time.contradicted || !isDoubtful(event['tristamp:clock'])) return false
  const { earliestMs, latestMs } = time
  return earliestMs === undefined || latestMs === undefined || latestMs - earliestMs > 2 * DOUBTFUL_MS
}

/** TYPED_BY_HAND: numbers of goods that a person entered where a device was expected. Detail: events. */
export function typedByHand({ events }: Facts): Finding[] {
  const typed = events.filter(({ event }) => event['tristamp:origin'] === 'operator')
  return typed.length === 0 ? [] : [finding('TYPED_BY_HAND', 'note', typed)]
}

/** TEST_SUSPICIOUS: a test of the goods that did not come out consistent. */
export function testResults({ measured }: Facts): Finding[] {
  return measured.flatMap((proven) =>
    (proven.event.sensorElementList ?? []).flatMap(({ 'tristamp:spectrum': test }): Finding[] =>
      test?.verdict === 'suspicious' ? [finding('TEST_SUSPICIOUS', 'warning', [proven])] : [],
    ),
  )
}

/** CALIBRATION_EXPIRED: what was measured, of the goods or around them, by an instrument whose calibration was past its date. Detail: events. */
export function calibrationExpired({ measured }: Facts): Finding[] {
  const late = measured.filter(({ event, time }) =>
    (event.sensorElementList ?? []).some((element) =>
      [element['tristamp:calibration'], element['tristamp:spectrum']?.calibration].some(
        (calibration) => Date.parse(calibration?.until ?? '') < (time.earliestMs ?? Number.NEGATIVE_INFINITY),
      ),
    ),
  )
  return late.length === 0 ? [] : [finding('CALIBRATION_EXPIRED', 'warning', late)]
}

function finding(code: Finding['code'], severity: Finding['severity'], events: readonly ProvenEvent[]): Finding {
  return { code, severity, events: refsOf(...events), detail: { events: events.length } }
}
