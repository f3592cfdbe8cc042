import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { setTimeout } from 'node:timers/promises'
import { readAccess } from './access.mjs'
import { ATTACKS } from './attacks.mjs'
import { READY_MS } from './children.mjs'
import { ADMINISTRATOR } from './consortium.mjs'
import { Gateways } from './gateways.mjs'
import { LedgerClient } from './ledger-client.mjs'
import { assertFree, freePort, publicUrl } from './network.mjs'
import { DemoError } from './options.mjs'
import { Play } from './play.mjs'
import { terminalQr } from './qr.mjs'
import { STORIES } from './stories/index.mjs'
import { tick } from './tick.mjs'
import { WATCHERS, Watchers } from './watchers.mjs'

const { parse, stringify } = createRequire(new URL('../../edge-agent/package.json', import.meta.url))('yaml')

const ORIGIN = 'demo.tristamp.example/log'
/** The play's hours pass in seconds, so its thermometers are asked often; afterwards as on a real site. */
const EVERY_PLAYING_MS = 400
const EVERY_SERVING_MS = 10_000

/** Whether nobody but this machine reaches the address. */
function isLocal(host) {
  return /^(127\.|localhost$|::1$)/.test(host)
}

/** One start: everything from an empty folder, or from what an earlier start kept, to a page that is served. */
export class Demo {
  #options
  #state
  #children
  #publicUrl
  #watchers
  #gateways
  #ledger
  /** Who may see more than everybody. */
  #access
  /** Who takes part in what is played. */
  #story

  constructor(options, state, children) {
    this.#options = options
    this.#state = state
    this.#children = children
    this.#story = STORIES[options.story]
    this.#publicUrl = publicUrl(options.host, options.port)
    this.#watchers = new Watchers(state, children)
    this.#gateways = new Gateways(this.#story, state, children, this.#publicUrl)
  }

  async run() {
    const { data, host, port } = this.#options
    const { runs, play: last } = this.#state
    await assertFree(host, port)
    console.log(`Tristamp 三戳   data in ${data}\n`)
    if (last?.complete) {
      await this.#startLedger()
      this.#show()
      const { ports } = await this.#startInstruments(continued(last))
      await this.#gateways.start(this.#ledger, ports, EVERY_SERVING_MS)
      tick(`${this.#gateways.text} online, instruments running; nothing is played, all is kept`)
      return
    }
    if (last) console.log('  The last play was cut short: a new one begins, with new identities.')
    const goods = this.#story.goods(runs + 1)
    const play = new Play()
    const [instruments] = await Promise.all([this.#startInstruments({ vars: goods, play }), this.#startLedger()])
    await this.#gateways.start(this.#ledger, instruments.ports, EVERY_PLAYING_MS)
    tick(`${this.#gateways.text} online, each a process of its own`)
    this.#state.save({
      runs: runs + 1,
      play: { complete: false, path: this.#story.shown(goods), others: this.#story.others?.(goods) },
    })
    console.log(`\n${this.#story.about}`)
    const { attack } = this.#options
    if (attack) console.log(`Somebody cheats: ${ATTACKS[attack].about}.`)
    const scenarioEnd = await play.follow(instruments.begin, this.#ledger, this.#children)
    this.#state.save({ play: { ...this.#state.play, complete: true, scenarioEnd, realEnd: new Date().toISOString() } })
    this.#show()
  }

  async #startLedger() {
    const folder = this.#state.path('ledger')
    const { host, port } = this.#options
    // Founding ends with the first checkpoint.
    if (!existsSync(`${folder}/checkpoint`)) await this.#found(folder)
    this.#access = readAccess(this.#state.path('access.json'))
    const config = await this.#watchers.prepare(this.#access.access)
    const mqttPort = await freePort(this.#state.mqttPort)
    this.#state.save({ mqttPort })
    const addresses = ['--host', host, '--port', port, '--mqtt-host', '127.0.0.1', '--mqtt-port', mqttPort]
    // A phone takes no certificate that this machine made itself; the brokers and the keys stay on this machine.
    const plain = isLocal(host) ? [] : ['--insecure-plain']
    const args = ['run', '--data', folder, '--config', config, ...addresses, '--public-url', this.#publicUrl, ...plain]
    const url = await this.#ready('ledger', 'ledger', args, (line) => /^ready (http:\S+) /.exec(line)?.[1])
    this.#ledger = new LedgerClient(url)
    tick(`ledger node with its broker at ${this.#publicUrl}`)
    await this.#startWatchers(url)
  }

  async #startWatchers(url) {
    const programs = this.#watchers.programs(url, await this.#ledger.logKey())
    await Promise.all(
      programs.map(({ id, args }) => this.#ready(id, 'ledger', args, (line) => line.startsWith('ready ') || undefined)),
    )
    for (const { id, what, follows } of WATCHERS) {
      if (follows)
        tick(`${what} follows it, checks everything and cosigns; the same pages at ${this.#watchers.url(id)}`)
      else tick(`${what} witnesses that it only grows`)
    }
  }

  async #found(folder) {
    try {
      await this.#children.run('ledger', 'ledger', [
        'init',
        '--data',
        folder,
        '--origin',
        ORIGIN,
        '--admin',
        ADMINISTRATOR,
      ])
      tick(`ledger founded: ${ORIGIN}`)
    } catch (error) {
      // Founded by a start that was cut short a moment later.
      if (!(error instanceof DemoError && error.message.includes('DATA_EXISTS'))) throw error
    }
  }

