/**
 * Many readers or one writer. A waiting writer goes before later readers: the writer here is the seal, which comes once a second
 * and holds the gate for some milliseconds.
 */
export class Gate {
  #readers = 0
  #writing: boolean = false
  readonly #writers: (() => void)[] = []
  #waiting: (() => void)[] = []

  async read<T>(work: () => Promise<T>): Promise<T> {
    while (this.#writing || this.#writers.length > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#readers++
    try {
      return await work()
    } finally {
      this.#readers--
      this.#wake()
    }
  }

  async write<T>(work: () => Promise<T>): Promise<T> {
    if (this.#writing || this.#readers > 0) await new Promise<void>((resolve) => this.#writers.push(resolve))
    this.#writing = true
    try {
      return await work()
    } finally {
      this.#writing = false
      this.#wake()
    }
  }

  #wake(): void {
    if (this.#writing || this.#readers > 0) return
    const writer = this.#writers.shift()
    if (writer !== undefined) {
      // Taken on the writer's behalf, so that no reader slips in before it runs.
      this.#writing = true
      writer()
      return
    }
    const readers = this.#waiting
    this.#waiting = []
    for (const resume of readers) resume()
  }
}
