/** Numbers in the order of their times, equal ones in the order in which they came. Mostly they come in the order of time. */
export class ByTime {
  readonly #timeOf: (number: number) => number
  #numbers: Uint32Array = new Uint32Array(64)
  #count = 0

  constructor(timeOf: (number: number) => number) {
    this.#timeOf = timeOf
  }

  /** Of numbers in the order in which they came. */
  static of(numbers: Uint32Array, timeOf: (number: number) => number): ByTime {
    const made = new ByTime(timeOf)
    made.#numbers = numbers
    made.#count = numbers.length
    const times = Float64Array.from(numbers, timeOf)
    if (times.some((time, i) => time < times[i - 1]!)) {
      const order = Uint32Array.from(numbers.keys()).sort((a, b) => times[a]! - times[b]! || a - b)
      made.#numbers = order.map((at) => numbers[at]!)
    }
    return made
  }

  get count(): number {
    return this.#count
  }

  at(index: number): number {
    return this.#numbers[index]!
  }

  add(number: number): void {
    if (this.#count === this.#numbers.length) {
      const larger = new Uint32Array(Math.max(64, 2 * this.#count))
      larger.set(this.#numbers)
      this.#numbers = larger
    }
    const time = this.#timeOf(number)
    const last = this.#count === 0 ? Number.NEGATIVE_INFINITY : this.#timeOf(this.#numbers[this.#count - 1]!)
    const at = time >= last ? this.#count : this.#firstWhere((other) => other > time)
    this.#numbers.copyWithin(at + 1, at, this.#count)
    this.#numbers[at] = number
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
      if (holds(this.#timeOf(this.#numbers[middle]!))) high = middle
      else low = middle + 1
    }
    return low
  }
}
