// A gateway left alone for as long as you like, with what happens to gateways: its memory over time, its processor, its starts, and whether
// every scan that it confirmed is in the ledger once.
//   node bench/soak.mjs --hours 24                 real time: a scan a minute, readings every 10 s, an observation every 15 minutes
//   node bench/soak.mjs --hours 24 --pace 120      the events of 24 hours in 12 minutes
// Every hour of that time, and not more often than every 20 s, one thing goes wrong, in turn: the line to the ledger is cut; it stays cut for some
// scans; an instrument is silent, sends noise, is unplugged; the ledger is killed and started again; the gateway is killed and started again.
// Ends with 1 when memory grows, a goal is missed or a record is.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { AGENT, spawnAgent } from './_agent.mjs'
import { recordedEvents } from './_batches.mjs'
import { BenchLedger } from './_ledger.mjs'
import { cpuSeconds, megabytes, memoryOf } from './_measure.mjs'
import { openRelay } from './_relay.mjs'

const SIMULATOR = fileURLToPath(new URL('../firmware-sim/bin/tristamp-sim.mjs', import.meta.url))
const GOALS = { rss: 96e6, startMs: 2000 }
const ITEM = '09506000134352'
/** Two thermometers on one RS-485 line, and a scanner; another warms up now and then. */
const SCENARIO = `
scenario: soak
start: -2h
instruments:
  cold1: { kind: modbus-th, air: { celsius: 2.5, humidity: 85, swing: 0.4, noise: 0.1 } }
  cold2: { kind: lth01, unit: 2, line: cold1, air: { celsius: -18, humidity: 60, swing: 0.8, noise: 0.1 } }
  gun: { kind: scanner, baudRate: 38400 }
`

const { values } = parseArgs({
  options: { hours: { type: 'string', default: '24' }, pace: { type: 'string', default: '1' } },
})
const hours = Number(values.hours)
const pace = Number(values.pace)
const total = Math.round(hours * 60)
const scanMs = 60_000 / pace
const faultMs = Math.max(20_000, 3_600_000 / pace)

const ledger = await BenchLedger.start()
const relay = await openRelay(() => ledger.mqttPort)
const simulator = await startInstruments(join(ledger.folder, 'instruments'))
const config = writeConfig(ledger, simulator.ports)
const made = spawnSync(process.execPath, [AGENT, 'init', '--config', config.file], { encoding: 'utf8' })
if (made.status !== 0) throw new Error(made.stderr)
await ledger.govern([JSON.parse(made.stdout)])

const agentLogFile = join(ledger.folder, 'agent.log')
const agentLog = openSync(agentLogFile, 'a')
let ended = 0
let agent = await startAgent()
const starts = [agent.ms]
const samples = []
const faults = new Map()
const beganMs = Date.now()
const say = (text) => simulator.child.stdin.write(`${text}\n`)

/** Each lasts for some scans; what it ends with is done by then. */
const trouble = [
  ['line cut', () => relay.cut()],
  [
    'line down',
    async () => {
      relay.down = true
      relay.cut()
      await scan(10)
      relay.down = false
    },
  ],
  ['thermometer silent', () => during('fault cold2 silence', 'fault cold2 silence off')],
  ['noise', () => during('fault cold1 noise', 'fault cold1 noise off')],
  ['line of the thermometers unplugged', () => during('fault cold1 unplug', 'fault cold1 replug')],
  [
    'ledger killed',
    async () => {
      await ledger.kill()
      await scan(3)
      await ledger.run()
    },
  ],
  [
    'gateway killed',
    async () => {
      // What is being scanned in this moment was not confirmed to anybody: so the kill comes between two, however slow the machine is.
      for (let i = 0; i < 300 && !confirmed().has(`S${scans - 1}`); i++) await pause(100)
      agent.child.kill('SIGKILL')
      await once(agent.child, 'exit')
      agent = await startAgent()
      starts.push(agent.ms)
    },
  ],
]

let scans = 0
let nextFault = Date.now() + faultMs
for (let turn = 0; scans < total; ) {
  await scan(1)
  if (Date.now() < nextFault) continue
  const [name, happen] = trouble[turn++ % trouble.length]
  await happen()
  faults.set(name, (faults.get(name) ?? 0) + 1)
  nextFault = Date.now() + faultMs
}
await until(() => statusOf()?.outbox.next === statusOf()?.outbox.acked && statusOf()?.outbox.unsigned === 0)
await pause(3000)
const minutes = (Date.now() - beganMs) / 60_000
const peak = (await memoryOf(agent.pid)).peak
agent.child.kill('SIGTERM')
await once(agent.child, 'exit')
simulator.child.kill('SIGTERM')
await ledger.sealed()
const { items, events } = await recorded()
const sure = confirmed()
const lost = [...sure].filter((serial) => !items.has(serial))
relay.close()
await ledger.remove()

