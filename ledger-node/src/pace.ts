import { eventsInBatch } from '@tristamp/protocol'

/** A batch of large events costs as much as one of so many of this size. */
const BYTES_PER_EVENT = 4096
/** What waited in an outbox comes at once: so many seconds' worth of it passes without a pause. */
const BURST_MS = 2000

/**
 * One gateway's pace: a bucket of events that fills at a steady rate. Whoever sends more waits for its turn, in order, and is not
 * read from meanwhile; nothing is refused and nothing lost.
 */
export class Pace {
  readonly #perMs: number
  readonly #now: () => number
  /** When the bucket will be full again, if nothing more comes. */
  #fullAtMs = 0
  #last: Promise<void> = Promise.resolve()

  constructor(perSecond: number, now: () => number = () => performance.now()) {
    this.#perMs = perSecond / 1000
    this.#now = now
  }

  /** Resolves when this batch may be taken in, after those before it. */
  turn(batch: Uint8Array): Promise<void> {
    const cost = Math.max(eventsInBatch(batch), batch.length / BYTES_PER_EVENT)
    this.#fullAtMs = Math.max(this.#fullAtMs, this.#now()) + cost / this.#perMs
    const atMs = this.#fullAtMs - BURST_MS
    this.#last = this.#last.then(() => this.#until(atMs))
    return this.#last
  }

  async #until(atMs: number): Promise<void> {
    const waitMs = atMs - this.#now()
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
  }
}
