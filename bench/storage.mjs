// What a ledger of some size takes on disk, and how long it starts.
import { BenchLedger } from './_ledger.mjs'
import { cpuSeconds, megabytes, memoryOf, millis, row, thousands } from './_measure.mjs'
import { ColdChain } from './_workload.mjs'

const EVENTS = 200_000
/** Events between the last snapshot and a kill. */
const AFTER = 40_000

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
    const cpu = cpuSeconds(ledger.pid)
    // No snapshot has these.
    const more = await ledger.prepare(Math.round(AFTER * scale), 64, (g) => chain.step(g))
    await ledger.flood(more, 8)
    await ledger.kill()
    const afterKill = await ledger.run()
    say(`storage: ${millis(start)} to start, ${millis(afterKill)} after a kill`)
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
      row(
        `start after a kill, ${thousands(more.events)} events after the last snapshot`,
        `${millis(afterKill)}; ${cpuSeconds(ledger.pid).toFixed(1)} s CPU`,
      ),
      row(`start ${of}`, `${millis(start)}; ${cpu.toFixed(1)} s CPU, then ${megabytes(memory.now)} RSS`, {
        goal: '< 2 s at 1 M events',
        floor: `an empty ledger: ${millis(emptyStart)}`,
      }),
    ]
  } finally {
    await ledger.remove()
  }
}
