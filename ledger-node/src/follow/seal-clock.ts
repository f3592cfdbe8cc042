import { isSeal, parseSeal } from '@tristamp/protocol'
import type { FeedItem } from '../feed.ts'

/** A leader's clock may be off by some seconds, and so may ours; publication takes some, too. */
const APART_MS = 60_000

/**
 * Holds the times of the leader's seals against this node's clock: nobody else can, afterwards. A seal is made before it is seen here, and after the last
 * moment at which nothing was missing here. That is no difference in the ledger, and either clock may be the wrong one: it is told, and
 * following goes on.
 */
export class SealClock {
  readonly #now: () => number
  readonly #tell: (apartMs: number, text: string) => void
  /** When the leader was last asked of whose ledger nothing is missing here. */
  #completeAtMs = Number.NEGATIVE_INFINITY
  #told: boolean = false

  /** @param now ms since 1970 */
  constructor(now: () => number, tell: (apartMs: number, text: string) => void) {
    this.#now = now
    this.#tell = tell
  }

  /** All that the leader published at this time is here. */
  complete(atMs: number): void {
    this.#completeAtMs = atMs
  }

  /** These entries were new: a ledger that backdates one block among others is not hidden by the others. */
  taken(items: readonly Pick<FeedItem, 'bytes'>[]): void {
    const now = this.#now()
    const times = items.filter(({ bytes }) => isSeal(bytes)).map(({ bytes }) => parseSeal(bytes).timeMs)
    // Their order is checked elsewhere.
    const [first = now] = times
    const early = this.#completeAtMs - first
    const late = (times.at(-1) ?? now) - now
    const apart = Math.max(early, late)
    if (apart <= APART_MS) this.#told = false
    else if (!this.#told) {
      this.#told = true
      const [timeMs, seen] =
        early > late
          ? [first, `not shown at ${iso(this.#completeAtMs)}`]
          : [times.at(-1)!, `here at ${iso(now)} already`]
      this.#tell(
        apart,
        `a seal of the leader says ${iso(timeMs)}, and was ${seen}: it was held back, or one of the two clocks is wrong`,
      )
    }
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
