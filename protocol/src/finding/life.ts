import type { ProvenEvent } from '../verify/verdict.ts'
import { bears, ends, type Facts, surelyBefore } from './facts.ts'
import { type Finding, refsOf } from './finding.ts'

// A thing with a number of its own is born once, lives, and ends once.

/** BORN_TWICE: two events bring one thing into being. */
export function bornTwice({ things }: Facts): Finding[] {
  return [...things].flatMap(([thing, events]) => {
    const births = events.filter(({ event }) => bears(event, thing))
    if (births.length < 2) return []
    return [{ code: 'BORN_TWICE', severity: 'contradiction', subject: thing, events: refsOf(...births), detail: {} }]
  })
}

/** BEFORE_ITS_BIRTH: something was done with a thing surely before it was brought into being. */
export function beforeItsBirth({ things }: Facts): Finding[] {
  return [...things].flatMap(([thing, events]) => {
    const birth = events.find(({ event }) => bears(event, thing))
    const early = birth === undefined ? [] : events.filter((one) => surelyBefore(one, birth))
    if (birth === undefined || early.length === 0) return []
    const refs = refsOf(...early, birth)
    return [{ code: 'BEFORE_ITS_BIRTH', severity: 'contradiction', subject: thing, events: refs, detail: {} }]
  })
}

/** AFTER_ITS_END: something was done with a thing surely after it was sold, used up or destroyed; but for a return, which receives it again. */
export function afterItsEnd({ things }: Facts): Finding[] {
  return [...things].flatMap(([thing, events]) => {
    const end = events.find(({ event }) => ends(event, thing))
    const late = end === undefined ? [] : events.filter((one) => one !== end && surelyBefore(end, one))
    if (end === undefined || late.length === 0 || isReturn(late[0]!)) return []
    const refs = refsOf(end, ...late)
    return [{ code: 'AFTER_ITS_END', severity: 'warning', subject: thing, events: refs, detail: {} }]
  })
}

function isReturn({ event }: ProvenEvent): boolean {
  return event.disposition === 'returned' || event.bizStep === 'receiving'
}
