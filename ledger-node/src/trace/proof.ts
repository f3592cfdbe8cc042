import { organisationUri } from '@tristamp/protocol'
import type { View } from './containment.ts'
import type { GraphRows } from './graph-rows.ts'
import { NONE } from './hash-slots.ts'

/** Where the event stands that says so, and who signed it. */
export interface Proof {
  entry: number
  position: number
  eventID: string
  org: string
  gateway: string
}

export interface Quantity {
  /** Thousandths of `uom`, of pieces without it. */
  milli: number
  uom?: string
}

export function proofOf(graph: GraphRows, event: number): Proof {
  return {
    entry: graph.entry(event),
    position: graph.position(event),
    eventID: graph.eventID(event),
    ...graph.signer(event),
  }
}

export function quantityOf(graph: GraphRows, link: number): Quantity | undefined {
  const milli = graph.milli(link)
  if (Number.isNaN(milli)) return undefined
  const uom = graph.uom(link)
  return { milli, ...(uom !== '' && { uom }) }
}

/** ISO 8601; undefined for a time that nothing says. */
export function isoTime(ms: number): string | undefined {
  return Number.isFinite(ms) ? new Date(ms).toISOString() : undefined
}

const ARRIVED = new Set(['receiving', 'accepting', 'arriving'])

/** Who has the goods after an event: who gets them once they arrive, who had them before, and else whoever signed. */
export function holderOf({ graph }: View, event: number, parties: ReadonlyMap<string, string>): string {
  const to = graph.to(event)
  if (to !== NONE && ARRIVED.has(graph.step(event))) return graph.names.text(to)
  const from = graph.from(event)
  if (from !== NONE && !ARRIVED.has(graph.step(event))) return graph.names.text(from)
  const { org } = graph.signer(event)
  return parties.get(org) ?? organisationUri(org)
}
