import { correctionsOf } from '../event/correction.ts'
import type { Hold, Lift, Operation, Recall, Release } from '../event/governance-types.ts'
import type { StampedEvent } from '../event/types.ts'
import { holdUri, lotOf, productOf, recallUri } from '../subject.ts'
import { ALWAYS, byTime, overlap, type Stay, staysOf } from '../trace/stays.ts'
import type { ProvenEvent } from './verdict.ts'

// What administrators, or the ledger itself, order about goods: recalls and holds (docs/spec/governance.md, Recalls).

/** A recall, a hold, or the end of one, as it took effect. `at`: by the clock of the signer whose signature was enough. */
export interface OrderAct<O extends Recall | Lift | Hold | Release = Recall | Lift | Hold | Release> {
  entry: number
  position: number
  at: string
  operation: O
  /** By itself, with its own key. */
  byLedger: boolean
}

/** Whether an operation orders something about goods, or ends that. */
export function isOrder(operation: Operation): operation is OrderAct['operation'] {
  return ['recall', 'lift', 'hold', 'release'].includes(operation.op)
}

/** All acts of one order that is about the goods. */
export interface Order<B extends Recall | Hold, E extends Lift | Release> {
  first: OrderAct<B>
  /** Its last wording. */
  last: OrderAct<B>
  end?: OrderAct<E>
  /** Which of its subjects the goods are, are of, or are in. */
  about: string
  isCorrected: boolean
}

/** The orders of one kind that are about goods. @param acts in the order of the log, all of every order in one of the histories */
export function ordersAbout<B extends Recall | Hold, E extends Lift | Release>(
  goods: GoodsNames,
  acts: readonly OrderAct[],
  kind: { begin: B['op']; end: E['op'] },
): Order<B, E>[] {
  const wordings = new Map<string, OrderAct<B>[]>()
  const ends = new Map<string, OrderAct<E>>()
  for (const act of acts) {
    const { op, id } = act.operation
    const known = wordings.get(id)
    if (op === kind.end) ends.set(id, ends.get(id) ?? (act as OrderAct<E>))
    else if (op === kind.begin && known !== undefined) known.push(act as OrderAct<B>)
    else if (op === kind.begin) wordings.set(id, [act as OrderAct<B>])
  }
  return [...wordings].flatMap(([id, own]) => {
    const [first, last] = [own[0]!, own.at(-1)!]
    // Whoever reads the history of a recall or a hold itself asks for it.
    const isOwn = goods.subject === (kind.begin === 'recall' ? recallUri(id) : holdUri(id))
    const named = last.operation.subjects.find((one) => isHit(last.operation, one, first.entry, goods))
    const about = isOwn ? goods.subject : named
    if (about === undefined) return []
    const end = ends.get(id)
    return [{ first, last, about, isCorrected: own.length > 1, ...(end !== undefined && { end }) }]
  })
}

/** Under which names goods can be called back. */
export interface GoodsNames {
  subject: string
  /** Its lots and its product, with the first entry that says so; undefined where it follows from the identifier. */
  kinds: ReadonlyMap<string, number | undefined>
  /** Units, with the entries that ended its stay; undefined for one that lasts. */
  units: ReadonlyMap<string, readonly (number | undefined)[]>
}

function isHit(order: Recall | Hold, named: string, since: number, { subject, kinds, units }: GoodsNames): boolean {
  if (named === subject) return true
  if (kinds.has(named)) {
    const made = kinds.get(named)
    // Frozen at a trace: what came into being after it is not part of its answer, unless the recall says that it is.
    const trace = order.op === 'recall' && order.after === undefined ? order.trace : undefined
    return trace === undefined || made === undefined || made < trace.treeSize
  }
  return units.get(named)?.some((end) => end === undefined || end > since) ?? false
}

/** @param events of the subject's lineage */
export function namesOf(subject: string, events: readonly ProvenEvent[]): GoodsNames {
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

/** Every unit that a thing was in, directly or in another one, with what ended each stay. */
function unitsOf(subject: string, events: readonly ProvenEvent[]): Map<string, (number | undefined)[]> {
  const inTime = byTime(events)
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
