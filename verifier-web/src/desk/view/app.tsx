import type { VNode } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { applySettings, readSettings, type Settings } from '../../own/settings.ts'
import { keepToken } from '../../own/token.ts'
import { TokenScreen } from '../../own/view/token-screen.tsx'
import { Top } from '../../own/view/top.tsx'
import { LanguageProvider } from '../../view/parts.tsx'
import { hashOf, type Place, placeOf } from '../address.ts'
import { deskClient } from '../client.ts'
import { type Desk, readDesk } from '../model.ts'
import { isKey, WordsProvider, wordsOf } from '../words/index.ts'
import { DeskView } from './desk.tsx'

export interface AppProps {
  token: string | undefined
  session: Storage | undefined
  local: Storage | undefined
}

/** The desk: whoever has no token is asked for one, everybody else asks. */
export function DeskApp({ token: first, session, local }: AppProps): VNode {
  const [settings, setSettings] = useState(() => readSettings('desk', location.search, navigator.languages, local))
  const [token, setToken] = useState(first)
  const [refused, setRefused] = useState<string>()
  const [desk, setDesk] = useState<Desk>()
  const [place, setPlace] = useState<Place>(() => placeOf(location.hash))
  const words = useMemo(() => wordsOf(settings.lang), [settings.lang])
  const leave = (code?: string): void => {
    keepToken('desk', undefined, session)
    setToken(undefined)
    setDesk(undefined)
    setRefused(code)
  }
  const leaving = useRef(leave)
  leaving.current = leave
  const ask = useMemo(
    () => (token === undefined ? undefined : deskClient(token, ({ code }) => leaving.current(code))),
    [token],
  )
  useEffect(() => {
    applySettings('desk', settings, document.documentElement, local)
    document.title = words.t('desk.title')
  }, [settings])
  useEffect(() => {
    const onHash = (): void => setPlace(placeOf(location.hash))
    addEventListener('hashchange', onHash)
    return () => removeEventListener('hashchange', onHash)
  }, [])
  useEffect(() => {
    // What is asked next says better what is wrong, if anything is.
    if (ask !== undefined) readDesk(ask).then(setDesk, () => undefined)
  }, [ask])
  const go = (to: Place, instead = false): void => {
    const address = `${location.pathname}${location.search}${hashOf(to)}`
    if (instead) history.replaceState(null, '', address)
    else history.pushState(null, '', address)
    setPlace(to)
  }
  const enter = (entered: string): void => {
    keepToken('desk', entered, session)
    setRefused(undefined)
    setToken(entered)
  }
  const change = (part: Partial<Settings>): void => setSettings({ ...settings, ...part })
  return (
    <WordsProvider value={words}>
      <LanguageProvider value={words}>
        <Top words={words} name={desk?.name} settings={settings} onChange={change} onLeave={ask && (() => leave())} />
        {ask === undefined ? (
          <TokenScreen words={words} isKey={isKey} refused={refused} onToken={enter} />
        ) : (
          <DeskView ask={ask} place={place} go={go} local={local} />
        )}
      </LanguageProvider>
    </WordsProvider>
  )
}
