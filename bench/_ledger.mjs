// A real ledger process on a fresh folder, with enrolled gateways and prepared batches for them.
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, readdirSync, statSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { bringOperations, found, keyPath, loadKey } from '@tristamp/ledger-node'
import { fromBase64Url, toHex } from '@tristamp/protocol'
import { enrolOrganisation, Gateway, names } from './_workload.mjs'

const PROGRAM = fileURLToPath(new URL('../ledger-node/bin/tristamp-ledger.mjs', import.meta.url))
const PUBLISHER = fileURLToPath(new URL('./_publisher.mjs', import.meta.url))
const GATEWAYS = 20
/** Rates are what is measured here, so none is limited. */
const CONFIG = `
http: { postsPerSecond: 1000000, readsPerSecond: 1000000 }
mqtt: { eventsPerSecond: 1000000 }
`

export class BenchLedger {
  #process
  #files = 0

  /** Founds a ledger in a folder of its own, starts it, and enrols the gateways. */
  static async start() {
    const ledger = new BenchLedger()
    ledger.folder = await mkdtemp(join(process.env.BENCH_TMP ?? tmpdir(), 'tristamp-bench-'))
    ledger.data = join(ledger.folder, 'ledger')
    const { ackKey } = await found({
      data: ledger.data,
      origin: 'bench.example/log',
      administrators: ['a'],
      threshold: 1,
    })
    ledger.ackKey = ackKey
    await writeFile(join(ledger.folder, 'config.yaml'), CONFIG)
    ledger.gateways = Array.from({ length: GATEWAYS }, (_, i) => new Gateway(i))
    await ledger.run()
    await ledger.govern([enrolOrganisation, ...names(ledger.gateways), ...ledger.gateways.map((g) => g.operation)])
    return ledger
  }

  /** Lets the administrator sign operations; resolves when they are sealed. */
  async govern(operations) {
    const administrator = await loadKey(keyPath(this.data, 'admin-a'))
    await bringOperations({ node: this.url, administrator }, operations)
    await this.sealed()
  }

  /** Starts the program on the folder; answers how long it took until it was ready, ms. */
  async run() {
    const begin = performance.now()
    const settings = ['--data', this.data, '--config', join(this.folder, 'config.yaml')]
    const flags = ['run', ...settings, '--host', '127.0.0.1', '--port', '0', '--mqtt-port', '0']
    const node = (process.env.BENCH_NODE_FLAGS ?? '').split(' ').filter(Boolean)
    this.#process = spawn(process.execPath, [...node, PROGRAM, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] })
    const lines = createInterface({ input: this.#process.stdout })
    const ended = once(this.#process, 'exit').then(() => {
      throw new Error('the ledger ended')
    })
    const [ready] = await Promise.race([once(lines, 'line'), ended])
    const ms = performance.now() - begin
    const [, url, mqtt] = /^ready (http:\/\/\S+) mqtt:\/\/\S+:(\d+)$/.exec(ready)
    this.url = url
    this.mqttPort = Number(mqtt)
    return ms
  }

  get pid() {
    return this.#process.pid
  }

  /** Stops the program as an operator does. */
  async stop() {
    this.#process.kill('SIGTERM')
    await once(this.#process, 'exit')
  }

  /** Ends it as a power cut does. */
  async kill() {
    this.#process.kill('SIGKILL')
    await once(this.#process, 'exit')
  }

  async remove() {
    if (this.#process.exitCode === null) await this.stop()
    await rm(this.folder, { recursive: true, force: true })
  }

  /** Lets the gateways sign batches in turn, as many events as asked, and keeps them in files. `event` makes the next one. */
  async prepare(events, batchEvents, event) {
    const gateways = this.gateways.map((g) => ({
      g,
      firstSeq: g.seq,
      file: join(this.folder, `${this.#files++}.batches`),
    }))
    const files = gateways.map(({ file }) => createWriteStream(file))
    let bytes = 0
    for (let made = 0, turn = 0; made < events; made += batchEvents, turn = (turn + 1) % gateways.length) {
      const { g } = gateways[turn]
      const payload = g.batch(Array.from({ length: batchEvents }, () => event(g)))
      const length = Buffer.alloc(4)
      length.writeUInt32BE(payload.length)
      files[turn].write(length)
      if (!files[turn].write(payload)) await once(files[turn], 'drain')
      bytes += payload.length
    }
    await Promise.all(files.map((file) => new Promise((resolve) => file.end(resolve))))
    const lines = gateways.map(({ g, firstSeq, file }) => ({
      org: g.org,
      name: g.name,
      password: g.password,
      firstSeq,
      file,
    }))
    return { gateways: lines, bytes, events }
  }

  /**
   * Sends what was prepared, each gateway with `window` batches under way; answers ms until all of it was sealed, and the CPU ms that
   * the gateways themselves took.
   */
  async flood({ gateways }, window) {
    const begin = performance.now()
    const { ms, cpuMs } = await publish({ kind: 'flood', port: this.mqttPort, gateways, window })
    // The process of the gateways takes a while to start and to read its files: only what comes after counts.
    const started = performance.now() - begin - ms
    await this.sealed()
    return { ms: performance.now() - begin - started, cpuMs }
  }

  /** Sends what was prepared at a pace; answers the ms that each batch took until its signed ack. */
  async pace({ gateways }, perSecond) {
    return (
      await publish({
        kind: 'pace',
        port: this.mqttPort,
        gateways,
        perSecond,
        ackKey: toHex(fromBase64Url(this.ackKey)),
      })
    ).waits
  }

  /** Brings one batch over HTTP. */
  async post(batch) {
    const headers = { 'Content-Type': 'application/cbor' }
    const response = await fetch(`${this.url}/v1/statements`, { method: 'POST', headers, body: batch })
    if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`)
  }

  /** Resolves when everything recorded is under a signed checkpoint. */
  async sealed() {
    for (;;) {
      const health = await (await fetch(`${this.url}/healthz`)).json()
      if (health.sealed?.size === health.entries) return health
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  /** Bytes of the data folder. */
  diskBytes() {
    return bytesIn(this.data)
  }
}

export function bytesIn(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
}

async function publish(message) {
  const publisher = fork(PUBLISHER)
  publisher.send(message)
  const [result] = await Promise.race([
    once(publisher, 'message'),
    once(publisher, 'exit').then(() => Promise.reject(new Error('the publisher ended'))),
  ])
  return result
}
