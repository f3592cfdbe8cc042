import type { VNode } from 'preact'
import type { Lang, PageLanguage } from '../../i18n/languages.ts'
import { isDark, type Settings } from '../settings.ts'
import { Brand, Languages } from './head.tsx'

/** What a page says at its head. */
export interface TopWords {
  lang: Lang
  languages: readonly PageLanguage[]
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
  const t: TopWords['t'] = (key) => words.t(key)
  return (
    <header class="top">
      <a class="skip" href="#answer">
        {t('top.skip')}
      </a>
      <Brand>
        <span>{t('top.brand')}</span>
      </Brand>
      {name !== undefined && <span class="note">{name}</span>}
      <div class="set">
        {onLeave !== undefined && (
          <button type="button" class="quiet" onClick={onLeave}>
            {t('top.leave')}
          </button>
        )}
        <button
          type="button"
          class="quiet"
          onClick={() => onChange({ theme: isDark(settings.theme) ? 'light' : 'dark' })}
        >
          {t('top.theme')}
        </button>
        <Languages words={words} onLang={(to) => onChange({ lang: to })} class="quiet" />
      </div>
    </header>
  )
}
