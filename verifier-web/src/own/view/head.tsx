import type { ComponentChildren, VNode } from 'preact'
import type { Lang, PageLanguage } from '../../i18n/languages.ts'
import { Mark } from '../../view/parts.tsx'

/** The three stamps and what this page is. */
export function Brand({ children }: { children: ComponentChildren }): VNode {
  return (
    <span class="brand">
      <i aria-hidden="true">
        <Mark id="s-place" />
        <Mark id="s-time" />
        <Mark id="s-quality" />
      </i>
      {children}
    </span>
  )
}

export interface LanguagesProps {
  words: { lang: Lang; languages: readonly PageLanguage[] }
  onLang: (lang: Lang) => void
  /** Of each button. */
  class?: string
}

/** A button for each language, named in itself. */
export function Languages({ words: { lang, languages }, onLang, class: name }: LanguagesProps): VNode {
  return (
    <>
      {languages.map(({ lang: to, tag, name: word }) => (
        <button key={to} type="button" class={name} lang={tag} aria-pressed={to === lang} onClick={() => onLang(to)}>
          {word}
        </button>
      ))}
    </>
  )
}

/** What an open page says at its head. */
export interface HeadWords {
  lang: Lang
  languages: readonly PageLanguage[]
  t(key: 'brand' | 'language'): string
}

/** The head of a page that is open to all: what it is, and in which language. */
export function Head({ words, onLang }: { words: HeadWords; onLang: (lang: Lang) => void }): VNode {
  return (
    <header class="top">
      <Brand>
        <span>{words.t('brand')}</span>
      </Brand>
      <fieldset class="langs" aria-label={words.t('language')}>
        <Languages words={words} onLang={onLang} />
      </fieldset>
    </header>
  )
}
