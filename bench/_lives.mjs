// A ledger that holds the whole lives of some products, for readers to ask about.
import { BenchLedger } from './_ledger.mjs'
import { ColdChain } from './_workload.mjs'

/** Events of several products stand in one batch, as they come in at a gateway. */
const BATCH = 32

/** @returns the ledger, and the products' subjects */
export async function ledgerOfLives(products) {
  const ledger = await BenchLedger.start()
  const chain = new ColdChain(7)
  const lives = Array.from({ length: products }, () => chain.life(ledger.gateways))
  const queues = ledger.gateways.map(() => [])
  for (const { events } of lives) for (const { number, value } of events) queues[number].push(value)
  for (const [i, values] of queues.entries()) {
    const g = ledger.gateways[i]
    for (let at = 0; at < values.length; at += BATCH) await ledger.post(g.batch(values.slice(at, at + BATCH)))
  }
  await ledger.sealed()
  return { ledger, subjects: lives.map(({ subject }) => subject) }
}
