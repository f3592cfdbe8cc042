import { createHash, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  commitmentOf,
  evidenceId,
  formatAddCheckpoint,
  type Json,
  type Operation,
  parseVerifierKey,
  secretFrom,
  sha256,
  toBase64Url,
  toHex,
  utf8,
} from '@tristamp/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { ApiDocument, type Told } from '../../../test/_openapi.ts'
import {
  commissioned,
  config,
  itemUri,
  ORIGIN,
  type TestGateway,
  TestLedger,
  temporaryFolder,
  until,
} from '../_harness.ts'
import { type RunningFollower, startFollower } from '../follow/start.ts'

const document = new ApiDocument(parse(readFileSync(new URL('../../../docs/openapi.yaml', import.meta.url), 'utf8')))

const ITEM = itemUri('A1')
const PRODUCT = 'https://id.gs1.org/01/09506000134352'
const RECALL = '5f0c9d1e-8a51-4c39-9a58-2f6f6a1f0b11'
const HOLD = '0b5e3f02-6d1c-4c3e-9d55-1f6c0a9e7d10'
const SECRET = secretFrom(new Uint8Array(10).fill(7))
const PIECE = utf8('a series of readings')
const TOKENS = {
  regulator: 'regulators-token-of-forty-three-characters',
  operator: 'operators-token-of-forty-three-characters',
}
const ACCESS = (['regulator', 'operator'] as const).map((role) => ({
  name: role,
  role,
  sha256: createHash('sha256').update(TOKENS[role]).digest('base64url'),
}))
const PROXY = { addressHeader: 'X-Forwarded-For' }
const of = (subject: string): string => `subject=${encodeURIComponent(subject)}`

let ledger: TestLedger
let gate: TestGateway
let follower: RunningFollower
let folder: Awaited<ReturnType<typeof temporaryFolder>>
const event = commissioned(ITEM) as unknown as { eventID: string }
/** Operation and status of every answer that fitted. */
const seen = new Set<string>()

interface Asked {
  token?: string
  accept?: string
  type?: string
  body?: string | object
  headers?: Record<string, string>
  at?: string
  /** The client, by its address; each time another one unless told, so that no pace is in the way. */
  from?: string
}

let clients = 0
const another = (): string => `10.${clients >> 16}.${(clients >> 8) & 255}.${clients++ & 255}`

/** Asks a node, and holds what it answers against the document. */
async function ask(
  line: string,
  { token, accept, type, body, headers = {}, at = ledger.url, from = another() }: Asked = {},
): Promise<Told & { json: { [member: string]: unknown } }> {
  const [method, path] = line.split(' ') as [string, string]
  const isJson = body !== undefined && typeof body === 'object' && !(body instanceof Uint8Array)
  const answer = await fetch(`${at}${path}`, {
    method,
    headers: {
      'X-Forwarded-For': from,
      ...(token !== undefined && { Authorization: `Bearer ${TOKENS[token as keyof typeof TOKENS] ?? token}` }),
      ...(accept !== undefined && { Accept: accept }),
      ...(body !== undefined && { 'Content-Type': type ?? (isJson ? 'application/json' : 'application/cbor') }),
      ...headers,
    },
    ...(body !== undefined && { body: isJson ? JSON.stringify(body) : (body as BodyInit) }),
  })
  const told = await document.told(method, `${at}${path}`, answer)
  expect(told.flaws, `${line}: ${told.status}`).toEqual([])
  seen.add(`${told.route.operation.operationId} ${told.status}`)
  return { ...told, json: told.body.startsWith('{') ? (JSON.parse(told.body) as { [member: string]: unknown }) : {} }
}

/** The same, of which the status is known. */
async function expectAsked(status: number, line: string, asked: Asked = {}): Promise<{ [member: string]: unknown }> {
  const told = await ask(line, asked)
  expect(told.status, `${line}: ${told.body}`).toBe(status)
  return told.json
}

/** Refused with a code. */
async function refused(status: number, code: string, line: string, asked: Asked = {}): Promise<void> {
  expect(await expectAsked(status, line, asked)).toMatchObject({ status, code })
}

