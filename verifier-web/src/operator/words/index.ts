// The operator's two languages. Both are there at once: a kiosk changes hands, not pages.
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import { formats, type Lang } from '../../format.ts'
import type { Both } from '../model.ts'
import { en } from './en.ts'
import { zh } from './zh.ts'

/** What the page's `lang` attribute says for each. */
export const HTML_LANG: Record<Lang, string> = { zh: 'zh-Hans', en: 'en' }

export type Key = keyof typeof zh
export type Values = Record<string, string | number>

const NBSP = '\u00a0'
const COUNTED = /(\d) (?=[\u4e00-\u9fff])/g

/** A language at work, in the gateway's time zone. */
export interface Words {
  lang: Lang
  t(key: Key, values?: Values): string
  pick(text: Both): string
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

export function wordsOf(lang: Lang, zone: string): Words {
  const messages: Record<Key, string | { one: string; other: string }> = lang === 'zh' ? zh : en
  const { number, celsius, range, percent } = formats[lang]
  const locale = lang === 'zh' ? 'zh-CN' : 'en-GB'
  const clock = formatter(locale, zone, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
  const short = formatter(locale, zone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const day = formatter(locale, zone, { day: 'numeric', month: 'short' })
  const t = (key: Key, values: Values = {}): string => {
    const message = messages[key]
    const form = typeof message === 'string' ? message : values['n'] === 1 ? message.one : message.other
    const filled = form.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = values[name] ?? ''
      return typeof value === 'number' ? number(value) : value
    })
    return filled.replace(COUNTED, `$1${NBSP}`)
  }
  const age = (ms: number): string => {
    const s = Math.max(0, Math.round(ms / 1000))
    if (s < 60) return t('unit.second', { n: s })
    if (s < 3600) return t('unit.minute', { n: Math.floor(s / 60) })
    if (s < 86_400) return t('unit.hour', { n: Math.floor(s / 3600), m: Math.floor((s % 3600) / 60) })
    return t('unit.day', { n: Math.floor(s / 86_400), m: Math.floor((s % 86_400) / 3600) })
  }
  return {
    lang,
    t,
    pick: (text) => text[lang],
    number,
    time: (ms, nowMs) => (day(ms) === day(nowMs) ? clock(ms) : `${day(ms)} ${clock(ms)}`),
    minute: short,
    age,
    doubt: (ms) =>
      `±${ms < 10_000 ? `${(Math.ceil(ms / 100) / 10).toFixed(1)}${NBSP}${lang === 'zh' ? '秒' : 's'}` : age(ms)}`,
    value: (milli, uom) =>
      uom === 'CEL' ? celsius(milli) : `${number(milli / 1000)}${uom === 'P1' ? `${NBSP}%` : ` ${uom}`}`,
    range: (min, max, uom) => {
      if (uom === 'CEL') return range(min, max)
      return uom === 'P1' ? percent(min / 1000, max / 1000) : `${number(min / 1000)} … ${number(max / 1000)} ${uom}`
    },
    quantity: (type) => (type in messages ? t(type as Key) : type),
  }
}

/** A zone that this browser does not know is shown as UTC. */
function formatter(locale: string, zone: string, options: Intl.DateTimeFormatOptions): (ms: number) => string {
  try {
    const format = new Intl.DateTimeFormat(locale, { ...options, timeZone: zone })
    return (ms) => format.format(ms)
  } catch {
    const format = new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' })
    return (ms) => format.format(ms)
  }
}

const Context = createContext<Words | undefined>(undefined)
export const WordsProvider = Context.Provider

export function useWords(): Words {
  const words = useContext(Context)
  if (words === undefined) throw new Error('no words provided')
  return words
}
