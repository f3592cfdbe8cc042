import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromBase64Url, keyThumbprint } from '@tristamp/protocol'
import { expect, it } from 'vitest'
import { TestAgent } from '../_harness/agent.ts'
import { Child } from '../_harness/child.ts'
import { type Folder, temporaryFolder } from '../_harness/folder.ts'
import { ORGANISATION } from '../_harness/goods.ts'
import { TestLedger } from '../_harness/ledger.ts'
import { mqttPackets } from '../_harness/mqtt-packets.ts'
import { type Recorded, recordedBy } from '../_harness/recorded.ts'
import { TestSimulator } from '../_harness/simulator.ts'
import { TcpProxy } from '../_harness/tcp-proxy.ts'
import { pause, until } from '../_harness/until.ts'

// What gateways are asked for that keep records while there is no network: they are kept when sending fails, sent in order when it works
// again, kept over restarts and kills, sent once, carried by hand, and what a disk lost is told.

/** A gateway behind a line that can be cut, with nothing else between it and its ledger. */
class Site implements AsyncDisposable {
  readonly ledger: TestLedger
  readonly agent: TestAgent
  readonly proxy: TcpProxy
  readonly data: string
  readonly #sim: TestSimulator
  readonly #folder: Folder

  private constructor(folder: Folder, ledger: TestLedger, proxy: TcpProxy, sim: TestSimulator, agent: TestAgent) {
    this.#folder = folder
    this.ledger = ledger
    this.proxy = proxy
    this.#sim = sim
    this.agent = agent
    this.data = join(folder.path, 'gateway', 'data')
  }

  static async open(): Promise<Site> {
    const folder = temporaryFolder()
    const ledger = await (await TestLedger.found(join(folder.path, 'ledger'))).start()
    const proxy = await TcpProxy.to(ledger.mqttUrl.replace('mqtt:', 'tcp:'), mqttPackets)
    const sim = await TestSimulator.start(join(folder.path, 'ports'))
    const options = { ports: sim.ports, mqttUrl: `mqtt://127.0.0.1:${proxy.port}`, ackKey: ledger.ackKey }
    const agent = await TestAgent.init(join(folder.path, 'gateway'), options)
    await ledger.enrol(ORGANISATION, agent.request)
    agent.start()
    await agent.ready()
    return new Site(folder, ledger, proxy, sim, agent)
  }

  /** Scans an item and waits until the gateway has said that it is recorded. */
  async stamp(serial: string): Promise<void> {
    await this.#sim.commission(`(01)09506000134352(21)${serial}`)
    await this.agent.process.says(new RegExp(`✓ commission .*21/${serial} `))
  }

  drained(): Promise<void> {
    return this.agent.drained()
  }

