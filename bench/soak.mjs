// A gateway left alone for as long as you like: its memory, its processor, its starts, and whether every scan is in the ledger once.
//   node bench/soak.mjs --hours 24             real time: a scan a minute, a reading every 10 s
//   node bench/soak.mjs --hours 1 --pace 40    the same number of scans as in 40 hours
// Every hour (or 2 minutes, when accelerated) the gateway is killed once and started again. Ends with 1 when memory grows,
// when a goal is missed, or a record is.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { BenchLedger } from './_ledger.mjs'
import { cpuSeconds, megabytes, memoryOf } from './_measure.mjs'

const program = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const AGENT = program('edge-agent/bin/tristamp-agent.mjs')
const SIMULATOR = program('firmware-sim/bin/tristamp-sim.mjs')
const GOALS = { rss: 96e6, startMs: 2000, idleCpu: 0.02 }

const { values } = parseArgs({
  options: { hours: { type: 'string', default: '24' }, pace: { type: 'string', default: '1' } },
})
const pace = Number(values.pace)
const endMs = Date.now() + Number(values.hours) * 3_600_000
const scanMs = 60_000 / pace
const faultMs = Math.max(120_000, 3_600_000 / pace)

const ledger = await BenchLedger.start()
const simulator = await startInstruments(join(ledger.folder, 'instruments'))
const config = writeConfig(ledger, simulator.ports)
const made = spawnSync(process.execPath, [AGENT, 'init', '--config', config.file], { encoding: 'utf8' })
if (made.status !== 0) throw new Error(made.stderr)
await ledger.govern([JSON.parse(made.stdout)])
const before = await recordedEvents()

let agent = await startAgent()
const starts = [agent.ms]
const samples = []
let scans = 0
let nextFault = Date.now() + faultMs
let nextLine = 0
while (Date.now() < endMs) {
  simulator.child.stdin.write(`scan site.scanner tristamp:do/commission\n`)
  simulator.child.stdin.write(`scan site.scanner (01)09506000134352(21)S${scans++}\n`)
  simulator.child.stdin.write('scan site.scanner tristamp:end\n')
  const cpu = cpuSeconds(agent.pid)
  await pause(scanMs)
  const { now } = await memoryOf(agent.pid)
  samples.push({ rss: now, cpu: (cpuSeconds(agent.pid) - cpu) / (scanMs / 1000) })
  if (Date.now() > nextLine) {
    nextLine = Date.now() + 60_000
    console.error(`${new Date().toISOString()} ${scans} scans, ${megabytes(now)}, ${starts.length} starts`)
  }
  if (Date.now() < nextFault) continue
  nextFault = Date.now() + faultMs
  // What is being scanned in this moment was not confirmed to anybody: so the kill comes between two.
  await pause(2000)
  agent.child.kill('SIGKILL')
  await once(agent.child, 'exit')
  agent = await startAgent()
  starts.push(agent.ms)
}
await until(() => statusOf()?.outbox.next === statusOf()?.outbox.acked && statusOf()?.outbox.unsigned === 0)
await pause(3000)
agent.child.kill('SIGTERM')
await once(agent.child, 'exit')
simulator.child.kill('SIGTERM')
await ledger.sealed()
const recorded = (await recordedEvents()) - before
await ledger.remove()

const third = Math.max(1, Math.floor(samples.length / 3))
const mean = (part) => part.reduce((sum, { rss }) => sum + rss, 0) / part.length
const growth = mean(samples.slice(-third)) - mean(samples.slice(third, 2 * third))
const report = {
  hours: Number(values.hours),
  pace,
  scans,
  recorded,
  rssMax: megabytes(Math.max(...samples.map(({ rss }) => rss))),
  growth: megabytes(growth),
  startMs: Math.round(Math.max(...starts)),
  cpu: `${((100 * samples.reduce((sum, { cpu }) => sum + cpu, 0)) / samples.length).toFixed(2)} % of a core`,
}
console.log(JSON.stringify(report, null, 2))
const flat = growth < 4e6 && Math.max(...samples.map(({ rss }) => rss)) < GOALS.rss
process.exit(flat && recorded === scans && report.startMs < GOALS.startMs ? 0 : 1)

async function startInstruments(folder) {
  const flags = ['--scenario', 'short', '--dir', folder]
  const child = spawn(process.execPath, [SIMULATOR, ...flags], { stdio: ['pipe', 'pipe', 'inherit'] })
  for await (const line of createInterface({ input: child.stdout })) if (JSON.parse(line).type === 'ready') break
  child.stdout.resume()
  return { child, ports: JSON.parse(readFileSync(join(folder, 'ports.json'), 'utf8')) }
}

async function startAgent() {
  const begin = performance.now()
  // As the systemd unit starts it.
  const env = { ...process.env, MALLOC_ARENA_MAX: '2' }
  const child = spawn(process.execPath, [AGENT, 'run', '--config', config.file], { stdio: 'ignore', env })
  await until(() => statusOf()?.pid === child.pid && statusOf().state === 'online')
  return { child, pid: child.pid, ms: performance.now() - begin }
}

function writeConfig({ folder, gateways, mqttPort, ackKey }, ports) {
  const file = join(folder, 'gateway.yaml')
  const data = join(folder, 'gateway')
  const { station } = gateways[0]
  const uri = 'https://id.gs1.org/8004/9506000134AGENT'
  const gateway = { org: 'bench', id: 'agent', uri, station, roles: ['commission', 'observe'], zone: 'Asia/Shanghai' }
  const uplink = { url: `mqtt://127.0.0.1:${mqttPort}`, ledgerKey: ackKey }
  const devices = [
    { id: 'thermo', driver: 'modbus-th', port: ports['site.thermo'], every: '10s' },
    { id: 'scanner', driver: 'scanner', port: ports['site.scanner'], baudRate: 38_400 },
  ]
  const place = { source: 'site', latE7: 302_400_000, lonE7: 1_094_800_000 }
  const site = {
    id: 'site',
    scanner: 'scanner',
    thermometer: 'thermo',
    start: 'commission',
    actions: { commission: {} },
  }
  writeFileSync(file, JSON.stringify({ gateway, data, uplink, place, devices, stations: [site] }))
  return { file, status: join(data, 'status.json') }
}

async function recordedEvents() {
  const text = await (await fetch(`${ledger.url}/metrics`)).text()
  return Number(/^tristamp_events_total (\d+)$/m.exec(text)?.[1] ?? 0)
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
