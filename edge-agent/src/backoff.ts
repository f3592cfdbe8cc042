import { setTimeout as delay } from 'node:timers/promises'

/** Waits with growing, jittered pauses: many gateways that lost the same thing must not all come back in the same second. */
export class Backoff {
  readonly #firstMs: number
  readonly #maxMs: number
  #ceilingMs: number

  constructor(firstMs: number, maxMs: number) {
    this.#firstMs = firstMs
    this.#maxMs = maxMs
    this.#ceilingMs = firstMs
  }

  /** The next pause in ms: between half and all of a ceiling that doubles. */
  next(): number {
    const pause = this.#ceilingMs * (0.5 + Math.random() / 2)
    this.#ceilingMs = Math.min(this.#ceilingMs * 2, this.#maxMs)
    return Math.round(pause)
  }

  reset(): void {
    this.#ceilingMs = this.#firstMs
  }

  /** Sleeps for the next pause; returns early and quietly when the signal aborts. */
  async wait(signal: AbortSignal): Promise<void> {
    await sleep(this.next(), signal)
  }
}

/** Sleeps; returns early and quietly when the signal aborts. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined)
}
