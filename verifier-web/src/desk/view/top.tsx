import type { VNode } from 'preact'
import type { Settings } from '../settings.ts'
import { HTML_LANG, useWords } from '../words/index.ts'
import { Mark } from './parts.tsx'

export interface TopProps {
  /** Whose desk this is, once it is known. */
  name: string | undefined
  settings: Settings
  onChange: (part: Partial<Settings>) => void
  onLeave: (() => void) | undefined
}

export function Top({ name, settings, onChange, onLeave }: TopProps): VNode {
  const { t, lang } = useWords()
  const dark =
    settings.theme === 'system' ? matchMedia('(prefers-color-scheme: dark)').matches : settings.theme === 'dark'
  return (
    <header class="top">
      <a class="skip" href="#answer">
        {t('desk.skip')}
      </a>
      <span class="brand">
        <i aria-hidden="true">
          <Mark id="s-place" />
          <Mark id="s-time" />
          <Mark id="s-quality" />
        </i>
        <span>{t('desk.brand')}</span>
      </span>
      {name !== undefined && <span class="note">{name}</span>}
      <div class="set">
        {onLeave !== undefined && (
          <button type="button" class="quiet" onClick={onLeave}>
            {t('desk.leave')}
          </button>
        )}
        <button type="button" class="quiet" onClick={() => onChange({ theme: dark ? 'light' : 'dark' })}>
          {t('desk.theme')}
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
