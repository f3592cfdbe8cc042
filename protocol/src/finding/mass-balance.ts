import type { EpcisEvent, QuantityElement } from '../event/types.ts'
import { bears, ends, type Facts, goodsOf } from './facts.ts'
import { type Finding, refsOf } from './finding.ts'

/** Weighing differs from scale to scale: so much more than there was is not yet a contradiction. */
const TOLERANCE_PERCENT = 2

/**
 * MASS_BALANCE: more of a lot used up, sold or destroyed than was ever made of it; or more weight out of a process than went in. Both counts are
 * complete where the lot's whole history is proven. Detail: made and used, or in and out, in thousandths of `uom` (pieces without it).
 */
export function massBalance(facts: Facts): Finding[] {
  return [...lotsOverdrawn(facts), ...gains(facts)]
}

function lotsOverdrawn({ lots, events: all }: Facts): Finding[] {
  return [...lots].flatMap(([lot, events]) => {
    const born = events.filter(({ event }) => bears(event, lot))
    // An event of the lot that does not count it made things of it one by one, which are in no sum.
    if (all.some(({ event, subjects }) => subjects.includes(lot) && !goodsOf(event).includes(lot))) return []
    const sums = born.map(({ event }) => amounts(gainedBy(event), lot))
    const [uom, ...others] = new Set(sums.flatMap((sum) => [...(sum?.keys() ?? [])]))
    // What was made without a count, or counted in two units, cannot be added up.
    if (uom === undefined || others.length > 0 || sums.includes(undefined)) return []
    const used = events.filter(({ event }) => ends(event, lot))
    const made = sums.reduce((sum, one) => sum + one!.get(uom)!, 0)
    const gone = used.reduce((sum, { event }) => sum + (amounts(lostBy(event), lot)?.get(uom) ?? 0), 0)
    if (gone * 100 <= made * (100 + TOLERANCE_PERCENT)) return []
    const detail = { made, used: gone, ...(uom !== '' && { uom }) }
    return [{ code: 'MASS_BALANCE', severity: 'contradiction', subject: lot, events: refsOf(...born, ...used), detail }]
  })
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

/** Thousandths by unit; undefined where some of it was not counted. */
function amounts(list: readonly QuantityElement[], lot: string): Map<string, number> | undefined {
  const sums = new Map<string, number>()
  for (const { epcClass, quantity, uom = '' } of list) {
    if (epcClass !== lot) continue
    if (quantity === undefined) return undefined
    sums.set(uom, (sums.get(uom) ?? 0) + Math.round(quantity * 1000))
  }
  return sums
}

/** The sum, if there is any and all of it was weighed; thousandths of a kilogram. */
function kilograms(list: readonly QuantityElement[] | undefined): number | undefined {
  if (list === undefined || list.length === 0) return undefined
  let sum = 0
  for (const { quantity, uom } of list) {
    if (uom !== 'KGM' || quantity === undefined) return undefined
    sum += Math.round(quantity * 1000)
  }
  return sum
}
