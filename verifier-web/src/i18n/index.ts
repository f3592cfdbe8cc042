// Words by key, in the reader's language. A missing key or an unknown one does not compile.
import { type Format, formats, type Lang } from '../format.ts'
import { words as firstEn } from './en.ts?first'
import type { FirstKey } from './first-words.ts'
import type { Message, zh } from './zh.ts'
import { words as firstZh } from './zh.ts?first'

export type { FirstKey, Lang, Message }
export type MessageKey = keyof typeof zh
export type Messages = Record<MessageKey, Message>
export type Values = Record<string, string | number>

/** A language at work: `t` makes a sentence, `format` its numbers; `pick` chooses from a text that the ledger has in both. */
export interface Language<Key extends string = MessageKey> {
  lang: Lang
  t(key: Key, values?: Values): string
  format: Format
  pick(text: { zh: string; en: string }): string
}

/** A language with the words that the verdict needs. */
export type FirstLanguage = Language<FirstKey>

/** What a page's `lang` attribute says for each. */
export const HTML_LANG: Record<Lang, string> = { zh: 'zh-Hans', en: 'en' }

/** What the page says until its verdict stands, at once in every language: asking for it would cost a round trip more than its bytes. */
export function firstWords(lang: Lang): FirstLanguage {
  return languageOf(lang, lang === 'zh' ? firstZh : firstEn)
}

/** All words of the one language that is read: the others are not loaded. */
export async function loadLanguage(lang: Lang): Promise<Language> {
  if (lang === 'zh') return languageOf(lang, { ...firstZh, ...(await import('./zh.ts?rest')).words })
  return languageOf(lang, { ...firstEn, ...(await import('./en.ts?rest')).words })
}

// A number stays on the line of the Chinese word that it counts.
const COUNTED = /(\d) (?=[\u4e00-\u9fff])/g

export function languageOf<Key extends string>(lang: Lang, messages: Record<Key, Message>): Language<Key> {
  const format = formats[lang]
  const t = (key: Key, values: Values = {}): string => {
    const message = messages[key]
    const form = typeof message === 'string' ? message : values['n'] === 1 ? message.one : message.other
    const sentence = form.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = values[name] ?? ''
      return typeof value === 'number' ? format.number(value) : value
    })
    return sentence.replace(COUNTED, '$1\u00a0')
  }
  return { lang, t, format, pick: (text) => text[lang] }
}

/** `?lang=` wins, then the first of the browser's languages that we have, then Chinese. */
export function chooseLanguage(search: string, preferred: readonly string[]): Lang {
  const asked = new URLSearchParams(search).get('lang')
  for (const tag of [asked, ...preferred]) {
    if (tag?.toLowerCase().startsWith('zh')) return 'zh'
    if (tag?.toLowerCase().startsWith('en')) return 'en'
  }
  return preferred.length > 0 ? 'en' : 'zh'
}
