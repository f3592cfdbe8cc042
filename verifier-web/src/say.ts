// What the verdict says: its sentence, from the checks that were made and no more than they support. Pure.
import type { Check, Verdict } from '@tristamp/protocol'
import type { Age } from './age.ts'
import { failuresOf, locatedBy } from './broken.ts'
import type { Finding } from './check.ts'
import type { FirstKey, FirstLanguage, Values } from './i18n/index.ts'
import { deviceOffset } from './local-time.ts'
import type { Safety } from './safety.ts'

export interface Sentence {
  key: FirstKey
  values?: Values
}

const passed = (verdict: Verdict, id: Check['id']): boolean =>
  verdict.checks.some((check) => check.id === id && check.status === 'passed')

/** The rules contradict nothing, and yet found what honest records hardly show. */
export function warns(check: Check | undefined): boolean {
  return Number(check?.detail?.['warnings'] ?? 0) > 0
}

/** The sentences under the word, in order. `records` is how many the page shows. */
export function sentencesOf(finding: Finding, records: number): Sentence[] {
  const { file } = finding
  return [...found(finding, records), ...(file === undefined ? [] : [{ key: `say.file.${file}` } as const])]
}

function found(finding: Finding, records: number): Sentence[] {
  const { state, verdict } = finding
  if (finding.failure !== undefined) return [{ key: ofFailure(finding.failure.code) }, ...lastOf(verdict)]
  if (state === 'mismatch') return verdict === undefined ? [] : [ofCheck(failuresOf(verdict)[0])]
  if (state === 'unchecked') return uncheckedBecause(verdict)
  if (state === 'consistent') {
    const ordered = verdict !== undefined && passed(verdict, 'findings') && !warns(checkOf(verdict, 'findings'))
    return [{ key: ordered ? 'say.consistent.ordered' : 'say.consistent.complete', values: { n: records } }]
  }
  // What the recall says stands there in its own words.
  if (state === 'recalled' && verdict !== undefined && verdict.recalls.length > 0) return []
  if (state === 'held' && verdict?.holds[0]?.ground === 'missing') return [{ key: 'say.held.missing' }]
  if (state === 'elsewhere' && finding.counted) return [{ key: 'say.elsewhere.counted' }]
  return [{ key: `say.${state}` }]
}

/** How old it is what is known, with the whole date: a month and a day are not enough of it. */
export function saidOfAge(age: Age, { t, format }: FirstLanguage): string {
  const at = { ms: age.atMs, offset: deviceOffset(age.atMs) }
  const date = format.date(format.stamp(at).slice(0, 10))
  return age.kind === 'old'
    ? t('say.old', { n: age.days, at: date })
    : t('say.behind', { at: `${date} ${format.time(at)}` })
}

/** The word of the verdict; where the records agree on goods that are not fit to be eaten, it says so in the same breath. */
export function wordOf(finding: Finding, safety: Safety): FirstKey {
  const next = nextOf(finding, safety)
  if (next === 'next.consistent.warm') return 'word.consistent.warm'
  return next === 'next.consistent.over' ? 'word.consistent.over' : `word.${finding.state}`
}

/** Whether the records agree on goods that are not fit to be eaten. */
export function isUnfit(word: FirstKey): boolean {
  return word.startsWith('word.consistent.')
}

/** What to do now. A record that agrees can still tell of a pack that was kept too warm or too long. */
export function nextOf({ state, elements, verdict }: Finding, { recall, temperature, useBy }: Safety): FirstKey {
  if (recall === 'was-recalled') return 'next.recalled'
  if (recall === 'held') return 'next.held'
  if (state === 'unchecked' && codeOf(verdict, 'witnesses') === 'POLICY_QUORUM') return 'next.unchecked.witnesses'
  // Not even an earlier check says anything.
  if (state === 'unchecked' && verdict === undefined) return 'next.unchecked.never'
  const last = state === 'unchecked' && verdict?.state
  if (last === 'mismatch' || last === 'elsewhere') return 'next.mismatch'
  if (state !== 'consistent') return `next.${state}`
  if (useBy.kind === 'days' && useBy.days < 0) return 'next.consistent.over'
  if (temperature.kind === 'left') return 'next.consistent.warm'
  // A case has one number; a pack has a lot and a serial to compare; a lot's code has no pack.
  if (elements.has('21')) return 'next.consistent'
  return elements.has('10') ? 'next.consistent.lot' : 'next.consistent.number'
}

/** Nothing is wrong, and yet something that must be known is not: who else has seen this ledger, or what some records say. */
function uncheckedBecause(verdict: Verdict | undefined): Sentence[] {
  const sentences: Sentence[] = []
  if (codeOf(verdict, 'witnesses') === 'POLICY_QUORUM') {
    const { signed = 0, of = 0 } = checkOf(verdict, 'witnesses')?.detail ?? {}
    sentences.push({ key: 'say.unchecked.witnesses', values: { signed, of } })
  }
  const withheld = checkOf(verdict, 'completeness')?.detail?.['withheld']
  if (withheld !== undefined) sentences.push({ key: 'say.unchecked.withheld', values: { n: Number(withheld) } })
  return sentences
}

function checkOf(verdict: Verdict | undefined, id: Check['id']): Check | undefined {
  return verdict?.checks.find((check) => check.id === id)
}

function codeOf(verdict: Verdict | undefined, id: Check['id']): string | undefined {
  return checkOf(verdict, id)?.code
}

function lastOf(verdict: Verdict | undefined): Sentence[] {
  return verdict === undefined ? [] : [{ key: `say.unchecked.last.${verdict.state}` }]
}

function ofFailure(code: string): FirstKey {
  if (code === 'OFFLINE') return 'say.unchecked.offline'
  if (code === 'PAGE_FAULT' || code === 'OVERTAKEN') return 'say.unchecked.fault'
  if (code === 'BUNDLE_MALFORMED') return 'fail.bundle'
  return code === 'TIMEOUT' ? 'say.unchecked.timeout' : 'say.unchecked.server'
}

/** The sentence for the first check that failed: the ones after it were not made. */
function ofCheck(check: Check | undefined): Sentence {
  if (check === undefined || check.id === 'inside') return { key: 'fail.findings' }
  if (check.id === 'ledger')
    return { key: check.code === 'LEDGER_ROLLBACK' ? 'fail.ledger.rollback' : 'fail.ledger.fork' }
  const located = locatedBy(check)
  if (located !== undefined && (check.id === 'inclusion' || check.id === 'contents' || check.id === 'signatures')) {
    return { key: `fail.${check.id}.at`, values: { entry: located.entry } }
  }
  return { key: `fail.${check.id}` }
}
