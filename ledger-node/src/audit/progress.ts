import { say } from '../command-line.ts'
import type { Audit } from './audit.ts'

/** Between two lines of a file, and between two pictures of a terminal. */
const LINE_MS = 2000
const PICTURE_MS = 200

/** How far an audit is: one line that changes on a terminal, a line now and then elsewhere. Goes to standard error. */
export class Progress {
  readonly #expected: number | undefined
  readonly #terminal: boolean = process.stderr.isTTY === true
  readonly #begun: number = performance.now()
  #told: number = performance.now()

  constructor(expected: number | undefined) {
    this.#expected = expected
  }

  show({ entries, events }: Readonly<Audit>): void {
    const now = performance.now()
    if (now - this.#told < (this.#terminal ? PICTURE_MS : LINE_MS)) return
    this.#told = now
    const rate = Math.round((events * 1000) / (now - this.#begun))
    const of = this.#expected ? ` of ${this.#expected} (${Math.floor((100 * entries) / this.#expected)} %)` : ''
    const line = `${entries}${of} entries, ${events} events, ${rate} a second ...`
    if (this.#terminal) process.stderr.write(`\r\x1b[K${line}`)
    else say(line)
  }

  end(): void {
    if (this.#terminal) process.stderr.write('\r\x1b[K')
  }
}
