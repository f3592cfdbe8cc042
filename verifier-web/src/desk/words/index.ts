// The desk's two languages: what the product page says, and what only the desk says. Both are there at once: an office changes language, not pages.
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Lang } from '../../format.ts'
import { en as productEn } from '../../i18n/en.ts'
import type { Language, Message, MessageKey } from '../../i18n/index.ts'
import { zh as productZh } from '../../i18n/zh.ts'
import { codeOf } from '../../own/answer.ts'
import { languageOf } from '../../own/language.ts'
import { en } from './en.ts'
import { zh } from './zh.ts'

export type DeskKey = keyof typeof zh
export type Key = MessageKey | DeskKey
export type Words = Language<Key>

const MESSAGES: Record<Lang, Record<string, Message>> = { zh: { ...productZh, ...zh }, en: { ...productEn, ...en } }

export function wordsOf(lang: Lang): Words {
  return languageOf<Key>(lang, MESSAGES[lang])
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
