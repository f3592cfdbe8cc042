// Events per second from gateways over MQTT until they are verified, on disk, in log, map and indexes, and sealed.
import { decodeBatch } from '@tristamp/protocol'
import { rawLevel, sha256Alone, verifyAlone } from './_floors.mjs'
import { BenchLedger } from './_ledger.mjs'
import { median, rate, row, thousands, threadSeconds } from './_measure.mjs'
import { ColdChain, Gateway } from './_workload.mjs'

/** Batches that each of the 20 gateways keeps under way. */
const WINDOW = 8
const SIZES = [
  { size: 64, events: 200_000, goal: '≥ 40,000 events/s' },
  { size: 256, events: 200_000, goal: '' },
  { size: 1, events: 20_000, goal: '≥ 6,000 events/s' },
]

export async function run({ scale, subjects, rounds, say }) {
  const rows = []
  const ledger = await BenchLedger.start()
  try {
    const chain = new ColdChain(7)
    say(`intake: ${thousands(subjects)} subjects first`)
    await ledger.flood(await ledger.prepare(subjects / 100, 8, (g) => chain.lot(g)), 4)
    for (const { size, events, goal } of SIZES) {
      const count = Math.max(size * ledger.gateways.length, Math.round(events * scale))
      const results = []
      for (let i = 0; i < rounds; i++) {
        const work = await ledger.prepare(count, size, (g) => chain.step(g))
        const before = threadSeconds(ledger.pid)
        const { ms, cpuMs } = await ledger.flood(work, WINDOW)
        const cpu = cpuOf(ledger.pid, before, threadSeconds(ledger.pid), count)
        const senders = (cpuMs * 1000) / count
        results.push({ ms, cpu, senders, bytes: work.bytes / count })
        say(
          `intake: batches of ${size}: ${rate(count, ms, 'events')}, ${inWords(cpu)}; the gateways ${senders.toFixed(1)}; each thread ${cpu.each.join(' ')}`,
        )
      }
      const middle = results.find(({ ms }) => ms === median(results.map((r) => r.ms)))
      const floor = await floorOf(size, Math.min(count, 50_000))
      const what = `intake over MQTT, batches of ${size} (${Math.round(middle.bytes)} bytes an event)`
      rows.push(
        row(
          what,
          `${rate(count, middle.ms, 'events')}; ${inWords(middle.cpu)}; the gateways ${middle.senders.toFixed(1)}`,
          { goal, floor },
        ),
      )
    }
  } finally {
    await ledger.remove()
  }
  return rows
}

/** µs of CPU time an event: the main thread, the busiest beside it (which looks at batches ahead), and all others together. */
function cpuOf(pid, before, after, count) {
  const used = (id) => ((after.get(id) - (before.get(id) ?? 0)) * 1e6) / count
  const beside = [...after.keys()].filter((id) => id !== pid).map(used)
  const [ahead = 0, ...rest] = beside.sort((a, b) => b - a)
  const main = used(pid)
  return {
    main,
    ahead,
    others: rest.reduce((sum, one) => sum + one, 0),
    each: [main, ahead, ...rest].map((one) => one.toFixed(1)),
  }
}

function inWords({ main, ahead, others }) {
  const total = main + ahead + others
  return `${total.toFixed(0)} µs CPU an event (main thread ${main.toFixed(0)}, ahead of it ${ahead.toFixed(0)}, others ${others.toFixed(0)})`
}

async function floorOf(size, events) {
  const gateway = new Gateway(0)
  const chain = new ColdChain(7, 100_000)
  const batches = Array.from({ length: Math.ceil(events / size) }, () => {
    return decodeBatch(gateway.batch(Array.from({ length: size }, () => chain.step(gateway)))).events
  })
  const count = batches.length * size
  const checks = Math.min(batches.length, 5000)
  const level = rate(count, await rawLevel(batches), 'events')
  const verify = rate(checks * size, await verifyAlone(checks), 'events')
  const hash = rate(count, await sha256Alone(batches), 'events')
  return `level, synced: ${level}; crypto.verify alone: ${verify}; SHA-256 alone: ${hash}`
}
