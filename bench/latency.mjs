// How long a gateway waits for the ledger's signed ack of one event, at 1,000 events a second, each in a batch of its own.
import { flushAlone } from './_floors.mjs'
import { BenchLedger } from './_ledger.mjs'
import { millis, percentile, row } from './_measure.mjs'
import { ColdChain } from './_workload.mjs'

const PER_SECOND = 1000
const SECONDS = 20

export async function run({ scale, say }) {
  const ledger = await BenchLedger.start()
  try {
    const chain = new ColdChain(7)
    const events = PER_SECOND * Math.max(2, Math.round(SECONDS * scale))
    // The first second is the machine's: programs are compiled, files are made.
    await ledger.pace(await ledger.prepare(2 * PER_SECOND, 1, (g) => chain.step(g)), PER_SECOND)
    const waits = await ledger.pace(await ledger.prepare(events, 1, (g) => chain.step(g)), PER_SECOND)
    const [p50, p99, max] = [0.5, 0.99, 1].map((share) => millis(percentile(waits, share)))
    say(`latency: p50 ${p50}, p99 ${p99}, longest ${max}`)
    const flushes = await flushAlone(500)
    const floor = `write and flush of 1 kB: p50 ${millis(percentile(flushes, 0.5))}, p99 ${millis(percentile(flushes, 0.99))}`
    return [
      row('event → signed ack at 1,000 events/s, one by one', `p50 ${p50}, p99 ${p99}`, {
        goal: 'p99 < 250 ms',
        floor,
      }),
    ]
  } finally {
    await ledger.remove()
  }
}
