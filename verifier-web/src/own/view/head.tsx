import type { ComponentChildren, VNode } from 'preact'
import { HTML_LANG, type Lang } from '../../i18n/language.ts'
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
  lang: Lang
  onLang: (lang: Lang) => void
  /** Of each button. */
  class?: string
}

/** A button for each language, named in itself. */
export function Languages({ lang, onLang, class: name }: LanguagesProps): VNode {
  return (
    <>
      {(['zh', 'en'] as const).map((to) => (
        <button
          key={to}
          type="button"
          class={name}
          lang={HTML_LANG[to]}
          aria-pressed={to === lang}
          onClick={() => onLang(to)}
        >
          {to === 'zh' ? '中文' : 'EN'}
        </button>
      ))}
    </>
  )
}

/** What an open page says at its head. */
export interface HeadWords {
  lang: Lang
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
        <Languages lang={words.lang} onLang={onLang} />
      </fieldset>
    </header>
  )
}