beforeAll(async () => {
  folder = await temporaryFolder()
  const pages = join(folder.path, 'pages')
  await mkdir(pages)
  await writeFile(join(pages, 'index.html'), '<!doctype html>')
  ledger = await TestLedger.start()
  await ledger.stop()
  const logs = [parseVerifierKey(ledger.node.genesis.logKey)]
  await ledger.run({}, { ...PROXY, pages }, { access: ACCESS, witness: { logs } })
  ;[gate] = (await ledger.enrolGateways('gw1')) as [TestGateway]
  const words = { zh: '话', en: 'words' }
  const goods = { id: RECALL, org: 'org', subjects: [ITEM] }
  await ledger.enrol(
    {
      op: 'register-product',
      org: 'org',
      product: PRODUCT,
      name: { zh: '腊肉', en: 'Pork' },
      spec: { zh: '一', en: '1' },
    },
    { op: 'recall', ...goods, class: 1, reason: words, hazard: words, consumer: words, holder: words } as Operation,
    { op: 'hold', ...goods, id: HOLD, reason: words } as Operation,
  )
  const sealed = { ...event, 'tristamp:sealed': { [ITEM]: commitmentOf(ITEM, SECRET) } } as unknown as Json
  const first = await expectAsked(201, 'POST /v1/statements', { body: gate.batchOf([sealed]) })
  gate.seq++
  // A name of evidence in an event is not needed for it to be kept.
  const carried = await expectAsked(200, 'POST /v1/parcels', {
    body: gate.parcel(1, [gate.batch(itemUri('A2'))], [PIECE]),
  })
  expect([first['seq'], carried]).toEqual([0, { recorded: 1, repeated: 0 }])
  await ledger.sealed((first['entry'] as number) + 1)
  const follow = {
    ...config(join(folder.path, 'follower'), { ...PROXY, pages: folder.path }, { access: ACCESS }),
    follow: { url: ledger.url },
  }
  follower = await startFollower(follow)
})
afterAll(async () => {
  await follower[Symbol.asyncDispose]()
  await folder.remove()
  await ledger.remove()
})

/** Traces are read a moment after a start. */
async function traced(line: string, asked: Asked = {}): Promise<{ [member: string]: unknown }> {
  await until(async () => (await ask(line, asked)).status !== 503)
  return expectAsked(200, line, asked)
}

