import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Launch, root } from './child.ts'

export const HOUR_MS = 3_600_000

/** The calendar clock of a program, which a test sets while it runs. No code of the program knows of it. */
export class WrongClock {
  readonly #file: string

  /** @param name of its file in `folder`: one for each program */
  constructor(folder: string, name: string) {
    this.#file = join(folder, `${name}.clock`)
    this.set(0)
  }

  /** How to start a program with it. */
  get launch(): Launch {
    return { preload: root('test/_harness/clock.mjs'), env: { CLOCK: this.#file } }
  }

  /** @param byMs what it is wrong by from now on: below 0, it is late */
  set(byMs: number): void {
    writeFileSync(`${this.#file}.draft`, String(byMs))
    renameSync(`${this.#file}.draft`, this.#file)
  }
}
