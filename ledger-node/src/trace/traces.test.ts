import * as crypto from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { type Json, type Operation, toHex } from '@tristamp/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { commissioned, itemUri, TestGateway, TestLedger, until } from '../_harness.ts'
import { type Disk, nodeDisk } from '../disk.ts'
import { trace as question, type TraceAnswer } from './_trace.ts'
import { TraceGraph } from './graph.ts'
import { TraceHost, type TraceNews } from './host.ts'
import { traceSnapshotPath } from './snapshot.ts'

let ledger: TestLedger
let gateway: TestGateway

beforeEach(async () => {
  ledger = await TestLedger.start()
  gateway = new TestGateway('org', 'one')
  const name = { zh: '组织', en: 'Org' }
  await ledger.enrol({ op: 'enrol-organisation', org: 'org', party: 'https://id.gs1.org/417/9506000134307', name }, {
    ...gateway.operation,
    roles: ['commission', 'transform', 'pack'],
  } as Operation)
})
afterEach(() => ledger.remove())

const BOX = 'https://id.gs1.org/00/395060000000000016'
const LOT = 'https://id.gs1.org/01/09506000134352/10/L7'

function step(event: Record<string, Json>): Json {
  const { epcList: _, ilmd: __, action: ___, ...stamps } = commissioned('') as Record<string, Json>
  return { ...stamps, eventID: `urn:uuid:${crypto.randomUUID()}`, ...event }
}

async function record(...events: Json[]): Promise<number> {
  const answer = await ledger.post(gateway.batchOf(events))
  gateway.seq++
  expect(answer.status).toBe(201)
  const { entry } = (await answer.json()) as { entry: number }
  await ledger.sealed(entry)
  return entry
}

async function get<T = TraceAnswer>(path: string): Promise<T> {
  let answer = await ledger.get(path)
  for (let i = 0; answer.status === 503 && i < 100; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    answer = await ledger.get(path)
  }
  expect([answer.status, answer.headers.get('Content-Type')]).toEqual([200, 'application/json; charset=utf-8'])
  return (await answer.json()) as T
}

const trace = (subject: string, more = ''): string => `/v1/trace?subject=${encodeURIComponent(subject)}${more}`

test('what was recorded is traced: packed, made into something, taken back, each link with the event that proves it', async () => {
  const packed = step({
    type: 'AggregationEvent',
    action: 'ADD',
    bizStep: 'packing',
    parentID: BOX,
    childEPCs: [itemUri('A')],
  })
  const made = step({
    type: 'TransformationEvent',
    inputEPCList: [itemUri('A')],
    outputEPCList: [itemUri('C')],
  })
  const first = await record(commissioned(itemUri('A')), packed)
  const second = await record(made)
  const answer = await get(trace(itemUri('A'), '&direction=forward'))
  expect(answer.treeSize).toBeGreaterThan(second)
  const idOf = (n: number): string => answer.nodes[n]!.id
  const found = answer.links.map(({ kind, from, to, proof }) => [
    kind,
    idOf(from),
    idOf(to),
    proof.entry,
    proof.position,
  ])
  const { eventID } = made as { eventID: string }
  expect(found).toEqual(
    expect.arrayContaining([
      ['contained', itemUri('A'), BOX, first, 1],
      ['lot', itemUri('A'), LOT, first, 0],
      ['input', itemUri('A'), eventID, second, 0],
      ['output', eventID, itemUri('C'), second, 0],
    ]),
  )
  const { records } = await get<{ records: { entry: number }[] }>(`/v1/events/${eventID}`)
  expect(records.map(({ entry }) => entry)).toEqual([second])

  await record({
    ...(made as Record<string, Json>),
    errorDeclaration: { declarationTime: '2026-11-22T02:00:00.000Z', reason: 'did_not_occur' },
  })
  const after = await get(trace(itemUri('A'), '&direction=forward'))
  expect(after.nodes.map(({ id }) => id)).not.toContain(itemUri('C'))
  expect((await get(trace(itemUri('C')))).links.filter(({ kind }) => kind === 'output')).toEqual([])
})

