/** The two clocks of a page, ms: one that nobody sets, and that of the calendar. */
export interface Clocks {
  steady: () => number
  calendar: () => number
}

const CLOCKS: Clocks = { steady: () => performance.now(), calendar: () => Date.now() }

/**
 * How long ago something was. `performance.now()` alone stands still in most systems while the machine sleeps (High Resolution Time §4.1), and
 * what was seen before would be taken for new; the calendar goes on, but may be set. Counted is the longer of both: a clock that is put
 * forward makes news look old until the next come, which is the better error.
 */
export class Since {
  readonly #clocks: Clocks
  #steady: number
  #calendar: number

  constructor(clocks: Clocks = CLOCKS) {
    this.#clocks = clocks
    this.#steady = clocks.steady()
    this.#calendar = clocks.calendar()
  }

  /** It is now. */
  mark(): void {
    this.#steady = this.#clocks.steady()
    this.#calendar = this.#clocks.calendar()
  }

  get ms(): number {
    return Math.max(0, this.#clocks.steady() - this.#steady, this.#clocks.calendar() - this.#calendar)
  }
}
