import { readFileSync, rmSync, writeFileSync } from 'node:fs'

/** A start that got so far was none of those that end at once. */
const LASTS_MS = 60_000
/** After so many in a row the outbox is suspected. */
const SUSPECT = 3

/** Counts the starts in a row after which the program did not last, in a small file beside the outbox. It is no more than a hint. */
export class Starts {
  readonly #path: string
  readonly #short: number
  readonly #timer: NodeJS.Timeout

  /** Counts this one, too, until it has lasted. */
  constructor(outbox: string) {
    this.#path = `${outbox}.starts`
    this.#short = read(this.#path)
    try {
      writeFileSync(this.#path, String(this.#short + 1), { mode: 0o600 })
    } catch {
      // A disk without room: then it is not counted.
    }
    this.#timer = setTimeout(() => this.lasted(), LASTS_MS).unref()
  }

  /** Whether the program ended early again and again. */
  get suspicious(): boolean {
    return this.#short >= SUSPECT
  }

  /** It runs, or was stopped as it should be. */
  lasted(): void {
    clearTimeout(this.#timer)
    rmSync(this.#path, { force: true })
  }
}

function read(path: string): number {
  try {
    const count = Number(readFileSync(path, 'utf8'))
    return Number.isSafeInteger(count) && count > 0 ? count : 0
  } catch {
    return 0
  }
}