const means = tenths(samples.map(({ rss }) => rss))
// The first tenth is the warming up; the highest moment of a process counts, not only what was sampled.
const growth = means.at(-1) - means[2]
const rssMax = Math.max(peak, ...samples.map(({ rss }) => rss))
const report = {
  hours,
  minutes: Number(minutes.toFixed(1)),
  scans,
  confirmed: sure.size,
  recorded: items.size,
  lost: lost.length,
  twice: [...items.values()].filter((count) => count !== 1).length,
  events,
  faults: Object.fromEntries(faults),
  rss: means.map(megabytes).join(' '),
  rssMax: megabytes(rssMax),
  growth: megabytes(growth),
  endedByItself: ended,
  startMs: Math.round(Math.max(...starts)),
  cpu: `${((100 * samples.reduce((sum, { cpu }) => sum + cpu, 0)) / samples.length).toFixed(2)} % of a core`,
}
console.log(JSON.stringify(report, null, 2))
const whole = lost.length === 0 && report.twice === 0
process.exit(growth < 4e6 && rssMax < GOALS.rss && whole && report.startMs < GOALS.startMs ? 0 : 1)

/** Serial numbers that the gateway has said to be on its disk. */
function confirmed() {
  return new Set([...readFileSync(agentLogFile, 'utf8').matchAll(/✓ [^"]*\/21\/(S\d+) /g)].map(([, serial]) => serial))
}

/** So many items are entered, one each minute of that time. */
async function scan(count) {
  for (let i = 0; i < count && scans < total; i++) {
    say('scan gun tristamp:do/commission')
    say(`scan gun (01)${ITEM}(21)S${scans++}`)
    say('scan gun tristamp:end')
    const cpu = cpuSeconds(agent.pid)
    const from = performance.now()
    await pause(scanMs)
    const { now } = await memoryOf(agent.pid)
    samples.push({ rss: now, cpu: (cpuSeconds(agent.pid) - cpu) / ((performance.now() - from) / 1000) })
    if (scans % 60 === 0)
      console.error(`${new Date().toISOString()} ${scans} scans, ${megabytes(now)}, ${starts.length} starts`)
  }
}

async function during(begin, end) {
  say(begin)
  await scan(8)
  say(end)
}

async function startInstruments(folder) {
  const scenario = join(ledger.folder, 'soak.yaml')
  writeFileSync(scenario, SCENARIO)
  const child = spawn(process.execPath, [SIMULATOR, '--scenario', scenario, '--dir', folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: child.stdout })) if (JSON.parse(line).type === 'ready') break
  child.stdout.resume()
  return { child, ports: JSON.parse(readFileSync(join(folder, 'ports.json'), 'utf8')) }
}

/** As systemd does: one that ends by itself is started again, and that is told. */
async function startAgent() {
  for (;;) {
    const begin = performance.now()
    const child = spawnAgent(config.file, ['ignore', 'ignore', agentLog])
    await until(() => child.exitCode !== null || (statusOf()?.pid === child.pid && statusOf().state === 'online'))
    if (child.exitCode === null) return { child, pid: child.pid, ms: performance.now() - begin }
    ended++
    console.error(`the gateway ended with ${child.exitCode}:\n${readFileSync(agentLogFile, 'utf8').slice(-2000)}`)
    await pause(2000)
  }
}

function writeConfig({ folder, gateways, ackKey }, ports) {
  const file = join(folder, 'gateway.yaml')
  const data = join(folder, 'gateway')
  const { station } = gateways[0]
  const uri = 'https://id.gs1.org/8004/9506000134AGENT'
  const gateway = { org: 'bench', id: 'agent', uri, station, roles: ['commission', 'observe'], zone: 'Asia/Shanghai' }
  const uplink = { url: `mqtt://127.0.0.1:${relay.port}`, ledgerKey: ackKey }
  const every = `${Math.max(100, Math.round(10_000 / pace))}ms`
  const devices = [
    { id: 'cold1', driver: 'modbus-th', port: ports.cold1, every, uri: 'https://id.gs1.org/8004/9506000134COLD1' },
    { id: 'cold2', driver: 'modbus-th', port: ports.cold2, profile: 'lth01', unit: 2, every },
    { id: 'gun', driver: 'scanner', port: ports.gun, baudRate: 38_400 },
  ]
  const place = { source: 'site', latE7: 302_400_000, lonE7: 1_094_800_000 }
  const observe = `${Math.round(900_000 / pace)}ms`
  const stations = [
    { id: 'site', scanner: 'gun', thermometer: 'cold1', start: 'commission', actions: { commission: {} }, observe },
    { id: 'freezer', thermometer: 'cold2', observe },
  ]
  writeFileSync(file, JSON.stringify({ gateway, data, uplink, place, devices, stations }))
  return { file, status: join(data, 'status.json') }
}

/** How often each item was recorded as begun, and how many events there are of the gateway, whatever they say. */
async function recorded() {
  const items = new Map()
  let events = 0
  for await (const event of recordedEvents(ledger.url)) {
    // Before it, the ledger's own: who may sign what.
    if (event.eventID === undefined) continue
    events++
    if (event.bizStep !== 'commissioning') continue
    for (const epc of event.epcList ?? []) {
      const serial = epc.slice(epc.lastIndexOf('/') + 1)
      items.set(serial, (items.get(serial) ?? 0) + 1)
    }
  }
  return { items, events }
}

/** The mean of each tenth of the time. */
function tenths(list) {
  return Array.from({ length: 10 }, (_, i) => {
    const part = list.slice(Math.floor((i * list.length) / 10), Math.floor(((i + 1) * list.length) / 10))
    return part.reduce((sum, value) => sum + value, 0) / Math.max(1, part.length)
  })
}

function statusOf() {
  try {
    return JSON.parse(readFileSync(config.status, 'utf8'))
  } catch {
    return undefined
  }
}

async function until(condition) {
  while (!condition()) await pause(50)
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
