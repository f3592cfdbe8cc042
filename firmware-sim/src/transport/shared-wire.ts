import type { OnBytes, Transport } from './transport.ts'

/** A pair of wires with several instruments on it (RS-485): all hear the host, and each may speak. One of them has the line, the others join it. */
export class SharedWire {
  readonly #hearers = new Set<OnBytes>()
  readonly #opened: Promise<Transport>
  #open: (transport: Promise<Transport>) => void = () => undefined

  constructor() {
    this.#opened = new Promise((resolve) => {
      this.#open = resolve
    })
    // Whoever waits for it is told.
    this.#opened.catch(() => undefined)
  }

  /** Opens the line itself; pulling its cable takes all of them away. */
  own(open: (onBytes: OnBytes) => Promise<Transport>, onBytes: OnBytes): Promise<Transport> {
    this.#hearers.add(onBytes)
    const opening = open((chunk) => {
      for (const hear of this.#hearers) hear(chunk)
    })
    this.#open(opening)
    return opening
  }

  /** One more on the line; pulling its cable takes it alone away. @throws what `own` throws */
  async join(onBytes: OnBytes): Promise<Transport> {
    const line = await this.#opened
    let there = true
    this.#hearers.add(onBytes)
    const leave = (): Promise<void> => {
      there = false
      this.#hearers.delete(onBytes)
      return Promise.resolve()
    }
    return {
      address: line.address,
      write: (bytes) => {
        if (there) line.write(bytes)
      },
      unplug: leave,
      replug: () => {
        there = true
        this.#hearers.add(onBytes)
        return Promise.resolve()
      },
      [Symbol.asyncDispose]: leave,
    }
  }
}
