import {
  checkElement,
  type Elements,
  hasCheckDigit,
  ProtocolError,
  parseElementString,
  parseScan,
  subjectFrom,
  subjectOfElements,
} from '@tristamp/protocol'
import { labelText } from '../trace/label-index.ts'

/** What a person typed, in every way in which it can be meant. */
export interface Question {
  /** Subjects that it names in full, the likeliest first. */
  exact: string[]
  /** What may stand on a label: a lot, a serial, a number of a unit. As `labelText` makes it. */
  labels: string[]
  /** What may be a part of a name, in small letters; empty where there is nothing but a date. */
  text: string
  /** A day or more of them, ms since 1970. */
  days?: { from: number; to: number }
  /** A number that has the length of a GS1 key, and another check digit. */
  wrong?: 'GS1_CHECK_DIGIT'
}

export const MAX_QUESTION = 200
const DAY_MS = 86_400_000
/** AIs that stand alone on a label and name nothing without a key. */
const LABELS = ['21', '10', '235', '250', '254', '8011'] as const

/**
 * Reads a question: an element string (with brackets, raw, or as a scanner sends it), a Digital Link, a key by itself (GTIN, SSCC, GLN), a lot or a serial by
 * itself, a name, a day (`2026-11-20`, `20261120`, `2026/11/20`, `2026年11月20日`), a month (`2026-11`) or a range (`2026-11-20..22`), or a name and a day.
 * @param offsetMs by how much the asker's clock is ahead of UTC: days are local
 */
export function readQuestion(typed: string, offsetMs: number): Question {
  const whole = typed.normalize('NFKC').trim().slice(0, MAX_QUESTION)
  const exact = new Set<string>()
  const labels = new Set<string>()
  const { days, rest } = takeDays(whole, offsetMs)
  const name = (elements: Elements | undefined): void => {
    if (elements === undefined) return
    const subject = attempt(() => subjectOfElements(elements))
    if (subject !== undefined) exact.add(subject)
    else for (const ai of LABELS) if (elements.has(ai)) labels.add(labelText(elements.get(ai)!))
  }
  if (/^[a-z][a-z0-9+.-]*:[!-~]+$/i.test(whole)) exact.add(subjectFrom(whole.replace(/#.*/, '')).uri)
  else if (whole.startsWith(']')) name(attempt(() => parseScan(whole).elements))
  else name(attempt(() => parseElementString(unbracketed(whole))))
  const number = whole.replace(/[\s-]/g, '')
  const keys = keysOf(number)
  for (const key of keys) name(key)
  // `2026-11-20` alone is a day; but a lot may be called so.
  for (const label of [whole, rest]) if (label !== '' && !label.includes('(')) labels.add(labelText(label))
  const wrong =
    keys.length === 0 && /^(?:\d{8}|\d{12,14}|\d{18})$/.test(number) && !hasCheckDigit(number) && exact.size === 0
  return {
    exact: [...exact],
    labels: [...labels],
    text: nameText(rest),
    ...(days !== undefined && { days }),
    ...(wrong && days === undefined && { wrong: 'GS1_CHECK_DIGIT' }),
  }
}

/** As names are compared. */
export function nameText(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase()
}

/** What a bare number can be, by its length: whoever reads it from a label does not know which. */
function keysOf(number: string): Elements[] {
  const ais = { 8: ['01'], 12: ['01'], 13: ['01', '414', '417'], 14: ['01'], 18: ['00'] }[number.length] ?? []
  if (!/^\d+$/.test(number)) return []
  return ais.flatMap((ai) => {
    const value = ai === '01' ? number.padStart(14, '0') : number
    return attempt(() => checkElement(ai, value)) === undefined ? [] : [new Map([[ai, value]])]
  })
}

// FNC1 ends a value of variable length; brackets are how people write it (GS1 General Specifications §4.14).
function unbracketed(text: string): string {
  return text
    .replace(/\s+/g, '')
    .replace(/\((\d{2,4})\)/g, (_, ai: string, at: number) => (at === 0 ? ai : `\x1d${ai}`))
}

const DAY = String.raw`(\d{4})(?:-|\/|年)(\d{1,2})(?:-|\/|月)(\d{1,2})日?`
const RANGE = new RegExp(
  String.raw`(?<![\w-])${DAY}(?:\s*(?:\.\.|~|–|—|至|到|\bto\b)\s*(?:${DAY}|(?:(\d{1,2})(?:-|月))?(\d{1,2})日?))?(?![\w-])`,
  'u',
)
const COMPACT = /(?<![\w-])(20\d{2})(\d{2})(\d{2})(?![\w-])/
const MONTH = /(?<![\w-])(\d{4})(?:-|\/|年)(\d{1,2})月?(?![\w-])/u

/** The days in a text, and what stands beside them. */
function takeDays(text: string, offsetMs: number): { days?: { from: number; to: number }; rest: string } {
  const rest = (found: string): string => text.replace(found, ' ').replace(/\s+/g, ' ').trim()
  const span = (from: number | undefined, to: number | undefined, found: string): ReturnType<typeof takeDays> => {
    if (from === undefined || to === undefined || to < from) return { rest: text }
    return { days: { from: from - offsetMs, to: to + DAY_MS - 1 - offsetMs }, rest: rest(found) }
  }
  const range = RANGE.exec(text)
  if (range !== null) {
    const [found, year, month, day, toYear, toMonth, toDay, shortMonth, shortDay] = range
    const from = dayOf(year!, month!, day!)
    if (toYear !== undefined) return span(from, dayOf(toYear, toMonth!, toDay!), found)
    if (shortDay !== undefined) return span(from, dayOf(year!, shortMonth ?? month!, shortDay), found)
    return span(from, from, found)
  }
  const compact = COMPACT.exec(text)
  if (compact !== null) {
    const day = dayOf(compact[1]!, compact[2]!, compact[3]!)
    if (day !== undefined) return span(day, day, compact[0])
  }
  const month = MONTH.exec(text)
  if (month !== null) {
    const [found, year, number] = month
    const first = dayOf(year!, number!, '1')
    if (first !== undefined) return span(first, Date.UTC(Number(year), Number(number), 0), found)
  }
  return { rest: text }
}

/** The beginning of a day that there is, as if it were UTC. */
function dayOf(year: string, month: string, day: string): number | undefined {
  const ms = Date.UTC(Number(year), Number(month) - 1, Number(day))
  const made = new Date(ms)
  return made.getUTCMonth() === Number(month) - 1 && made.getUTCDate() === Number(day) ? ms : undefined
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof ProtocolError) return undefined
    throw error
  }
}
