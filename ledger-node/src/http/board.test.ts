import { createHash } from 'node:crypto'
import { type AddressInfo, connect as connectTcp, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { parseVerifierKey } from '@tristamp/protocol'
import mqtt, { type MqttClient } from 'mqtt'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { config, itemUri, type TestGateway, TestLedger, temporaryFolder, until } from '../_harness.ts'
import type { DiskSpace } from '../board/disk.ts'
import type { BoardState } from '../board/state.ts'
import { startFollower } from '../follow/start.ts'
import { startWitness } from '../witness/standalone.ts'
import { policyOfWitnesses } from '../witness/witness-config.ts'
import { MAX_LISTENERS } from './board-stream.ts'

const TOKEN = 'a-token-of-forty-three-characters-for-tests'
const OTHER = 'another-token-of-forty-three-characters-etc'
const sha256 = (token: string): string => createHash('sha256').update(token).digest('base64url')
const ACCESS = [
  { name: 'ops', role: 'operator' as const, sha256: sha256(TOKEN) },
  { name: 'Enshi', role: 'regulator' as const, sha256: sha256(OTHER) },
]
const LONG_MS = 60_000

let ledger: TestLedger
let one: TestGateway
let two: TestGateway
let space: DiskSpace
let ahead = 0
/** When the batch of `org/two` came, by the node's clock. */
let cameAtMs: number
const clients: MqttClient[] = []
const readers: Reader[] = []

beforeAll(async () => {
  ledger = await TestLedger.start()
  await ledger.stop()
  space = { freeBytes: 500e9, totalBytes: 1000e9 }
  await ledger.run({ space: async () => space, now: () => Date.now() + ahead }, {}, { access: ACCESS })
  ;[one, two] = (await ledger.enrolGateways('one', 'two')) as [TestGateway, TestGateway]
}, LONG_MS)
afterEach(async () => {
  for (const reader of readers.splice(0)) reader.close()
  await Promise.all(clients.splice(0).map((client) => client.endAsync(true)))
})
afterAll(() => ledger.remove())

async function board(token = TOKEN, url = ledger.url): Promise<BoardState & { holder: string; code?: string }> {
  const answer = await fetch(`${url}/v1/board`, { headers: { Authorization: `Bearer ${token}` } })
  expect(answer.headers.get('Cache-Control')).toBe('no-store')
  expect(answer.headers.get('Access-Control-Allow-Origin')).toBe(null)
  return (await answer.json()) as BoardState & { holder: string; code?: string }
}

/** Reads the events as a page does. */
class Reader {
  readonly states: BoardState[] = []
  comments = 0
  ended = false
  readonly #abort = new AbortController()
  readonly response: Promise<Response>

  constructor(url: string) {
    readers.push(this)
    const headers = { Authorization: `Bearer ${TOKEN}`, 'Accept-Encoding': 'gzip' }
    this.response = fetch(`${url}/v1/board/events`, { headers, signal: this.#abort.signal })
    void this.#read().catch(() => undefined)
  }

  get last(): BoardState | undefined {
    return this.states.at(-1)
  }

  close(): void {
    this.#abort.abort()
  }

  async #read(): Promise<void> {
    let text = ''
    const { body } = await this.response
    for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
      const blocks = (text + chunk).split('\n\n')
      text = blocks.pop()!
      for (const block of blocks)
        if (block.startsWith(':')) this.comments++
        else if (block.startsWith('event: state\ndata: ')) this.states.push(JSON.parse(block.slice(19)) as BoardState)
    }
    this.ended = true
  }
}

async function connect({ org, gateway, password }: TestGateway): Promise<MqttClient> {
  const topic = `tristamp/v1/${org}/${gateway}/status`
  const client = await mqtt.connectAsync(ledger.node.mqttUrl, {
    ...{ clientId: `${org}.${gateway}`, username: `${org}/${gateway}`, password, reconnectPeriod: 0 },
    will: { topic, payload: Buffer.from('{"state":"offline"}'), qos: 1, retain: true },
  })
  client.on('error', () => undefined)
  clients.push(client)
  return client
}

async function says(client: MqttClient, { org, gateway }: TestGateway, more: object = {}): Promise<void> {
  const status = { state: 'online', version: '9', outbox: { next: 3, acked: 3 }, devices: {}, ...more }
  const topic = `tristamp/v1/${org}/${gateway}/status`
  await client.publishAsync(topic, JSON.stringify(status), { qos: 1, retain: true })
}

const rowOf = (state: BoardState | undefined, name: string): BoardState['gateways']['listed'][number] | undefined =>
  state?.gateways.listed.find((row) => row.name === name)

const sumOf = (minutes: (number | null)[]): number => minutes.reduce<number>((sum, n) => sum + (n ?? 0), 0)

describe('the board', () => {
  it('is for operators alone', async () => {
    expect(await board()).toMatchObject({ holder: 'ops', role: 'leader', origin: 'ledger.example/test' })
    expect(await board(OTHER)).toMatchObject({ code: 'TOKEN_ROLE' })
    for (const path of ['/v1/board', '/v1/board/events']) {
      const answer = await ledger.get(path)
      expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([401, 'TOKEN_MISSING'])
    }
  })

  it('says at once when a gateway goes, and when it comes', async () => {
    const reader = new Reader(ledger.url)
    const { headers } = await reader.response
    expect(headers.get('Content-Type')).toBe('text/event-stream; charset=utf-8')
    expect(headers.get('Content-Encoding')).toBe(null)
    const client = await connect(one)
    await says(client, one, { clock: { source: 'gnss', uncertaintyMs: 200 }, outbox: { next: 9, acked: 4 } })
    await until(() => rowOf(reader.last, 'org/one')?.state === 'online', LONG_MS)
    expect(rowOf(reader.last, 'org/one')).toMatchObject({ outbox: 5, clock: { source: 'gnss', uncertaintyMs: 200 } })
    client.stream.destroy()
    await until(() => rowOf(reader.last, 'org/one')?.state === 'silent', LONG_MS)
    expect(reader.last!.concerns).toContainEqual({ code: 'GATEWAYS_SILENT', tone: 'stop', count: 1 })
    // The will says that it went, and nothing of how it was.
    expect(rowOf(reader.last, 'org/one')).toMatchObject({ outbox: null, clock: null, alarms: [] })
    const again = await connect(one)
    await says(again, one, { devices: { cold1: { state: 'down', code: 'PORT_MISSING', why: 'x' } } })
    await until(() => rowOf(reader.last, 'org/one')?.state === 'trouble', LONG_MS)
    expect(rowOf(reader.last, 'org/one')!.alarms).toEqual([{ device: 'cold1', state: 'down', code: 'PORT_MISSING' }])
  })

  it('counts what is recorded and what is refused, and by whom', async () => {
    const before = await board()
    const answer = await ledger.post(two.batch(itemUri('B1'), itemUri('B2')))
    expect(answer.status).toBe(201)
    two.seq += 5
    expect((await ledger.post(two.batch(itemUri('B3')))).status).toBe(409)
    const after = await board()
    // Of the hour: a minute may end in between.
    expect(sumOf(after.intake.minutes) - sumOf(before.intake.minutes)).toBe(2)
    expect(before.intake.minutes.length).toBe(60)
    expect(after.refused - before.refused).toBe(1)
    cameAtMs = rowOf(after, 'org/two')!.lastBatchAtMs!
    expect(cameAtMs).toBeGreaterThan(before.atMs - 1000)
    expect(sumOf(rowOf(after, 'org/two')!.minutes!)).toBe(2)
    expect(after.answers!.of).toBeGreaterThan(0)
    expect(after.errors[0]).toMatchObject({ source: 'batch', from: 'org/two', count: 1 })
  })

  it('counts what people report of goods, and tells nothing of what they wrote', async () => {
    const { complaints: before } = await board()
    const report = { subject: itemUri('B1'), kind: 'smell', text: 'it smells', contact: 'ann@example.org' }
    const headers = { 'Content-Type': 'application/json' }
    for (const one of [report, { ...report, kind: 'sick' }])
      expect((await ledger.get('/v1/reports', { method: 'POST', headers, body: JSON.stringify(one) })).status).toBe(201)
    const state = await board()
    const { complaints } = state
    expect(complaints).toMatchObject({ day: before.day + 2, week: before.week + 2, goods: before.goods + 1 })
    expect(complaints.lastAtMs).toBeLessThanOrEqual(state.atMs)
    expect(JSON.stringify(state)).not.toMatch(/smells|ann@/)
  })

  it('adds to its errors what gateways count anew, not what they said before', async () => {
    const client = await connect(two)
    const counted = async (): Promise<number> =>
      (await board()).errors.find(({ code }) => code === 'DEVICE_FRAME')?.count ?? 0
    await says(client, two, { errors: { DEVICE_FRAME: 3 } })
    await until(async () => (await counted()) === 3, LONG_MS)
    await says(client, two, { errors: { DEVICE_FRAME: 5 } })
    await until(async () => (await counted()) === 5, LONG_MS)
    // It was started, and counts from nothing.
    await says(client, two, { errors: { DEVICE_FRAME: 2 } })
    await until(async () => (await counted()) === 7, LONG_MS)
  })

  it('says when the disk is nearly full', async () => {
    space = { freeBytes: 20e9, totalBytes: 1000e9 }
    ahead += 6_000
    await until(async () => (await board()).concerns.some(({ code }) => code === 'DISK_NEARLY_FULL'), LONG_MS)
    space = { freeBytes: 500e9, totalBytes: 1000e9 }
    ahead += 6_000
    await until(async () => !(await board()).concerns.some(({ code }) => code.startsWith('DISK')), LONG_MS)
  })

  it('agrees with what /metrics say, which are of the same state', async () => {
    space = { freeBytes: 20e9, totalBytes: 1000e9 }
    ahead += 6_000
    const lines = async (): Promise<string[]> => (await (await ledger.get('/metrics')).text()).split('\n')
    // Between two questions a gateway may come or go.
    await until(async () => {
      const [told, { concerns, gateways, disk }] = [await lines(), await board()]
      const wanted = [
        ...concerns.map(({ code, tone, count = 1 }) => `tristamp_concern{code="${code}",tone="${tone}"} ${count}`),
        ...Object.entries(gateways.states).map(([state, n]) => `tristamp_gateways{state="${state}"} ${n}`),
        `tristamp_disk_free_bytes ${disk!.freeBytes}`,
      ]
      return concerns.some(({ code }) => code === 'DISK_NEARLY_FULL') && wanted.every((line) => told.includes(line))
    }, LONG_MS)
    expect(await lines()).toContain('tristamp_concern{code="DAMAGED",tone="stop"} 0')
    space = { freeBytes: 500e9, totalBytes: 1000e9 }
    ahead += 6_000
    await until(
      async () => (await lines()).some((line) => /^tristamp_concern.*DISK_NEARLY_FULL.* 0$/.test(line)),
      LONG_MS,
    )
  })

  it('says when a gateway has said nothing for too long', async () => {
    const client = await connect(one)
    await says(client, one)
    await until(async () => rowOf(await board(), 'org/one')?.state === 'online', LONG_MS)
    ahead += 151_000
    expect(rowOf(await board(), 'org/one')!.state).toBe('silent')
  })

  it('serves so many screens, and one more when one goes', async () => {
    const open = Array.from({ length: MAX_LISTENERS }, () => new Reader(ledger.url))
    expect((await Promise.all(open.map(({ response }) => response))).map(({ status }) => status)).toEqual(
      open.map(() => 200),
    )
    const refused = await ledger.get('/v1/board/events', { headers: { Authorization: `Bearer ${TOKEN}` } })
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([503, 'BOARD_LISTENERS'])
    expect(refused.headers.get('Retry-After')).toBe('1')
    open[0]!.close()
    await until(async () => (await new Reader(ledger.url).response).status === 200, LONG_MS)
    await until(() => open.at(-1)!.states.length > 1 && open.at(-1)!.comments > 0, LONG_MS)
  })

  it('of a follower says how it follows, with what its gateways tell their leader', async () => {
    const { path, remove } = await temporaryFolder()
    const follow = { ...config(join(path, 'follower'), {}, { access: ACCESS }), follow: { url: ledger.url } }
    const follower = await startFollower(follow)
    try {
      await until(async () => (await board(TOKEN, follower.url)).leader?.state === 'following', LONG_MS)
      const state = await board(TOKEN, follower.url)
      expect(state).toMatchObject({ role: 'follower', witnesses: null, answers: null, leader: { lag: 0 } })
      expect(rowOf(state, 'org/two')).toMatchObject({ state: 'elsewhere', minutes: null, nextSeq: 1 })
      // As the leader sealed it, and not by the gateway's clock: nobody saw it come here.
      expect(rowOf(state, 'org/two')!.lastBatchAtMs).toBeGreaterThanOrEqual(cameAtMs)
      const reader = new Reader(follower.url)
      await until(() => reader.states.length > 0, LONG_MS)
    } finally {
      await follower[Symbol.asyncDispose]()
      await remove()
    }
  })

  it('says which witness signs, which does not and why, and that the quorum is missing', async () => {
    const { path, remove } = await temporaryFolder()
    const logs = [parseVerifierKey(ledger.node.genesis.logKey)]
    const settings = { data: join(path, 'lab'), name: 'lab.example', logs, host: '127.0.0.1', requestsPerSecond: 99 }
    const lab = await startWitness({ ...settings, port: 0 })
    // A line to it that is open, or lets nobody through: its port stays its own.
    let away = false
    const line = createServer((near) => {
      if (away) {
        near.destroy()
        return
      }
      const far = connectTcp(Number(new URL(lab.url).port), '127.0.0.1')
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const)
        from
          .on('error', () => to.destroy())
          .on('close', () => to.destroy())
          .pipe(to)
      lines.push(near)
    })
    const lines: Socket[] = []
    await new Promise<void>((resolve) => line.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(line.address() as AddressInfo).port}`
    const policy = policyOfWitnesses([{ name: 'lab', vkey: parseVerifierKey(lab.vkey), url }], 1)
    await ledger.stop()
    await ledger.run({ space: async () => space }, {}, { access: ACCESS, policy })
    try {
      const look = async (): Promise<BoardState['witnesses']> => (await board()).witnesses
      await until(async () => (await look())!.list[0]!.signed, LONG_MS)
      expect(await look()).toMatchObject({ quorum: true, needed: 1 })
      away = true
      for (const socket of lines) socket.destroy()
      await ledger.enrolGateways('three')
      await until(async () => (await board()).concerns.some(({ code }) => code === 'QUORUM_MISSING'), LONG_MS)
      // The second that is waited for a cosignature may be over before the line has failed.
      await until(async () => (await look())!.list[0]!.failure !== null, LONG_MS)
      const [gone] = (await look())!.list
      expect(gone).toMatchObject({ name: 'lab', signed: false, failure: { code: 'PEER_UNREACHABLE' } })
      expect(gone!.lag).toBeGreaterThan(0)
      expect((await board()).errors).toContainEqual(expect.objectContaining({ source: 'witness', from: 'lab' }))
      away = false
      await until(async () => (await look())!.quorum, LONG_MS)
      expect((await look())!.list[0]).toMatchObject({ signed: true, lag: 0, failure: null })
    } finally {
      for (const socket of lines) socket.destroy()
      await new Promise((resolve) => line.close(resolve))
      await lab[Symbol.asyncDispose]()
      await remove()
    }
  })

  it('lets its screens go when the node ends', async () => {
    const reader = new Reader(ledger.url)
    await until(() => reader.states.length > 0, LONG_MS)
    await ledger.stop()
    await until(() => reader.ended, LONG_MS)
    await ledger.run({ space: async () => space }, {}, { access: ACCESS })
    // What came before the start is told as it was sealed, whatever its gateway's clock said.
    const state = await board()
    const { lastBatchAtMs } = rowOf(state, 'org/two')!
    expect(lastBatchAtMs).toBeGreaterThanOrEqual(cameAtMs)
    expect(lastBatchAtMs).toBeLessThanOrEqual(state.atMs)
  })
})
