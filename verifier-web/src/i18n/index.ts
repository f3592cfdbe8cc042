// Words by key, in the reader's language. A missing key or an unknown one does not compile.
import { words as firstEn } from './en.ts?first'
import type { FirstKey } from './first-words.ts'
import { type Lang, type Language as LanguageOf, languageOf, type Message } from './language.ts'
import type { zh } from './zh.ts'
import { words as firstZh } from './zh.ts?first'

export type { Values } from './language.ts'
export { chooseLanguage, HTML_LANG, languageOf } from './language.ts'
export type { FirstKey, Lang, Message }
export type MessageKey = keyof typeof zh
export type Messages = Record<MessageKey, Message>

/** A language at work, with all words of the page unless it says with which. */
export type Language<Key extends string = MessageKey> = LanguageOf<Key>

/** A language with the words that the verdict needs. */
export type FirstLanguage = Language<FirstKey>

/** What the page says until its verdict stands, at once in every language: asking for it would cost a round trip more than its bytes. */
export function firstWords(lang: Lang): FirstLanguage {
  return languageOf(lang, lang === 'zh' ? firstZh : firstEn)
}

/** All words of the one language that is read: the others are not loaded. */
export async function loadLanguage(lang: Lang): Promise<Language> {
  if (lang === 'zh') return languageOf(lang, { ...firstZh, ...(await import('./zh.ts?rest')).words })
  return languageOf(lang, { ...firstEn, ...(await import('./en.ts?rest')).words })
}
