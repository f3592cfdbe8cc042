// The trace graph alone, in a process of its own: a million events of made-up food chains straight into it, then the questions.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { takeBatch } from '../ledger-node/dist/trace/builder.js'
import { TraceEngine } from '../ledger-node/dist/trace/engine.js'
import { TraceGraph } from '../ledger-node/dist/trace/graph.js'
import { BAD_FIELD, chains, ITEM_LOT, SPICE } from './_chains.mjs'
import { median, megabytes, millis, row, thousands } from './_measure.mjs'

const EVENTS = 1_000_000
const ROUNDS = 7

export async function run({ scale, say }) {
  const child = fork(fileURLToPath(import.meta.url), { serialization: 'advanced', execArgv: ['--expose-gc'] })
  child.send({ events: Math.round(EVENTS * scale), seed: Number(process.env.BENCH_SEED ?? 7) })
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('the measuring process ended')))
  const [m] = await Promise.race([once(child, 'message'), ended])
  const what = `trace graph of ${thousands(m.events)} events`
  say(`${what}: ${JSON.stringify(m)}`)
  return [
    row(
      `${what} (${thousands(m.names)} names, ${thousands(m.links)} links), built from event bodies`,
      `${millis(m.build)}; ${m.cpu.toFixed(1)} µs CPU an event; ${megabytes(m.memory)} more than before`,
      { goal: '≤ 300 MB' },
    ),
    row(
      'back from a packed lot',
      `${millis(m.back.ms)}, ${millis(m.back.cpu)} CPU (${thousands(m.back.nodes)} nodes)`,
      { goal: '< 10 ms' },
    ),
    row(
      'forward from an ingredient to its shops',
      `${millis(m.forward.ms)}, ${millis(m.forward.cpu)} CPU (${thousands(m.forward.nodes)} nodes, ${thousands(m.forward.places)} places)`,
      { goal: '< 100 ms to 10,000 places' },
    ),
    row(
      '20 complaints, what is behind them',
      `${millis(m.converge.ms)}, ${millis(m.converge.cpu)} CPU; of all lots the right field ${m.converge.right ? 'first' : 'NOT first'}, with ${m.converge.legs} legs (of two the link was never recorded)`,
      { goal: '< 1 s' },
    ),
    row(
      'a lot of many items, all pages',
      `${millis(m.items.ms)} (${thousands(m.items.nodes)} nodes in ${m.items.pages} pages; the first in ${millis(m.items.first)})`,
      {},
    ),
    row('where a lot is now', millis(m.where), {}),
    row('what was on a truck', `${millis(m.exposure.ms)} (${thousands(m.exposure.rows)} rows)`, {}),
    row('digest over the graph', millis(m.digest), {}),
  ]
}

async function measure({ events, seed }) {
  const share = Math.min(1, events / EVENTS)
  const asked = {}
  const sizes = { seed, places: Math.round(10_000 * share), items: Math.round(100_000 * share) }
  globalThis.gc()
  const before = process.memoryUsage()
  const graph = new TraceGraph()
  const signer = { org: 'org', gateway: 'gate' }
  let [build, cpu, entry, batch] = [0, 0, 0, []]
  const take = () => {
    const [used, begin] = [process.cpuUsage(), performance.now()]
    takeBatch(graph, entry++, signer, batch)
    const { user, system } = process.cpuUsage(used)
    build += performance.now() - begin
    cpu += user + system
    batch = []
  }
  for (const event of chains(events, asked, sizes)) {
    if (batch.push({ event: Buffer.from(JSON.stringify(event)) }) === 256) take()
  }
  take()
  globalThis.gc()
  const after = process.memoryUsage()
  const always = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }
  const trace = (subject, directions) => ({ ask: 'trace', subject, directions, depth: 64, ...always, limit: 5000 })
  const ask = async (query) => {
    const [times, used] = [[], []]
    let answer
    for (let i = 0; i < ROUNDS; i++) {
      // An engine of its own each time: nothing is kept from the round before.
      const engine = new TraceEngine(graph, new Map())
      const [before, begin] = [process.cpuUsage(), performance.now()]
      answer = await engine.ask(query, entry)
      times.push(performance.now() - begin)
      const { user, system } = process.cpuUsage(before)
      used.push((user + system) / 1000)
    }
    return { ms: median(times), cpu: median(used), answer }
  }
  const back = await ask(trace(asked.last, ['back']))
  const forward = await ask(trace(SPICE, ['forward']))
  const converge = await ask({ ask: 'converge', subjects: asked.complaints, limit: 20 })
  const where = await ask({ ask: 'where-now', subject: asked.last, limit: 1000 })
  const truck = 'https://id.gs1.org/8003/09506000000077T1'
  const exposure = await ask({ ask: 'exposure', subject: truck, ...always, max: 5000, limit: 1000 })
  const begin = performance.now()
  graph.digest()
  const digest = performance.now() - begin
  const first = converge.answer.candidates.find(({ kind }) => kind === 'lot')
  return {
    events: graph.events,
    names: graph.names.count,
    links: graph.links,
    build,
    cpu: cpu / graph.events,
    memory: after.heapUsed + after.external - before.heapUsed - before.external,
    back: { ms: back.ms, cpu: back.cpu, nodes: back.answer.total.nodes },
    forward: {
      ms: forward.ms,
      cpu: forward.cpu,
      nodes: forward.answer.total.nodes,
      places: await placesOf(graph, trace(SPICE, ['forward']), entry),
    },
    converge: {
      ms: converge.ms,
      cpu: converge.cpu,
      legs: first.legs.length,
      right: first.subject === BAD_FIELD,
    },
    items: await pages(graph, trace(ITEM_LOT, ['forward']), entry),
    where: where.ms,
    exposure: { ms: exposure.ms, rows: exposure.answer.total },
    digest,
  }
}

async function pages(graph, query, size) {
  const engine = new TraceEngine(graph, new Map())
  const begin = performance.now()
  let [nodes, count, cursor, first] = [0, 0]
  do {
    const page = await engine.ask({ ...query, cursor }, size)
    first ??= performance.now() - begin
    nodes += page.nodes.length
    count++
    cursor = page.cursor
  } while (cursor !== undefined)
  return { ms: performance.now() - begin, first, nodes, pages: count }
}

async function placesOf(graph, query, size) {
  const engine = new TraceEngine(graph, new Map())
  let [places, cursor] = [0]
  do {
    const page = await engine.ask({ ...query, cursor }, size)
    places += page.nodes.filter(({ kind }) => kind === 'place').length
    cursor = page.cursor
  } while (cursor !== undefined)
  return places
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.send !== undefined) {
  process.once('message', async (options) => process.send(await measure(options), () => process.exit(0)))
}
