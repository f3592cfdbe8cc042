import type { EpcisEvent } from '../event/types.ts'
import type { ProvenEvent } from '../verify/verdict.ts'
import { bears, ends, type Facts, revives, surelyBefore } from './facts.ts'
import { type Finding, refsOf, type Severity } from './finding.ts'

// A thing with a number of its own is born once, lives, and ends once.

/**
 * BORN_TWICE: two events bring one thing into being. A contradiction where two organisations say so; within one it may be a label entered twice.
 * An organisation may enter a number before it makes the thing, and a logistic unit's number may come into use again after its end.
 */
export function bornTwice({ things }: Facts): Finding[] {
  return [...things].flatMap(([thing, events]) => {
    const births = birthsOf(events, thing)
    if (births.length < 2) return []
    const [first] = births
    const same = births.every(({ signer }) => signer.org === first!.signer.org)
    if (same && births.length === 2 && isEnteredThenMade(births[0]!, births[1]!)) return []
    const severity: Severity = same ? 'warning' : 'contradiction'
    return [{ code: 'BORN_TWICE', severity, subject: thing, events: refsOf(...births), detail: {} }]
  })
}

function isEnteredThenMade(a: ProvenEvent, b: ProvenEvent): boolean {
  return a.event.type === 'ObjectEvent' && b.event.type === 'TransformationEvent'
}

/** The events that bring a thing into being, but for those after an end. */
function birthsOf(events: readonly ProvenEvent[], thing: string): ProvenEvent[] {
  const end = thing.includes('/00/') ? events.findIndex(({ event }) => ends(event, thing)) : -1
  return (end < 0 ? events : events.slice(0, end)).filter(({ event }) => bears(event, thing))
}

/**
 * BEFORE_ITS_BIRTH: something was done with a thing surely before it was brought into being. A contradiction where another organisation than
 * the one that brought it did it: at home, labels are read before they are entered.
 */
export function beforeItsBirth({ things }: Facts): Finding[] {
  return [...things].flatMap(([thing, events]) => {
    const birth = events.find(({ event }) => bears(event, thing))
    const early = birth === undefined ? [] : events.filter((one) => surelyBefore(one, birth))
    if (birth === undefined || early.length === 0) return []
    const foreign = early.filter(({ signer }) => signer.org !== birth.signer.org)
    const atHome = early.every(
      ({ event }) => 'action' in event && event.action === 'OBSERVE' && isLabelling(event.bizStep),
    )
    if (foreign.length === 0 && atHome) return []
    const severity: Severity = foreign.length === 0 ? 'warning' : 'contradiction'
    return [{ code: 'BEFORE_ITS_BIRTH', severity, subject: thing, events: refsOf(...early, birth), detail: {} }]
  })
}

/** Steps in which a label is read that is not yet on anything. */
function isLabelling(bizStep: string | undefined): boolean {
  return bizStep === undefined || bizStep === 'encoding' || bizStep === 'inspecting' || bizStep === 'sensor_reporting'
}

/** Steps by which what has ended is struck off. */
const STRUCK_OFF = new Set(['decommissioning', 'destroying', 'disposing'])
/** What has come to this has ended, whether its number was taken out of use with it or not. */
const ENDED = new Set(['retail_sold', 'dispensed', 'destroyed', 'disposed'])

/**
 * AFTER_ITS_END: something was done with a thing surely after it was sold, used up or destroyed. A return receives it again, until its next
 * end; what has ended may be struck off once.
 */
export function afterItsEnd({ things }: Facts): Finding[] {
  return [...things].flatMap(([thing, events]) => {
    let end: ProvenEvent | undefined
    const refs = new Set<ProvenEvent>()
    for (const one of events) {
      if (end !== undefined && surelyBefore(end, one)) {
        if (revives(one.event, thing) && !isDestroyed(end)) end = undefined
        else if (!(STRUCK_OFF.has(one.event.bizStep ?? '') && isEnd(one.event, thing) && !isDestroyed(end))) {
          refs.add(end).add(one)
        }
      }
      if (isEnd(one.event, thing) && (end === undefined || STRUCK_OFF.has(one.event.bizStep ?? ''))) end = one
    }
    if (refs.size === 0) return []
    return [{ code: 'AFTER_ITS_END', severity: 'warning', subject: thing, events: refsOf(...refs), detail: {} }]
  })
}

/** Nothing comes back from this. */
function isDestroyed({ event }: ProvenEvent): boolean {
  return event.type === 'TransformationEvent' || STRUCK_OFF.has(event.bizStep ?? '')
}

function isEnd(event: EpcisEvent, thing: string): boolean {
  return ends(event, thing) || (event.type === 'ObjectEvent' && ENDED.has(event.disposition ?? ''))
}
