// When a page that stays open asks again: now and then, while somebody has it before them and there is a line. Where there is none for an hour it tries, too:
// what was known then is not known now.

/** A recall is of use within minutes; and what is asked in ten, an answer of some kB or that nothing changed, no line feels. */
export const PAUSE_MS = 600_000
/** A server that does not answer is left alone for longer each time, and for no longer than this. */
export const LONGEST_MS = 3_600_000

/**
 * Calls `ask` again and again, never two at a time: `PAUSE_MS` after the last time, or when the page is looked at again later than that; without a line
 * `LONGEST_MS` after it. Where it comes to false, nothing could be asked, and the pause doubles. Returns what ends it.
 */
export function keepAsking(ask: () => Promise<boolean>): () => void {
  let pause = PAUSE_MS
  let isDue = false
  let askedMs = Date.now()
  let timer: ReturnType<typeof setTimeout>
  const rest = (): void => {
    timer = setTimeout(() => {
      isDue = true
      look()
      if (isDue) rest()
    }, pause)
  }
  const look = (): void => {
    const isLong = Date.now() - askedMs >= LONGEST_MS
    if (!isDue || document.hidden || !(navigator.onLine || isLong)) return
    clearTimeout(timer)
    isDue = false
    askedMs = Date.now()
    void ask()
      .catch((error: unknown) => {
        reportError(error)
        return false
      })
      .then((isAnswered) => {
        pause = isAnswered ? PAUSE_MS : Math.min(2 * pause, LONGEST_MS)
        if (!hasEnded) rest()
      })
  }
  let hasEnded = false
  document.addEventListener('visibilitychange', look)
  addEventListener('online', look)
  rest()
  return () => {
    hasEnded = true
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', look)
    removeEventListener('online', look)
  }
}
