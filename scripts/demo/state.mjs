import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DemoError } from './options.mjs'

/** What a start makes in its folder, and all that `--fresh` deletes. */
const OWN = [
  'demo.json',
  'access.json',
  'gateway-page.json',
  'ledger',
  'watchers',
  'gateways',
  'instruments',
  'scenario.yaml',
  'enrolment.json',
  'logs',
]

/** What one start remembers for the next, in DIR/demo.json. */
export class State {
  #file

  constructor(folder) {
    this.folder = folder
    this.#file = join(folder, 'demo.json')
    /** How often a play was begun. */
    this.runs = 0
    /** The last play: { complete, path, others, scenarioEnd, realEnd }. */
    this.play = undefined
    /** Whether what a story needs before its gateways start has been made. */
    this.prepared = false
    this.mqttPort = undefined
    /** Keys and ports of who watches the ledger, by id. */
    this.watchers = {}
    /** Process ids of the last start, its own as `start`. */
    this.pids = {}
    if (existsSync(this.#file)) this.#load()
  }

  /** Deletes what earlier starts made; anything else in the folder stays. */
  static forget(folder) {
    if (!existsSync(folder)) return
    for (const name of OWN) rmSync(join(folder, name), { recursive: true, force: true })
  }

  path(...parts) {
    return join(this.folder, ...parts)
  }

  save(changes = {}) {
    Object.assign(this, changes)
    const { runs, play, prepared, mqttPort, watchers, pids } = this
    mkdirSync(this.folder, { recursive: true })
    writeFileSync(
      `${this.#file}.new`,
      `${JSON.stringify({ runs, play, prepared, mqttPort, watchers, pids }, null, 2)}\n`,
    )
    renameSync(`${this.#file}.new`, this.#file)
  }

  /** Keeps which processes run, for a start that finds them left over. */
  remember(children) {
    this.save({ pids: { start: process.pid, ...children.pids } })
  }

  #load() {
    try {
      const { runs, play, prepared, mqttPort, watchers, pids } = JSON.parse(readFileSync(this.#file, 'utf8'))
      Object.assign(this, {
        runs,
        play,
        prepared: prepared ?? false,
        mqttPort,
        watchers: watchers ?? {},
        pids: pids ?? {},
      })
    } catch (error) {
      throw new DemoError(`${this.#file} cannot be read (${error.message}). Begin anew with: npm start -- --fresh`)
    }
  }
}
