import type { BatchEvent } from './event/recorded-event.ts'
import type { Report } from './event/report-types.ts'
import type { EpcisEvent } from './event/types.ts'

/** What admission asks of a step of goods. */
export interface StepBrief {
  type: EpcisEvent['type']
  action?: string | undefined
  bizStep?: string | undefined
}

/** What admission asks of an event in a gateway's batch. */
export type EventBrief = StepBrief | { type: 'TristampReport'; report: Report }

/** What a gateway's batch says by itself, whatever ledger it meets: so another thread can find it out. */
export interface KnownBatch {
  /** Leaves of the events, whose root is the statement's. */
  leaves: readonly Uint8Array[]
  /** Of each event, which reads as it must. */
  events: readonly EventBrief[]
  /** Of each event, as `subjectsOf` gives them. Admission only passes them on: who has them elsewhere may leave them out. */
  subjects?: readonly (readonly string[])[]
}

/** The same with the events themselves. */
export interface ExaminedBatch extends KnownBatch {
  leaves: Uint8Array[]
  events: BatchEvent[]
  subjects: string[][]
}

export function briefOf(event: BatchEvent): EventBrief {
  if (event.type === 'TristampReport') return { type: event.type, report: event.report }
  const { type, bizStep } = event
  return { type, bizStep, action: event.type === 'TransformationEvent' ? undefined : event.action }
}