describe('what a node answers is as the OpenAPI document says', () => {
  it('of the document itself', async () => {
    expect(await expectAsked(200, 'GET /v1/openapi.json')).toEqual(document.value)
  })

  it('of goods', async () => {
    const answer = await ledger.get(`/v1/history?${of(ITEM)}`)
    await expectAsked(200, `GET /v1/history?${of(ITEM)}`, { accept: 'application/cbor' })
    // Beside a tag, fetch() asks for the whole by itself unless it is told otherwise.
    const known = { 'If-None-Match': answer.headers.get('ETag')!, 'Cache-Control': 'max-age=0' }
    await expectAsked(304, `GET /v1/history?${of(ITEM)}`, { headers: known })
    await refused(400, 'GS1_CHECK_DIGIT', `GET /v1/history?${of(ITEM.replace('352', '353'))}`)
    await refused(400, 'REQUEST_QUERY', 'GET /v1/history?subject=nothing')
    await expectAsked(200, `GET /v1/events/${event.eventID}`)
    await refused(404, 'NOT_FOUND', `GET /v1/events/${randomUUID()}`)
    await refused(400, 'REQUEST_QUERY', 'GET /v1/events/nothing')
    const { pathname } = new URL(ITEM)
    for (const accept of ['application/json', 'application/ld+json', 'text/html'])
      await expectAsked(200, `GET ${pathname}`, { accept })
    await expectAsked(404, `GET ${pathname.replace('352', '353')}`, { accept: 'text/html' })
    await expectAsked(503, `GET ${pathname}`, { accept: 'text/html', at: follower.url })
    await refused(400, 'GS1_CHECK_DIGIT', `GET ${pathname.replace('352', '353')}`, { accept: 'application/json' })
    await expectAsked(200, `GET /v1/qr?${of(ITEM)}`)
    await expectAsked(200, `GET /v1/qr?recall=${RECALL}&format=png`)
    await refused(400, 'REQUEST_QUERY', `GET /v1/qr?${of(ITEM)}&format=gif`)
    await expectAsked(200, `GET /v1/evidence/${evidenceId(PIECE)}`)
    await refused(404, 'NOT_FOUND', 'GET /v1/evidence/none')
  })

  it('of every kind of subject', async () => {
    const links = document.routes.filter(
      ({ operation }) => 'text/html' in ((document.of(operation.responses['200'] ?? {})['content'] ?? {}) as object),
    )
    for (const route of links)
      if (route.method === 'get') {
        const line = `GET ${document.addressOf(route)}`
        await expectAsked(200, line, { accept: 'application/json' })
        // Its page is a file.
        const page = (headers: Record<string, string>): Asked => ({ accept: 'text/html', headers })
        await expectAsked(206, line, page({ Range: 'bytes=0-3' }))
        await expectAsked(304, line, page({ 'If-None-Match': '*', 'Cache-Control': 'max-age=0' }))
        await refused(412, 'REQUEST_QUERY', line, page({ 'If-Match': '"another"' }))
        await refused(416, 'REQUEST_QUERY', line, page({ Range: 'bytes=999-' }))
      }
    expect(links.length).toBeGreaterThan(15)
  })

  it('of traces and exports', async () => {
    await traced(`GET /v1/trace?${of(ITEM)}&limit=1`)
    const { cursor } = await expectAsked(200, `GET /v1/trace?${of(ITEM)}&limit=1`)
    await expectAsked(200, `GET /v1/trace?${of(ITEM)}&limit=1&cursor=${String(cursor)}`)
    await refused(400, 'TRACE_CURSOR', `GET /v1/trace?${of(ITEM)}&limit=1&cursor=x`)
    await refused(400, 'REQUEST_QUERY', `GET /v1/trace?${of(ITEM)}&limit=5001`)
    await refused(404, 'NOT_FOUND', `GET /v1/trace?${of(itemUri('NOBODY'))}`)
    await expectAsked(200, `GET /v1/trace/where-now?${of(ITEM)}`)
    await refused(400, 'REQUEST_QUERY', 'GET /v1/trace/where-now')
    await expectAsked(200, `GET /v1/trace/exposure?unit=${encodeURIComponent(gate.station)}`)
    await expectAsked(200, 'POST /v1/trace/converge', { body: { subjects: [ITEM, itemUri('A2')] } })
    await refused(400, 'REQUEST_QUERY', 'POST /v1/trace/converge', { body: { subjects: [] } })
    for (const form of ['fsma204.xlsx', 'events.csv', 'epcis.jsonld', 'proofs.tar.gz'])
      await expectAsked(200, `GET /v1/exports/${form}?${of(ITEM)}`)
    for (const form of ['recall-cn.xlsx', 'recall-cn.json']) {
      await expectAsked(200, `GET /v1/exports/${form}?recall=${RECALL}&law=food`)
      await refused(400, 'REQUEST_QUERY', `GET /v1/exports/${form}?recall=${RECALL}`)
    }
    await refused(404, 'NOT_FOUND', `GET /v1/exports/events.csv?${of(itemUri('NOBODY'))}`)
  })

  it('of what is recorded', async () => {
    const batch = gate.batch(itemUri('A3'))
    await expectAsked(201, 'POST /v1/statements', { body: batch })
    await expectAsked(200, 'POST /v1/statements', { body: batch })
    await refused(422, 'BATCH_MALFORMED', 'POST /v1/statements', { body: utf8('no batch') })
    await refused(415, 'REQUEST_BODY', 'POST /v1/statements', { body: 'text', type: 'text/plain' })
    await refused(415, 'REQUEST_QUERY', 'POST /v1/statements', { body: batch, headers: { 'Content-Encoding': 'zip' } })
    await refused(400, 'REQUEST_QUERY', 'POST /v1/statements', { body: batch, headers: { 'Content-Encoding': 'gzip' } })
    const { prev } = gate
    gate.seq += 5
    await refused(409, 'SEQ_EXPECTED', 'POST /v1/statements', { body: gate.batch(itemUri('A4')) })
    gate.seq -= 6
    gate.prev = prev
    await refused(422, 'PARCEL_MALFORMED', 'POST /v1/parcels', { body: utf8('no parcel') })
    const stopped = await expectAsked(200, 'POST /v1/parcels', { body: gate.parcel(9, [utf8('no batch')]) })
    expect(stopped).toMatchObject({ recorded: 0, refused: { seq: 9, code: 'BATCH_MALFORMED' } })
  })

  it('of the log', async () => {
    const size = await ledger.size()
    await expectAsked(200, 'GET /checkpoint')
    await expectAsked(200, `GET /v1/checkpoints/${size}`)
    await refused(404, 'NOT_FOUND', 'GET /v1/checkpoints/999999')
    await expectAsked(200, 'GET /v1/policy')
    for (const path of ['tile/0/000.p/1', 'tile/entries/000.p/1']) await expectAsked(200, `GET /${path}`)
    await refused(404, 'NOT_FOUND', 'GET /tile/0/000')
    await refused(404, 'NOT_FOUND', 'GET /tile/entries/x001/234')
    await refused(404, 'TILE_PATH', 'GET /tile/0/x000/000')
    await expectAsked(200, `GET /v1/batches?from=0&to=${size}`)
    await refused(400, 'REQUEST_QUERY', 'GET /v1/batches')
    await refused(404, 'NOT_FOUND', 'GET /v1/batches?to=999999')
    for (const what of ['', '/receipt', '/proof']) {
      await expectAsked(200, `GET /v1/statements/0${what}`)
      await refused(400, 'REQUEST_QUERY', `GET /v1/statements/none${what}`)
      await refused(404, 'NOT_FOUND', `GET /v1/statements/999999${what}`)
    }
  })

  it('of a witness', async () => {
    await expectAsked(200, 'GET /v1/witness')
    const checkpoint = await (await ledger.get('/checkpoint')).text()
    const note = (oldSize: number): string => formatAddCheckpoint({ oldSize, path: [], checkpoint })
    const post = (status: number, body: string): Promise<unknown> =>
      expectAsked(status, 'POST /add-checkpoint', { body, type: 'text/plain' })
    await post(400, 'nothing')
    await post(409, note(1))
    await post(200, note(0))
    await post(404, note(0).replace(ORIGIN, 'another.example'))
    await expectAsked(200, `GET /witness/${toHex(sha256(utf8(ORIGIN)))}/checkpoint`)
    await refused(404, 'NOT_FOUND', `GET /witness/${'0'.repeat(64)}/checkpoint`)
  })

  it('of keys and governance', async () => {
    await expectAsked(200, `GET /v1/keys/${toBase64Url(gate.kid)}`)
    await refused(404, 'NOT_FOUND', `GET /v1/keys/${'A'.repeat(43)}`)
    await refused(400, 'REQUEST_QUERY', 'GET /v1/keys/none')
    await expectAsked(200, 'GET /v1/gateways')
    await expectAsked(200, 'GET /v1/governance')
  })

  it('of recalls and holds', async () => {
    for (const [list, id] of [
      ['recalls', RECALL],
      ['holds', HOLD],
    ] as const) {
      await expectAsked(200, `GET /v1/${list}`)
      await expectAsked(200, `GET /v1/${list}/${id}`, { accept: 'application/json' })
      await refused(404, 'NOT_FOUND', `GET /v1/${list}/none`)
    }
    await expectAsked(200, `GET /v1/recalls/${RECALL}`, { accept: 'text/html' })
    const body = { place: '9506000134307', state: 'quarantined', quantity: { milli: 5000 }, contact: '400' }
    await expectAsked(201, `POST /v1/recalls/${RECALL}/responses`, { body })
    await refused(400, 'REQUEST_QUERY', `POST /v1/recalls/${RECALL}/responses`, { body: { ...body, more: 1 } })
    await traced(`GET /v1/recalls/${RECALL}/progress`)
    await refused(400, 'REQUEST_QUERY', `GET /v1/recalls/${RECALL}/progress?law=none`)
    await expectAsked(200, `GET /v1/recalls/${RECALL}/responses`, { token: 'regulator' })
  })

  it('of readers', async () => {
    const look = { subject: ITEM, region: 'CN-HB' }
    expect(await expectAsked(200, 'POST /v1/scans', { body: look })).toMatchObject({ counted: true, times: 1 })
    const cross = { 'Sec-Fetch-Site': 'cross-site' }
    await refused(400, 'REQUEST_QUERY', 'POST /v1/scans', { body: look, headers: cross })
    await refused(404, 'NOT_FOUND', 'POST /v1/scans', { body: { subject: itemUri('NOBODY') } })
    const mark = 'A'.repeat(22)
    await expectAsked(201, 'POST /v1/openings', { body: { ...look, secret: SECRET, mark } })
    await expectAsked(200, 'POST /v1/openings', { body: { ...look, secret: SECRET, mark } })
    await refused(422, 'SEALED_MALFORMED', 'POST /v1/openings', { body: { ...look, secret: 'nothing' } })
    // A client has two a second.
    const often = { body: { ...look, secret: SECRET }, from: another() }
    const burst = (): Promise<Told[]> => Promise.all(Array.from({ length: 10 }, () => ask('POST /v1/openings', often)))
    await until(async () => (await burst()).some(({ status }) => status === 429))
    await expectAsked(200, `GET /v1/scans?${of(ITEM)}`)
    const report = {
      ...look,
      kind: 'smell',
      text: 'Call 13800138000.',
      contact: 'me@example.org',
      verdict: 'consistent',
    }
    const { id } = await expectAsked(201, 'POST /v1/reports', { body: report })
    await refused(400, 'REQUEST_QUERY', 'POST /v1/reports', { body: { ...report, kind: 'none' } })
    expect(await expectAsked(200, 'GET /v1/reports?kind=smell', { token: 'operator' })).toMatchObject({ total: 1 })
    await expectAsked(200, 'GET /v1/desk/reports', { token: 'regulator' })
    await expectAsked(204, `DELETE /v1/reports/${String(id)}`, { token: 'operator' })
    await refused(404, 'NOT_FOUND', `DELETE /v1/reports/${String(id)}`, { token: 'operator' })
    expect(await expectAsked(200, 'GET /v1/reports/deleted', { token: 'operator' })).toMatchObject({ total: 1 })
    await expectAsked(200, 'GET /v1/desk/reports/deleted', { token: 'regulator' })
  })

  it('of labels', async () => {
    await expectAsked(200, 'GET /v1/labels/products/09506000134352')
    await refused(400, 'LABEL_INVALID', 'GET /v1/labels/products/09506000134353')
    const body = {
      product: '09506000134352',
      lot: 'L7',
      expiry: '2026-12-01',
      serials: ['A1', 'A2'],
      template: 'a4-3x8',
    }
    await expectAsked(200, 'POST /v1/labels', { body: { ...body, symbol: 'both', template: '100x60' } })
    for (const format of ['html', 'zpl']) await expectAsked(200, 'POST /v1/labels', { body: { ...body, format } })
    await refused(400, 'LABEL_INVALID', 'POST /v1/labels', { body: { ...body, serials: [] } })
    await refused(422, 'LABEL_SPACE', 'POST /v1/labels', { body: { ...body, template: '20x20', symbol: 'both' } })
  })

  it('of desk and board', async () => {
    await expectAsked(200, 'GET /v1/desk', { token: 'regulator' })
    await traced(`GET /v1/desk/search?q=${encodeURIComponent('腊肉')}&zone=%2B08:00`, { token: 'regulator' })
    await expectAsked(200, 'GET /v1/desk/search?q=09506000134353', { token: 'regulator' })
    await refused(400, 'REQUEST_QUERY', 'GET /v1/desk/search?q=', { token: 'regulator' })
    await expectAsked(204, 'POST /v1/desk/answered', { token: 'regulator', body: { ms: 12.5 } })
    await expectAsked(200, 'GET /v1/board', { token: 'operator' })
    await expectAsked(200, 'GET /healthz')
    await expectAsked(200, 'GET /metrics')
  })

  it('of the board from now on', async () => {
    const abort = new AbortController()
    const headers = { Authorization: `Bearer ${TOKENS.operator}` }
    const line = await fetch(`${ledger.url}/v1/board/events`, { headers, signal: abort.signal })
    let text = ''
    for await (const chunk of line.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk
      if (/\ndata: .*\n\n/.test(text)) break
    }
    abort.abort()
    expect(text).toMatch(/^retry: 2000\n\nevent: state\ndata: /)
    const { status, headers: told } = line
    const { flaws } = await document.told(
      'GET',
      `${ledger.url}/v1/board/events`,
      new Response('', { status, headers: told }),
    )
    expect(flaws).toEqual([])
    seen.add('getBoardEvents 200')
    // What is in an event is what the board is asked for.
    const state = /\ndata: (.*)\n\n/.exec(text)![1]!
    const board = new Response(state, { headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' } })
    expect((await document.told('GET', `${ledger.url}/v1/board`, board)).flaws).toEqual([])
  })

  it('of a follower', async () => {
    const at = follower.url
    await until(async () => (await ask('GET /healthz', { at })).json['status'] === 'following')
    await refused(421, 'FOLLOW_READS', 'POST /v1/statements', { at, body: utf8('any') })
    await refused(404, 'NOT_FOUND', 'POST /v1/parcels', { at, body: utf8('any') })
    await until(async () => (await ask(`GET /v1/recalls/${RECALL}`, { at, accept: 'application/json' })).status === 200)
    const body = { place: '9506000134307', state: 'none' }
    await refused(421, 'FOLLOW_READS', `POST /v1/recalls/${RECALL}/responses`, { at, body })
    await refused(404, 'NOT_FOUND', 'GET /v1/statements/0', { at })
    await expectAsked(200, 'GET /v1/board', { at, token: 'operator' })
    await expectAsked(200, 'GET /v1/governance', { at })
  })

  it('of whoever has no token, an unknown one, or one of another role', async () => {
    const guarded = document.routes.filter(({ operation }) => operation.security !== undefined)
    expect(guarded.length).toBeGreaterThan(9)
    for (const route of guarded) {
      const line = `${route.method.toUpperCase()} ${document.addressOf(route)}`
      const [role] = Object.keys(route.operation.security![0]!)
      await refused(401, 'TOKEN_MISSING', line)
      await refused(401, 'TOKEN_UNKNOWN', line, { token: 'nobodys' })
      await refused(403, 'TOKEN_ROLE', line, { token: role === 'operator' ? 'regulator' : 'operator' })
    }
  })

  it('of bodies: as large as it says, and no larger', async () => {
    const posts = document.routes.filter(({ operation }) => operation.requestBody !== undefined)
    expect(posts.length).toBeGreaterThan(9)
    for (const route of posts) {
      const { content, 'x-max-bytes': most } = route.operation.requestBody as { content: object; 'x-max-bytes': number }
      const [type] = Object.keys(content)
      const [role] = Object.keys(route.operation.security?.[0] ?? {})
      const line = `POST ${document.addressOf(route).replace(/recalls\/[^/]+/, `recalls/${RECALL}`)}`
      const sized = async (size: number): Promise<number> => {
        const body = Buffer.alloc(size, ' ')
        const asked = { body, type: type!, ...(role !== undefined && { token: role }) }
        return (await ask(line, asked)).status
      }
      expect(await sized(most + 1), `${line} with one more than ${most}`).toBe(413)
      expect(await sized(most), `${line} with ${most}`).not.toBe(413)
    }
  })

  it('of every operation, once at least when all is well', () => {
    const wells = document.routes.map(({ operation: { operationId, responses } }) =>
      Object.keys(responses)
        .filter((status) => status.startsWith('2'))
        .map((status) => `${operationId} ${status}`),
    )
    // A full tile has 256 entries.
    const never = ['getTile 200', 'getEntryBundle 200']
    expect(wells.flat().filter((one) => !seen.has(one) && !never.includes(one))).toEqual([])
  })
})
