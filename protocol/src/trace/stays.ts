import type { StampedEvent } from '../event/types.ts'

/** A recorded event, as far as stays need it. */
export interface PlacedEvent {
  entry: number
  position: number
  event: StampedEvent
}

/** A stay in a unit, by the times of the steps; `end`: the entry of the step that ended it. */
export interface Stay {
  fromMs: number
  toMs: number
  end?: number
}

export const ALWAYS: Stay = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY }

/**
 * When a thing was in what, directly, by `AggregationEvent`s in the order of time (docs/spec/governance.md, Recalls).
 * @param quantities also as a part of a quantity: such a stay ends with the first step that takes some of it out
 */
export function staysOf(thing: string, events: readonly PlacedEvent[], quantities = false): Map<string, Stay[]> {
  const stays = new Map<string, Stay[]>()
  for (const one of events) {
    const { event, entry } = one
    if (event.type !== 'AggregationEvent' || event.parentID === undefined) continue
    const inside = stays.get(event.parentID) ?? []
    const last = inside.at(-1)
    const open = last !== undefined && last.end === undefined ? last : undefined
    const counted = quantities && (event.childQuantityList?.some(({ epcClass }) => epcClass === thing) ?? false)
    const named = counted || (event.childEPCs?.includes(thing) ?? false)
    const all = (event.childEPCs?.length ?? 0) === 0 && (event.childQuantityList?.length ?? 0) === 0
    if (event.action === 'ADD' && named && open === undefined) inside.push({ ...ALWAYS, fromMs: msOf(one) })
    else if (event.action === 'DELETE' && (named || all) && open !== undefined)
      inside[inside.length - 1] = { ...open, toMs: msOf(one), end: entry }
    stays.set(event.parentID, inside)
  }
  return stays
}

/** The time in both. It ends where the earlier one does; those that touch at an instant overlap. */
export function overlap(a: Stay, b: Stay): Stay | undefined {
  const fromMs = Math.max(a.fromMs, b.fromMs)
  const first = a.toMs <= b.toMs ? a : b
  return fromMs <= first.toMs ? { ...first, fromMs } : undefined
}

/** In the order of their own times, then of the log. */
export function byTime<T extends PlacedEvent>(events: readonly T[]): T[] {
  return [...events].sort((a, b) => msOf(a) - msOf(b) || a.entry - b.entry || a.position - b.position)
}

function msOf({ event }: PlacedEvent): number {
  return Date.parse(event.eventTime)
}
