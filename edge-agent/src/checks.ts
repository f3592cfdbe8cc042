import type { ReadingFlaw } from '@tristamp/protocol'
import type { CheckLimits } from './checks-config.ts'
import type { Moment } from './clock.ts'
import type { Quantity } from './driver/index.ts'

interface Past {
  milli: number
  moment: Moment
}

interface Run {
  min: number
  max: number
  count: number
}

/**
 * Real-time quality control of one instrument's readings after QARTOD (IOOS, in-situ temperature): gross range, flat line, spike, rate of change.
 * What fails is flagged and stays out of every figure; it is counted and declared, never corrected. All in integers.
 */
export class Checks {
  readonly #limits: CheckLimits
  /** The last temperature as it came, and the last one that passed. */
  #raw: Past | undefined
  #good: Past | undefined
  readonly #runs = new Map<string, Run>()

  constructor(limits: CheckLimits) {
    this.#limits = limits
  }

  /** The same quantities, those that failed with their flag. What a driver has flagged already keeps its flag. */
  judge(quantities: readonly Quantity[], moment: Moment): Quantity[] {
    const flat = this.#flat(quantities)
    return quantities.map((quantity) => {
      if (quantity.flag !== undefined) return quantity
      const isTemperature = quantity.type === 'Temperature'
      const { minMilli, maxMilli } = this.#limits.range
      if (isTemperature && (quantity.milli < minMilli || quantity.milli > maxMilli))
        return flagged(quantity, 'bad', 'range')
      const why = (isTemperature ? this.#moved(quantity.milli, moment) : undefined) ?? (flat ? 'flat' : undefined)
      return why === undefined ? quantity : flagged(quantity, 'suspect', why)
    })
  }

  /**
   * A real step differs from the last good reading but agrees with the last one that came, so it costs one reading; a lone spike differs from both, and
   * what follows it agrees with the good one again.
   */
  #moved(milli: number, moment: Moment): ReadingFlaw | undefined {
    const pasts = [this.#raw, this.#good].filter((past) => past !== undefined)
    this.#raw = { milli, moment }
    const { spikeMilli, rateMilliPerMin } = this.#limits
    const stands = pasts.length > 0 && pasts.every((past) => Math.abs(milli - past.milli) > spikeMilli)
    const races =
      pasts.length > 0 &&
      pasts.every((past) => Math.abs(milli - past.milli) * 60_000 > rateMilliPerMin * elapsedMs(past.moment, moment))
    if (stands) return 'spike'
    if (races) return 'rate'
    this.#good = this.#raw
    return undefined
  }

  /** An element that froze repeats all its values; air that stands still moves at least one of them. */
  #flat(quantities: readonly Quantity[]): boolean {
    const { flat } = this.#limits
    const usable = quantities.filter(({ flag }) => flag === undefined)
    if (usable.length === 0) return false
    let all = true
    for (const { type, milli } of usable) {
      const run = this.#runs.get(type)
      const min = Math.min(milli, run?.min ?? milli)
      const max = Math.max(milli, run?.max ?? milli)
      const goesOn = run !== undefined && max - min <= flat.tolMilli
      const next = goesOn ? { min, max, count: run.count + 1 } : { min: milli, max: milli, count: 1 }
      this.#runs.set(type, next)
      all &&= next.count >= flat.n
    }
    return all
  }
}

/** The longer of what the two clocks say: a step of the time must not make a calm reading race. At least a second: polls may be close. */
function elapsedMs(from: Moment, to: Moment): number {
  const monotonic = from.bootId === to.bootId ? to.monotonicMs - from.monotonicMs : 0
  return Math.max(1000, monotonic, to.ms - from.ms)
}

function flagged(quantity: Quantity, flag: 'suspect' | 'bad', why: ReadingFlaw): Quantity {
  return { ...quantity, flag, why }
}
