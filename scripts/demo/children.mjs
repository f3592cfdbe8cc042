import { spawn, spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, statSync, truncateSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { DemoError } from './options.mjs'

const PROGRAMS = {
  ledger: 'ledger-node/bin/tristamp-ledger.mjs',
  agent: 'edge-agent/bin/tristamp-agent.mjs',
  sim: 'firmware-sim/bin/tristamp-sim.mjs',
}
/** How long programs may take until they are ready on a slow machine. */
export const READY_MS = 60_000
const LOG_BYTES = 5_000_000
const LAST_LINES = 12
/** How long a program may take to stop before it is killed. */
const STOP_MS = 10_000

/** The programs of one start: their processes, their logs, and their end. */
export class Children {
  #folder
  #running = new Map()
  #programs = new Map()
  #errands = new Set()
  #stopping = new AbortController()
  #died

  constructor(logFolder) {
    this.#folder = logFolder
    mkdirSync(logFolder, { recursive: true })
    /** Rejects with a DemoError as soon as one of the running programs ends that should not. */
    this.died = new Promise((_, reject) => {
      this.#died = reject
    })
    this.died.catch(() => undefined)
  }

  /** Aborted when all is to stop: what waits for a program ends its waiting. */
  get stopping() {
    return this.#stopping.signal
  }

  get pids() {
    return Object.fromEntries([...this.#running].map(([name, child]) => [name, child.pid]))
  }

  /** Runs a program to its end; resolves with what it printed. Rejects with a DemoError unless it ends with 0. */
  async run(name, program, args) {
    const child = this.#spawn(name, program, args, 'ignore')
    this.#errands.add(child)
    const out = gather(child.stdout)
    const code = await new Promise((resolve) => child.once('close', resolve))
    this.#errands.delete(child)
    if (code === 0) return out.text
    throw new DemoError(`${name} failed (exit code ${code}):\n${this.lastLines(name)}`)
  }

  /** Starts a program that goes on; `onLine` hears each line of its standard output. */
  start(name, program, args, onLine = () => undefined) {
    const child = this.#spawn(name, program, args, 'pipe')
    this.#running.set(name, child)
    this.#programs.set(name, program)
    createInterface({ input: child.stdout }).on('line', onLine)
    // A program that has just ended takes no more commands; its end is told by `exit`.
    child.stdin.on('error', () => undefined)
    child.once('exit', (code, signal) => {
      this.#running.delete(name)
      if (this.#stopping.signal.aborted) return
      this.#died(
        new DemoError(
          `${name} has ended unexpectedly (${signal ?? `exit code ${code}`}). Its last lines:\n${this.lastLines(name)}`,
        ),
      )
    })
    return child
  }

  lastLines(name) {
    const lines = readFileSync(this.#log(name), 'utf8').trimEnd().split('\n').slice(-LAST_LINES)
    return [...lines.map((line) => `  | ${line}`), `  (all of it: ${this.#log(name)})`].join('\n')
  }

  /** Stops all, the ledger after its gateways: until then it takes what they still send; and then who watches it, to cosign that too. */
  async stop() {
    this.#stopping.abort()
    for (const child of this.#errands) child.kill('SIGTERM')
    const names = [...this.#running.keys()]
    const watches = (name) => name !== 'ledger' && this.#programs.get(name) === 'ledger'
    await Promise.all(names.filter((name) => name !== 'ledger' && !watches(name)).map((name) => this.#end(name)))
    await this.#end('ledger')
    await Promise.all(names.filter(watches).map((name) => this.#end(name)))
  }

  async #end(name) {
    const child = this.#running.get(name)
    if (!child) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
    await gone
    clearTimeout(timer)
  }

  #spawn(name, program, args, stdin) {
    if (this.#stopping.signal.aborted) throw new DemoError('Stopping.')
    const file = this.#log(name)
    if (existsSync(file) && statSync(file).size > LOG_BYTES) truncateSync(file)
    const log = openSync(file, 'a')
    writeSync(log, `--- ${new Date().toISOString()} tristamp-${program} ${args.join(' ')}\n`)
    const child = spawn(process.execPath, [root(PROGRAMS[program]), ...args], {
      stdio: [stdin, 'pipe', log],
      env: environment(),
      // Ctrl-C in a terminal goes to every process of the group; these are stopped in order, by us.
      detached: true,
    })
    child.stdout.on('data', (chunk) => writeSync(log, chunk))
    child.once('close', () => closeSync(log))
    return child
  }

  #log(name) {
    return join(this.#folder, `${name}.log`)
  }
}

/** Ends what an earlier start left running because it was killed itself. */
export async function endLeftovers(pids, folder) {
  const alive = Object.values(pids).filter((pid) => isOurs(pid, folder))
  for (const pid of alive) signal(pid, 'SIGTERM')
  const until = Date.now() + STOP_MS
  while (alive.some((pid) => isOurs(pid, folder))) {
    if (Date.now() > until) for (const pid of alive) signal(pid, 'SIGKILL')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return alive.length
}

/** Whether a process id still belongs to a program of ours on this folder: ids are given anew. */
export function isOurs(pid, text) {
  const line = commandLine(pid)
  return /tristamp-(ledger|agent|sim)\.mjs|start\.mjs/.test(line) && line.includes(text)
}

function commandLine(pid) {
  try {
    if (existsSync('/proc/self')) return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
  return spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? ''
}

function signal(pid, name) {
  try {
    process.kill(pid, name)
  } catch {
    // It has ended by itself.
  }
}

/** Settings of ours in the caller's environment are meant for other nodes than these. */
function environment() {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('TRISTAMP_') || name === 'TRISTAMP_LANG')
  // The logs of a demonstration are for people.
  return { ...Object.fromEntries(own), TRISTAMP_LOG: 'text' }
}

function gather(stream) {
  const out = { text: '' }
  stream.setEncoding('utf8').on('data', (chunk) => {
    out.text += chunk
  })
  return out
}

function root(path) {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url))
}