test('a graph that grew with each seal is the one that is made of all events at once; a node answers the same after a start', async () => {
  const keys: TraceNews['keys'] = [[toHex(gateway.kid), { org: 'org', gateway: 'one' }]]
  const parts = { folder: ledger.folder, reached: () => undefined, note: () => undefined }
  const hosts = [new TraceHost(parts), new TraceHost(parts)] as const
  const made = step({ type: 'TransformationEvent', inputEPCList: [itemUri('A')], outputEPCList: [itemUri('C')] })
  const errorDeclaration = { declarationTime: '2026-11-22T02:00:00.000Z', reason: 'did_not_occur' }
  const declared = { ...(made as Record<string, Json>), errorDeclaration }
  for (const events of [[commissioned(itemUri('A')), commissioned(itemUri('B'))], [made], [declared]]) {
    await record(...events)
    await hosts[0].advance({ size: await ledger.size(), keys, parties: [] })
  }
  const size = await ledger.size()
  await hosts[0].advance({ size, keys, parties: [] })
  await hosts[1].advance({ size, keys, parties: [] })
  expect(hosts[1].digest()).toBe(hosts[0].digest())
  expect(hosts[0].digest()).not.toBe(new TraceGraph().digest())

  const before = await get(trace(itemUri('B')))
  await ledger.stop()
  await ledger.run()
  expect(await get(trace(itemUri('B')))).toEqual(before)
})

/** What a host says, and how many bytes of the events it reads. */
async function readBy(
  folder: string,
  news: TraceNews,
  work: (host: TraceHost) => Promise<void> = async () => undefined,
): Promise<{ digest: string; notes: string[]; bodies: number }> {
  const notes: string[] = []
  let bodies = 0
  const disk: Disk = {
    ...nodeDisk,
    open: async (path) => {
      const file = await nodeDisk.open(path)
      if (!path.includes('/bodies/')) return file
      const read = async (offset: number, length: number): Promise<Uint8Array> => {
        bodies += length
        return file.read(offset, length)
      }
      return { ...file, read }
    },
  }
  const host = new TraceHost({ folder, reached: () => undefined, note: (text) => notes.push(text), disk, least: 1 })
  await host.advance(news)
  await work(host)
  const digest = host.digest()
  await host.close()
  return { digest, notes, bodies }
}

test('a start goes on from the snapshot that the last stop left, and is not misled by one that is damaged, ahead or of another log', async () => {
  const keys: TraceNews['keys'] = [[toHex(gateway.kid), { org: 'org', gateway: 'one' }]]
  await record(commissioned(itemUri('A')), commissioned(itemUri('B')))
  const early: TraceNews = { size: await ledger.size(), keys, parties: [] }
  const file = traceSnapshotPath(ledger.folder)
  const earlyDigest = (await readBy(ledger.folder, early)).digest
  const before = await readFile(file)
  await record(commissioned(itemUri('C')))
  const all: TraceNews = { size: await ledger.size(), keys, parties: [] }

  const caughtUp = await readBy(ledger.folder, all)
  const nothingNew = await readBy(ledger.folder, all)
  await rm(file)
  const anew = await readBy(ledger.folder, all)
  expect([caughtUp.notes, nothingNew.notes, anew.notes]).toEqual([[], [], []])
  expect([caughtUp.digest, nothingNew.digest]).toEqual([anew.digest, anew.digest])
  expect(nothingNew.bodies).toBe(0)
  expect(caughtUp.bodies).toBeLessThan(anew.bodies)

  // The log was set back to an earlier state: what the snapshot holds is not in it.
  const back = await readBy(ledger.folder, early)
  expect([back.digest, back.notes]).toEqual([earlyDigest, [expect.stringContaining('the log has')]])

  const bytes = Buffer.from(before)
  bytes[bytes.length >> 1]! ^= 1
  await writeFile(file, bytes)
  const mended = await readBy(ledger.folder, all)
  expect([mended.digest, mended.notes]).toEqual([anew.digest, [expect.stringContaining('damaged')]])

  const other = await TestLedger.start()
  try {
    await writeFile(traceSnapshotPath(other.folder), before)
    const size = await other.size()
    const fresh = await readBy(other.folder, { size: Math.max(size, early.size), keys, parties: [] })
    expect(fresh.notes).toEqual([expect.stringContaining('another log')])
  } finally {
    await other.remove()
  }
})

