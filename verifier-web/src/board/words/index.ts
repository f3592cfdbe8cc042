import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Lang } from '../../format.ts'
import type { Language, Message } from '../../i18n/index.ts'
import { languageOf } from '../../own/language.ts'
import { en } from './en.ts'
import { zh } from './zh.ts'

export type Key = keyof typeof zh
export type Words = Language<Key>

const MESSAGES: Record<Lang, Record<Key, Message>> = { zh, en }

export function wordsOf(lang: Lang): Words {
  return languageOf<Key>(lang, MESSAGES[lang])
}

/** Whether there is a sentence under a name that was made at run time. */
export function isKey(name: string): name is Key {
  return Object.hasOwn(zh, name)
}

const Context = createContext<Words | undefined>(undefined)
export const WordsProvider = Context.Provider

export function useWords(): Words {
  const words = useContext(Context)
  if (words === undefined) throw new Error('no words provided')
  return words
}
