import type { ProductLimits, RegisterProduct } from '../event/governance-types.ts'
import type { AggregationEvent } from '../event/types.ts'
import { temperaturesOf } from '../trace/readings.ts'
import type { ProvenEvent } from '../verify/verdict.ts'
import type { Facts } from './facts.ts'
import { goodsOf, productOfThing } from './facts.ts'
import { type Finding, refsOf } from './finding.ts'
import { kineticTemperature, weightedReadings } from './kinetic-temperature.ts'
import { type Outside, outsideOf, type TemperatureLimits, togetherOutside } from './outside.ts'

/**
 * TEMPERATURE_LIMITS: readings outside the limits registered for a product, in an event of it or of a unit that it was in, or a mean kinetic temperature
 * above what is registered. Detail: the lowest and highest reading and the limits in milli-°C, for how long at least (ms), from the series or, where
 * there is none, from the instrument's own sum; and the mean kinetic temperature with its limit, where one is registered and series are at hand.
 */
export function temperatureLimits(facts: Facts): Finding[] {
  return [...measuredByProduct(facts)].flatMap(([{ product, limits }, about]): Finding[] => {
    if (limits === undefined) return []
    const { minMilliC, maxMilliC } = limits
    const broken = about.flatMap((proven) => {
      const outside = outsideIn(proven, limits)
      return outside === undefined ? [] : [{ proven, outside }]
    })
    const kinetic = kineticAmong(facts, limits, about)
    const hot = kinetic !== undefined && kinetic.milliC > kinetic.maxMilliC ? kinetic : undefined
    const sum = togetherOutside([...broken.map(({ outside }) => outside), ...(hot === undefined ? [] : [hot.extremes])])
    if (sum === undefined) return []
    const events = hot === undefined ? broken.map(({ proven }) => proven) : about
    const detail = {
      ...{ minMilliC, maxMilliC, ...sum },
      ...(kinetic !== undefined && { kineticMilliC: kinetic.milliC, maxKineticMilliC: kinetic.maxMilliC }),
    }
    return [{ code: 'TEMPERATURE_LIMITS', severity: 'warning', subject: product, events: refsOf(...events), detail }]
  })
}

/** Over the series beside some events; undefined where no limit of it is registered, or no series is at hand. */
export function kineticAmong(
  facts: Facts,
  { maxKineticMilliC: maxMilliC }: ProductLimits,
  about: readonly ProvenEvent[],
): { milliC: number; maxMilliC: number; extremes: Outside } | undefined {
  if (maxMilliC === undefined) return undefined
  const of = new Set(about)
  const readings = weightedReadings(facts.series.filter((one) => of.has(one.of)))
  const milliC = kineticTemperature(readings)
  const extremes = togetherOutside(
    readings.map((r) => ({ lowestMilliC: r.milliC, highestMilliC: r.milliC, outsideMs: 0 })),
  )
  return milliC === undefined || extremes === undefined ? undefined : { milliC, maxMilliC, extremes }
}

/**
 * Of each product with limits, the events with readings beside it or beside a unit while it was inside, in the order of time. Each event is looked at
 * once: a hostile ledger may show many of both.
 */
export function measuredByProduct(facts: Facts): Map<RegisterProduct, ProvenEvent[]> {
  const loads = new Map<string, Load>()
  const found = new Map<RegisterProduct, ProvenEvent[]>()
  const standing = new Set(facts.events)
  const inOrOf: ProductsIn = (thing) => {
    const own = productOfThing(facts, thing)
    return [...(own?.limits === undefined ? [] : [own]), ...(loads.get(thing)?.products.keys() ?? [])]
  }
  for (const proven of facts.measured) {
    const { event } = proven
    const packing = event.type === 'AggregationEvent' && standing.has(proven) ? event : undefined
    if (packing?.action === 'ADD') pack(loads, packing, inOrOf)
    if (isMeasured(proven)) {
      for (const product of new Set(goodsOf(event).flatMap(inOrOf))) {
        const about = found.get(product)
        if (about === undefined) found.set(product, [proven])
        else about.push(proven)
      }
    }
    if (packing?.action === 'DELETE') unpack(loads, packing)
  }
  return found
}

/** The products with limits that a thing is of, or that are in it. */
type ProductsIn = (thing: string) => RegisterProduct[]

/** What a unit holds: of each child its products with limits, and how many children have each. */
interface Load {
  children: Map<string, readonly RegisterProduct[]>
  products: Map<RegisterProduct, number>
}

function pack(loads: Map<string, Load>, event: AggregationEvent, inOrOf: ProductsIn): void {
  const { parentID } = event
  if (parentID === undefined) return
  const load = loads.get(parentID) ?? { children: new Map(), products: new Map() }
  loads.set(parentID, load)
  for (const child of goodsOf(event)) {
    if (child === parentID || load.children.has(child)) continue
    const products = inOrOf(child)
    load.children.set(child, products)
    for (const product of products) load.products.set(product, (load.products.get(product) ?? 0) + 1)
  }
}

function unpack(loads: Map<string, Load>, event: AggregationEvent): void {
  const load = loads.get(event.parentID ?? '')
  const children = goodsOf(event).filter((child) => child !== event.parentID)
  if (load === undefined || children.length === 0) {
    loads.delete(event.parentID ?? '')
    return
  }
  for (const child of children) {
    for (const product of load.children.get(child) ?? []) {
      const left = (load.products.get(product) ?? 0) - 1
      if (left > 0) load.products.set(product, left)
      else load.products.delete(product)
    }
    load.children.delete(child)
  }
}

function isMeasured({ event }: ProvenEvent): boolean {
  return temperaturesOf(event.sensorElementList, 0).some(({ minMilli }) => minMilli !== undefined)
}

function outsideIn({ event }: ProvenEvent, limits: TemperatureLimits): Outside | undefined {
  const eventMs = Date.parse(event.eventTime)
  const found = (event.sensorElementList ?? []).map((element) => outsideOf(element, eventMs, limits))
  return togetherOutside(found.filter((one) => one !== undefined))
}
