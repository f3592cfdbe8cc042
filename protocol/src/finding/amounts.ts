import type { EpcisEvent, QuantityElement } from '../event/types.ts'

// Quantities of a lot, added up in whole thousandths.

/** Units of weight (UN/ECE Rec 20), in grams. */
const GRAMS: Readonly<Record<string, number>> = { GRM: 1, KGM: 1000, TNE: 1_000_000 }

/** Thousandths by unit, weights in kilograms, pieces under ''; undefined where some of it was not counted. */
export function amountsOf(list: readonly QuantityElement[], lot: string): Map<string, number> | undefined {
  return sumsOf(list.filter(({ epcClass }) => epcClass === lot))
}

/** The same of all in a list. */
export function sumsOf(list: readonly QuantityElement[]): Map<string, number> | undefined {
  const sums = new Map<string, number>()
  for (const { quantity, uom = '' } of list) {
    if (quantity === undefined) return undefined
    const grams = GRAMS[uom]
    const unit = grams === undefined ? uom : 'KGM'
    sums.set(unit, (sums.get(unit) ?? 0) + Math.round(quantity * (grams ?? 1000)))
  }
  return sums
}

/** What an event counts of lots, but for what goes into a process. */
export function countedBy(event: EpcisEvent): readonly QuantityElement[] {
  if (event.type === 'TransformationEvent') return event.outputQuantityList ?? []
  return event.type === 'ObjectEvent' ? (event.quantityList ?? []) : []
}

/** Scales differ, and packs from what they say; pieces are counted. Percent of `uom` by which one count may be above another. */
export function toleranceOf(uom: string, percent: number): number {
  return uom === '' ? 0 : percent
}
