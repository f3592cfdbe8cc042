// What a page of its own says, in every language that it has a file for. All are there at once: some pages work without a network, and none
// waits for words.
import { createContext, type Provider } from 'preact'
import { useContext } from 'preact/hooks'
import { type Lang, type Language, languageOf, type Message } from '../i18n/language.ts'
import { LANGUAGES, languageNamed, type PageLanguage, tagOf } from '../i18n/languages.ts'
import type { WriteKey } from '../i18n/parts.ts'

type Messages<Key extends string> = Readonly<Record<Key, Message>>

/** A language at work, and which others there are. */
export type PageLanguageOf<Key extends string> = Language<Key> & {
  /** The languages of this page: those that it has words in. */
  languages: readonly PageLanguage[]
}

/** What `import.meta.glob` finds of files that are named by a language, each with one dictionary in it. */
export type WordFiles<Key extends string> = Readonly<Record<string, Readonly<Record<string, Messages<Key>>>>>

/** The words of a page. `Words`: a language at work, with what more the page writes in it; `More`: what that depends on beside the language. */
export interface PageWords<Key extends string, Words, More extends unknown[]> {
  /** In a language, or where the page has no words in it, in the fallback. */
  wordsOf(lang: Lang, ...more: More): Words
  /** Whether there is a sentence under a name that was made at run time. */
  isKey(name: string): name is Key
  WordsProvider: Provider<Words | undefined>
  useWords(): Words
}

const WRITE = import.meta.glob<Messages<WriteKey>>(
  ['../i18n/[a-z][a-z].ts', '../i18n/[a-z][a-z][a-z].ts', '../i18n/[a-z][a-z]-*.ts'],
  { query: '?write', import: 'words', eager: true },
)

/** @param more what the page writes beside sentences, such as times in its own way */
export function words<Key extends string, Own = unknown, More extends unknown[] = []>(
  files: WordFiles<Key>,
  more?: (language: Language<Key>, ...given: More) => Own,
): PageWords<Key, PageLanguageOf<Key> & Own, More> {
  const messages = new Map(
    Object.entries(files).map(([file, dictionary]) => [tagOf(file), Object.values(dictionary)[0]!] as const),
  )
  const languages = LANGUAGES.filter(({ lang }) => messages.has(lang))
  const made = new Map<Lang, PageLanguageOf<Key>>()
  const languageIn = (asked: Lang): PageLanguageOf<Key> => {
    const lang = messages.has(asked) ? asked : languageNamed('').lang
    const write = WRITE[`../i18n/${lang}.ts`]!
    const language = made.get(lang) ?? {
      ...languageOf<Key>(lang, { ...write, ...messages.get(lang)! }),
      languages,
    }
    made.set(lang, language)
    return language
  }
  const Context = createContext<(PageLanguageOf<Key> & Own) | undefined>(undefined)
  return {
    wordsOf(lang, ...given) {
      const language = languageIn(lang)
      return { ...language, ...more?.(language, ...given) } as PageLanguageOf<Key> & Own
    },
    isKey: (name): name is Key => [...messages.values()].some((some) => Object.hasOwn(some, name)),
    WordsProvider: Context.Provider,
    useWords() {
      const found = useContext(Context)
      if (found === undefined) throw new Error('no words provided')
      return found
    },
  }
}

/** The dictionaries of two parts as one, in the languages that both have. */
export function together<A extends string, B extends string>(a: WordFiles<A>, b: WordFiles<B>): WordFiles<A | B> {
  const byTag = new Map(Object.entries(b).map(([file, dictionary]) => [tagOf(file), Object.values(dictionary)[0]!]))
  const both = Object.entries(a).flatMap(([file, dictionary]) => {
    const more = byTag.get(tagOf(file))
    return more === undefined ? [] : [[file, { words: { ...Object.values(dictionary)[0]!, ...more } }] as const]
  })
  return Object.fromEntries(both) as WordFiles<A | B>
}
