import type { RegisterProduct } from '../event/governance-types.ts'
import type { ProvenEvent } from '../verify/verdict.ts'
import type { Facts } from './facts.ts'
import { goodsOf, productOfThing } from './facts.ts'
import { type Finding, refsOf } from './finding.ts'

/**
 * TEMPERATURE_LIMITS: readings outside the limits registered for a product in the event. Detail: the lowest and highest reading
 * and the limits in milli-°C, and for how long at least (ms), from the series or, where there is none, from the instrument's own sum.
 */
export function temperatureLimits(facts: Facts): Finding[] {
  return [...measuredByProduct(facts)].flatMap(([{ product, limits }, about]) => {
    if (limits === undefined) return []
    const { minMilliC, maxMilliC } = limits
    const isOutside = ({ low, high }: Range): boolean => low < minMilliC || high > maxMilliC
    const broken = new Set(about.filter((proven) => rangesOf(proven).some(isOutside)))
    if (broken.size === 0) return []
    const ranges = [...broken].flatMap(rangesOf)
    const outsideMs = facts.series
      .filter(({ of }) => broken.has(of))
      .reduce(
        (sum, { milli, everyMs }) =>
          sum + everyMs * milli.filter((m) => m !== null && (m < minMilliC || m > maxMilliC)).length,
        0,
      )
    const detail = {
      minMilliC,
      maxMilliC,
      lowestMilliC: ranges.reduce((lowest, { low }) => Math.min(lowest, low), Number.POSITIVE_INFINITY),
      highestMilliC: ranges.reduce((highest, { high }) => Math.max(highest, high), Number.NEGATIVE_INFINITY),
      outsideMs,
    }
    return [{ code: 'TEMPERATURE_LIMITS', severity: 'warning', subject: product, events: refsOf(...broken), detail }]
  })
}

/** Of each registered product, the events with readings beside it. Each event is looked at once: a hostile ledger may show many of both. */
function measuredByProduct(facts: Facts): Map<RegisterProduct, ProvenEvent[]> {
  const products = new Map<RegisterProduct, ProvenEvent[]>()
  for (const proven of facts.measured) {
    if (rangesOf(proven).length === 0) continue
    for (const product of new Set(goodsOf(proven.event).map((thing) => productOfThing(facts, thing)))) {
      const about = product && products.get(product)
      if (about !== undefined) about.push(proven)
      else if (product !== undefined) products.set(product, [proven])
    }
  }
  return products
}

/** Milli-°C. */
interface Range {
  low: number
  high: number
}

/** Lowest and highest temperature that each element of an event reports, milli-°C. */
function rangesOf({ event }: ProvenEvent): Range[] {
  return (event.sensorElementList ?? []).flatMap(({ sensorReport }) =>
    sensorReport.flatMap(({ type, value, minValue, maxValue }) => {
      if (type !== 'Temperature') return []
      const low = minValue ?? value
      const high = maxValue ?? value
      return low === undefined || high === undefined
        ? []
        : [{ low: Math.round(low * 1000), high: Math.round(high * 1000) }]
    }),
  )
}
