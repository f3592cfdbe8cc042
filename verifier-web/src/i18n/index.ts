// Words by key, in the reader's language. A missing key or an unknown one does not compile.
import { type Lang, type Language as LanguageOf, languageOf, type Message } from './language.ts'
import { languageNamed } from './languages.ts'
import type { FirstKey } from './parts.ts'
import type { MessageKey } from './zh.ts'

export type { Values } from './language.ts'
export { languageOf } from './language.ts'
export { chooseLanguage, LANGUAGES, setLanguage } from './languages.ts'
export type { FirstKey, Lang, Message, MessageKey }
export type Messages = Record<MessageKey, Message>

/** A language at work, with all words of the page unless it says with which. */
export type Language<Key extends string = MessageKey> = LanguageOf<Key>

/** A language with the words that the verdict needs. */
export type FirstLanguage = Language<FirstKey>

/** The first words, by the file of their language. */
export const FIRST: Record<string, () => Promise<Readonly<Record<FirstKey, Message>>>> = import.meta.glob<
  Readonly<Record<FirstKey, Message>>
>(['./[a-z][a-z].ts', './[a-z][a-z][a-z].ts', './[a-z][a-z]-*.ts'], { query: '?first', import: 'words' })

/** What the page says until its verdict stands, in the one language that is read. The node names this file beside the page, so that it is there by then. */
export async function firstWords(asked: Lang): Promise<FirstLanguage> {
  const language = languageNamed(asked)
  return languageOf(language.lang, await FIRST[`./${language.lang}.ts`]!())
}
