const HOUR_MS = 3_600_000

/**
 * What is told of something that changes: as it was when this hour began. Whoever asks again and again would otherwise see to the second when somebody
 * looks; the books themselves keep no time finer than an hour (docs/spec/scans.md).
 */
export class AsOfTheHour<T> {
  readonly #now: () => number
  #hour = -1
  readonly #before = new Map<string, T | undefined>()

  constructor(now: () => number) {
    this.#now = now
  }

  /** It changes now; `before` is what it was. */
  changes(key: string, before: T | undefined): void {
    this.#turn()
    if (!this.#before.has(key)) this.#before.set(key, before)
  }

  /** @param current what it is now */
  of(key: string, current: T | undefined): T | undefined {
    this.#turn()
    return this.#before.has(key) ? this.#before.get(key) : current
  }

  #turn(): void {
    const hour = Math.floor(this.#now() / HOUR_MS)
    if (hour === this.#hour) return
    this.#hour = hour
    this.#before.clear()
  }
}
