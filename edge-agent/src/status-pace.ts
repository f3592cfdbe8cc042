/** The status is sent when it changes, but no more often than this. */
const MIN_MS = 1000
/** … and at least this often, so that a reader knows how old it may be. */
const MAX_MS = 60_000

/** When the status is to be sent again. */
export class StatusPace {
  #sentMs = 0
  #changed: boolean = false

  changed(): void {
    this.#changed = true
  }

  sent(nowMs: number): void {
    this.#changed = false
    this.#sentMs = nowMs
  }

  isDue(nowMs: number): boolean {
    return nowMs - this.#sentMs > (this.#changed ? MIN_MS : MAX_MS)
  }
}
