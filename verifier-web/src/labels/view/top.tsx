import type { VNode } from 'preact'
import { HTML_LANG, type Lang, useWords } from '../words/index.ts'
import { Mark } from './parts.tsx'

/** What this page is, and in which language. */
export function Top({ onLang }: { onLang: (lang: Lang) => void }): VNode {
  const { t, lang } = useWords()
  return (
    <header class="top">
      <span class="brand">
        <i aria-hidden="true">
          <Mark id="s-place" />
          <Mark id="s-time" />
          <Mark id="s-quality" />
        </i>
        <span>{t('brand')}</span>
      </span>
      <fieldset class="langs" aria-label={t('language')}>
        {(['zh', 'en'] as const).map((to) => (
          <button key={to} type="button" lang={HTML_LANG[to]} aria-pressed={to === lang} onClick={() => onLang(to)}>
            {to === 'zh' ? '中文' : 'EN'}
          </button>
        ))}
      </fieldset>
    </header>
  )
}