  /** Everything of the gateway's key that the ledger holds; it stands still for that. */
  async recorded(): Promise<Recorded[]> {
    expect(await this.ledger.stop()).toBe(0)
    const { exit, out, err } = await this.ledger.verify()
    expect(exit, out + err).toBe(0)
    return recordedBy(this.ledger.data, keyThumbprint(fromBase64Url((this.agent.request as { key: string }).key)))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const part of [this.agent, this.#sim, this.proxy, this.ledger]) await part[Symbol.asyncDispose]()
    this.#folder[Symbol.dispose]()
  }
}

const serialsIn = (recorded: readonly Recorded[]): string[] =>
  recorded.flatMap(({ events }) => events.flatMap(({ epcList = [] }) => epcList.map((epc) => epc.replace(/.*\//, ''))))

interface Gap {
  from: number
  to: number
  events?: number
}

const gapsIn = (recorded: readonly Recorded[]): Gap[] =>
  recorded.flatMap(({ events }) =>
    (events as { report?: Gap & { kind: string } }[]).flatMap(({ report }) => (report?.kind === 'gap' ? [report] : [])),
  )

it('keeps its records through every fault of the line, and sends them once and in order', async () => {
  await using place = await Site.open()
  const { agent, proxy, ledger } = place
  const stamp = (serial: string): Promise<void> => place.stamp(serial)
  const serials: string[] = []
  const next = async (): Promise<void> => {
    serials.push(`N${serials.length}`)
    await stamp(serials.at(-1)!)
  }
  // Cut, again and again.
  for (let i = 0; i < 4; i++) {
    await next()
    proxy.cut()
  }
  await place.drained()
  // Open at both ends, and dead: nobody is told. The gateway finds out by the ledger's silence.
  proxy.halfOpen = true
  await next()
  await agent.counts('UPLINK_SILENT')
  // Killed meanwhile.
  await agent.process.kill('SIGKILL')
  agent.start()
  await agent.ready()
  await next()
  proxy.halfOpen = false
  proxy.cut()
  await until('it is connected again', () => agent.status()?.state === 'online', 60_000)
  // Slow: a byte at a time.
  proxy.slowMs = 1
  await next()
  await pause(1500)
  proxy.slowMs = 0
  proxy.cut()
  await next()
  await place.drained()
  expect(await agent.stop()).toBe(0)
  // Whatever was brought before is answered as what it is.
  const { lastSeq } = (await ledger.gateway('gw1'))!
  const recorded = await place.recorded()
  expect(recorded.map(({ statement }) => statement.header.seq)).toEqual(
    Array.from({ length: lastSeq! + 1 }, (_, i) => i),
  )
  expect(serialsIn(recorded)).toEqual(serials)
})

it('records once what reaches the ledger twice, and takes an acknowledgement that comes twice for one', async () => {
  await using place = await Site.open()
  const { agent, proxy, ledger } = place
  proxy.duplicate = true
  const serials = Array.from({ length: 8 }, (_, i) => `D${i}`)
  for (const serial of serials) {
    await place.stamp(serial)
    await until(`${serial} is signed`, () => agent.status()?.outbox.unsigned === 0, 60_000)
  }
  await place.drained()
  // How many batches they made is the gateway's to say.
  expect(proxy.duplicated).toBeGreaterThan(1)
  // The line is the same one: nobody took the second for a reason to hang up.
  expect(proxy.accepted).toBe(1)
  expect(await agent.stop()).toBe(0)
  const { lastSeq } = (await ledger.gateway('gw1'))!
  const recorded = await place.recorded()
  expect(recorded.map(({ statement }) => statement.header.seq)).toEqual(
    Array.from({ length: lastSeq! + 1 }, (_, i) => i),
  )
  expect(serialsIn(recorded)).toEqual(serials)
})

it('gives its records to a stick: brought to the ledger, then sent by itself, each is there once', async () => {
  await using place = await Site.open()
  const { agent, proxy, ledger, data } = place
  const stamp = (serial: string): Promise<void> => place.stamp(serial)
  await stamp('FIRST')
  await place.drained()
  proxy.halfOpen = true
  for (const serial of ['A', 'B', 'C']) await stamp(serial)
  await until('all of it is signed', () => agent.status()?.outbox.unsigned === 0)
  const stick = join(data, '..', 'records.tristamp-parcel')
  // While it runs.
  const made = await Child.run('agent', ['export', '--config', agent.config, '--out', stick])
  expect(made, made.err).toMatchObject({ exit: 0 })
  const importing = ['import', stick, '--node', ledger.url]
  expect((await Child.run('ledger', importing)).out).toMatch(/^parcel 1: [1-9]\d* recorded, 0 were here before$/m)
  expect((await Child.run('ledger', importing)).out).toMatch(/^parcel 1: 0 recorded, [1-9]\d* were here before$/m)
  // Another gateway's machine will do as well.
  const again = await Child.run('agent', [...importing, '--config', agent.config])
  expect(again, again.err).toMatchObject({ exit: 0 })
  await stamp('D')
  proxy.halfOpen = false
  proxy.cut()
  await place.drained()
  expect(await agent.stop()).toBe(0)
  expect(serialsIn(await place.recorded())).toEqual(['FIRST', 'A', 'B', 'C', 'D'])
})

const half = (path: string): void => truncateSync(path, readFileSync(path).length >> 1)
const logOf = (outbox: string): string => join(outbox, readdirSync(outbox).find((name) => name.endsWith('.log'))!)

/** What happens to the disk of a gateway that was killed, and whether records are gone with it. */
const DAMAGES: [string, 'whole' | 'lossy', (data: string, outbox: string) => void][] = [
  ['the log cut', 'lossy', (_, outbox) => half(logOf(outbox))],
  [
    'the log zeroed',
    'lossy',
    (_, outbox) => writeFileSync(logOf(outbox), Buffer.alloc(readFileSync(logOf(outbox)).length)),
  ],
  ['CURRENT lost', 'whole', (_, outbox) => rmSync(join(outbox, 'CURRENT'))],
  ['head.json zeroed', 'whole', (data) => writeFileSync(join(data, 'head.json'), Buffer.alloc(100))],
  ['the folder lost', 'lossy', (_, outbox) => rmSync(outbox, { recursive: true })],
]

it('is killed without a network, and damaged: what survived arrives, what did not is declared', async () => {
  await using place = await Site.open()
  const { agent, proxy, data } = place
  const stamp = (serial: string): Promise<void> => place.stamp(serial)
  const outbox = join(data, 'outbox')
  const serials: string[] = []
  const gone = new Set<string>()
  for (const [i, [name, expected, damage]] of DAMAGES.entries()) {
    await place.drained()
    proxy.halfOpen = true
    for (const serial of [`X${i}`, `Y${i}`]) {
      await stamp(serial)
      serials.push(serial)
      if (expected === 'lossy') gone.add(serial)
    }
    await agent.process.kill('SIGKILL')
    damage(data, outbox)
    proxy.halfOpen = false
    proxy.cut()
    agent.start()
    await agent.ready()
    await stamp(`Z${i}`)
    serials.push(`Z${i}`)
    await place.drained().catch((cause: unknown) => {
      throw new Error(`after ${name}`, { cause })
    })
  }
  expect(await agent.stop()).toBe(0)
  expect(readdirSync(data).filter((name) => name.startsWith('outbox.damaged-')).length).toBeGreaterThan(0)
  const recorded = await place.recorded()
  const there = serialsIn(recorded)
  expect(new Set(there).size).toBe(there.length)
  // Only what was on a disk that is gone may be missing, and the ledger says so: its numbers, and how many events.
  const missing = serials.filter((serial) => !there.includes(serial))
  expect(missing.filter((serial) => !gone.has(serial))).toEqual([])
  const gaps = gapsIn(recorded)
  expect(gaps.length).toBeGreaterThan(0)
  const counted = gaps.every(({ events }) => events !== undefined)
  if (counted) expect(gaps.reduce((sum, { events = 0 }) => sum + events, 0)).toBeGreaterThanOrEqual(missing.length)
  // Sequence reconciliation: every number of the key is recorded or declared lost.
  let next = 0
  for (const { statement, events } of recorded) {
    const [gap] = gapsIn([{ entry: 0, statement, leaf: '', events }])
    expect(statement.header.seq).toBe(gap === undefined ? next : gap.to)
    if (gap !== undefined) expect(gap.from).toBe(next)
    next = statement.header.seq + 1
  }
})
