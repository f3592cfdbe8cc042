import { correctionsOf, type SignedStep } from '../event/correction.ts'
import type { GroundEvent, HoldGround, ProductLimits } from '../event/governance-types.ts'
import { ALWAYS, byTime, overlap, type PlacedEvent, type Stay, staysOf } from '../trace/stays.ts'
import { goodsOf } from './facts.ts'
import { type Outside, outsideOf, togetherOutside } from './outside.ts'

// Whether readings break the limits of a product by so much that its lot is held (docs/spec/governance.md, Holds).

/** A recorded event, and what it measured outside of limits. */
export interface OutsideReading {
  reading: GroundEvent
  outside: Outside
}

/** So many readings are named; of more, the last. */
const MAX_READINGS = 64

/**
 * What things on a way met outside of limits: of readings beside the first all, beside what it was in those of the time in which it was inside. What
 * was taken back was measured all the same.
 * @param way goods, and what they were in, from the inside out
 * @param events of the histories of all of the way, in any order
 */
export function readingsOutside(
  way: readonly string[],
  events: readonly SignedStep[],
  limits: ProductLimits,
): OutsideReading[] {
  const inLog = onceEach(events)
  const windows = windowsOf(way, byTime(correctionsOf(inLog).standing))
  return inLog.flatMap(({ entry, position, event }) => {
    // A declaration repeats what it takes back.
    if (event.errorDeclaration !== undefined) return []
    const elements = event.sensorElementList ?? []
    if (elements.length === 0) return []
    const goods = new Set(goodsOf(event))
    const innermost = way.findIndex((thing) => goods.has(thing))
    const eventMs = Date.parse(event.eventTime)
    const found = (windows[innermost] ?? []).flatMap((window) =>
      elements.map((element) => outsideOf(element, eventMs, limits, window)),
    )
    const outside = togetherOutside(found.filter((one) => one !== undefined))
    return outside === undefined ? [] : [{ reading: { entry, position, eventID: event.eventID }, outside }]
  })
}

/** What readings come to, where that is more than a product bears: without a tolerance one reading is, with one a longer time. */
export function breachOf(
  found: readonly OutsideReading[],
  { toleranceS = 0 }: ProductLimits,
): Pick<HoldGround, 'readings' | keyof Outside> | undefined {
  const last = found.slice(-MAX_READINGS)
  const sum = togetherOutside(last.map(({ outside }) => outside))
  if (sum === undefined || (toleranceS > 0 && sum.outsideMs <= toleranceS * 1000)) return undefined
  return { readings: last.map(({ reading }) => reading), ...sum }
}

/** Of each of the way, when the first was in it. */
function windowsOf(way: readonly string[], events: readonly PlacedEvent[]): Stay[][] {
  const windows: Stay[][] = [[ALWAYS]]
  for (let i = 1; i < way.length; i++) {
    const stays = staysOf(way[i - 1]!, events, true).get(way[i]!) ?? []
    windows.push(windows[i - 1]!.flatMap((outer) => stays.flatMap((stay) => overlap(outer, stay) ?? [])))
  }
  return windows
}

/** In the order of the log; what a gateway recorded under one number again counts once. */
function onceEach(events: readonly SignedStep[]): SignedStep[] {
  const seen = new Set<string>()
  const inLog = [...events].sort((a, b) => a.entry - b.entry || a.position - b.position)
  return inLog.filter(({ event, signer: { org, gateway } }) => {
    const name = `${event.eventID} ${event.errorDeclaration === undefined} ${org}/${gateway}`
    const isFirst = !seen.has(name)
    seen.add(name)
    return isFirst
  })
}
