import { useEffect, useRef, useState } from 'preact/hooks'

/** Whoever listens is told no more often than this: a gateway that comes and goes must not be all they hear. */
const APART_MS = 10_000

/** What is read out: the text at once, and what it has become since only after a while. */
export function useSaid(text: string, apartMs: number = APART_MS): string {
  const [said, say] = useState(text)
  const saidAtMs = useRef(Number.NEGATIVE_INFINITY)
  useEffect(() => {
    if (text === said) return undefined
    const now = (): void => {
      saidAtMs.current = performance.now()
      say(text)
    }
    const waitMs = saidAtMs.current + apartMs - performance.now()
    if (waitMs <= 0) {
      now()
      return undefined
    }
    const timer = setTimeout(now, waitMs)
    return () => clearTimeout(timer)
  }, [text, said])
  return said
}
