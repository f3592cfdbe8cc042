import { useLayoutEffect } from 'preact/hooks'
import { HTML_LANG, type Lang } from '../i18n/language.ts'

/** The document has the language and the name of what is drawn in it. */
export function useDocument(lang: Lang, title: string): void {
  useLayoutEffect(() => {
    document.documentElement.lang = HTML_LANG[lang]
    document.title = title
  }, [lang, title])
}
