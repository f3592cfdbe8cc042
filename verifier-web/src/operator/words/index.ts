// The operator's two languages: a kiosk changes hands, not pages.
import type { Language, Message } from '../../i18n/language.ts'
import { words } from '../../own/words.ts'
import type { zh } from './zh.ts'

export type Key = keyof typeof zh
export type Words = ReturnType<typeof wordsOf>

const NBSP = '\u00a0'

/** What the page writes beside sentences, in the gateway's time zone. */
interface Written {
  number(n: number): string
  /** 19:08:31, with the day where it is not today's. */
  time(ms: number, nowMs: number): string
  /** 19:08 */
  minute(ms: number): string
  /** 3 min, 2 h 5 min */
  age(ms: number): string
  /** ±0.2 s */
  doubt(ms: number): string
  /** 3.7 °C, 85 % */
  value(milli: number, uom: string): string
  /** 0–4 °C */
  range(minMilli: number, maxMilli: number, uom: string): string
  quantity(type: string): string
}

const FILES = import.meta.glob<Record<string, Record<Key, Message>>>(
  ['./[a-z][a-z].ts', './[a-z][a-z][a-z].ts', './[a-z][a-z]-*.ts'],
  { eager: true },
)

export const { wordsOf, isKey, WordsProvider, useWords } = words(FILES, written)

function written({ locale, t, format }: Language<Key>, zone: string): Written {
  const { number, celsius, range, percent } = format
  const clock = formatter(locale, zone, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
  const short = formatter(locale, zone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const day = formatter(locale, zone, { day: 'numeric', month: 'short' })
  const age = (ms: number): string => {
    const s = Math.max(0, Math.round(ms / 1000))
    if (s < 60) return t('unit.second', { n: s })
    if (s < 3600) return t('unit.minute', { n: Math.floor(s / 60) })
    if (s < 86_400) return t('unit.hour', { n: Math.floor(s / 3600), m: Math.floor((s % 3600) / 60) })
    return t('unit.day', { n: Math.floor(s / 86_400), m: Math.floor((s % 86_400) / 3600) })
  }
  return {
    number,
    time: (ms, nowMs) => (day(ms) === day(nowMs) ? clock(ms) : `${day(ms)} ${clock(ms)}`),
    minute: short,
    age,
    // The sign stays at its number where the unit's letters run from the right.
    doubt: (ms) => (ms < 10_000 ? t('unit.second', { n: `±${(Math.ceil(ms / 100) / 10).toFixed(1)}` }) : `±${age(ms)}`),
    value: (milli, uom) =>
      uom === 'CEL' ? celsius(milli) : `${number(milli / 1000)}${uom === 'P1' ? `${NBSP}%` : `${NBSP}${uom}`}`,
    range: (min, max, uom) => {
      if (uom === 'CEL') return range(min, max)
      return uom === 'P1'
        ? percent(min / 1000, max / 1000)
        : `${number(min / 1000)} … ${number(max / 1000)}${NBSP}${uom}`
    },
    quantity: (type) => (isKey(type) ? t(type) : type),
  }
}

/** A zone that this browser does not know is shown as UTC. */
function formatter(locale: string, zone: string, options: Intl.DateTimeFormatOptions): (ms: number) => string {
  // Digits are those on packs.
  const digits = `${locale}-u-nu-latn`
  try {
    const format = new Intl.DateTimeFormat(digits, { ...options, timeZone: zone })
    return (ms) => format.format(ms)
  } catch {
    const format = new Intl.DateTimeFormat(digits, { ...options, timeZone: 'UTC' })
    return (ms) => format.format(ms)
  }
}
