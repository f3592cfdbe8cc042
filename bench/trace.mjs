// The trace graph alone, in a process of its own: a million events of made-up food chains straight into it, then the questions.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodeDisk } from '../ledger-node/dist/disk.js'
import { takeBatch } from '../ledger-node/dist/trace/builder.js'
import { TraceEngine } from '../ledger-node/dist/trace/engine.js'
import { TraceGraph } from '../ledger-node/dist/trace/graph.js'
import { readTraceSnapshot, traceSnapshotPath, writeTraceSnapshot } from '../ledger-node/dist/trace/snapshot.js'
import { BAD_FIELD, chains, ITEM_LOT, SPICE } from './_chains.mjs'
import { median, megabytes, millis, row, thousands, timed, withFolder } from './_measure.mjs'

const EVENTS = 1_000_000
const ROUNDS = 7

/** BENCH_EVENTS: how many events, where a million are not enough. */
export async function run({ scale, say }) {
  return withFolder((folder) => rowsOf(folder, scale, say))
}

/** What a process of its own has to say. */
async function asked(options) {
  // Young objects of a walk have the room that the thread of the traces gives them.
  const execArgv = ['--expose-gc', '--max-semi-space-size=64']
  const child = fork(fileURLToPath(import.meta.url), { serialization: 'advanced', execArgv })
  child.send(options)
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('the measuring process ended')))
  return (await Promise.race([once(child, 'message'), ended]))[0]
}

async function rowsOf(folder, scale, say) {
  const events = Math.round(Number(process.env.BENCH_EVENTS ?? EVENTS) * scale)
  const m = await asked({ measure: { events, seed: Number(process.env.BENCH_SEED ?? 7), folder } })
  m.start = await asked({ start: { folder } })
  const what = `trace graph of ${thousands(m.events)} events`
  say(`${what}: ${JSON.stringify(m)}`)
  return [
    row(
      `${what} (${thousands(m.names)} names, ${thousands(m.links)} links), built from event bodies`,
      `${millis(m.build)}; ${m.cpu.toFixed(1)} µs CPU an event; ${megabytes(m.memory)} more than before, ${Math.round(m.memory / m.events)} bytes an event`,
      { goal: '≤ 300 bytes an event' },
    ),
    row('its snapshot', `${megabytes(m.snapshot.bytes)}, written in ${millis(m.snapshot.ms)}`, {}),
    row(
      'a start from it: read and checked by a fresh process, and the first answer (back)',
      `${millis(m.start.ms)}, ${millis(m.start.cpu)} CPU, ${millis(m.start.first)}; ${megabytes(m.start.rss)} RSS`,
      { goal: '< 2 s at 1 M events' },
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

async function measure({ events, seed, folder }) {
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
  const next = { index: entry, file: 0, offset: 0 }
  const standpoint = {
    next: { entries: next, bodies: next },
    last: { place: next, length: 1, leaf: new Uint8Array(32) },
  }
  const file = traceSnapshotPath(folder)
  const written = await timed(() => writeTraceSnapshot(nodeDisk, file, graph, standpoint, () => false))
  await nodeDisk.replace(join(folder, 'question'), Buffer.from(JSON.stringify([asked.last, entry])))
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
    snapshot: { ms: written, bytes: (await stat(file)).size },
  }
}

/** What a start does instead of reading all events. */
async function start({ folder }) {
  const [subject, entry] = JSON.parse(await readFile(join(folder, 'question'), 'utf8'))
  const graph = new TraceGraph()
  const used = process.cpuUsage()
  const ms = await timed(() => readTraceSnapshot(traceSnapshotPath(folder), graph, async () => undefined))
  const { user, system } = process.cpuUsage(used)
  const always = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }
  const query = { ask: 'trace', subject, directions: ['back'], depth: 64, ...always, limit: 5000 }
  const first = await timed(() => new TraceEngine(graph, new Map()).ask(query, entry))
  return { ms, cpu: (user + system) / 1000, first, rss: process.memoryUsage().rss }
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
  process.once('message', async ({ measure: measuring, start: starting }) => {
    const told = measuring === undefined ? await start(starting) : await measure(measuring)
    process.send(told, () => process.exit(0))
  })
}
