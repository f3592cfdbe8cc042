import type { Verdict } from '../verify/verdict.ts'
import { factsOf } from './facts.ts'
import { kineticAmong, measuredByProduct } from './temperature-limits.ts'

/** The mean kinetic temperature of each product for which a limit of it is registered, over the series that are at hand; milli-°C. */
export function kineticTemperaturesOf({
  events,
  names,
  lineage,
}: Pick<Verdict, 'events' | 'names' | 'lineage'>): { product: string; milliC: number; maxMilliC: number }[] {
  const facts = factsOf(events, names, new Set(lineage))
  return [...measuredByProduct(facts)].flatMap(([{ product, limits }, about]) => {
    const kinetic = limits && kineticAmong(facts, limits, about)
    return kinetic === undefined ? [] : [{ product, milliC: kinetic.milliC, maxMilliC: kinetic.maxMilliC }]
  })
}
