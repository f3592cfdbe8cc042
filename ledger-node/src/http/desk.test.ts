import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { itemUri, type TestGateway, TestLedger } from '../_harness.ts'

const TOKEN = 'a-token-of-forty-three-characters-for-tests'
const OTHER = 'another-token-of-forty-three-characters-etc'
const sha256 = (token: string): string => createHash('sha256').update(token).digest('base64url')

interface Answer {
  status: number
  body: {
    code?: string
    total?: number
    results?: { subject: string; name?: object; events: number }[]
    tookMs?: number
    cursor?: string
    wrong?: string
  }
}

let ledger: TestLedger
let gate: TestGateway

beforeEach(async () => {
  ledger = await TestLedger.start()
  await ledger.stop()
  const access = [
    { name: 'Enshi', role: 'regulator' as const, sha256: sha256(TOKEN) },
    { name: 'ops', role: 'operator' as const, sha256: sha256(OTHER) },
  ]
  await ledger.run({}, {}, { access })
  ;[gate] = (await ledger.enrolGateways('gw1')) as [TestGateway]
})
afterEach(() => ledger.remove())

async function get(path: string, token = TOKEN): Promise<Answer> {
  const headers = { Authorization: `Bearer ${token}` }
  let answer = await ledger.get(path, { headers })
  // After a start the traces are read first.
  for (let i = 0; answer.status === 503 && i < 1200; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    answer = await ledger.get(path, { headers })
  }
  expect(answer.headers.get('Cache-Control')).toBe('no-store')
  expect(answer.headers.get('Access-Control-Allow-Origin')).toBe(null)
  return { status: answer.status, body: (await answer.json()) as Answer['body'] }
}

const search = (q: string, more = ''): Promise<Answer> => get(`/v1/desk/search?q=${encodeURIComponent(q)}${more}`)

/** The traces may be behind what is sealed; then an answer is as of what they have. */
function soon<T>(look: () => Promise<T>): ReturnType<typeof expect.poll<T>> {
  return expect.poll(look, { timeout: 60_000 })
}

async function record(...items: string[]): Promise<void> {
  const answer = await ledger.post(gate.batch(...items.map(itemUri)))
  expect(answer.status).toBe(201)
  await ledger.sealed(((await answer.json()) as { entry: number }).entry)
}

describe('the desk’s own resources', () => {
  it('are for regulators alone, and say whose token it is', async () => {
    expect(await get('/v1/desk')).toMatchObject({ status: 200, body: { name: 'Enshi' } })
    expect(await get('/v1/desk', OTHER)).toMatchObject({ status: 403, body: { code: 'TOKEN_ROLE' } })
    expect(await get('/v1/desk/search?q=A', 'x'.repeat(43))).toMatchObject({
      status: 401,
      body: { code: 'TOKEN_UNKNOWN' },
    })
    const answer = await ledger.get('/v1/desk/search?q=A')
    expect([answer.status, answer.headers.get('WWW-Authenticate')]).toEqual([401, 'Bearer realm="tristamp"'])
  })

  it('find what was recorded, as of the last seal, in pages', { timeout: 120_000 }, async () => {
    await record('A', 'B')
    await soon(() => search(itemUri('A')).then(({ body }) => body.results)).toEqual([
      expect.objectContaining({ subject: itemUri('A'), kind: 'item', events: 1 }),
    ])
    expect((await search('a')).body.results?.map(({ subject }) => subject)).toEqual([itemUri('A')])
    const first = await search('L7', '&limit=1')
    expect(first.body).toMatchObject({ total: 1, results: [{ kind: 'lot' }] })
    expect(first.body.tookMs).toBeGreaterThanOrEqual(0)
    await record('C')
    await soon(() => search('c').then(({ body }) => body.total)).toBe(1)
    const names = await search('Org')
    expect(names.body.results?.[0]).toMatchObject({ name: { zh: expect.any(String), en: expect.any(String) } })
    const party = names.body.results?.find(({ subject }) => subject.includes('/417/'))
    expect((await search(party?.subject ?? '')).body.results).toEqual([party])
  })

  it('say that a number is mistyped where nothing has it', async () => {
    expect((await search('9506000134353')).body).toMatchObject({ total: 0, wrong: 'GS1_CHECK_DIGIT' })
    expect((await search('nothing has it')).body).toMatchObject({ total: 0, results: [] })
  })

  it.each([
    '/v1/desk/search',
    '/v1/desk/search?q=%20',
    `/v1/desk/search?q=${'a'.repeat(201)}`,
    '/v1/desk/search?q=a&q=b',
    '/v1/desk/search?q=a&limit=0',
    '/v1/desk/search?q=a&limit=101',
    '/v1/desk/search?q=a&zone=Asia/Shanghai',
    '/v1/desk/search?q=a&zone=%2B08:60',
  ])('refuse %s', async (path) => {
    expect(await get(path)).toMatchObject({ status: 400, body: { code: 'REQUEST_QUERY' } })
  })

  it('refuse a cursor of another question', async () => {
    expect((await search('a', '&cursor=MS4xLjAuYWFh')).body.code).toBe('TRACE_CURSOR')
  })

  it('write into the log how long somebody waited, and not what they asked', async () => {
    const tell = (body: unknown): Promise<Response> =>
      fetch(`${ledger.url}/v1/desk/answered`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      })
    await search('secret-lot')
    expect((await tell({ ms: 420 })).status).toBe(204)
    expect(ledger.logs).toContain('desk: 0.42 s from question to first answer')
    expect(ledger.logs.join('\n')).not.toContain('secret')
    for (const body of [{}, { ms: -1 }, { ms: '1' }, { ms: 1e12 }, [], null])
      expect((await tell(body)).status, JSON.stringify(body)).toBe(400)
  })
})
