// A gateway that was without a network for 100,000 events: what it takes to sign them, and to bring them to the ledger when it is back. All
// of them must be there afterwards, once: else this fails, unlike other benchmarks.
import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AGENT, spawnAgent } from './_agent.mjs'
import { BenchLedger } from './_ledger.mjs'
import { megabytes, memoryOf, row, thousands } from './_measure.mjs'

const program = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const EVENTS = 100_000
/** Events that are accepted together; the gateway does so when several instruments speak at once. */
const TOGETHER = 64

export async function run({ scale, say }) {
  const ledger = await BenchLedger.start()
  const count = Math.max(2000, Math.round(EVENTS * scale))
  try {
    const config = writeConfig(ledger)
    const made = spawnSync(process.execPath, [AGENT, 'init', '--config', config.file], { encoding: 'utf8' })
    if (made.status !== 0) throw new Error(made.stderr)
    await ledger.govern([JSON.parse(made.stdout)])
    const before = await recordedEvents(ledger)
    const signing = await fill(config, count, ledger.gateways[0].station)

    const begin = performance.now()
    const agent = spawnAgent(config.file)
    const started = await until(() => statusOf(config)?.pid === agent.pid, agent).then(() => performance.now() - begin)
    let own = 0
    await until(() => {
      own = Math.max(own, ownMemory(agent.pid))
      return isEmpty(statusOf(config))
    }, agent)
    const drainedMs = performance.now() - begin
    await new Promise((resolve) => setTimeout(resolve, 5000))
    const { now, peak } = await memoryOf(agent.pid)
    agent.kill('SIGTERM')
    await once(agent, 'exit')
    await ledger.sealed()
    const recorded = (await recordedEvents(ledger)) - before
    if (recorded !== count) throw new Error(`${count} events were accepted, ${recorded} are recorded`)
    say(`backlog: ${thousands(count)} events drained in ${Math.round(drainedMs / 1000)} s, ${megabytes(peak)} at most`)
    return [
      row(
        `gateway: ${thousands(count)} events accepted without a network`,
        `${thousands((count / signing) * 1000)} events/s`,
        {
          floor: 'each is on the disk when it is accepted',
        },
      ),
      row('gateway: its start with all of them waiting', `${Math.round(started)} ms`, { goal: '< 2 s' }),
      row(
        `gateway: ${thousands(count)} events brought to the ledger`,
        `${thousands((count / drainedMs) * 1000)} events/s`,
        {
          floor: '0 lost, 0 twice',
        },
      ),
      row(
        'gateway: memory meanwhile',
        `at most ${megabytes(own)} of its own; ${megabytes(peak)} RSS with files, then ${megabytes(now)}`,
        {
          goal: '< 96 MB',
        },
      ),
    ]
  } finally {
    await ledger.remove()
  }
}

/** Puts events into the outbox as the gateway does, in this process. @returns how long it took, ms */
async function fill({ data, options }, count, station) {
  const { openOutbox } = await import(program('edge-agent/dist/repair.js'))
  const { Signer } = await import(program('edge-agent/dist/signer.js'))
  const { readKeyFile } = await import(program('edge-agent/dist/key-file.js'))
  const signer = new Signer(readKeyFile(join(data, 'key.pem')), options)
  const { store, outbox } = await openOutbox(join(data, 'outbox'), data, signer)
  const begin = performance.now()
  for (let n = 0; n < count; n += TOGETHER) {
    const events = Array.from({ length: Math.min(TOGETHER, count - n) }, () => outbox.accept([reading(station)], []))
    await Promise.all(events)
    if (n % 1024 < TOGETHER) await outbox.sign(256, (batch, at) => signer.signBatch(batch, at, Date.now()))
  }
  while (await outbox.sign(256, (batch, at) => signer.signBatch(batch, at, Date.now())));
  const ms = performance.now() - begin
  await store.close()
  return ms
}

let monotonicMs = 0

/** A step as a gateway stamps it, some 1,200 bytes. */
function reading(station) {
  monotonicMs += 1000
  const milli = Array.from({ length: 96 }, (_, i) => 2000 + ((monotonicMs / 1000 + i) % 500))
  const time = (ms) => new Date(1_795_000_000_000 + ms).toISOString()
  const event = {
    type: 'ObjectEvent',
    action: 'OBSERVE',
    bizLocation: { id: station },
    bizStep: 'sensor_reporting',
    epcList: [],
    eventID: `urn:uuid:${randomUUID()}`,
    eventTime: time(monotonicMs),
    eventTimeZoneOffset: '+08:00',
    readPoint: { id: station },
    sensorElementList: [
      {
        sensorMetadata: {
          deviceID: 'https://id.gs1.org/8004/9506000134COLD1',
          endTime: time(monotonicMs),
          startTime: time(monotonicMs - 95_000),
        },
        sensorReport: [{ maxValue: 2.5, meanValue: 2.25, minValue: 2, type: 'Temperature', uom: 'CEL', value: 2.1 }],
        'tristamp:series': { everyMs: 1000, milli },
      },
    ],
    'tristamp:clock': {
      bootId: '7c1d52cc-6f0c-4b4e-9f55-0b6f7a3f1c11',
      monotonicMs,
      source: 'gnss',
      uncertaintyMs: 200,
    },
    'tristamp:geo': { source: 'none' },
    'tristamp:origin': 'device',
  }
  return new TextEncoder().encode(canonical(event))
}

function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  if (typeof value !== 'object') return JSON.stringify(value)
  const members = Object.keys(value).sort((a, b) => (a < b ? -1 : 1))
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join()}}`
}

function writeConfig(ledger) {
  const file = join(ledger.folder, 'gateway.yaml')
  const data = join(ledger.folder, 'gateway')
  const { station } = ledger.gateways[0]
  const options = {
    org: 'bench',
    id: 'agent',
    uri: 'https://id.gs1.org/8004/9506000134AGENT',
    station,
    roles: ['observe'],
  }
  const uplink = { url: `mqtt://127.0.0.1:${ledger.mqttPort}`, ledgerKey: ledger.ackKey }
  const place = { source: 'site', latE7: 302_400_000, lonE7: 1_094_800_000 }
  writeFileSync(file, JSON.stringify({ gateway: { ...options, zone: 'Asia/Shanghai' }, data, uplink, place }))
  return { file, data, options, status: join(data, 'status.json') }
}

/** Without what is mapped of programs and database files, which the system takes back when it needs the room. */
function ownMemory(pid) {
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
}

function isEmpty(status) {
  const outbox = status?.outbox
  return status?.state === 'online' && outbox.unsigned === 0 && outbox.next > 0 && outbox.next === outbox.acked
}

async function recordedEvents({ url }) {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(/^tristamp_events_total (\d+)$/m.exec(text)?.[1] ?? 0)
}

async function until(condition, child) {
  while (!condition()) {
    if (child.exitCode !== null) throw new Error(`the agent ended with ${child.exitCode}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function statusOf({ status }) {
  try {
    return JSON.parse(readFileSync(status, 'utf8'))
  } catch {
    return undefined
  }
}
