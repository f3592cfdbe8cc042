import type { VNode } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { applySettings, readSettings, type Settings } from '../../own/settings.ts'
import { keepToken } from '../../own/token.ts'
import { TokenScreen } from '../../own/view/token-screen.tsx'
import { Top } from '../../own/view/top.tsx'
import { isKey, WordsProvider, wordsOf } from '../words/index.ts'
import { BoardView } from './board.tsx'
import { useFeed } from './use-feed.ts'

export interface AppProps {
  token: string | undefined
  session: Storage | undefined
  local: Storage | undefined
}

/** The board: whoever has no token is asked for one, everybody else sees. */
export function BoardApp({ token: first, session, local }: AppProps): VNode {
  const [settings, setSettings] = useState(() => readSettings('board', location.search, navigator.languages, local))
  const [token, setToken] = useState(first)
  const [refused, setRefused] = useState<string>()
  const words = useMemo(() => wordsOf(settings.lang), [settings.lang])
  const leave = (code?: string): void => {
    keepToken('board', undefined, session)
    setToken(undefined)
    setRefused(code)
  }
  const seen = useFeed(token, leave)
  useEffect(() => {
    applySettings('board', settings, document.documentElement, local)
    document.title = words.t('title')
  }, [settings])
  const enter = (entered: string): void => {
    keepToken('board', entered, session)
    setRefused(undefined)
    setToken(entered)
  }
  const change = (part: Partial<Settings>): void => setSettings({ ...settings, ...part })
  const name = token === undefined ? undefined : (seen.state?.origin ?? undefined)
  return (
    <WordsProvider value={words}>
      <Top
        words={words}
        name={name}
        settings={settings}
        onChange={change}
        onLeave={token ? () => leave() : undefined}
      />
      {token === undefined ? (
        <TokenScreen words={words} isKey={isKey} refused={refused} onToken={enter} />
      ) : (
        <BoardView seen={seen} />
      )}
    </WordsProvider>
  )
}
