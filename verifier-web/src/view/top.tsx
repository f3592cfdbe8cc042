/** @jsxImportSource ../dom */
import { Mark } from '../dom/parts.tsx'
import { type FirstLanguage, LANGUAGES, type Lang } from '../i18n/index.ts'

/** The same address in another language. */
function inLanguage(lang: Lang): string {
  const query = new URLSearchParams(location.search)
  query.set('lang', lang)
  return `${location.pathname}?${query}`
}

/** Another page of this site, in the language that was chosen for this one, if any was. */
export function inSameLanguage(path: string): string {
  const lang = new URLSearchParams(location.search).get('lang')
  return lang === null ? path : `${path}${path.includes('?') ? '&' : '?'}${new URLSearchParams({ lang })}`
}

/** The address says which language the page is in, once it is: what did not arrive is not what it is in. */
export function sayLanguage(lang: Lang): void {
  // What `main.ts` put away for a page that is being loaded again would be lost with the address that it belongs to.
  if (typeof history.state === 'string') return
  history.replaceState(history.state, '', inLanguage(lang))
}

/** Whose page this is, and in which language. */
export function Top({
  language: { t, lang },
  onLanguage,
}: {
  language: FirstLanguage
  onLanguage: (lang: Lang) => void
}): Node {
  const choose = (event: MouseEvent, to: Lang): void => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
    event.preventDefault()
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
          {LANGUAGES.map(({ lang: to, tag, name }) => (
            <a
              lang={tag}
              href={inLanguage(to)}
              aria-current={to === lang ? 'true' : undefined}
              onClick={(e: MouseEvent) => choose(e, to)}
            >
              {name}
            </a>
          ))}
        </nav>
      </header>
    </>
  )
}