  /** Starts the simulator; resolves with its addresses and a way to begin the play. */
  async #startInstruments({ vars = {}, start, play }) {
    const assignments = Object.entries(vars).flatMap(([name, value]) => ['--var', `${name}=${value}`])
    const where = ['--scenario', this.#scenario(), '--dir', this.#state.path('instruments')]
    const args = [...where, '--pace', this.#options.pace, ...(start ? ['--start', start] : []), ...assignments]
    let child
    const ports = await this.#ready(
      'instruments',
      'sim',
      args,
      (line) => {
        const event = JSON.parse(line)
        if (event.type === 'ready') return event.ports
        play?.hear(event)
        return undefined
      },
      (started) => {
        child = started
      },
    )
    const paths = Object.values(ports)
    const kind = paths.every((path) => path.startsWith('tcp:'))
      ? 'TCP ports (no pseudo-terminals here)'
      : 'serial paths'
    tick(`${paths.length} instruments on ${kind}`)
    return { ports, begin: () => child.stdin.write('play\n') }
  }

  /** The story's own scenario, or one that an attack has altered. */
  #scenario() {
    const { story, attack } = this.#options
    if (!attack) return story
    const scenario = parse(readFileSync(new URL(`../../firmware-sim/scenarios/${story}.yaml`, import.meta.url), 'utf8'))
    ATTACKS[attack].alter(scenario)
    const file = this.#state.path('scenario.yaml')
    writeFileSync(file, stringify(scenario))
    return file
  }

  /** Starts a program and resolves with what `read` makes of one of its lines. */
  async #ready(name, program, args, read, started = () => undefined) {
    const ready = new Promise((resolve) => {
      const hear = (line) => {
        const value = read(line)
        if (value !== undefined) resolve(value)
      }
      started(this.#children.start(name, program, args.map(String), hear))
    })
    this.#state.remember(this.#children)
    const slow = setTimeout(READY_MS, undefined, { ref: false })
    const value = await Promise.race([ready, this.#children.died, slow])
    if (value !== undefined) return value
    throw new DemoError(`${name} is not ready after ${READY_MS / 1000} s:\n${this.#children.lastLines(name)}`)
  }

  #show() {
    const { path, gtin, serial, others = [] } = this.#state.play
    const address = `${this.#publicUrl}${path ?? `/01/${gtin}/21/${serial}`}`
    const { attack } = this.#options
    if (attack) console.log(`\nWhat was done: ${ATTACKS[attack].about}. The page shows what the rules found of it.`)
    console.log(`\nScan: ${address}\n`)
    console.log(`${terminalQr(address)}\n`)
    for (const other of others) console.log(`${this.#story.told}: ${this.#publicUrl}${other}\n`)
    for (const { page, what, token } of this.#access.pages)
      if (existsSync(new URL(`../../verifier-web/dist/${page}.html`, import.meta.url)))
        console.log(`${what}: ${this.#publicUrl}/${page}#token=${token}`)
    console.log('\nServing until Ctrl-C.')
    if (isLocal(this.#options.host))
      console.log('To open it with a phone on the same network: npm start -- --host 0.0.0.0')
    else
      console.log(
        'Served without TLS (--insecure-plain), for a demonstration in your own network; docs/operate.md has the other way.',
      )
  }
}

/** Scenario time goes on from where the complete play left it, so that no gateway's clock goes back. */
function continued({ scenarioEnd, realEnd }) {
  return { start: new Date(Date.parse(scenarioEnd) + Date.now() - Date.parse(realEnd)).toISOString() }
}
