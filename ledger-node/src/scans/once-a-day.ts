import { createHmac, randomBytes } from 'node:crypto'

const DAY_MS = 86_400_000
/** Counted in one day at most: beyond that nothing more is counted until the next. */
const MAX_MARKS = 500_000

/**
 * How often a network did something today, without knowing who it is: an HMAC under a key that is in memory alone and is thrown away with all that it
 * marked at the end of each day (UTC). Nobody, not even with the node's disk and memory of the next day, can tell which address it was.
 */
export class OnceADay {
  readonly #now: () => number
  readonly #max: number
  #day = -1
  #key = randomBytes(32)
  #marks = new Map<string, number>()

  constructor(now: () => number, max: number = MAX_MARKS) {
    this.#now = now
    this.#max = max
  }

  /** How often this was taken before today; `undefined` when no more can be remembered today. */
  times(network: string, what: string): number | undefined {
    this.#turn()
    const known = this.#marks.get(this.#mark(network, what))
    return known ?? (this.#marks.size < this.#max ? 0 : undefined)
  }

  take(network: string, what: string): void {
    this.#turn()
    const mark = this.#mark(network, what)
    this.#marks.set(mark, (this.#marks.get(mark) ?? 0) + 1)
  }

  /** Takes it back: what was to follow did not happen. */
  giveBack(network: string, what: string): void {
    const mark = this.#mark(network, what)
    const times = (this.#marks.get(mark) ?? 0) - 1
    if (times > 0) this.#marks.set(mark, times)
    else this.#marks.delete(mark)
  }

  #turn(): void {
    const day = Math.floor(this.#now() / DAY_MS)
    // A clock that is set back over midnight begins no day anew.
    if (day === this.#day || day === this.#day - 1) return
    this.#day = day
    this.#key.fill(0)
    this.#key = randomBytes(32)
    this.#marks = new Map()
  }

  #mark(network: string, what: string): string {
    // The length keeps two pairs from being one text.
    return createHmac('sha256', this.#key).update(`${network.length}:${network}${what}`).digest('base64').slice(0, 22)
  }
}
