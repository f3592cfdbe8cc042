import type { VNode } from 'preact'
import { useEffect } from 'preact/hooks'
import type { GatewayState } from '../model.ts'
import { useWords } from '../words/index.ts'
import { Mark } from './parts.tsx'

/** One sentence, readable across a room. */
export function Headline({ state, lost }: { state: GatewayState | undefined; lost: boolean }): VNode {
  const { t, time } = useWords()
  const count = state?.alarms.length ?? 0
  const stop = state?.alarms.some(({ level }) => level === 'stop') ?? false
  const kind = lost ? 'lost' : state === undefined ? 'loading' : count === 0 ? 'well' : 'alarms'
  const word = t(`word.${kind}`, { n: count })
  const [icon, tone] = {
    lost: ['i-none', 'idle'],
    loading: ['i-wait', 'idle'],
    well: ['i-agree', 'ok'],
    alarms: stop ? ['i-recall', 'stop'] : ['r-care', 'care'],
  }[kind] as [string, string]
  useEffect(() => {
    document.title = t('title', { word, gateway: state?.gateway ?? 'Tristamp' })
  }, [t, word, state?.gateway])
  return (
    <div class="state" role="status">
      <Mark id={icon} class={`t-${tone}`} />
      <h1>{word}</h1>
      {state && (
        <p class="note">
          <span class="code here">{state.gateway}</span>
          <span class={state.online ? 't-ok link' : 't-idle link'}>
            <Mark id={state.online ? 'r-ok' : 'r-ask'} />
            {t(state.online ? 'online' : 'offline')}
          </span>
          {lost && <span>{t('lost.what', { time: time(state.atMs, state.atMs) })}</span>}
        </p>
      )}
    </div>
  )
}