test('a snapshot is written while questions are answered, when enough has come', async () => {
  await record(commissioned(itemUri('A')))
  const keys: TraceNews['keys'] = [[toHex(gateway.kid), { org: 'org', gateway: 'one' }]]
  const news: TraceNews = { size: await ledger.size(), keys, parties: [] }
  const file = traceSnapshotPath(ledger.folder)
  const { notes, digest } = await readBy(ledger.folder, news, async (host) => {
    const asked = host.ask({ ...question(LOT), limit: 10 }, news.size)
    await Promise.all([host.save(), asked])
    const written = await readFile(file)
    // Nothing has come since.
    await rm(file)
    await host.save()
    await expect(readFile(file)).rejects.toThrow('ENOENT')
    await writeFile(file, written)
  })
  expect(notes).toEqual([])
  expect(await readBy(ledger.folder, news)).toEqual({ digest, notes: [], bodies: 0 })
})

test('pages of an answer stay as they were while events arrive', async () => {
  const items = Array.from({ length: 40 }, (_, i) => itemUri(`I${i}`))
  await record(...items.map(commissioned))
  const path = trace(LOT, '&direction=forward&limit=7')
  let page = await get(path)
  const { total, treeSize } = page
  const [nodes, links] = [[...page.nodes], [...page.links]]
  await record(commissioned(itemUri('LATER')))
  while (page.cursor !== undefined) {
    page = await get(`${path}&cursor=${page.cursor}`)
    expect(page.treeSize).toBe(treeSize)
    nodes.push(...page.nodes)
    links.push(...page.links)
  }
  expect([nodes.length, links.length]).toEqual([total.nodes, total.links])
  expect(nodes.map(({ n }) => n)).toEqual(nodes.map((_, n) => n))
  expect(nodes.map(({ id }) => id)).toEqual(expect.arrayContaining(items))
  await until(async () => (await get(path)).total.nodes === total.nodes + 1)
})

test('what cannot be asked is refused with a code', async () => {
  await record(commissioned(itemUri('A')))
  const { cursor } = await get(trace(LOT, '&limit=1'))
  const codes = await Promise.all(
    [
      trace(itemUri('NOBODY')),
      trace(itemUri('A'), '&direction=sideways'),
      trace(itemUri('A'), '&depth=65'),
      trace(itemUri('A'), '&from=yesterday'),
      trace(itemUri('A'), `&limit=1&cursor=${cursor}`),
      trace(LOT, '&cursor=x'),
      '/v1/trace/where-now',
      `/v1/trace/exposure?unit=${encodeURIComponent(BOX)}&min=cold`,
      '/v1/trace?subject=https://id.gs1.org/01/09506000134353/10/L7',
    ].map(async (path) => {
      const answer = await ledger.get(path)
      return [answer.status, ((await answer.json()) as { code: string }).code]
    }),
  )
  expect(codes).toEqual([
    [404, 'NOT_FOUND'],
    [400, 'REQUEST_QUERY'],
    [400, 'REQUEST_QUERY'],
    [400, 'REQUEST_QUERY'],
    [400, 'TRACE_CURSOR'],
    [400, 'TRACE_CURSOR'],
    [400, 'REQUEST_QUERY'],
    [400, 'REQUEST_QUERY'],
    [400, 'GS1_CHECK_DIGIT'],
  ])
  const converge = async (body: string): Promise<unknown> => {
    const headers = { 'Content-Type': 'application/json' }
    const answer = await ledger.get('/v1/trace/converge', { method: 'POST', headers, body })
    return [answer.status, ((await answer.json()) as { code?: string }).code]
  }
  expect(await converge(JSON.stringify({ subjects: [itemUri('A'), itemUri('NOBODY')] }))).toEqual([200, undefined])
  expect(await converge('{"subjects":[]}')).toEqual([400, 'REQUEST_QUERY'])
  expect(await converge('{')).toEqual([400, 'REQUEST_QUERY'])
  expect(await converge(JSON.stringify({ subjects: [`urn:x:${'y'.repeat(70_000)}`] }))).toEqual([
    413,
    'REQUEST_TOO_LARGE',
  ])
})
