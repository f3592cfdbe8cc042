/** Numbers in the order of their times, equal ones in the order in which they came. Mostly they come in the order of time. */
export class ByTime {
  readonly #timeOf: (number: number) => number
  #numbers: Uint32Array = new Uint32Array(64)
  /** Beside the numbers: a search looks at a dozen, and each elsewhere would be a look at slow memory. */
  #times: Float64Array = new Float64Array(64)
  #count = 0

  constructor(timeOf: (number: number) => number) {
    this.#timeOf = timeOf
  }

  /** Of numbers in the order in which they came. */
  static of(numbers: Uint32Array, timeOf: (number: number) => number): ByTime {
    const made = new ByTime(timeOf)
    const times = Float64Array.from(numbers, timeOf)
    made.#count = numbers.length
    const order = times.some((time, i) => time < times[i - 1]!)
      ? Uint32Array.from(numbers.keys()).sort((a, b) => times[a]! - times[b]! || a - b)
      : undefined
    made.#numbers = order?.map((at) => numbers[at]!) ?? numbers
    made.#times = order === undefined ? times : Float64Array.from(order, (at) => times[at]!)
    return made
  }

  get count(): number {
    return this.#count
  }

  at(index: number): number {
    return this.#numbers[index]!
  }

  timeAt(index: number): number {
    return this.#times[index]!
  }

  add(number: number): void {
    if (this.#count === this.#numbers.length) this.#grow()
    const time = this.#timeOf(number)
    const last = this.#count === 0 ? Number.NEGATIVE_INFINITY : this.#times[this.#count - 1]!
    const at = time >= last ? this.#count : this.#firstWhere((other) => other > time)
    this.#numbers.copyWithin(at + 1, at, this.#count)
    this.#times.copyWithin(at + 1, at, this.#count)
    this.#numbers[at] = number
    this.#times[at] = time
    this.#count++
  }

  /** The first that is not before a time; `count` when there is none. */
  firstFrom(time: number): number {
    return this.#firstWhere((other) => other >= time)
  }

  #firstWhere(holds: (time: number) => boolean): number {
    let [low, high] = [0, this.#count]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (holds(this.#times[middle]!)) high = middle
      else low = middle + 1
    }
    return low
  }

  #grow(): void {
    const length = Math.max(64, 2 * this.#count)
    const [numbers, times] = [new Uint32Array(length), new Float64Array(length)]
    numbers.set(this.#numbers)
    times.set(this.#times)
    this.#numbers = numbers
    this.#times = times
  }
}
