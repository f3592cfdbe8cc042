import type { VNode } from 'preact'
import { useCallback, useEffect, useErrorBoundary, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { setLanguage } from '../../i18n/languages.ts'
import { toneOf } from '../act-text.ts'
import { beep, type Sound } from '../beep.ts'
import { Follower, gateway, PageError } from '../gateway.ts'
import type { Act, GatewayState } from '../model.ts'
import { keepSettings, type Settings } from '../settings.ts'
import { useWedge } from '../use-wedge.ts'
import { type Words, WordsProvider, wordsOf } from '../words/index.ts'
import { ActList, LastAct } from './acts.tsx'
import { Alarms } from './alarms.tsx'
import { Answers } from './answers.tsx'
import { CarryPart } from './carry.tsx'
import { Devices } from './devices.tsx'
import { Figures } from './figures.tsx'
import { Headline } from './headline.tsx'
import { Locks } from './locks.tsx'
import { PinDialog } from './pin.tsx'
import { StationPart } from './station.tsx'
import { Top } from './top.tsx'

/** A finger that bounces, or a nervous one, means one press. */
const SAME_MS = 600

export function OperatorApp({ initial }: { initial: Settings }): VNode {
  const [settings, setSettings] = useState(initial)
  const [state, setState] = useState<GatewayState | undefined>()
  const [lost, setLost] = useState(false)
  const [asking, setAsking] = useState(false)
  const [failure, setFailure] = useState<PageError | undefined>()
  const follower = useRef<Follower>(undefined)
  const words = useMemo(() => wordsOf(settings.lang, state?.zone ?? 'UTC'), [settings.lang, state?.zone])
  const [fault] = useErrorBoundary((thrown) => reportError(thrown))

  useEffect(() => {
    follower.current = new Follower((next) => {
      setLost(next === undefined)
      if (next) setState(next)
    })
  }, [])
  useLayoutEffect(() => {
    keepSettings(settings)
    const { documentElement: html } = document
    setLanguage(settings.lang)
    if (settings.theme === 'system') delete html.dataset['theme']
    else html.dataset['theme'] = settings.theme
  }, [settings])
  useSounds(state, settings.muted)

  const station = state?.stations.find(({ id }) => id === settings.station) ?? state?.stations[0]
  const may = state?.access === 'operator'
  const last = useRef({ text: '', atMs: 0 })
  const send = useCallback(
    (text: string): void => {
      if (station === undefined) return
      const now = performance.now()
      if (text.startsWith('tristamp:') && text === last.current.text && now - last.current.atMs < SAME_MS) return
      last.current = { text, atMs: now }
      setFailure(undefined)
      gateway.command(station.id, text).catch((thrown: unknown) => {
        const error = thrown instanceof PageError ? thrown : new PageError('INTERNAL')
        setFailure(error)
        if (!settings.muted) beep('refused')
        if (error.code === 'PIN_NEEDED') setAsking(true)
      })
    },
    [station?.id, settings.muted],
  )
  const scanned = useCallback(
    (text: string): void => {
      if (may) send(text)
      else setAsking(true)
    },
    [may, send],
  )
  useWedge(scanned)
  if (fault !== undefined) return <Fault words={words} />

  const change = (part: Partial<Settings>): void => setSettings({ ...settings, ...part })
  const left = (): void => void gateway.leave().finally(() => follower.current?.again())
  const entered = (): void => {
    setAsking(false)
    setFailure(undefined)
    follower.current?.again()
  }
  return (
    <WordsProvider value={words}>
      <a class="skip" href="#station">
        {words.t('skip')}
      </a>
      <Top state={state} settings={settings} onChange={change} onPin={() => setAsking(true)} onLeave={left} />
      <main class="board">
        <Headline state={state} lost={lost} />
        {state !== undefined && (
          <>
            <Locks
              locks={state.locks}
              beside={state.lockedBeside}
              recalls={state.recalls}
              may={may}
              onSend={send}
              onPin={() => setAsking(true)}
            />
            <div class="desk">
              <StationPart
                state={state}
                station={station}
                failure={failure}
                onSend={send}
                onChoose={(id) => change({ station: id })}
                onPin={() => setAsking(true)}
              />
              <LastAct state={state} />
              <div class="side">
                <Alarms state={state} />
                <ActList state={state} />
              </div>
            </div>
            <Answers state={state} onSend={send} onPin={() => setAsking(true)} />
            <Figures state={state} />
            <Devices state={state} />
            <CarryPart state={state} onPin={() => setAsking(true)} />
          </>
        )}
      </main>
      {asking && <PinDialog onEntered={entered} onClose={() => setAsking(false)} />}
    </WordsProvider>
  )
}

function Fault({ words: { t } }: { words: Words }): VNode {
  return (
    <main class="board">
      <h1>{t('page.fault')}</h1>
      <p>
        <button type="button" class="btn" onClick={() => location.reload()}>
          {t('reload')}
        </button>
      </p>
    </main>
  )
}

const SOUND: Readonly<Record<ReturnType<typeof toneOf>, Sound>> = { ok: 'ok', wait: 'tick', stop: 'refused' }

/** Whoever does not look at the screen hears what became of the scan. What was there when the page was opened is no news. */
function useSounds(state: GatewayState | undefined, muted: boolean): void {
  const seen = useRef<{ act: number; stops: Set<string> }>(undefined)
  useEffect(() => {
    if (!state) return
    const stops = new Set(state.alarms.filter(({ level }) => level === 'stop').map((a) => `${a.code} ${a.about ?? ''}`))
    const before = seen.current
    const newest: Act | undefined = state.acts[0]
    seen.current = { act: newest?.n ?? 0, stops }
    if (before === undefined || muted) return
    if ([...stops].some((stop) => !before.stops.has(stop))) beep('alarm')
    else if (newest !== undefined && newest.n > before.act) {
      const news = state.acts.filter(({ n }) => n > before.act)
      beep(SOUND[toneOf(news.find(({ kind }) => kind === 'refused') ?? newest)])
    }
  }, [state, muted])
}
