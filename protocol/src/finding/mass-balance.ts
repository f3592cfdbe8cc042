import type { EpcisEvent, QuantityElement } from '../event/types.ts'
import type { ProvenEvent } from '../verify/verdict.ts'
import { amountsOf, countedBy, toleranceOf } from './amounts.ts'
import { bears, ends, type Facts, goodsOf } from './facts.ts'
import { type Finding, refsOf } from './finding.ts'
import { gainOf } from './gain.ts'

/** Weighing differs from scale to scale, and packs from what they say: so much more than there was is nothing … */
const TOLERANCE_PERCENT = 2
/** … and more than this is no longer a matter of scales. */
const SURELY_PERCENT = 5

/**
 * MASS_BALANCE: more of a lot used up, sold or destroyed than was ever made of it, less what came back; or more out of a process than went in. Both counts are
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
    const sums = born.map(({ event }) => amountsOf(countedBy(event), lot))
    const [uom, ...others] = new Set(sums.flatMap((sum) => [...(sum?.keys() ?? [])]))
    // What was made without a count, or counted in two units, cannot be added up.
    if (uom === undefined || others.length > 0 || sums.includes(undefined)) return []
    const used = events.filter(({ event }) => ends(event, lot))
    const made = sums.reduce((sum, one) => sum + one!.get(uom)!, 0)
    const sumOf = (some: readonly ProvenEvent[]): number =>
      some.reduce((sum, { event }) => sum + (amountsOf(lostBy(event), lot)?.get(uom) ?? 0), 0)
    const sold = sumOf(used)
    const returned = sumOf(events.filter(({ event }) => isReturn(event) && !bears(event, lot) && !ends(event, lot)))
    const gone = sold - Math.min(sold, returned)
    if (gone * 100 <= made * (100 + toleranceOf(uom, TOLERANCE_PERCENT))) return []
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

/** A process that gives more than it took, all of it weighed; or a lot that goes into others of the same product, which together are more. */
function gains({ events }: Facts): Finding[] {
  return events.flatMap((proven) => {
    const { event } = proven
    // Of a process that is told in several records a reader may not have them all (`gainsOfRuns`).
    if (event.type !== 'TransformationEvent' || event.transformationID !== undefined) return []
    const detail = gainOf([event])
    return detail === undefined ? [] : [{ code: 'MASS_BALANCE', severity: 'warning', events: refsOf(proven), detail }]
  })
}

function lostBy(event: EpcisEvent): readonly QuantityElement[] {
  return event.type === 'TransformationEvent' ? (event.inputQuantityList ?? []) : countedBy(event)
}
