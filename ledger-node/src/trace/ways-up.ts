import { PairNumbers } from './pair-numbers.ts'

/**
 * Ways up through carriers that a walk has gone: a box in a box that somebody records in ten others each, over and over, has more ways up than
 * there are atoms, and few of them lead to anything new.
 */
export class WaysUp {
  readonly #most: number
  readonly #times = new PairNumbers()
  readonly #spans = new PairNumbers()
  readonly #stays = new PairNumbers()
  readonly #gone = new PairNumbers()

  /** @param most ways that there is room for */
  constructor(most: number) {
    this.#most = most
  }

  /**
   * Whether a way is gone for the first time; undefined when there is no room for it.
   * @param begin number of what began the stay, `end` of what ended it, 0 for none: both together tell what it was in
   * @param from begin of the time in which the way is gone, ms since 1970; may be infinite, as `to`
   */
  isFresh(begin: number, end: number, from: number, to: number): boolean | undefined {
    const before = this.#gone.count
    const span = this.#spans.of(this.#timeOf(from), this.#timeOf(to))
    if (this.#gone.of(this.#stays.of(begin, end), span) < before) return false
    return before < this.#most ? true : undefined
  }

  #timeOf(ms: number): number {
    // Whole numbers below 2^53 in two words; infinite ones become 0 and -1 besides.
    const high = Number.isFinite(ms) ? Math.floor(ms / 0x1_0000_0000) : ms > 0 ? 0x7fff_ffff : -0x8000_0000
    return this.#times.of(high, Number.isFinite(ms) ? ms - high * 0x1_0000_0000 : 0)
  }
}
