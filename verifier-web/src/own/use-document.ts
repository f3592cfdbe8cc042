import { useLayoutEffect } from 'preact/hooks'
import { type Lang, setLanguage } from '../i18n/languages.ts'

/** The document has the language and the name of what is drawn in it. */
export function useDocument(lang: Lang, title: string): void {
  useLayoutEffect(() => {
    setLanguage(lang)
    document.title = title
  }, [lang, title])
}
