import type { EpcisEvent, StampedEvent } from './event/types.ts'

/** What admission and the indexes ask of a step of goods. */
export interface EventBrief {
  type: EpcisEvent['type']
  eventID: string
  action?: string | undefined
  bizStep?: string | undefined
}

/** What a batch of goods says by itself, whatever ledger it meets: so another thread can find it out. */
export interface KnownBatch {
  /** Leaves of the events, whose root is the statement's. */
  leaves: readonly Uint8Array[]
  /** Of each event, which reads as it must. */
  events: readonly EventBrief[]
  /** Of each event, as `subjectsOf` gives them. */
  subjects: readonly (readonly string[])[]
}

export function briefOf(event: StampedEvent): EventBrief {
  const { type, eventID, bizStep } = event
  return { type, eventID, bizStep, action: event.type === 'TransformationEvent' ? undefined : event.action }
}
