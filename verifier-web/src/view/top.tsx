import type { VNode } from 'preact'
import type { Lang } from '../i18n/index.ts'
import { HTML_LANG } from '../i18n/index.ts'
import { Mark, useLanguage } from './parts.tsx'

const NAMES: [Lang, string][] = [
  ['zh', '中文'],
  ['en', 'EN'],
]

/** The same address in the other language. */
function inLanguage(lang: Lang): string {
  const query = new URLSearchParams(location.search)
  query.set('lang', lang)
  return `${location.pathname}?${query}`
}

/** Whose page this is, and in which language. */
export function Top({ onLanguage }: { onLanguage: (lang: Lang) => void }): VNode {
  const { t, lang } = useLanguage()
  const choose = (event: MouseEvent, to: Lang): void => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
    event.preventDefault()
    history.replaceState(null, '', inLanguage(to))
    onLanguage(to)
  }
  return (
    <>
      <a class="skip" href="#verdict">
        {t('skip')}
      </a>
      <header class="top">
        <a class="brand" href="#verdict">
          <i aria-hidden="true">
            <Mark id="s-place" />
            <Mark id="s-time" />
            <Mark id="s-quality" />
          </i>
          <span>{t('brand')}</span> <small>{location.host}</small>
        </a>
        <nav class="langs" aria-label={t('language')}>
          {NAMES.map(([to, name]) => (
            <a
              key={to}
              lang={HTML_LANG[to]}
              href={inLanguage(to)}
              aria-current={to === lang ? 'true' : undefined}
              onClick={(e) => choose(e, to)}
            >
              {name}
            </a>
          ))}
        </nav>
      </header>
    </>
  )
}
