import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { commissioned, itemUri, TestLedger } from '../_harness.ts'
import type { KeptComplaint } from '../complaints/complaint-book.ts'

const ITEM = itemUri('A1')
const TOKENS = {
  regulator: 'regulators-token-of-forty-three-characters',
  operator: 'operators-token-of-forty-three-characters',
}
const ACCESS = (['regulator', 'operator'] as const).map((role) => ({
  name: role,
  role,
  sha256: createHash('sha256').update(TOKENS[role]).digest('base64url'),
}))
const DAY = 86_400_000

let ledger: TestLedger
let now: number

const run = (): Promise<void> =>
  ledger.run({ now: () => now }, { addressHeader: 'X-Forwarded-For' }, { access: ACCESS })

beforeEach(async () => {
  now = Date.parse('2026-11-22T08:30:00Z')
  ledger = await TestLedger.start({ now: () => now })
  await ledger.stop()
  await run()
  const [gate] = await ledger.enrolGateways('gw1')
  const response = await ledger.post(gate!.batchOf([commissioned(ITEM)]))
  await ledger.sealed(((await response.json()) as { entry: number }).entry)
})
afterEach(() => ledger.remove())

interface Answer {
  status: number
  code?: string
  id?: string
  total?: number
  reports?: KeptComplaint[]
}

let host = 0
/** Each from another address of the network: the pace of one address is another limit. */
async function post(body: unknown, network = 1): Promise<Answer> {
  const response = await ledger.get('/v1/reports', {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'X-Forwarded-For': `10.0.${network}.${++host % 250}`,
      'User-Agent': 'Spy/1.0',
    },
    body: JSON.stringify(body),
  })
  return { status: response.status, ...((await response.json()) as object) }
}
async function list(path = '/v1/desk/reports', token: string | undefined = TOKENS.regulator): Promise<Answer> {
  const response = await ledger.get(path, token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } })
  return { status: response.status, ...((await response.json()) as object) }
}

it('a report is kept for the regulator and for whoever runs the node, and for nobody else', async () => {
  const text = '打开就有酸味 <img src=x onerror=alert(1)>\n第二行'
  expect((await post({ subject: ITEM, kind: 'smell', text, region: 'CN-HB', verdict: 'consistent' })).status).toBe(201)
  await post({ subject: itemUri('never'), kind: 'code-copied' }, 2)
  const { total, reports } = await list()
  expect(total).toBe(2)
  expect(reports).toMatchObject([
    { subject: itemUri('never'), kind: 'code-copied', recorded: false },
    { subject: ITEM, kind: 'smell', text, region: 'CN-HB', verdict: 'consistent', recorded: true },
  ])
  expect((await list('/v1/reports', TOKENS.operator)).total).toBe(2)
  expect((await list('/v1/desk/reports?kind=smell&limit=1')).reports).toHaveLength(1)
  expect((await list(`/v1/desk/reports?subject=${encodeURIComponent(ITEM)}`)).total).toBe(1)
  expect((await list('/v1/desk/reports?from=1')).reports).toMatchObject([{ subject: ITEM }])
  const without = await ledger.get('/v1/desk/reports')
  expect(without.status).toBe(401)
  expect((await ledger.get('/v1/reports')).status).toBe(401)
  expect((await list('/v1/desk/reports', TOKENS.operator)).status).toBe(403)
  expect((await list('/v1/desk/reports?kind=x')).status).toBe(400)
  expect((await list('/v1/desk/reports?limit=0')).status).toBe(400)
  const bytes = readFileSync(join(ledger.folder, 'unsigned', 'reports.jsonl'), 'utf8')
  expect(bytes).not.toMatch(/10\.0\.|Spy/)
})

it('how to reach whoever wrote is kept apart, and gone after 90 days', async () => {
  await post({ subject: ITEM, kind: 'sick', contact: '0718 555 0100' })
  const unsigned = join(ledger.folder, 'unsigned')
  expect(readFileSync(join(unsigned, 'reports.jsonl'), 'utf8')).not.toContain('0718')
  expect((await list()).reports).toMatchObject([{ contact: '0718 555 0100' }])
  await ledger.stop()
  now += 91 * DAY
  await run()
  expect(readFileSync(join(unsigned, 'report-contacts.jsonl'), 'utf8')).toBe('')
  const [kept] = (await list()).reports!
  expect(kept).toMatchObject({ kind: 'sick' })
  expect(kept).not.toHaveProperty('contact')
})

it('one network reports three times of one thing in a day, and others go on', async () => {
  const all: number[] = []
  for (let i = 0; i < 6; i++) all.push((await post({ subject: ITEM, kind: 'other' })).status)
  expect(all).toEqual([201, 201, 201, 429, 429, 429])
  expect((await post({ subject: ITEM, kind: 'other' }, 2)).status).toBe(201)
  expect((await list()).total).toBe(4)
})

it('one provider’s block writes 500 a day, and locks out nobody else', async () => {
  const codes = new Map<number, number>()
  for (let n = 0; n < 30; n++)
    for (let i = 0; i < 18; i++) {
      const { status } = await post({ subject: itemUri(`F${n}x${i}`), kind: 'other' }, n)
      codes.set(status, (codes.get(status) ?? 0) + 1)
    }
  expect([...codes]).toEqual([
    [201, 500],
    [429, 40],
  ])
  const other = await ledger.get('/v1/reports', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': '10.1.0.1' },
    body: JSON.stringify({ subject: ITEM, kind: 'sick' }),
  })
  expect(other.status).toBe(201)
})

