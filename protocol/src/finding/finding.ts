import type { ProvenEvent } from '../verify/verdict.ts'

// What the rules ask of records that are proven to be what was signed: whether they can be true together (docs/spec/findings.md).

/** One code for each rule's answer; the rule's file has its name. */
export type FindingCode =
  | 'TEMPERATURE_LIMITS'
  | 'SENSOR_FLAT'
  | 'SENSOR_JUMPS'
  | 'SERIES_COPIED'
  | 'TWO_PLACES'
  | 'TOO_FAST'
  | 'OUTSIDE_REGION'
  | 'BEFORE_ITS_BIRTH'
  | 'BORN_TWICE'
  | 'EVENT_REPEATED'
  | 'AFTER_ITS_END'
  | 'HANDOVER_OPEN'
  | 'HANDOVER_ONE_SIDED'
  | 'HANDOVER_QUANTITY'
  | 'MASS_BALANCE'
  | 'STEP_ORDER'
  | 'TEST_SUSPICIOUS'
  | 'CALIBRATION_EXPIRED'
  | 'CLOCK_DOUBTFUL'
  | 'RECORDED_LATE'
  | 'TYPED_BY_HAND'

/**
 * contradiction: the records cannot all be true. warning: something that must not be, or that honest records hardly show.
 * note: what a reader should know, and honest records show too.
 */
export type Severity = 'contradiction' | 'warning' | 'note'

export interface EventRef {
  entry: number
  position: number
}

/** What one rule found. `detail` holds integers and identifiers, never text for people: that is made from the code. */
export interface Finding {
  code: FindingCode
  severity: Severity
  /** What it is about, where it is about one thing: goods, an asset, a place. */
  subject?: string
  /** The events that it rests on, in the order of time. */
  events: EventRef[]
  detail: Record<string, string | number>
}

export function refsOf(...events: readonly ProvenEvent[]): EventRef[] {
  return events.map(({ entry, position }) => ({ entry, position }))
}

/** The stamp that a finding casts doubt on, where it is one. */
export function stampOf(code: FindingCode): 'place' | 'time' | 'quality' | undefined {
  if (code === 'TWO_PLACES' || code === 'TOO_FAST' || code === 'OUTSIDE_REGION') return 'place'
  if (
    code === 'BEFORE_ITS_BIRTH' ||
    code === 'AFTER_ITS_END' ||
    code === 'STEP_ORDER' ||
    code === 'CLOCK_DOUBTFUL' ||
    code === 'RECORDED_LATE'
  )
    return 'time'
  if (code.startsWith('SENSOR_') || code === 'SERIES_COPIED' || code === 'TEMPERATURE_LIMITS') return 'quality'
  return code === 'TEST_SUSPICIOUS' || code === 'CALIBRATION_EXPIRED' ? 'quality' : undefined
}
