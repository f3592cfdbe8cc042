// How fast a whole ledger is audited: its folder, over HTTP from a node that runs, and as an archive. Alone: node bench/audit.mjs [--events N]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { BenchLedger } from './_ledger.mjs'
import { cpuSeconds, megabytes, memoryOf, rate, row, thousands } from './_measure.mjs'
import { ColdChain } from './_workload.mjs'

const EVENTS = 200_000
/** How many events a gateway signs together: many under load, one alone at a quiet station. */
const BATCHES = [64, 1]
const PROGRAM = fileURLToPath(new URL('../ledger-node/bin/tristamp-ledger.mjs', import.meta.url))
const GOAL = '≥ 10,000 events/s'

export async function run({ scale, say }) {
  const rows = []
  for (const batch of BATCHES) {
    const events = Math.round((EVENTS * scale) / (batch === 1 ? 8 : 1))
    const ledger = await BenchLedger.start()
    try {
      const chain = new ColdChain(7)
      await ledger.flood(await ledger.prepare(events, batch, (g) => chain.step(g)), 8)
      const of = `of ${thousands(events)} events in batches of ${batch}`
      const measure = async (what, args) => {
        const told = describe(events, await tristamp(args))
        say(`${what} ${of}: ${told}`)
        rows.push(row(`${what} ${of}`, told, { goal: GOAL }))
      }
      const archive = join(ledger.folder, 'archive')
      await measure('audit over HTTP', ['audit', ledger.url])
      await ledger.stop()
      await measure('audit of the folder', ['audit', ledger.data])
      await measure('audit on one thread', ['audit', ledger.data, '--threads', '0'])
      await tristamp(['archive', '--data', ledger.data, '-o', archive])
      await measure('audit of the archive', ['audit', archive])
    } finally {
      await ledger.remove()
    }
  }
  return rows
}

/** Runs the program to its end. */
async function tristamp(args) {
  const begin = performance.now()
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (text) => {
    said += text
  })
  let [cpu, peak] = [0, 0]
  const look = setInterval(async () => {
    // It may just have ended.
    const memory = await memoryOf(child.pid).catch(() => undefined)
    if (memory === undefined) return
    peak = memory.peak
    cpu = cpuSeconds(child.pid)
  }, 100)
  const [code] = await once(child, 'exit')
  clearInterval(look)
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${said}`)
  return { ms: performance.now() - begin, cpu, peak }
}

function describe(events, { ms, cpu, peak }) {
  return `${rate(events, ms, 'events')}, ${Math.round((cpu * 1e6) / events)} µs of CPU each, ${megabytes(peak)} at most`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { events: { type: 'string', default: String(EVENTS) } } })
  await run({ scale: Number(values.events) / EVENTS, say: (text) => console.log(text) })
  process.exit(0)
}
