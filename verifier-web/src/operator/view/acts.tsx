import type { VNode } from 'preact'
import { actText, shortId, type Tone, toneOf } from '../act-text.ts'
import type { Act, GatewayState } from '../model.ts'
import { useWords } from '../words/index.ts'
import { Coded, Mark } from './parts.tsx'

const MARKS: Readonly<Record<Tone, [icon: string, tone: string]>> = {
  ok: ['r-ok', 'ok'],
  wait: ['r-ask', 'idle'],
  stop: ['r-stop', 'stop'],
}

function Goods({ act }: { act: Act }): VNode | null {
  const { t } = useWords()
  const { ids = [], count = 0 } = act
  if (ids.length === 0) return null
  // `gathered` counts what is there by now and names the last.
  const more = act.kind === 'gathered' ? 0 : count - ids.length
  return (
    <p class="ids">
      <span class="code">{ids.map(shortId).join(', ')}</span>
      {more > 0 && ` ${t('more', { n: more, total: count })}`}
    </p>
  )
}

/** The last of it, large: done, begun, or refused and why. */
export function LastAct({ state }: { state: GatewayState }): VNode {
  const words = useWords()
  const { t, pick, time } = words
  const act = state.acts[0]
  const tone = act && toneOf(act)
  return (
    <section class={`last ${tone ?? ''}`} aria-label={t('last')}>
      <div role="status" aria-atomic="true">
        {act === undefined ? (
          <p class="note">{t(state.access === 'reader' ? 'acts.hidden' : 'acts.none')}</p>
        ) : (
          <>
            <p class="word">
              <Mark id={MARKS[toneOf(act)][0]} class={`t-${MARKS[toneOf(act)][1]}`} />
              <span>{actText(act, state.stations, words)}</span>
            </p>
            {act.kind === 'refused' && act.text && (
              <p class="why">
                <Coded text={pick(act.text)} />
              </p>
            )}
            <Goods act={act} />
            <p class="note num">
              <bdi>{time(act.atMs, state.atMs)}</bdi> <bdi>{act.station}</bdi>{' '}
              {act.code && <span class="code">{act.code}</span>}
            </p>
          </>
        )}
      </div>
    </section>
  )
}

/** The ones before. */
export function ActList({ state }: { state: GatewayState }): VNode | null {
  const words = useWords()
  const { t, time } = words
  const acts = state.acts.slice(1, 9)
  if (acts.length === 0) return null
  return (
    <section aria-labelledby="acts-h">
      <h2 id="acts-h">{t('acts')}</h2>
      <ol class="acts">
        {acts.map((act) => (
          <li key={act.n}>
            <Mark id={MARKS[toneOf(act)][0]} class={`t-${MARKS[toneOf(act)][1]}`} />
            <bdi class="num note">{time(act.atMs, state.atMs)}</bdi>
            <span>
              {actText(act, state.stations, words)} {act.code && <span class="code note">{act.code}</span>}
            </span>
          </li>
        ))}
      </ol>
    </section>
  )
}
