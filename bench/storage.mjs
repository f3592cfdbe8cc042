// What a ledger of some size takes on disk, and how long it starts.
import { BenchLedger } from './_ledger.mjs'
import { megabytes, memoryOf, millis, row, thousands } from './_measure.mjs'
import { ColdChain } from './_workload.mjs'

const EVENTS = 200_000

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
    say(`storage: ${millis(start)} to start`)
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
    ]
  } finally {
    await ledger.remove()
  }
}
