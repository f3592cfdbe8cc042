import type { VNode } from 'preact'
import { isDark } from '../../own/settings.ts'
import { Brand, Languages } from '../../own/view/head.tsx'
import type { GatewayState } from '../model.ts'
import type { Settings } from '../settings.ts'
import { useWords } from '../words/index.ts'
import { Button, Icon } from './parts.tsx'

export interface TopProps {
  state: GatewayState | undefined
  settings: Settings
  onChange: (part: Partial<Settings>) => void
  onPin: () => void
  onLeave: () => void
}

/** Whose page this is, and how it is shown. */
export function Top({ state, settings, onChange, onPin, onLeave }: TopProps): VNode {
  const words = useWords()
  const { t } = words
  return (
    <header class="top">
      <Brand>
        <span>{t('brand')}</span> <small class="code">{state?.gateway}</small>
      </Brand>
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
        <Button
          class="tool"
          label={t('theme')}
          onPress={() => onChange({ theme: isDark(settings.theme) ? 'light' : 'dark' })}
        >
          <Icon name="theme" />
        </Button>
        <fieldset class="langs" aria-label={t('language')}>
          <Languages words={words} onLang={(to) => onChange({ lang: to })} class="tool" />
        </fieldset>
      </div>
    </header>
  )
}
