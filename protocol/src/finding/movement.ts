import { subjectKind } from '../subject.ts'
import type { ProvenEvent } from '../verify/verdict.ts'
import { isInside, metresApart, pointOf } from './distance.ts'
import type { Facts } from './facts.ts'
import { bears, productOfThing } from './facts.ts'
import { type Finding, refsOf } from './finding.ts'

/** Nothing that carries goods is faster: an airliner with the wind, 1,200 km/h. */
const FASTEST_M_PER_S = 333
/** Goods on roads and rails are not: 200 km/h from door to door. */
const BY_LAND_M_PER_S = 55
/** Below this a wrong fix or a late stamp is the likelier cause, where something could have been as fast at all. */
const SHORT_M = 20_000
/** And below this whatever the speed: two doors of one yard, a fix between high walls, a tag that two readers hear. */
const NEAR_M = 1_000

/**
 * Two stamps of one thing that lie farther apart than anything travels in the time between them, at the widest that both clocks allow: TWO_PLACES for
 * an item, by its serial number, TOO_FAST for a logistic unit. TOO_FAST also, as a warning, where only an aircraft could. Detail: metres, ms.
 */
export function impossibleSpeed(facts: Facts): Finding[] {
  return [...facts.things].flatMap(([thing, events]) => {
    const placed = events.filter((proven) => pointOf(proven) !== undefined)
    const legs = placed.slice(1).map((b, i) => legOf(placed[i]!, b))
    const impossible = legs.find((leg) => leg.metres > NEAR_M && isFaster(leg, FASTEST_M_PER_S))
    const hasty = legs.find((leg) => leg.metres > SHORT_M && isFaster(leg, BY_LAND_M_PER_S))
    const leg = impossible ?? hasty
    if (leg === undefined) return []
    const code = impossible !== undefined && subjectKind(thing) === 'item' ? 'TWO_PLACES' : 'TOO_FAST'
    const severity = impossible === undefined ? 'warning' : 'contradiction'
    const { metres, ms, a, b } = leg
    return [{ code, severity, subject: thing, events: refsOf(a, b), detail: { metres, ms } }]
  })
}

interface Leg {
  a: ProvenEvent
  b: ProvenEvent
  /** At least. */
  metres: number
  /** At most. */
  ms: number
}

function legOf(a: ProvenEvent, b: ProvenEvent): Leg {
  return { a, b, metres: metresApart(pointOf(a)!, pointOf(b)!), ms: longestBetween(a, b) }
}

function isFaster({ metres, ms }: Leg, metresPerSecond: number): boolean {
  return metres * 1000 > ms * metresPerSecond
}

/** The longest time that may have passed between two stamps, ms; without bound where a clock has none. */
function longestBetween(a: ProvenEvent, b: ProvenEvent): number {
  const span = ({ time }: ProvenEvent): [number, number] => [
    time.earliestMs ?? Number.NEGATIVE_INFINITY,
    time.latestMs ?? Number.POSITIVE_INFINITY,
  ]
  const [a0, a1] = span(a)
  const [b0, b1] = span(b)
  return Math.max(Math.abs(b1 - a0), Math.abs(a1 - b0))
}

/** OUTSIDE_REGION: a product of a region that was born elsewhere, with a position that says so. Detail: latE7, lonE7. */
export function outsideRegion(facts: Facts): Finding[] {
  return [...facts.things, ...facts.lots].flatMap(([thing, events]) => {
    const region = productOfThing(facts, thing)?.region
    const birth = events.find(({ event }) => bears(event, thing))
    const point = birth && pointOf(birth)
    if (region === undefined || birth === undefined || point === undefined || isInside(point, region)) return []
    const detail = { latE7: point.latE7, lonE7: point.lonE7 }
    return [{ code: 'OUTSIDE_REGION', severity: 'warning', subject: thing, events: refsOf(birth), detail }]
  })
}
