import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { commitmentOf, type Json, SECRET_RANDOM_BYTES, type SealedSecret, secretFrom } from '@tristamp/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FaultyDisk } from '../_faulty-disk.ts'
import { commissioned, itemUri, TestLedger } from '../_harness.ts'

const ITEM = itemUri('A1')
const OTHER = itemUri('A2')
const START = Date.parse('2026-11-22T08:30:00Z')
const HOUR = 3_600_000
const DAY = 86_400_000
const SECRET = secretFrom(new Uint8Array(SECRET_RANDOM_BYTES).fill(7))
const WRONG = secretFrom(new Uint8Array(SECRET_RANDOM_BYTES).fill(9))

let ledger: TestLedger
let now: number
const disk = new FaultyDisk()

beforeEach(async () => {
  now = START
  disk.fault = () => undefined
  ledger = await TestLedger.start(
    { now: () => now, disk },
    { addressHeader: 'X-Forwarded-For', regionHeader: 'X-Region', postsPerSecond: 10_000, readsPerSecond: 10_000 },
  )
  const [gate] = await ledger.enrolGateways('gw1')
  const sealed = {
    ...(commissioned(ITEM) as object),
    'tristamp:sealed': { [ITEM]: commitmentOf(ITEM, SECRET) },
  } as Json
  const response = await ledger.post(gate!.batchOf([sealed, commissioned(OTHER)]))
  expect(response.status, await response.clone().text()).toBe(201)
  await ledger.sealed(((await response.json()) as { entry: number }).entry)
})
afterEach(() => {
  disk.fault = () => undefined
  return ledger.remove()
})

interface Answer {
  status: number
  code?: string
  counted?: boolean
  times?: number
  first?: boolean
  opened?: { firstAt: string; region?: string; times: number }
  lastDays?: unknown[]
  firstSeen?: string
}

async function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await ledger.get(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'User-Agent': 'Spy/1.0', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { status: response.status, ...((await response.json()) as object) }
}
/** Each from a network of its own, so that no pace of one client is in the way. */
const from = (network: number): Record<string, string> => ({
  'X-Forwarded-For': `10.${network >> 8}.${network & 255}.7`,
})
const scan = (network: number, body: object = {}, more: Record<string, string> = {}): Promise<Answer> =>
  post('/v1/scans', { subject: ITEM, ...body }, { ...from(network), ...more })
const open = (network: number, secret: SealedSecret | string, more: object = {}): Promise<Answer> =>
  post('/v1/openings', { subject: ITEM, secret, ...more }, from(network))
const counts = async (subject = ITEM): Promise<Answer> => {
  const response = await ledger.get(`/v1/scans?subject=${encodeURIComponent(subject)}`)
  return { status: response.status, ...((await response.json()) as object) }
}

/** What is told when this hour is over. */
const later = (): Promise<Answer> => {
  now += HOUR
  return counts()
}

