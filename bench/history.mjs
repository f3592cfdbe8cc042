// Proof bundles of products with 25 events each: how many a second, how late the slowest, how large.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { ledgerOfLives } from './_lives.mjs'
import { cpuSeconds, kilobytes, millis, percentile, rate, row } from './_measure.mjs'

const PRODUCTS = 400
const CONNECTIONS = 8
const SECONDS = 10
/** States that readers remember. */
const SINCE = 60
const READER = fileURLToPath(new URL('./_reader.mjs', import.meta.url))

export async function run({ scale, say }) {
  const { ledger, subjects } = await ledgerOfLives(Math.max(20, Math.round(PRODUCTS * scale)))
  try {
    const kept = subjects.map((subject) => `/v1/history?subject=${encodeURIComponent(subject)}`)
    // A reader that remembers another state gets another bundle: none of these was built before.
    const anew = Array.from({ length: SINCE }, (_, since) => kept.map((path) => `${path}&since=${since + 1}`)).flat()
    const seconds = Math.max(2, SECONDS * scale)
    await ask(ledger, kept, 2)
    const [again, first] = [await ask(ledger, kept, seconds), await ask(ledger, anew, seconds)]
    const bundle = Buffer.from(await (await fetch(ledger.url + kept[0])).arrayBuffer())
    for (const one of [again, first]) say(`history: ${one.text}, ${kilobytes(bundle.length)}`)
    const floor = await floorOf(bundle, seconds)
    const goal = '≥ 1,500/s, p99 < 20 ms'
    return [
      row(
        `histories of ${subjects.length} products with 25 events, asked for again and again between two seals`,
        again.text,
        {
          goal,
          floor: `the same bytes from memory by node:http: ${floor}`,
        },
      ),
      row('the same, each bundle built anew from what is in memory', first.text, { goal }),
      row('its bundle', `${kilobytes(bundle.length)}, ${kilobytes(gzipSync(bundle).length)} compressed`, {
        goal: '≤ 30 kB',
      }),
    ]
  } finally {
    await ledger.remove()
  }
}

async function ask(ledger, paths, seconds) {
  const before = cpuSeconds(ledger.pid)
  const { ms, answers } = await read({
    port: Number(new URL(ledger.url).port),
    paths,
    connections: CONNECTIONS,
    seconds,
  })
  const cpu = ((cpuSeconds(ledger.pid) - before) * 1000) / answers.length
  const waits = answers.map(([wait]) => wait)
  const [p50, p99] = [0.5, 0.99].map((share) => millis(percentile(waits, share)))
  const text = `${rate(answers.length, ms, 'bundles')}, p50 ${p50}, p99 ${p99} over ${CONNECTIONS} connections; ${cpu.toFixed(2)} ms CPU each`
  return { text }
}

async function floorOf(bundle, seconds) {
  const server = createServer((_, response) => response.setHeader('Content-Length', bundle.length).end(bundle))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  const { ms, answers } = await read({ port, paths: ['/'], connections: CONNECTIONS, seconds: Math.min(5, seconds) })
  server.close()
  return rate(answers.length, ms, 'requests')
}

async function read(message) {
  const reader = fork(READER)
  reader.send(message)
  const ended = once(reader, 'exit').then(() => Promise.reject(new Error('the reader ended')))
  const [result] = await Promise.race([once(reader, 'message'), ended])
  return result
}
