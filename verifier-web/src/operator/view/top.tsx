import type { VNode } from 'preact'
import type { GatewayState } from '../model.ts'
import type { Settings } from '../settings.ts'
import { HTML_LANG, useWords } from '../words/index.ts'
import { Button, Icon, Mark } from './parts.tsx'

export interface TopProps {
  state: GatewayState | undefined
  settings: Settings
  onChange: (part: Partial<Settings>) => void
  onPin: () => void
  onLeave: () => void
}

/** Whose page this is, and how it is shown. */
export function Top({ state, settings, onChange, onPin, onLeave }: TopProps): VNode {
  const { t, lang } = useWords()
  const dark =
    settings.theme === 'system' ? matchMedia('(prefers-color-scheme: dark)').matches : settings.theme === 'dark'
  return (
    <header class="top">
      <span class="brand">
        <i aria-hidden="true">
          <Mark id="s-place" />
          <Mark id="s-time" />
          <Mark id="s-quality" />
        </i>
        <span>{t('brand')}</span> <small class="code">{state?.gateway}</small>
      </span>
      <div class="tools">
        {state?.pin && (
          <Button
            class="tool"
            label={t(state.access === 'operator' ? 'leave' : 'pin')}
            onPress={state.access === 'operator' ? onLeave : onPin}
          >
            <Icon name="key" />
            <span class="wide">{t(state.access === 'operator' ? 'leave' : 'pin')}</span>
          </Button>
        )}
        <Button
          class="tool"
          label={t(settings.muted ? 'unmute' : 'mute')}
          onPress={() => onChange({ muted: !settings.muted })}
        >
          <Icon name={settings.muted ? 'mute' : 'sound'} />
        </Button>
        <Button class="tool" label={t('theme')} onPress={() => onChange({ theme: dark ? 'light' : 'dark' })}>
          <Icon name="theme" />
        </Button>
        <fieldset class="langs" aria-label={t('language')}>
          {(['zh', 'en'] as const).map((to) => (
            <button
              key={to}
              type="button"
              class="tool"
              lang={HTML_LANG[to]}
              aria-pressed={to === lang}
              onClick={() => onChange({ lang: to })}
            >
              {to === 'zh' ? '中文' : 'EN'}
            </button>
          ))}
        </fieldset>
      </div>
    </header>
  )
}
