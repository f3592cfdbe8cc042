import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Launch, root } from './child.ts'
import { until } from './until.ts'

/**
 * What happens at a point. `kill`: SIGKILL before the call is done, or within a write; `kill after`: when it is done; `EIO`: the call fails (a
 * connection is reset); `ENOSPC`: this and every later write fails, for as long as the point is armed; `short`: a write takes half.
 */
export const FAULTS = ['kill', 'kill after', 'EIO', 'ENOSPC', 'short'] as const
export type Fault = (typeof FAULTS)[number]

/** A call of a program: `rows` is a batch of LevelDB, `send` a write to a socket. */
export interface Point {
  call: 'write' | 'sync' | 'rename' | 'truncate' | 'rows' | 'send'
  /** Of the file, as a regular expression. */
  path?: string
  /** What the bytes must hold; of a sync those that were written last. */
  holding?: string
  /** Which of the calls that are so; the first unless told. */
  nth?: number
}

/** A place in a running program at which a test makes it fail: no code of the program knows of it. */
export class Failpoint {
  readonly #control: string
  #armed = 0

  /** @param name of its file in `folder`: one for each process */
  constructor(folder: string, name: string) {
    this.#control = join(folder, `${name}.failpoint`)
  }

  /** How to start a program with it. */
  get launch(): Launch {
    return { preload: root('test/_harness/failpoint.mjs'), env: { FAILPOINT: this.#control } }
  }

  arm(point: Point, fault: Fault): void {
    this.disarm()
    const whole = { path: '', holding: '', nth: 1, ...point, fault, id: ++this.#armed }
    writeFileSync(`${this.#control}.draft`, JSON.stringify(whole))
    renameSync(`${this.#control}.draft`, this.#control)
  }

  disarm(): void {
    rmSync(this.#control, { force: true })
    rmSync(`${this.#control}.fired`, { force: true })
  }

  get fired(): boolean {
    return existsSync(`${this.#control}.fired`)
  }

  async reached(withinMs?: number): Promise<void> {
    await until('the failpoint is reached', () => this.fired, withinMs)
  }
}