it('whoever runs the node takes one off the disk, with what it says and how to reach its writer', async () => {
  const { id } = await post({ subject: ITEM, kind: 'sick', text: 'call me', contact: '0718 555 0100' })
  await post({ subject: ITEM, kind: 'smell' })
  const remove = async (path: string, token: string): Promise<number> =>
    (await ledger.get(path, { method: 'DELETE', headers: { Authorization: `Bearer ${token}` } })).status
  expect(await remove(`/v1/reports/${id}`, TOKENS.regulator)).toBe(403)
  expect((await ledger.get(`/v1/reports/${id}`, { method: 'DELETE' })).status).toBe(401)
  expect(await remove(`/v1/reports/${id}`, TOKENS.operator)).toBe(204)
  expect(await remove(`/v1/reports/${id}`, TOKENS.operator)).toBe(404)
  expect(await remove('/v1/reports/..%2f', TOKENS.operator)).toBe(404)
  for (const name of ['reports', 'report-contacts', 'report-deletions'])
    expect(readFileSync(join(ledger.folder, 'unsigned', `${name}.jsonl`), 'utf8')).not.toMatch(/call me|0718/)
  expect(await list()).toMatchObject({ total: 1, reports: [{ kind: 'smell' }] })
})

it('that one was deleted stays for the regulator: what it was about, when it had come, when and by whom', async () => {
  const { id } = await post({ subject: ITEM, kind: 'sick', text: 'call me', region: 'CN-HB' })
  const { id: other } = await post({ subject: 'mailto:ann@example.org', kind: 'other', text: 'spam' })
  now += 3 * DAY
  const remove = (what?: string): Promise<Response> =>
    ledger.get(`/v1/reports/${what}`, { method: 'DELETE', headers: { Authorization: `Bearer ${TOKENS.operator}` } })
  for (const one of [other, id]) expect((await remove(one)).status).toBe(204)
  const deleted = {
    ...{ id, subject: ITEM, recorded: true, kind: 'sick', day: '2026-11-22' },
    ...{ deletedAt: '2026-11-25T08:30:00.000Z', by: 'operator' },
  }
  const withoutAddress = { id: other, subject: expect.not.stringContaining('ann') as string, recorded: false }
  expect(await list('/v1/desk/reports/deleted')).toEqual({
    ...{ status: 200, total: 2 },
    deleted: [deleted, expect.objectContaining(withoutAddress)],
  })
  expect(await list()).toMatchObject({ total: 0, reports: [] })
  await ledger.stop()
  await run()
  for (const [path, token] of [
    ['/v1/desk/reports/deleted?kind=sick', TOKENS.regulator],
    [`/v1/reports/deleted?subject=${encodeURIComponent(ITEM)}`, TOKENS.operator],
  ] as const)
    expect(await list(path, token)).toEqual({ status: 200, total: 1, deleted: [deleted] })
  expect((await list('/v1/desk/reports/deleted', TOKENS.operator)).status).toBe(403)
  expect((await ledger.get('/v1/desk/reports/deleted')).status).toBe(401)
  expect((await list('/v1/desk/reports/deleted?limit=501')).status).toBe(400)
  now += 731 * DAY
  expect(await list('/v1/desk/reports/deleted')).toMatchObject({ total: 0 })
})

it('what in the text looks like data about a person stays out, unless its writer wants it there', async () => {
  const text = `坏了，打138.0013.8000；批号13900139000，${ITEM}`
  const answer = await post({ subject: ITEM, kind: 'smell', text })
  expect(answer).toMatchObject({ status: 201, leftOut: 1 })
  await post({ subject: ITEM, kind: 'smell', text, asWritten: true }, 2)
  const left = text.replace('138.0013.8000', '…')
  expect((await list()).reports).toMatchObject([{ text }, { text: left }])
  const without = await post({ subject: itemUri('13800138000'), kind: 'other', text: '13800138000' }, 3)
  expect(without).not.toHaveProperty('leftOut')
  await ledger.stop()
  await run()
  expect((await list()).reports?.slice(1)).toMatchObject([{ text }, { text: left }])
})

it.each([
  [{}],
  [{ subject: ITEM }],
  [{ subject: ITEM, kind: 'boom' }],
  [{ subject: 'x', kind: 'other' }],
  [{ subject: 'https://id.gs1.org/01/09506000134351/21/A1', kind: 'other' }],
  [{ subject: ITEM, kind: 'other', text: 'x'.repeat(1001) }],
  [{ subject: ITEM, kind: 'other', text: '\u202eevil' }],
  [{ subject: ITEM, kind: 'other', text: 7 }],
  [{ subject: ITEM, kind: 'other', contact: 'two\nlines' }],
  [{ subject: ITEM, kind: 'other', verdict: 'authentic' }],
  [{ subject: ITEM, kind: 'other', ip: '1.2.3.4' }],
  [{ subject: ITEM, kind: 'other', asWritten: 'yes' }],
])('%# is no report', async (body) => {
  expect((await post(body)).code).toBe('REQUEST_QUERY')
  expect((await list()).total).toBe(0)
})
