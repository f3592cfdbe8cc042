import { useEffect, useRef, useState } from 'preact/hooks'
import { type LostCode, listen } from '../feed.ts'
import type { State } from '../model.ts'

/** Without a state for so long what stands there is old, whatever the line says. */
const STALE_MS = 20_000
const TICK_MS = 1_000

/** What is known, and how old it is. */
export interface Seen {
  /** The last state that came. */
  state: State | undefined
  /** ms since it came, by a clock that nobody sets. */
  sinceMs: number
  /** Why nothing comes any more; undefined while the states come. */
  lost: LostCode | undefined
}

/** Listens under a token, and looks at the clock once a second. */
export function useFeed(token: string | undefined, refused: (code: string) => void): Seen {
  const [state, setState] = useState<State>()
  const [lost, setLost] = useState<LostCode>()
  const [nowMs, setNow] = useState(() => performance.now())
  const cameMs = useRef(performance.now())
  const refusing = useRef(refused)
  refusing.current = refused
  useEffect(() => {
    setState(undefined)
    setLost(undefined)
    if (token === undefined) return undefined
    const ending = new AbortController()
    const feed = {
      state: (next: State) => {
        cameMs.current = performance.now()
        setNow(cameMs.current)
        setState(next)
        setLost(undefined)
      },
      lost: setLost,
      refused: (code: string) => refusing.current(code),
    }
    void listen(feed, { token, signal: ending.signal })
    const tick = (): void => setNow(performance.now())
    const timer = setInterval(tick, TICK_MS)
    // A tab that was hidden may have slept: what it shows is as old as it is.
    document.addEventListener('visibilitychange', tick)
    return () => {
      ending.abort()
      clearInterval(timer)
      document.removeEventListener('visibilitychange', tick)
    }
  }, [token])
  const sinceMs = Math.max(0, nowMs - cameMs.current)
  return { state, sinceMs, lost: lost ?? (state !== undefined && sinceMs > STALE_MS ? 'QUIET' : undefined) }
}
