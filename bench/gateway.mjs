// A real agent with three simulated instruments: how long until it runs and is connected, and what it takes of the machine's memory.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { AGENT, spawnAgent } from './_agent.mjs'
import { BenchLedger } from './_ledger.mjs'
import { median, megabytes, memoryOf, millis, row, timed } from './_measure.mjs'

const program = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const SIMULATOR = program('firmware-sim/bin/tristamp-sim.mjs')
const SCANS = 200

export async function run({ scale, say }) {
  const ledger = await BenchLedger.start()
  const scans = Math.max(10, Math.round(SCANS * scale))
  const simulator = await startInstruments(join(ledger.folder, 'instruments'), scans)
  try {
    const config = writeConfig(ledger, simulator.ports)
    const made = spawnSync(process.execPath, [AGENT, 'init', '--config', config.file], { encoding: 'utf8' })
    if (made.status !== 0) throw new Error(made.stderr)
    await ledger.govern([JSON.parse(made.stdout)])

    const starts = []
    for (let i = 0; i < 3; i++) {
      const agent = await startAgent(config)
      starts.push(agent.ms)
      await agent.stop()
    }
    const agent = await startAgent(config)
    simulator.child.stdin.write('play\n')
    await recorded(config, scans)
    const { now, peak } = await memoryOf(agent.pid)
    await agent.stop()
    say(`gateway: online after ${millis(median(starts))}, ${megabytes(now)} after ${scans} scans`)
    const bare = await bareNode()
    return [
      row('gateway: from its start until it is connected and reads all instruments', millis(median(starts)), {
        goal: '< 2 s',
        floor: `node -e 0: ${millis(bare.ms)}`,
      }),
      row(`gateway: memory after ${scans} scans`, `${megabytes(now)} RSS, at most ${megabytes(peak)}`, {
        goal: '< 96 MB',
        floor: `an idle node: ${megabytes(bare.rss)}`,
      }),
    ]
  } finally {
    simulator.child.kill('SIGTERM')
    await ledger.remove()
  }
}

async function startInstruments(folder, count) {
  const vars = [`count=${count}`, 'every=100ms', 'gap=20ms']
  const flags = ['--scenario', 'short', '--dir', folder, ...vars.flatMap((v) => ['--var', v])]
  const child = spawn(process.execPath, [SIMULATOR, ...flags], { stdio: ['pipe', 'pipe', 'inherit'] })
  for await (const line of createInterface({ input: child.stdout })) {
    if (JSON.parse(line).type === 'ready') break
  }
  child.stdout.resume()
  return { child, ports: JSON.parse(readFileSync(join(folder, 'ports.json'), 'utf8')) }
}

function writeConfig(ledger, ports) {
  const file = join(ledger.folder, 'gateway.yaml')
  const data = join(ledger.folder, 'gateway')
  writeFileSync(
    file,
    `
gateway:
  org: bench
  id: agent
  uri: https://id.gs1.org/8004/9506000134AGENT
  station: ${ledger.gateways[0].station}
  roles: [commission, observe]
  zone: Asia/Shanghai
data: ${data}
uplink: { url: "mqtt://127.0.0.1:${ledger.mqttPort}", ledgerKey: ${ledger.ackKey} }
batch: { flushMs: 200 }
place: { source: gnss, device: gnss }
clock: { source: gnss, device: gnss }
devices:
  - { id: thermo, driver: modbus-th, port: "${ports['site.thermo']}", baudRate: 9600, every: 2s }
  - { id: scanner, driver: scanner, port: "${ports['site.scanner']}", baudRate: 38400, aim: required }
  - { id: gnss, driver: nmea, port: "${ports['site.gnss']}", baudRate: 38400 }
stations:
  - { id: site, scanner: scanner, thermometer: thermo, start: commission, actions: { commission: {} } }
`,
  )
  return { file, status: join(data, 'status.json') }
}

async function startAgent(config) {
  const begin = performance.now()
  const child = spawnAgent(config.file)
  let ms
  while (ms === undefined) {
    if (child.exitCode !== null) throw new Error(`the agent ended with ${child.exitCode}`)
    const status = statusOf(config)
    const well = status?.pid === child.pid && status.state === 'online'
    if (well && Object.values(status.devices).every(({ state }) => state === 'up')) ms = performance.now() - begin
    else await new Promise((resolve) => setTimeout(resolve, 10))
  }
  const stop = async () => {
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  return { ms, pid: child.pid, stop }
}

/** Resolves when the ledger has acknowledged everything that was scanned. */
async function recorded(config, scans) {
  for (;;) {
    const outbox = statusOf(config)?.outbox
    if (outbox !== undefined && outbox.unsigned === 0 && outbox.next > 0 && outbox.next === outbox.acked) {
      await new Promise((resolve) => setTimeout(resolve, scans * 120))
      return
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function statusOf({ status }) {
  try {
    return JSON.parse(readFileSync(status, 'utf8'))
  } catch {
    return undefined
  }
}

async function bareNode() {
  const ms = await timed(() => spawnSync(process.execPath, ['-e', '0']))
  const idle = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)'])
  await new Promise((resolve) => setTimeout(resolve, 500))
  const { now } = await memoryOf(idle.pid)
  idle.kill()
  return { ms, rss: now }
}
