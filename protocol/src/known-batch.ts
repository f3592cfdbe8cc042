import type { BatchEvent } from './event/recorded-event.ts'
import type { Report } from './event/report-types.ts'
import type { EpcisEvent } from './event/types.ts'

/** What admission and the indexes ask of a step of goods. */
export interface StepBrief {
  type: EpcisEvent['type']
  eventID: string
  action?: string | undefined
  bizStep?: string | undefined
}

/** What admission and the indexes ask of an event in a gateway's batch. */
export type EventBrief = StepBrief | { type: 'TristampReport'; eventID: string; report: Report }

/** What a gateway's batch says by itself, whatever ledger it meets: so another thread can find it out. */
export interface KnownBatch {
  /** Leaves of the events, whose root is the statement's. */
  leaves: readonly Uint8Array[]
  /** Of each event, which reads as it must. */
  events: readonly EventBrief[]
  /** Of each event, as `subjectsOf` gives them. */
  subjects: readonly (readonly string[])[]
}

export function briefOf(event: BatchEvent): EventBrief {
  if (event.type === 'TristampReport') return { type: event.type, eventID: event.eventID, report: event.report }
  const { type, eventID, bizStep } = event
  return { type, eventID, bizStep, action: event.type === 'TransformationEvent' ? undefined : event.action }
}
