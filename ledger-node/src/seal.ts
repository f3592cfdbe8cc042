/** After a seal failed, the next try waits longer each time, up to this. */
const MAX_BACKOFF_MS = 10_000

/** Says when to seal: at once when nothing was sealed lately, never more often than the interval, not at all while idle. */
export class SealTimer {
  readonly #everyMs: number
  readonly #now: () => number
  #last = Number.NEGATIVE_INFINITY
  #failures = 0

  /** @param now a clock that never goes back, ms */
  constructor(everyMs: number, now: () => number = () => performance.now()) {
    this.#everyMs = everyMs
    this.#now = now
  }

  /** How long until the next seal may be made; 0 when it may be made now. */
  waitMs(): number {
    const interval = this.#failures === 0 ? this.#everyMs : Math.min(MAX_BACKOFF_MS, 1000 * 2 ** (this.#failures - 1))
    return Math.max(0, this.#last + interval - this.#now())
  }

  begun(): void {
    this.#last = this.#now()
  }

  ended(ok: boolean): void {
    this.#failures = ok ? 0 : this.#failures + 1
  }
}
