import type { Facts } from './facts.ts'
import { goodsOf, productOfThing } from './facts.ts'
import { type Finding, refsOf } from './finding.ts'

/**
 * TEMPERATURE_LIMITS: readings outside the limits registered for a product in the event. Detail: the lowest and highest reading
 * and the limits in milli-°C, and for how long at least (ms), from the series or, where there is none, from the instrument's own sum.
 */
export function temperatureLimits(facts: Facts): Finding[] {
  const products = new Set(
    facts.events.flatMap(({ event }) => goodsOf(event)).map((thing) => productOfThing(facts, thing)),
  )
  return [...products].flatMap((product) => {
    if (product?.limits === undefined) return []
    const { minMilliC, maxMilliC } = product.limits
    const about = facts.events.filter(({ event }) =>
      goodsOf(event).some((thing) => productOfThing(facts, thing) === product),
    )
    const broken = about.filter(({ event }) =>
      rangesOf(event).some(({ low, high }) => low < minMilliC || high > maxMilliC),
    )
    if (broken.length === 0) return []
    const ranges = broken.flatMap(({ event }) => rangesOf(event))
    const outsideMs = facts.series
      .filter(({ of }) => broken.includes(of))
      .reduce(
        (sum, { milli, everyMs }) =>
          sum + everyMs * milli.filter((m) => m !== null && (m < minMilliC || m > maxMilliC)).length,
        0,
      )
    const detail = {
      minMilliC,
      maxMilliC,
      lowestMilliC: Math.min(...ranges.map(({ low }) => low)),
      highestMilliC: Math.max(...ranges.map(({ high }) => high)),
      outsideMs,
    }
    return [
      { code: 'TEMPERATURE_LIMITS', severity: 'warning', subject: product.product, events: refsOf(...broken), detail },
    ]
  })
}

/** Lowest and highest temperature that each element of an event reports, milli-°C. */
function rangesOf(event: Facts['events'][number]['event']): { low: number; high: number }[] {
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
