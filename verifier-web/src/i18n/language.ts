// A language at work: sentences by key, numbers, and the choice between the two that there are.
import { type Format, formats, type Lang } from '../format.ts'
import type { Message } from './zh.ts'

export type { Lang, Message }
export type Values = Record<string, string | number>

/** `t` makes a sentence, `format` its numbers; `pick` chooses from a text that the ledger has in both. */
export interface Language<Key extends string> {
  lang: Lang
  t(key: Key, values?: Values): string
  format: Format
  pick(text: { zh: string; en: string }): string
}

/** What a page's `lang` attribute says for each. */
export const HTML_LANG: Record<Lang, string> = { zh: 'zh-Hans', en: 'en' }

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
