// What a page says, in both its languages. Both are there at once: some pages work without a network, and none waits for words.
import { createContext, type Provider } from 'preact'
import { useContext } from 'preact/hooks'
import { type Lang, type Language, languageOf, type Message } from '../i18n/language.ts'

/** The words of a page. `Words`: a language at work, with what more the page writes in it; `More`: what that depends on beside the language. */
export interface PageWords<Key extends string, Words, More extends unknown[]> {
  wordsOf(lang: Lang, ...more: More): Words
  /** Whether there is a sentence under a name that was made at run time. */
  isKey(name: string): name is Key
  WordsProvider: Provider<Words | undefined>
  useWords(): Words
}

/** @param more what the page writes beside sentences, such as times in its own way */
export function words<Key extends string, Own = unknown, More extends unknown[] = []>(
  zh: Record<Key, Message>,
  en: Record<Key, Message>,
  more?: (language: Language<Key>, ...given: More) => Own,
): PageWords<Key, Language<Key> & Own, More> {
  const messages: Record<Lang, Record<Key, Message>> = { zh, en }
  const Context = createContext<(Language<Key> & Own) | undefined>(undefined)
  return {
    wordsOf(lang, ...given) {
      const language = languageOf(lang, messages[lang])
      return { ...language, ...more?.(language, ...given) } as Language<Key> & Own
    },
    isKey: (name): name is Key => Object.hasOwn(zh, name),
    WordsProvider: Context.Provider,
    useWords() {
      const found = useContext(Context)
      if (found === undefined) throw new Error('no words provided')
      return found
    },
  }
}
