// How fast a follower of another organisation makes a ledger again: a real ledger process, a real follower process, over HTTP.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { BenchLedger } from './_ledger.mjs'
import { ColdChain } from './_workload.mjs'

const PROGRAM = fileURLToPath(new URL('../ledger-node/bin/tristamp-ledger.mjs', import.meta.url))

const { values } = parseArgs({
  options: { events: { type: 'string', default: '100000' }, batch: { type: 'string', default: '64' } },
})
const ledger = await BenchLedger.start()
const chain = new ColdChain(1)
try {
  const [events, batch] = [Number(values.events), Number(values.batch)]
  const prepared = await ledger.prepare(events, batch, (g) => chain.step(g))
  const { ms: flooded } = await ledger.flood(prepared, 8)
  console.log(`${events} events in batches of ${batch} recorded in ${seconds(flooded)}`)
  const { sealed } = await ledger.sealed()
  const { ms, rss, cpu } = await follow(ledger, sealed.size)
  console.log(
    `followed in ${seconds(ms)}: ${Math.round((events / ms) * 1000)} events/s; its CPU time ${seconds(cpu)}, ${Math.round(rss / 1e6)} MB`,
  )
} finally {
  await ledger.remove()
}

async function follow({ url, folder }, size) {
  const begin = performance.now()
  const data = join(folder, 'follower')
  const flags = (process.env.BENCH_NODE_FLAGS ?? '').split(' ').filter(Boolean)
  const child = spawn(process.execPath, [...flags, PROGRAM, 'run', '--data', data, '--follow', url, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [ready] = await once(createInterface({ input: child.stdout }), 'line')
  const own = /^ready (\S+)/.exec(ready)[1]
  for (;;) {
    const health = await (await fetch(`${own}/healthz`)).json()
    if (health.sealed?.size >= size) break
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const ms = performance.now() - begin
  const metrics = await (await fetch(`${own}/metrics`)).text()
  const metric = (name) => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(metrics)?.[1])
  const [rss, cpu] = [metric('process_resident_memory_bytes'), metric('process_cpu_seconds_total') * 1000]
  child.kill('SIGTERM')
  await once(child, 'exit')
  return { ms, rss, cpu }
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`
}
