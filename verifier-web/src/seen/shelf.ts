// What this part keeps on the device: the province that its reader chose, the seals that it was the first to reveal, and reports that wait; while the tab is open,
// what is being written.

import { toBase64Url } from '@tristamp/protocol'

const MARK = /^[A-Za-z0-9_-]{22}$/
const PREFIX = 'tristamp/1/'
const MAX_REPORTS = 5
const MAX_OPENED = 50

function get(key: string, storage = (): Storage => localStorage): unknown {
  try {
    return JSON.parse(storage().getItem(PREFIX + key) ?? 'null') as unknown
  } catch {
    return undefined
  }
}

function put(key: string, value: unknown, storage = (): Storage => localStorage): boolean {
  try {
    if (value === undefined) storage().removeItem(PREFIX + key)
    else storage().setItem(PREFIX + key, JSON.stringify(value))
    return true
  } catch {
    return false
  }
}

/** The province that was chosen here, not yet checked. */
export function keptRegion(): unknown {
  return get('region')
}

export function keepRegion(region: string | undefined): void {
  put('region', region)
}

/** Whether this device has heard that it was the first to reveal the seal. */
export function openedHere(subject: string): boolean {
  const list = get('opened')
  return Array.isArray(list) && list.includes(subject)
}

export function keepOpened(subject: string): void {
  const list = get('opened')
  const others = Array.isArray(list) ? list.filter((one) => typeof one === 'string' && one !== subject) : []
  put('opened', [subject, ...others].slice(0, MAX_OPENED))
}

/** Where nothing is kept, for as long as the page is open. */
const ownMarks = new Map<string, string>()

/** What this device made up for the sealed code of this item alone: by it the server knows the first again, whose answer may have been lost. */
export function markOf(subject: string): string {
  const list = get('marks')
  const kept = Array.isArray(list) ? list.filter(isMark) : []
  const mark = kept.find(([of]) => of === subject)?.[1] ?? ownMarks.get(subject) ?? newMark()
  ownMarks.set(subject, mark)
  put('marks', [[subject, mark], ...kept.filter(([of]) => of !== subject)].slice(0, MAX_OPENED))
  return mark
}

function isMark(value: unknown): value is [string, string] {
  return Array.isArray(value) && typeof value[0] === 'string' && MARK.test(String(value[1]))
}

function newMark(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return toBase64Url(bytes)
}

/** Reports that their writer wants sent later, the oldest first. */
export function keptReports(): object[] {
  const list = get('reports')
  return Array.isArray(list) ? list.filter((one): one is object => typeof one === 'object' && one !== null) : []
}

/** @returns false when the device keeps no more */
export function keepReport(report: object): boolean {
  const list = keptReports()
  return list.length < MAX_REPORTS && put('reports', [...list, report])
}

export function keepReports(reports: readonly object[]): void {
  put('reports', reports.length === 0 ? undefined : reports)
}

/** What is being written about some goods. */
export interface Draft {
  kind: string
  text: string
  contact: string
}

const thisTab = (): Storage => sessionStorage

/** What was being written about these goods in this tab: a phone drops a page that nobody looks at, and whoever has no connection loads it again. */
export function draftOf(subject: string): Draft | undefined {
  const { of, kind, text, contact } = (get('draft', thisTab) ?? {}) as { [member: string]: unknown }
  return of === subject && typeof kind === 'string' && typeof text === 'string' && typeof contact === 'string'
    ? { kind, text, contact }
    : undefined
}

/** Nothing is no reason to forget what was being written about other goods. */
export function keepDraft(subject: string, draft: Draft | undefined): void {
  if (draft !== undefined) put('draft', { of: subject, ...draft }, thisTab)
  else if (draftOf(subject) !== undefined) put('draft', undefined, thisTab)
}
