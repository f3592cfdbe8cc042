import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { until } from './until.ts'

/** The programs as they are shipped: a thin bin over the built dist. */
const PROGRAMS = {
  ledger: 'ledger-node/bin/tristamp-ledger.mjs',
  reader: 'ledger-node/bin/tristamp.mjs',
  agent: 'edge-agent/bin/tristamp-agent.mjs',
  sim: 'firmware-sim/bin/tristamp-sim.mjs',
  start: 'scripts/start.mjs',
} as const

export type Program = keyof typeof PROGRAMS

export function root(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url))
}

/** How a program is started, beside its arguments. */
export interface Launch {
  cwd?: string
  /** A module that is loaded before it. */
  preload?: string
  env?: Readonly<Record<string, string>>
}

/** How a process ended: its exit code, or the signal that ended it. */
export type Exit = number | NodeJS.Signals

/** A clean stop writes, seals and says goodbye; longer is a hang. */
const STOP_MS = 60_000

const running = new Set<ChildProcess>()
// A test that fails, or a run that is broken off, leaves no process behind.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** A program of the project, running as a process of its own. Disposing of it kills it, if it has not ended by then. */
export class Child implements AsyncDisposable {
  readonly exited: Promise<Exit>
  readonly #child: ChildProcess
  #out = ''
  #err = ''
  #exit: Exit | undefined
  #heardAtMs = 0

  private constructor(child: ChildProcess) {
    this.#child = child
    running.add(child)
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.#out += text
      this.#heardAtMs = Date.now()
    })
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#err += text
      this.#heardAtMs = Date.now()
    })
    // A program that has just ended takes no more commands: `exited` tells.
    child.stdin!.on('error', () => undefined)
    this.exited = new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => {
        running.delete(child)
        this.#exit = code ?? signal!
        resolve(this.#exit)
      })
    })
    this.exited.catch(() => running.delete(child))
  }

  static start(program: Program, args: readonly string[], { cwd, preload, env }: Launch = {}): Child {
    const file = root(PROGRAMS[program])
    if (program !== 'start' && !existsSync(file.replace(/bin\/[^/]*$/, 'dist/main.js')))
      throw new Error(`${program} is not built: npm run setup`)
    const before = preload === undefined ? [] : ['--import', pathToFileURL(preload).href]
    const options = { ...(cwd !== undefined && { cwd }), env: { ...environment(), ...env } }
    return new Child(spawn(process.execPath, [...before, file, ...args], options))
  }

  /** Runs a program to its end. */
  static async run(
    program: Program,
    args: readonly string[],
    launch: Launch = {},
  ): Promise<{ exit: Exit; out: string; err: string }> {
    await using child = Child.start(program, args, launch)
    const exit = await child.exited
    return { exit, out: child.out, err: child.err }
  }

  get pid(): number {
    return this.#child.pid!
  }

  /** All that was printed to standard output so far. */
  get out(): string {
    return this.#out
  }

  /** All that was printed to standard error so far. */
  get err(): string {
    return this.#err
  }

  /** When it printed last. */
  get heardAtMs(): number {
    return this.#heardAtMs
  }

  get ended(): boolean {
    return this.#exit !== undefined
  }

  write(line: string): void {
    this.#child.stdin!.write(`${line}\n`)
  }

  /** Waits until the program has printed something, on either stream. Rejects when it ends before, with its last words. */
  async says(pattern: RegExp, withinMs?: number): Promise<RegExpExecArray> {
    const look = (): RegExpExecArray | undefined => {
      const found = pattern.exec(this.#out) ?? pattern.exec(this.#err)
      if (found === null && this.ended) throw this.#silent(pattern)
      return found ?? undefined
    }
    try {
      return await until(`the output has ${pattern}`, look, withinMs)
    } catch (cause) {
      throw this.ended ? cause : new Error(`${(cause as Error).message}\n${this.#lastWords()}`, { cause })
    }
  }

  kill(signal: NodeJS.Signals): Promise<Exit> {
    this.#child.kill(signal)
    return this.exited
  }

  /** Asks it to stop, as a service manager does, and answers how it ended. */
  async stop(): Promise<Exit> {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS)
    try {
      return await this.kill('SIGTERM')
    } finally {
      clearTimeout(timer)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.ended) await this.kill('SIGKILL')
  }

  #silent(pattern: RegExp): Error {
    return new Error(`it ended with ${this.#exit} and never said ${pattern}\n${this.#lastWords()}`)
  }

  #lastWords(): string {
    const last = (text: string): string => text.split('\n').slice(-20).join('\n')
    return `--- stdout\n${last(this.#out)}\n--- stderr\n${last(this.#err)}`
  }
}

/** Settings in the environment of whoever runs the tests are meant for other programs than these. */
function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('TRISTAMP_'))
  return { ...Object.fromEntries(own), TRISTAMP_LANG: 'en', TRISTAMP_LOG: 'text' }
}
