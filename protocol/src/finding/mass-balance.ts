import type { EpcisEvent, QuantityElement } from '../event/types.ts'
import type { ProvenEvent } from '../verify/verdict.ts'
import { bears, ends, type Facts, goodsOf } from './facts.ts'
import { type Finding, refsOf } from './finding.ts'

/** Weighing differs from scale to scale, and packs from what they say: so much more than there was is nothing … */
const TOLERANCE_PERCENT = 2
/** … and more than this is no longer a matter of scales. */
const SURELY_PERCENT = 5

/** Units of weight (UN/ECE Rec 20), in grams. */
const GRAMS: Readonly<Record<string, number>> = { GRM: 1, KGM: 1000, TNE: 1_000_000 }

/**
 * MASS_BALANCE: more of a lot used up, sold or destroyed than was ever made of it, less what came back; or more weight out of a process than went in. Both counts are
 * complete where the lot's whole history is proven. Detail: made and used, or in and out, in thousandths of `uom` (pieces without it).
 */
export function massBalance(facts: Facts): Finding[] {
  return [...lotsOverdrawn(facts), ...gains(facts)]
}

function lotsOverdrawn({ lots, events: all }: Facts): Finding[] {
  const uncounted = uncountedIn(all)
  return [...lots].flatMap(([lot, events]) => {
    const born = events.filter(({ event }) => bears(event, lot))
    // An event of the lot that does not count it made things of it one by one, which are in no sum.
    if (uncounted.has(lot)) return []
    const sums = born.map(({ event }) => amounts(gainedBy(event), lot))
    const [uom, ...others] = new Set(sums.flatMap((sum) => [...(sum?.keys() ?? [])]))
    // What was made without a count, or counted in two units, cannot be added up.
    if (uom === undefined || others.length > 0 || sums.includes(undefined)) return []
    const used = events.filter(({ event }) => ends(event, lot))
    const made = sums.reduce((sum, one) => sum + one!.get(uom)!, 0)
    const sumOf = (some: readonly ProvenEvent[]): number =>
      some.reduce((sum, { event }) => sum + (amounts(lostBy(event), lot)?.get(uom) ?? 0), 0)
    const sold = sumOf(used)
    const returned = sumOf(events.filter(({ event }) => isReturn(event) && !bears(event, lot) && !ends(event, lot)))
    const gone = sold - Math.min(sold, returned)
    if (gone * 100 <= made * (100 + TOLERANCE_PERCENT)) return []
    const severity = gone * 100 > made * (100 + SURELY_PERCENT) ? 'contradiction' : 'warning'
    const detail = { made, used: gone, ...(uom !== '' && { uom }) }
    return [{ code: 'MASS_BALANCE', severity, subject: lot, events: refsOf(...born, ...used), detail }]
  })
}

/** Subjects of events that do not say how much of them. */
function uncountedIn(events: readonly ProvenEvent[]): Set<string> {
  const found = new Set<string>()
  for (const { event, subjects } of events) {
    const counted = new Set(goodsOf(event))
    for (const subject of subjects) if (!counted.has(subject)) found.add(subject)
  }
  return found
}

/** Sold, and brought back: it can be sold again. */
function isReturn(event: EpcisEvent): boolean {
  return event.type === 'ObjectEvent' && event.disposition === 'returned'
}

/** A process that gives more kilograms than it took, all of them weighed. */
function gains({ events }: Facts): Finding[] {
  return events.flatMap((proven) => {
    const { event } = proven
    if (event.type !== 'TransformationEvent' || event.transformationID !== undefined) return []
    if ((event.inputEPCList ?? []).length > 0) return []
    const [taken, given] = [kilograms(event.inputQuantityList), kilograms(event.outputQuantityList)]
    if (taken === undefined || given === undefined || given * 100 <= taken * (100 + TOLERANCE_PERCENT)) return []
    const detail = { in: taken, out: given, uom: 'KGM' }
    return [{ code: 'MASS_BALANCE', severity: 'warning', events: refsOf(proven), detail }]
  })
}

function gainedBy(event: EpcisEvent): readonly QuantityElement[] {
  return event.type === 'TransformationEvent'
    ? (event.outputQuantityList ?? [])
    : event.type === 'ObjectEvent'
      ? (event.quantityList ?? [])
      : []
}

function lostBy(event: EpcisEvent): readonly QuantityElement[] {
  return event.type === 'TransformationEvent'
    ? (event.inputQuantityList ?? [])
    : event.type === 'ObjectEvent'
      ? (event.quantityList ?? [])
      : []
}

/** Thousandths by unit, weights in kilograms; undefined where some of it was not counted. */
function amounts(list: readonly QuantityElement[], lot: string): Map<string, number> | undefined {
  const sums = new Map<string, number>()
  for (const { epcClass, quantity, uom = '' } of list) {
    if (epcClass !== lot) continue
    if (quantity === undefined) return undefined
    const grams = GRAMS[uom]
    const unit = grams === undefined ? uom : 'KGM'
    sums.set(unit, (sums.get(unit) ?? 0) + Math.round(quantity * (grams ?? 1000)))
  }
  return sums
}

/** The sum, if there is any and all of it was weighed; thousandths of a kilogram. */
function kilograms(list: readonly QuantityElement[] | undefined): number | undefined {
  if (list === undefined || list.length === 0) return undefined
  let sum = 0
  for (const { quantity, uom = '' } of list) {
    const grams = GRAMS[uom]
    if (grams === undefined || quantity === undefined) return undefined
    sum += Math.round(quantity * grams)
  }
  return sum
}
