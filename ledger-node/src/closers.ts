/** What must be closed again, in the reverse order of opening. One that fails does not keep the others open. */
export class Closers {
  readonly #closers: (() => Promise<unknown>)[] = []
  #ended: Promise<void> | undefined

  add(close: () => Promise<unknown>): void {
    this.#closers.push(close)
  }

  /** Closes everything once; later calls wait for the same end. Throws the first failure. */
  close(): Promise<void> {
    this.#ended ??= this.#closeAll()
    return this.#ended
  }

  async #closeAll(): Promise<void> {
    const failures: unknown[] = []
    for (const close of this.#closers.reverse()) await close().catch((error: unknown) => failures.push(error))
    if (failures.length > 0) throw failures[0]
  }
}

/**
 * Starts what opens much: each thing goes to the closers when it is open. A start that fails closes what was open by then. What has started ends when it is
 * disposed of, or when the signal says so.
 */
export async function started<T extends object>(
  start: (closers: Closers) => Promise<T>,
  signal?: AbortSignal,
): Promise<T & AsyncDisposable> {
  const closers = new Closers()
  try {
    const running = await start(closers)
    // A failure to close has nobody to go to: what matters was flushed before it was acknowledged.
    signal?.addEventListener('abort', () => void closers.close().catch(() => undefined), { once: true })
    return { ...running, [Symbol.asyncDispose]: () => closers.close() }
  } catch (error) {
    await closers.close().catch(() => undefined)
    throw error
  }
}
