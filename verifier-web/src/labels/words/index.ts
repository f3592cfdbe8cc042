// The words of the page of labels, in both languages.
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Lang } from '../../format.ts'
import { en } from './en.ts'
import { type Message, zh } from './zh.ts'

export type { Lang }
export type Key = keyof typeof zh
export type Values = Record<string, string | number>

/** What the page's `lang` attribute says for each. */
export const HTML_LANG: Record<Lang, string> = { zh: 'zh-Hans', en: 'en' }

/** A language at work. */
export interface Words {
  lang: Lang
  t(key: Key, values?: Values): string
  has(key: string): key is Key
}

export function wordsOf(lang: Lang): Words {
  const messages: Record<Key, Message> = lang === 'zh' ? zh : en
  const number = new Intl.NumberFormat(lang === 'zh' ? 'zh-CN' : 'en-GB', { maximumFractionDigits: 2 })
  return {
    lang,
    t(key, values = {}) {
      const message = messages[key]
      const form = typeof message === 'string' ? message : values['n'] === 1 ? message.one : message.other
      return form.replace(/\{(\w+)\}/g, (_, name: string) => {
        const value = values[name] ?? ''
        return typeof value === 'number' ? number.format(value) : value
      })
    },
    has: (key): key is Key => key in messages,
  }
}

/** `?lang=` wins, then the first of the browser's languages that we have, then English; Chinese where it says nothing. */
export function chooseLanguage(search: string, preferred: readonly string[]): Lang {
  const asked = new URLSearchParams(search).get('lang')
  for (const tag of [asked, ...preferred]) {
    if (tag?.toLowerCase().startsWith('zh')) return 'zh'
    if (tag?.toLowerCase().startsWith('en')) return 'en'
  }
  return preferred.length > 0 ? 'en' : 'zh'
}

const Context = createContext<Words | undefined>(undefined)
export const WordsProvider = Context.Provider

export function useWords(): Words {
  const words = useContext(Context)
  if (words === undefined) throw new Error('no words provided')
  return words
}
