// Whether two checks of the same goods found the same: what a page that stays open has to say again, and what not.
import { type Age, ageOf } from './age.ts'
import type { Finding } from './check.ts'

/**
 * What a check found, as text to compare. Not in it is what moves with every state of the ledger: how large that is, when it was sealed, and which notes
 * and proofs tell so.
 */
function foundBy({ state, counted, failure, verdict }: Finding): string {
  const { checks = [], events, reports, recalls, holds, findings, names, lineage } = verdict ?? {}
  // What the server counted is not what was checked.
  const told = counted && state === 'elsewhere' ? 'consistent' : state
  // That it continues what this device saw, a first check cannot say; where it does not, its sizes still grow.
  const made = checks
    .filter(({ id, status }) => id !== 'ledger' || status === 'failed')
    .map((check) => (check.status === 'passed' ? check.id : check.id === 'ledger' ? check.code : check))
  return JSON.stringify(
    [told, failure, verdict?.state, made, events, reports, recalls, holds, findings, names, lineage],
    (_, value: unknown) => (value instanceof Map ? [...value] : typeof value === 'bigint' ? `${value}` : value),
  )
}

/** Whether `now` says nothing that `before` did not. */
export function isStillSo(before: Finding, now: Finding): boolean {
  return foundBy(before) === foundBy(now)
}

/** Whether it is worth saying: something else was found, or what was found has come of age, or another day makes something else of it. */
export function isNews(before: Finding, age: Age | undefined, now: Finding, nowMs: number): boolean {
  const day = (ms: number | undefined): string => new Date(ms ?? 0).toDateString()
  const isOfDay = day(before.checkedAtMs) === day(now.checkedAtMs)
  return !isStillSo(before, now) || !isOfDay || age?.kind !== ageOf(now, nowMs)?.kind
}