describe('scan counters', () => {
  it('count by hour and region, and give it back after a restart', async () => {
    expect(await scan(1, { region: 'CN-HB' })).toMatchObject({ status: 200, counted: true, times: 1 })
    now += HOUR
    await scan(2, { region: 'CN-GD' })
    for (let n = 3; n < 8; n++) await scan(256 * n, { region: 'CN-HB' })
    const expected = {
      firstSeen: '2026-11-22T08Z',
      times: 7,
      lastDays: [
        { day: '2026-11-22', region: 'CN-GD', times: 1, hours: [9] },
        { day: '2026-11-22', region: 'CN-HB', times: 6, hours: [8, 9] },
      ],
    }
    expect(await later()).toMatchObject(expected)
    expect(await counts(OTHER)).toMatchObject({ status: 200, times: 0, lastDays: [] })
    await ledger.stop()
    await ledger.run({ now: () => now, disk }, { addressHeader: 'X-Forwarded-For' })
    expect(await counts()).toMatchObject(expected)
  })

  it('tell nobody who asks all the time when somebody looks, nor where one of few did', async () => {
    await scan(256, { region: 'CN-HB' })
    expect(await counts()).toMatchObject({ times: 0, lastDays: [] })
    expect(await counts()).not.toHaveProperty('firstSeen')
    // Whoever looks hears of the own look, and of none that this hour brought.
    expect(await scan(512, { region: 'CN-GD' })).toMatchObject({
      counted: true,
      firstSeen: '2026-11-22T08Z',
      times: 1,
      lastDays: [{ day: '2026-11-22', times: 1, hours: [] }],
    })
    expect(await scan(512)).toMatchObject({ counted: false, firstSeen: '2026-11-22T08Z', times: 1 })
    for (let n = 3; n < 7; n++) await scan(256 * n, { region: 'CN-GD' })
    expect(await later()).toEqual({
      status: 200,
      subject: ITEM,
      firstSeen: '2026-11-22T08Z',
      times: 6,
      lastDays: [{ day: '2026-11-22', times: 6, hours: [] }],
    })
    await scan(256 * 7)
    expect((await counts()).lastDays).toHaveLength(1)
    expect((await later()).lastDays).toHaveLength(3)
  })

  it('count one network once for each serial and day, however often and however fast it asks', async () => {
    const many = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        post('/v1/scans', { subject: ITEM, region: 'CN-GD' }, { 'X-Forwarded-For': `10.0.1.${i + 1}` }),
      ),
    )
    expect(many.filter(({ counted }) => counted)).toHaveLength(1)
    // A /48 of IPv6 is one customer's.
    for (let i = 0; i < 5; i++)
      await post('/v1/scans', { subject: ITEM }, { 'X-Forwarded-For': `2001:db8:1:${i}::${i}` })
    expect((await later()).times).toBe(2)
    expect((await scan(1, { subject: OTHER }, { 'X-Forwarded-For': '10.0.1.200' })).counted).toBe(true)
    now += DAY
    expect((await scan(1, {}, { 'X-Forwarded-For': '10.0.1.201' })).counted).toBe(true)
    expect((await later()).times).toBe(3)
  })

  it('count no more networks of one block than stay below a strong day', async () => {
    const look = (address: string): Promise<Answer> =>
      post('/v1/scans', { subject: ITEM }, { 'X-Forwarded-For': address })
    // All at once, as whoever rents a block would.
    const four = await Promise.all(Array.from({ length: 40 }, (_, i) => look(`10.7.${i}.1`)))
    expect(four.filter(({ counted }) => counted)).toHaveLength(6)
    const six = await Promise.all(Array.from({ length: 40 }, (_, i) => look(`2001:db8:${i.toString(16)}::1`)))
    expect(six.filter(({ counted }) => counted)).toHaveLength(6)
    // It locks out nobody else, nor this block for other goods or tomorrow.
    expect((await look('10.8.0.1')).counted).toBe(true)
    expect((await scan(1, { subject: OTHER }, { 'X-Forwarded-For': '10.7.0.1' })).counted).toBe(true)
    now += DAY
    expect((await look('10.7.0.1')).counted).toBe(true)
    expect((await later()).times).toBe(14)
  })

  it('count nobody twice for a restart', async () => {
    expect((await scan(1)).counted).toBe(true)
    for (let i = 0; i < 3; i++) {
      await ledger.stop()
      await ledger.run({ now: () => now, disk }, { addressHeader: 'X-Forwarded-For' })
      expect((await scan(1)).counted).toBe(false)
    }
    // What nobody had looked at that day is counted as ever; the rest from the next day on.
    expect((await scan(1, { subject: OTHER })).counted).toBe(true)
    now += DAY
    expect((await scan(1)).counted).toBe(true)
    expect((await later()).times).toBe(2)
  })

  it('hold one client to its pace', async () => {
    const asked = await Promise.all(Array.from({ length: 500 }, () => scan(5)))
    expect(asked.some(({ status, code }) => status === 429 && code === 'REQUEST_RATE')).toBe(true)
  })

  it('keep nothing of who looked', async () => {
    await scan(77, { region: 'Asia/Shanghai' }, { 'User-Agent': 'Spy/1.0', Referer: 'https://spy.example/' })
    await open(78, SECRET)
    const folder = join(ledger.folder, 'unsigned')
    const [shard] = readdirSync(join(folder, 'openings'))
    const keys = (value: object): string[] => Object.keys(value).sort((a, b) => (a < b ? -1 : 1))
    for (const path of [join(folder, 'scans.jsonl'), join(folder, 'openings', shard!)]) {
      const bytes = readFileSync(path, 'utf8')
      expect(bytes).toContain(ITEM)
      expect(bytes).not.toMatch(/10\.0\.7[78]|Spy|spy\.example|MMMM/)
      expect(bytes).not.toContain(SECRET)
      const line = JSON.parse(bytes.trim()) as { at: number; record: object } | [string, object]
      if (Array.isArray(line)) expect(keys(line[1])).toEqual(['first', 'region', 'times'])
      else expect([line.at % HOUR, keys(line.record)]).toEqual([0, ['cells', 'first', 'subject', 'times']])
    }
    expect(ledger.logs.join('\n')).not.toMatch(/10\.0\.77|Spy/)
  })

  it('believe the proxy rather than the reader, but for a province of what it says', async () => {
    await scan(1, { region: 'CN-XJ' }, { 'X-Region': 'Asia/Tokyo' })
    await scan(2, { region: 'CN-HB' }, { 'X-Region': 'Asia/Shanghai' })
    await scan(3, { region: '<script>alert(1)</script>' }, { 'X-Region': 'Atlantis' })
    for (let n = 1; n < 5; n++) await scan(256 * n)
    expect((await later()).lastDays).toMatchObject([{ times: 5 }, { region: 'Asia/Tokyo' }, { region: 'CN-HB' }])
    expect(JSON.stringify(await counts())).not.toContain('script')
  })

  it.each<[string, unknown, number]>([
    ['no JSON', '{', 400],
    ['no object', [], 400],
    ['a lot', { subject: 'https://id.gs1.org/01/09506000134352/10/L7' }, 400],
    ['another spelling', { subject: `${ITEM}?x=1` }, 400],
    ['a wrong check digit', { subject: 'https://id.gs1.org/01/09506000134351/21/A1' }, 400],
    ['an unrecorded serial', { subject: itemUri('never') }, 404],
    ['another member', { subject: ITEM, userId: 7 }, 400],
    ['too much', { subject: ITEM, region: 'x'.repeat(4000) }, 413],
  ])('refuse %s', async (_, body, status) => {
    expect((await post('/v1/scans', body, from(9))).status).toBe(status)
    expect((await later()).times).toBe(0)
  })

  it('are not moved by a page of another site', async () => {
    expect((await scan(1, {}, { 'Sec-Fetch-Site': 'cross-site' })).code).toBe('REQUEST_QUERY')
    expect((await later()).times).toBe(0)
  })

  it('count what the disk took, and nothing else', async () => {
    disk.fault = () => 'ENOSPC'
    expect((await scan(1)).status).toBe(503)
    disk.fault = () => undefined
    expect((await later()).times).toBe(0)
    expect((await scan(1)).counted).toBe(true)
  })
})

