import { isDoubtful } from '../time/doubt.ts'
import type { ProvenEvent, Verdict } from '../verify/verdict.ts'
import { factsOf, outputsOf } from './facts.ts'
import { type EventRef, refsOf } from './finding.ts'

/** How much of a product's life instruments have seen. Each step stands in one list, in the order of time. */
export interface Coverage {
  /** Identity read by a device, place from satellites, time from a clock that was set, and a reading of an instrument beside it. */
  measured: EventRef[]
  /** Some of these. */
  partly: EventRef[]
  /** Typed by a person, or with nothing but a registered place. */
  stated: EventRef[]
  /** The first record's time, ms since 1970: nothing is known of what was before. Absent without records. */
  firstMs?: number
  /** The first record brings something into being; else it had a life before that nobody recorded. */
  fromBirth: boolean
}

/** Which steps are measured, which only stated, and where knowledge begins (docs/spec/findings.md, Coverage). */
export function coverageOf({ events, names, lineage }: Pick<Verdict, 'events' | 'names' | 'lineage'>): Coverage {
  const steps = factsOf(events, names, new Set(lineage)).events
  const of = (degree: Degree): EventRef[] => refsOf(...steps.filter((step) => degreeOf(step) === degree))
  const [first] = steps
  return {
    measured: of('measured'),
    partly: of('partly'),
    stated: of('stated'),
    ...(first !== undefined && { firstMs: first.time.earliestMs ?? Date.parse(first.event.eventTime) }),
    fromBirth: first !== undefined && isBirth(first),
  }
}

type Degree = 'measured' | 'partly' | 'stated'

function degreeOf({ event }: ProvenEvent): Degree {
  const read = event['tristamp:origin'] === 'device'
  const located = event['tristamp:geo'].source === 'gnss'
  const timed = !isDoubtful(event['tristamp:clock'])
  const sensed = (event.sensorElementList ?? []).some(
    (element) =>
      element['tristamp:spectrum'] !== undefined ||
      element.sensorReport.some(
        ({ exception, value, minValue }) => exception === undefined && (value ?? minValue) !== undefined,
      ),
  )
  if (read && located && timed && sensed) return 'measured'
  return read && (located || sensed) ? 'partly' : 'stated'
}

function isBirth({ event }: ProvenEvent): boolean {
  return (event.type === 'ObjectEvent' && event.action === 'ADD') || outputsOf(event).length > 0
}
