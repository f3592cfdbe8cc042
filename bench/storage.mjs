// What a ledger of some size takes on disk, how long it starts, and how long the audit of all of it takes.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { BenchLedger } from './_ledger.mjs'
import { megabytes, memoryOf, millis, rate, row, thousands, timed } from './_measure.mjs'
import { ColdChain } from './_workload.mjs'

const EVENTS = 200_000
const PROGRAM = fileURLToPath(new URL('../ledger-node/bin/tristamp-ledger.mjs', import.meta.url))

export async function run({ scale, say }) {
  const ledger = await BenchLedger.start()
  try {
    const empty = ledger.diskBytes()
    await ledger.stop()
    const emptyStart = await ledger.run()
    const chain = new ColdChain(7)
    const work = await ledger.prepare(Math.round(EVENTS * scale), 64, (g) => chain.step(g))
    await ledger.flood(work, 8)
    await ledger.stop()
    const bytes = ledger.diskBytes() - empty
    const start = await ledger.run()
    const memory = await memoryOf(ledger.pid)
    await ledger.stop()
    const audit = await timed(() => verify(ledger.data))
    say(`storage: ${millis(start)} to start, ${millis(audit)} to audit`)
    const of = `of ${thousands(work.events)} events`
    return [
      row(
        `disk ${of}`,
        `${Math.round(bytes / work.events)} bytes an event, ${(bytes / work.bytes).toFixed(2)} × what was sent`,
        {
          goal: '≤ 1.5 ×',
          floor: `${Math.round(work.bytes / work.events)} bytes sent`,
        },
      ),
      row(`start ${of}`, `${millis(start)}, then ${megabytes(memory.now)} RSS`, {
        goal: '< 2 s at 1 M events',
        floor: `an empty ledger: ${millis(emptyStart)}`,
      }),
      row(`audit ${of}, everything derived again`, rate(work.events, audit, 'events'), { goal: '≥ 10,000 events/s' }),
    ]
  } finally {
    await ledger.remove()
  }
}

async function verify(data) {
  const audit = spawn(process.execPath, [PROGRAM, 'verify', '--data', data], { stdio: ['ignore', 'ignore', 'inherit'] })
  const [code] = await once(audit, 'exit')
  if (code !== 0) throw new Error(`the audit ended with ${code}`)
}
