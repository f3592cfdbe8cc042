import { subjectKind } from '../subject.ts'
import type { ProvenEvent } from '../verify/verdict.ts'
import { isNear, metresApart, pointOf } from './distance.ts'
import type { Facts } from './facts.ts'
import { bears, productOfThing } from './facts.ts'
import { type Finding, refsOf } from './finding.ts'

/** Nothing that carries goods is faster: an airliner with the wind, 1,200 km/h. */
const FASTEST_M_PER_S = 333
/** Goods on roads and rails are not: 200 km/h from door to door. */
const BY_LAND_M_PER_S = 55
/** Below this a wrong fix or a late stamp is the likelier cause. */
const SHORT_M = 20_000
/** So far off may a receiver be among walls, or under a sky that someone disturbs. */
const NEAR_M = 5_000
/** An aircraft's way: so far at least, so fast, and so long on the ground before and after it. */
const FLIGHT_M = 200_000
const FLIGHT_M_PER_S = 250
const GROUND_MS = 2 * 3_600_000
/** A stamp with more doubt excuses nobody: the next is held against those before it, too, up to so many. */
const LOOSE_MS = 600_000
const LOOK_BACK = 8

/**
 * Two stamps of one thing that lie farther apart than anything travels in the time between them, at the widest that both clocks allow: TWO_PLACES for
 * an item, by its serial number, TOO_FAST for a logistic unit. TOO_FAST also where no truck is as fast: a note where an aircraft may have taken it,
 * else a warning. Detail: metres, ms.
 */
export function impossibleSpeed(facts: Facts): Finding[] {
  return [...facts.things].flatMap(([thing, events]) => {
    const legs = legsOf(events)
    const impossible = legs.find((leg) => leg.metres > NEAR_M && isFaster(leg, FASTEST_M_PER_S))
    const hasty = legs.filter((leg) => leg.metres > SHORT_M && isFaster(leg, BY_LAND_M_PER_S))
    const leg = impossible ?? hasty.find((one) => !isFlight(one)) ?? hasty[0]
    if (leg === undefined) return []
    const code = impossible !== undefined && subjectKind(thing) === 'item' ? 'TWO_PLACES' : 'TOO_FAST'
    const severity = impossible !== undefined ? 'contradiction' : isFlight(leg) ? 'note' : 'warning'
    const { metres, ms, a, b } = leg
    return [{ code, severity, subject: thing, events: refsOf(a, b), detail: { metres, ms } }]
  })
}

/** The legs that no truck makes. */
function legsOf(events: readonly ProvenEvent[]): Leg[] {
  /** The last with a place, and those before it as far as they must be looked at. */
  let before: ProvenEvent[] = []
  const legs: Leg[] = []
  for (const one of events) {
    if (pointOf(one) === undefined) continue
    for (const earlier of before) {
      const leg = legOf(earlier, one)
      if (isFaster(leg, BY_LAND_M_PER_S)) legs.push(leg)
    }
    before = isLoose(one) ? [...before.slice(1 - LOOK_BACK), one] : [one]
  }
  return legs
}

function isLoose({ time: { earliestMs, latestMs } }: ProvenEvent): boolean {
  return earliestMs === undefined || latestMs === undefined || latestMs - earliestMs > LOOSE_MS
}

function isFlight({ metres, ms }: Leg): boolean {
  return metres >= FLIGHT_M && ms >= GROUND_MS && metres * 1000 <= (ms - GROUND_MS) * FLIGHT_M_PER_S
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
  return Math.max(Math.abs(b1 - a0), Math.abs(a1 - b0)) + fixAge(a) + fixAge(b)
}

/** A fix tells of where the gateway was so long before the stamp. */
function fixAge({ event }: ProvenEvent): number {
  return event['tristamp:geo'].ageMs ?? 0
}

/** OUTSIDE_REGION: a product of a region that was born elsewhere, with a position that says so. Detail: latE7, lonE7. */
export function outsideRegion(facts: Facts): Finding[] {
  return [...facts.things, ...facts.lots].flatMap(([thing, events]) => {
    const region = productOfThing(facts, thing)?.region
    const birth = events.find(({ event }) => bears(event, thing))
    const point = birth && pointOf(birth)
    if (region === undefined || birth === undefined || point === undefined || isNear(point, region)) return []
    const detail = { latE7: point.latE7, lonE7: point.lonE7 }
    return [{ code: 'OUTSIDE_REGION', severity: 'warning', subject: thing, events: refsOf(birth), detail }]
  })
}
