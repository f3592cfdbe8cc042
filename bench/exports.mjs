// Exports of one lot from a real ledger that holds a million events of made-up food chains (_chains.mjs): how long until the file is whole.
import { chains, ITEM_LOT, SPICE } from './_chains.mjs'
import { BenchLedger } from './_ledger.mjs'
import { megabytes, memoryOf, millis, row, thousands } from './_measure.mjs'

const EVENTS = 1_000_000
const BATCH = 256
const FORMS = ['fsma204.xlsx', 'events.csv', 'epcis.jsonld', 'proofs.tar.gz']
const GOAL = '< 5 s'

export async function run({ scale, say }) {
  const ledger = await BenchLedger.start()
  try {
    const asked = {}
    const sizes = {
      seed: Number(process.env.BENCH_SEED ?? 7),
      places: Math.round(10_000 * scale),
      items: Math.round(100_000 * scale),
    }
    const events = await fill(ledger, chains(Math.round(EVENTS * scale), asked, sizes), say)
    const rows = []
    for (const [what, subject] of [
      ['a packed lot', asked.last],
      ['a spice that reached all shops', SPICE],
      ['a lot of many items', ITEM_LOT],
    ]) {
      const told = []
      for (const form of FORMS) {
        const one = await download(ledger, form, subject)
        say(`exports: ${what}, ${form}: ${JSON.stringify(one)}`)
        told.push(`${form} ${millis(one.ms)} (${megabytes(one.bytes)})`)
      }
      const { peak } = await memoryOf(ledger.pid)
      rows.push(
        row(
          `${what} exported from a ledger of ${thousands(events)} events`,
          `${told.join(', ')}; ${megabytes(peak)} most in memory so far`,
          what === 'a packed lot' ? { goal: GOAL } : {},
        ),
      )
    }
    return rows
  } finally {
    await ledger.remove()
  }
}

/** Records all, each batch by the next gateway; waits until the trace has them. */
async function fill(ledger, events, say) {
  let [count, batch, turn, begin] = [0, [], 0, performance.now()]
  const send = async () => {
    await ledger.post(ledger.gateways[turn++ % ledger.gateways.length].batch(batch))
    batch = []
  }
  for (const event of events) {
    count++
    if (batch.push(stamped(event)) === BATCH) await send()
    if (count % 200_000 === 0) say(`exports: ${thousands(count)} events in ${millis(performance.now() - begin)}`)
  }
  if (batch.length > 0) await send()
  await ledger.sealed()
  for (;;) {
    const answer = await fetch(`${ledger.url}/v1/trace?subject=${encodeURIComponent(SPICE)}&limit=1`)
    const { treeSize } = await answer.json()
    const health = await (await fetch(`${ledger.url}/healthz`)).json()
    if (answer.status === 200 && treeSize === health.entries) return count
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

/** As admission wants it: a place for the position, and a quality stamp. */
function stamped(event) {
  const place = event.bizLocation ?? event.readPoint ?? { id: 'https://id.gs1.org/414/9506000134307' }
  const reports = event.sensorElementList
    ?.flatMap(({ sensorReport }) => sensorReport)
    .map((report) => ({ ...report, maxValue: Math.round(report.maxValue * 1000) / 1000 }))
  const quality =
    reports === undefined
      ? { 'tristamp:quality': 'none' }
      : { sensorElementList: [{ sensorMetadata: metadata(event.eventTime), sensorReport: reports }] }
  return { readPoint: place, ...event, ...quality }
}

function metadata(endTime) {
  const startTime = new Date(Date.parse(endTime) - 1_800_000).toISOString()
  return { deviceID: 'https://id.gs1.org/8004/9506000134COLD1', startTime, endTime }
}

async function download(ledger, form, subject) {
  const begin = performance.now()
  const answer = await fetch(`${ledger.url}/v1/exports/${form}?subject=${encodeURIComponent(subject)}`, {
    headers: { 'Accept-Encoding': 'identity' },
  })
  const first = performance.now() - begin
  const { byteLength: bytes } = await answer.arrayBuffer()
  if (answer.status !== 200) throw new Error(`${form}: ${answer.status}`)
  return { ms: performance.now() - begin, first, bytes }
}
