import type { VNode } from 'preact'
import { Mark } from '../../view/parts.tsx'
import type { State, Tone } from '../model.ts'
import { concern, headline, long, moment } from '../say.ts'
import { isKey, useWords, type Words } from '../words/index.ts'
import { Figures } from './figures.tsx'
import { Gateways } from './gateways.tsx'
import { ToneMark } from './parts.tsx'
import { Errors, Node, Standing, Witnesses } from './sides.tsx'
import type { Seen } from './use-feed.ts'
import { useSaid } from './use-said.ts'

const ICONS = { ok: 'i-agree', stop: 'i-recall', care: 'r-care', idle: 'i-none' } as const

/** One sentence readable across a room, then the numbers, then every gateway in one row, what needs somebody first. */
export function BoardView({ seen }: { seen: Seen }): VNode {
  const words = useWords()
  const { state, sinceMs, lost } = seen
  // While states come, times go on; what is not news any more stands as it stood.
  const agoMs = (ms: number): number => Math.max(0, (state?.atMs ?? 0) + (lost === undefined ? sinceMs : 0) - ms)
  return (
    <main class="wrap board" id="answer">
      <Head seen={seen} />
      {state !== undefined && lost === undefined && state.concerns.length > 1 && <Others state={state} />}
      {state !== undefined && (
        <div class={lost === undefined ? 'all' : 'all stale'}>
          {lost !== undefined && <p class="as-of">{words.t('link.as-of', { at: moment(state.atMs, words) })}</p>}
          <Figures state={state} agoMs={agoMs} />
          <div class="wall">
            <Gateways state={state} agoMs={agoMs} />
            <div class="sides">
              {state.witnesses !== null && <Witnesses state={state} agoMs={agoMs} />}
              <Standing state={state} />
              <Errors state={state} />
            </div>
          </div>
          <Node state={state} agoMs={agoMs} />
        </div>
      )}
    </main>
  )
}

/** The sentence stands once more in a region of news: who listens hears it when it changes, at a pace, and not what counts the seconds. */
function Head({ seen }: { seen: Seen }): VNode {
  const words = useWords()
  const { state, sinceMs, lost } = seen
  const { tone, icon, text, todo } = headOf(seen, words)
  const said = useSaid(todo === undefined ? text : [text, todo].join(words.t('stop')))
  const s = Math.round(sinceMs / 1000)
  return (
    <div class={lost === undefined ? 'state' : 'state lost'}>
      <Mark id={icon} class={`t-${tone}`} />
      <div class="what">
        <h1>{text}</h1>
        {todo !== undefined && <p class="todo">{todo}</p>}
        <p class="vh" role="status">
          {said}
        </p>
        {lost !== undefined && <p class="mute">{`${why(lost, words)} ${words.t('link.again')}`}</p>}
      </div>
      {state !== undefined && (
        <p class={lost === undefined ? 'news note' : 'news'}>
          {lost !== undefined ? (
            <b>{words.t('link.ago', { ago: long(sinceMs, words) })}</b>
          ) : (
            <>
              {s < 6 ? words.t('link.live') : words.t('link.live.ago', { s })}
              <br />
              <bdi>{moment(state.atMs, words)}</bdi>
            </>
          )}
        </p>
      )}
    </div>
  )
}

interface Headline {
  tone: Tone | 'ok'
  icon: string
  text: string
  todo?: string | undefined
}

function headOf({ state, lost }: Seen, words: Words): Headline {
  const { t } = words
  if (lost !== undefined)
    return { tone: 'stop', icon: 'i-wait', text: t(state === undefined ? 'link.lost.never' : 'link.lost') }
  if (state === undefined) return { tone: 'idle', icon: 'i-none', text: t('link.connecting') }
  const said = headline(state, words)
  return { ...said, icon: ICONS[said.tone] }
}

function why(lost: string, { t }: Words): string {
  const key = `link.why.${lost}`
  return isKey(key) ? t(key) : t('link.why.other', { code: lost })
}

/** What needs somebody beside the worst. */
function Others({ state }: { state: State }): VNode {
  const words = useWords()
  return (
    <ul class="others" aria-label={words.t('concerns')}>
      {state.concerns.slice(1).map((one) => (
        <li key={one.code} class="row">
          <ToneMark tone={one.tone} />
          <span>{concern(one, state, words)}</span>
        </li>
      ))}
    </ul>
  )
}
