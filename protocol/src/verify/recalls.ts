import { correctionsOf } from '../event/correction.ts'
import type { Lift, Recall } from '../event/governance-types.ts'
import type { StampedEvent } from '../event/types.ts'
import { lotOf, productOf } from '../subject.ts'
import type { ProvenEvent, ProvenRecall } from './verdict.ts'

/** A recall or its end as it took effect. `at`: by the clock of the administrator whose signature was enough. */
export interface RecallAct {
  entry: number
  position: number
  at: string
  operation: Recall | Lift
}

/**
 * The recalls that are about a subject, the gravest that stands first. They name it, its lot, its product, or a unit that it was in when the recall
 * was recorded, or came into later (docs/spec/governance.md, Recalls).
 * @param events of the subject's lineage
 * @param acts in the order of the log, all of every recall that is in one of the histories
 * @param sealedMs when the block of an entry was sealed, where that is known
 */
export function recallsOf(
  subject: string,
  events: readonly ProvenEvent[],
  acts: readonly RecallAct[],
  sealedMs: (entry: number) => number | undefined,
): ProvenRecall[] {
  if (acts.length === 0) return []
  const goods = namesOf(subject, events)
  const found: ProvenRecall[] = []
  for (const id of new Set(acts.map(({ operation }) => operation.id))) {
    const own = acts.filter(({ operation }) => operation.id === id)
    const wordings = own.filter((act): act is RecallAct & { operation: Recall } => act.operation.op === 'recall')
    const [first, last] = [wordings[0], wordings.at(-1)]
    if (first === undefined || last === undefined) continue
    const about = last.operation.subjects.find((named) => isHit(last.operation, named, first.entry, goods))
    if (about === undefined) continue
    const end = own.find(({ operation }) => operation.op === 'lift')
    const sealedAtMs = sealedMs(first.entry)
    found.push({
      recall: last.operation,
      about,
      entry: last.entry,
      position: last.position,
      since: first.at,
      ...(sealedAtMs !== undefined && { sealedAtMs }),
      ...(wordings.length > 1 && { corrected: last.at }),
      ...(end?.operation.op === 'lift' && { lifted: { entry: end.entry, at: end.at, reason: end.operation.reason } }),
    })
  }
  return found.sort((a, b) => rank(a) - rank(b) || a.recall.class - b.recall.class || b.entry - a.entry)
}

/** Whether it calls these goods back, now and in earnest. */
export function isStanding({ recall, lifted }: ProvenRecall): boolean {
  return lifted === undefined && recall.drill === undefined
}

function rank(one: ProvenRecall): number {
  return isStanding(one) ? 0 : one.lifted === undefined ? 1 : 2
}

/** Under which names goods can be called back. */
interface GoodsNames {
  subject: string
  /** Its lots and its product, with the first entry that says so; undefined where it follows from the identifier. */
  kinds: ReadonlyMap<string, number | undefined>
  /** Units, with the entries that ended its stay; undefined for one that lasts. */
  units: ReadonlyMap<string, readonly (number | undefined)[]>
}

function isHit(recall: Recall, named: string, since: number, { subject, kinds, units }: GoodsNames): boolean {
  if (named === subject) return true
  if (kinds.has(named)) {
    const made = kinds.get(named)
    // Frozen at a trace: what came into being after it is not part of its answer, unless the recall says that it is.
    const frozen = recall.trace !== undefined && recall.after === undefined
    return !frozen || made === undefined || made < recall.trace!.treeSize
  }
  return units.get(named)?.some((end) => end === undefined || end > since) ?? false
}

function namesOf(subject: string, events: readonly ProvenEvent[]): GoodsNames {
  const kinds = new Map<string, number | undefined>()
  let made: number | undefined
  // Also what was declared wrong: nobody leaves a recalled lot by taking a record back.
  for (const { entry, event } of events) {
    const lot = lotOf(event, subject)
    if (lot === undefined && !makes(event, subject)) continue
    made = Math.min(made ?? entry, entry)
    if (lot !== undefined) kinds.set(lot, Math.min(kinds.get(lot) ?? entry, entry))
  }
  const product = productOf(subject)
  if (product !== undefined) kinds.set(product, made)
  return { subject, kinds, units: unitsOf(subject, correctionsOf(events).standing) }
}

function makes(event: StampedEvent, subject: string): boolean {
  if (event.type === 'ObjectEvent') return event.action === 'ADD' && (event.epcList?.includes(subject) ?? false)
  return event.type === 'TransformationEvent' && (event.outputEPCList?.includes(subject) ?? false)
}

/** A stay in a unit, by the times of the steps; `end`: the entry of the step that ended it. */
interface Stay {
  fromMs: number
  toMs: number
  end?: number
}

const ALWAYS: Stay = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY }

/** Every unit that a thing was in, directly or in another one, with what ended each stay. */
function unitsOf(subject: string, events: readonly ProvenEvent[]): Map<string, (number | undefined)[]> {
  const inTime = [...events].sort((a, b) => msOf(a) - msOf(b) || a.entry - b.entry || a.position - b.position)
  const units = new Map<string, (number | undefined)[]>()
  const walk = (thing: string, during: Stay, way: readonly string[]): void => {
    for (const [unit, stays] of staysOf(thing, inTime)) {
      // A unit inside itself is nonsense that somebody recorded; it must not be walked for ever.
      if (way.includes(unit) || way.length >= MAX_DEPTH) continue
      for (const stay of stays) {
        const both = overlap(during, stay)
        if (both === undefined) continue
        units.set(unit, [...(units.get(unit) ?? []), both.end])
        walk(unit, both, [...way, unit])
      }
    }
  }
  walk(subject, ALWAYS, [subject])
  return units
}

/** Packs in boxes on pallets in containers in ships. */
const MAX_DEPTH = 8

function staysOf(thing: string, events: readonly ProvenEvent[]): Map<string, Stay[]> {
  const stays = new Map<string, Stay[]>()
  for (const one of events) {
    const { event, entry } = one
    if (event.type !== 'AggregationEvent' || event.parentID === undefined) continue
    const inside = stays.get(event.parentID) ?? []
    const last = inside.at(-1)
    const open = last !== undefined && last.end === undefined ? last : undefined
    const named = event.childEPCs?.includes(thing) ?? false
    const all = (event.childEPCs?.length ?? 0) === 0 && (event.childQuantityList?.length ?? 0) === 0
    if (event.action === 'ADD' && named && open === undefined) inside.push({ ...ALWAYS, fromMs: msOf(one) })
    else if (event.action === 'DELETE' && (named || all) && open !== undefined)
      inside[inside.length - 1] = { ...open, toMs: msOf(one), end: entry }
    stays.set(event.parentID, inside)
  }
  return stays
}

/** The time in both. It ends where the earlier one does; those that touch at an instant overlap. */
function overlap(a: Stay, b: Stay): Stay | undefined {
  const fromMs = Math.max(a.fromMs, b.fromMs)
  const first = a.toMs <= b.toMs ? a : b
  return fromMs <= first.toMs ? { ...first, fromMs } : undefined
}

function msOf({ event }: ProvenEvent): number {
  return Date.parse(event.eventTime)
}
