const EVERY_MS = 25

/** Resolves with the first answer that is not false, null or undefined. Rejects after the deadline, naming what was waited for. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  withinMs = 60_000,
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const found = await look()
    if (found !== false && found !== null && found !== undefined) return found as Exclude<T, false | null | undefined>
    if (Date.now() > deadline) throw new Error(`not so within ${withinMs} ms: ${what}`)
    await pause(EVERY_MS)
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
