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
