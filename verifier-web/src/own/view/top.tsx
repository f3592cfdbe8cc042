import type { VNode } from 'preact'
import type { Lang } from '../../format.ts'
import { Mark } from '../../view/parts.tsx'
import { HTML_LANG, type Settings } from '../settings.ts'

/** What a page says at its head. */
export interface TopWords {
  lang: Lang
  t(key: 'top.skip' | 'top.brand' | 'top.leave' | 'top.theme'): string
}

export interface TopProps {
  words: TopWords
  /** Whose page this is, or of what, once it is known. */
  name: string | undefined
  settings: Settings
  onChange: (part: Partial<Settings>) => void
  onLeave: (() => void) | undefined
}

export function Top({ words, name, settings, onChange, onLeave }: TopProps): VNode {
  const { lang } = words
  const t: TopWords['t'] = (key) => words.t(key)
  const dark =
    settings.theme === 'system' ? matchMedia('(prefers-color-scheme: dark)').matches : settings.theme === 'dark'
  return (
    <header class="top">
      <a class="skip" href="#answer">
        {t('top.skip')}
      </a>
      <span class="brand">
        <i aria-hidden="true">
          <Mark id="s-place" />
          <Mark id="s-time" />
          <Mark id="s-quality" />
        </i>
        <span>{t('top.brand')}</span>
      </span>
      {name !== undefined && <span class="note">{name}</span>}
      <div class="set">
        {onLeave !== undefined && (
          <button type="button" class="quiet" onClick={onLeave}>
            {t('top.leave')}
          </button>
        )}
        <button type="button" class="quiet" onClick={() => onChange({ theme: dark ? 'light' : 'dark' })}>
          {t('top.theme')}
        </button>
        {(['zh', 'en'] as const).map((to) => (
          <button
            key={to}
            type="button"
            class="quiet"
            lang={HTML_LANG[to]}
            aria-pressed={to === lang}
            onClick={() => onChange({ lang: to })}
          >
            {to === 'zh' ? '中文' : 'EN'}
          </button>
        ))}
      </div>
    </header>
  )
}