describe('sealed codes', () => {
  it('are opened once; whoever comes later hears when and where that was', async () => {
    expect(await open(1, SECRET, { region: 'CN-HB' })).toMatchObject({
      status: 201,
      first: true,
      opened: { firstAt: '2026-11-22T08Z', region: 'CN-HB', times: 1 },
    })
    now += DAY
    const again = { first: false, opened: { firstAt: '2026-11-22T08Z', region: 'CN-HB', times: 2 } }
    expect(await open(2, SECRET, { region: 'CN-GD' })).toMatchObject({ status: 200, ...again })
    // The same network on the same day is no other pack.
    expect(await open(2, SECRET)).toMatchObject(again)
    await ledger.stop()
    await ledger.run({ now: () => now, disk }, { addressHeader: 'X-Forwarded-For' })
    // Where is told to those alone who have the secret.
    expect((await counts()).opened).toEqual({ firstAt: '2026-11-22T08Z', times: 2 })
  })

  it('are told to nobody within the hour, but to who has the secret', async () => {
    await open(1, SECRET)
    expect(await counts()).not.toHaveProperty('opened')
    expect((await later()).opened).toEqual({ firstAt: '2026-11-22T08Z', times: 1 })
  })

  it('know the device of the first again, when it never heard the answer', async () => {
    const mark = 'm'.repeat(22)
    expect(await open(1, SECRET, { mark })).toMatchObject({ status: 201, first: true, own: false })
    await ledger.stop()
    await ledger.run({ now: () => now, disk }, { addressHeader: 'X-Forwarded-For' })
    expect(await open(9, SECRET, { mark })).toMatchObject({
      status: 200,
      first: false,
      own: true,
      opened: { times: 1 },
    })
    expect(await open(9, SECRET, { mark: 'n'.repeat(22) })).toMatchObject({ first: false, own: false })
    expect(await open(10, SECRET, { mark: 'short' })).toMatchObject({ status: 400, code: 'REQUEST_QUERY' })
  })

  it('of two at once one is the first', async () => {
    const both = await Promise.all([open(1, SECRET), open(2, SECRET), open(3, SECRET)])
    expect(both.filter(({ first }) => first)).toHaveLength(1)
    expect((await later()).opened?.times).toBe(3)
  })

  it('are not guessed, and their owner is never locked out', async () => {
    for (let i = 0; i < 300; i++) await open(1000 + (i >> 1), WRONG)
    expect((await later()).opened).toBeUndefined()
    let last: Answer | undefined
    for (let i = 0; i < 12; i++) {
      last = await post('/v1/openings', { subject: ITEM, secret: WRONG }, { 'X-Forwarded-For': `10.9.9.${i}` })
      expect([422, 429]).toContain(last.status)
    }
    expect(last).toMatchObject({ status: 429, code: 'REQUEST_RATE' })
    expect(await open(4000, WRONG)).toMatchObject({ status: 422, code: 'SEALED_WRONG' })
    expect(await open(4000, SECRET)).toMatchObject({ status: 201, first: true })
  })

  it.each<[string, object, number, string]>([
    ['mistyped', { secret: `${SECRET.slice(0, -1)}${SECRET.endsWith('0') ? '1' : '0'}` }, 422, 'SEALED_CHECK'],
    ['no secret', { secret: 'hello' }, 422, 'SEALED_MALFORMED'],
    ['no text', { secret: 7 }, 400, 'REQUEST_QUERY'],
    ['of another item', { subject: OTHER, secret: SECRET }, 404, 'NOT_FOUND'],
    ['of nothing recorded', { subject: itemUri('never'), secret: SECRET }, 404, 'NOT_FOUND'],
  ])('%s is refused', async (_, body, status, code) => {
    expect(await post('/v1/openings', { subject: ITEM, ...body }, from(1))).toMatchObject({ status, code })
  })
})
