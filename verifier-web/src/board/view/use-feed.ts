import { useEffect, useRef, useState } from 'preact/hooks'
import { type LostCode, listen } from '../feed.ts'
import type { State } from '../model.ts'
import { Since } from '../since.ts'

/** Without a state for so long what stands there is old, whatever the line says. */
const STALE_MS = 20_000
const TICK_MS = 1_000
/** A browser has six lines to a node without TLS for all its tabs: one that nobody looks at for so long gives its own back. */
const HIDDEN_MS = 5_000

/** What is known, and how old it is. */
export interface Seen {
  /** The last state that came. */
  state: State | undefined
  /** ms since it came, and no less where the machine slept. */
  sinceMs: number
  /** Why nothing comes any more; undefined while the states come. */
  lost: LostCode | undefined
}

/** Listens under a token while somebody can see it, and looks at the clock once a second. */
export function useFeed(token: string | undefined, refused: (code: string) => void): Seen {
  const [state, setState] = useState<State>()
  const [lost, setLost] = useState<LostCode>()
  const [sinceMs, setSince] = useState(0)
  const refusing = useRef(refused)
  refusing.current = refused
  useEffect(() => {
    setState(undefined)
    setLost(undefined)
    if (token === undefined) return undefined
    const came = new Since()
    const ticked = new Since()
    const feed = {
      state: (next: State) => {
        came.mark()
        setSince(0)
        setState(next)
        setLost(undefined)
      },
      lost: setLost,
      refused: (code: string) => refusing.current(code),
    }
    let line: AbortController | undefined
    const begin = (): void => {
      line?.abort()
      line = new AbortController()
      void listen(feed, { token, signal: line.signal })
    }
    const rest = (): void => {
      line?.abort()
      line = undefined
    }
    const tick = (): void => {
      const slept = ticked.ms > STALE_MS && came.ms > STALE_MS
      ticked.mark()
      setSince(came.ms)
      // The line that was there before is most likely dead, and nobody says so for a while.
      if (slept && line !== undefined) begin()
    }
    const timer = setInterval(tick, TICK_MS)
    let leaving: ReturnType<typeof setTimeout> | undefined
    const look = (): void => {
      clearTimeout(leaving)
      if (document.visibilityState === 'hidden') leaving = setTimeout(rest, HIDDEN_MS)
      else if (line === undefined) begin()
      // A tab that was hidden may have slept: what it shows is as old as it is.
      tick()
    }
    begin()
    look()
    document.addEventListener('visibilitychange', look)
    return () => {
      rest()
      clearTimeout(leaving)
      clearInterval(timer)
      document.removeEventListener('visibilitychange', look)
    }
  }, [token])
  return { state, sinceMs, lost: lost ?? (state !== undefined && sinceMs > STALE_MS ? 'QUIET' : undefined) }
}
