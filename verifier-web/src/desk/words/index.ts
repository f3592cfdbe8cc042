// The desk's two languages: what the product page says, and what only the desk says. Both are there at once: an office changes language, not pages.
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import { formats, type Lang } from '../../format.ts'
import { en as productEn } from '../../i18n/en.ts'
import type { Language, Message, MessageKey } from '../../i18n/index.ts'
import { zh as productZh } from '../../i18n/zh.ts'
import { codeOf } from '../../own/answer.ts'
import { en } from './en.ts'
import { zh } from './zh.ts'

export type DeskKey = keyof typeof zh
export type Key = MessageKey | DeskKey
export type Words = Language<Key>

const MESSAGES: Record<Lang, Record<string, Message>> = { zh: { ...productZh, ...zh }, en: { ...productEn, ...en } }
// A number stays on the line of the Chinese word that it counts.
const COUNTED = /(\d) (?=[\u4e00-\u9fff])/g

export function wordsOf(lang: Lang): Words {
  const format = formats[lang]
  const messages = MESSAGES[lang]
  return {
    lang,
    format,
    pick: (text) => text[lang],
    t: (key, values = {}) => {
      const message = messages[key] ?? key
      const form = typeof message === 'string' ? message : values['n'] === 1 ? message.one : message.other
      const sentence = form.replace(/\{(\w+)\}/g, (_, name: string) => {
        const value = values[name] ?? ''
        return typeof value === 'number' ? format.number(value) : value
      })
      return sentence.replace(COUNTED, '$1\u00a0')
    },
  }
}

/** Whether there is a sentence under a name that was made at run time. */
export function isKey(name: string): name is Key {
  return Object.hasOwn(MESSAGES.zh, name)
}

/** Why something was not answered, as people say it. */
export function reasonOf(error: unknown, { t }: Words): string {
  const code = codeOf(error)
  const key = `problem.${code}`
  return isKey(key) ? t(key) : t('problem.other', { code })
}

const Context = createContext<Words | undefined>(undefined)
export const WordsProvider = Context.Provider

export function useWords(): Words {
  const words = useContext(Context)
  if (words === undefined) throw new Error('no words provided')
  return words
}
