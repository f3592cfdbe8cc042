// The words of one part of the desk, in the language that the desk speaks.
import type { Lang } from '../../i18n/languages.ts'
import type { Both, Quantity } from '../../own/answer.ts'
import type { PageLanguageOf, PageWords } from '../../own/words.ts'
import { type Key as DeskKey, isKey, useWords } from './index.ts'

/** A part's words at work, in the language of the desk. */
export interface PartWords<Key extends string> {
  lang: Lang
  t(key: Key, values?: Record<string, string | number>): string
  has(key: string): key is Key
  pick(text: Both): string
  number(n: number): string
  /** Names one after the other. */
  list(names: readonly string[]): string
  /** 1,284, 513.6 kg */
  amount(quantity: Quantity): string
  /** A local moment: 22 Nov 2026, 16:30. */
  moment(ms: number): string
  /** Why an asking came to nothing, as the desk says it. */
  reason(code: string): string
}

/** UN/ECE Rec 20 codes that people have their own signs for. */
const UNITS: Readonly<Record<string, string>> = { KGM: 'kg', GRM: 'g', TNE: 't', LTR: 'L', MLT: 'mL' }
const NBSP = '\u00a0'

/** Made once for each language: every row of a list asks for one, and one takes milliseconds. Digits are those on packs. */
const MOMENTS = new Map<string, Intl.DateTimeFormat>()

function momentsIn(locale: string): Intl.DateTimeFormat {
  const moments =
    MOMENTS.get(locale) ??
    new Intl.DateTimeFormat(`${locale}-u-nu-latn`, {
      ...{ year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
    })
  MOMENTS.set(locale, moments)
  return moments
}

/** A part's own messages. */
export function usePartWords<Key extends string>(part: PageWords<Key, PageLanguageOf<Key>, []>): PartWords<Key> {
  const { lang, t: deskT } = useWords()
  const { t, pick, locale, format } = part.wordsOf(lang)
  const moment = momentsIn(locale)
  return {
    lang,
    t,
    has: part.isKey,
    pick,
    number: format.number,
    list: format.list,
    amount: ({ milli, uom }) => {
      const n = format.number(milli / 1000)
      return uom === undefined ? n : `${n}${NBSP}${Object.hasOwn(UNITS, uom) ? UNITS[uom] : uom}`
    },
    moment: (ms) => moment.format(ms),
    reason: (code) => {
      const key = `problem.${code}`
      return isKey(key) ? deskT(key as DeskKey) : deskT('problem.other', { code })
    },
  }
}
