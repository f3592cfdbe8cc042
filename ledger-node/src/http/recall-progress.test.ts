import { createHash, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Json, Operation, Recall, Report } from '@tristamp/protocol'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { commissioned, itemUri, type TestGateway, TestLedger, until } from '../_harness.ts'
import { bringOperations } from '../govern/bring-operations.ts'
import { keyPath, loadKey } from '../keys.ts'

const ID = '5f0c9d1e-8a51-4c39-9a58-2f6f6a1f0b11'
const LOT = 'https://id.gs1.org/01/09506000134352/10/L7'
const STATION = 'https://id.gs1.org/414/9506000134307'
const TOKEN = 'a-token-of-forty-three-characters-for-tests'
const WORDS = { zh: '话', en: 'words' }
const RECALL: Recall = {
  op: 'recall',
  id: ID,
  org: 'org',
  subjects: [LOT, itemUri('A')],
  class: 1,
  reason: WORDS,
  hazard: WORDS,
  consumer: WORDS,
  holder: WORDS,
}

let ledger: TestLedger
let gate: TestGateway

beforeEach(async () => {
  ledger = await TestLedger.start({}, {}, { administrators: ['ann', 'bob'], threshold: 1 })
  const access = [
    { name: 'r', role: 'regulator' as const, sha256: createHash('sha256').update(TOKEN).digest('base64url') },
  ]
  await ledger.stop()
  await ledger.run({}, {}, { access })
  ;[gate] = (await ledger.enrolGateways('gw1')) as [TestGateway]
})
afterEach(() => ledger.remove())

async function recall(operation: Operation = RECALL): Promise<void> {
  for (const name of ['ann', 'bob']) {
    const administrator = await loadKey(keyPath(ledger.folder, `admin-${name}`))
    await bringOperations({ node: ledger.url, administrator }, [operation])
  }
}

function report(what: Report): Json {
  const { 'tristamp:clock': clock, eventTimeZoneOffset, eventTime } = commissioned('') as Record<string, Json>
  return {
    type: 'TristampReport',
    eventID: `urn:uuid:${randomUUID()}`,
    eventTime: eventTime!,
    eventTimeZoneOffset: eventTimeZoneOffset!,
    bizLocation: { id: STATION },
    'tristamp:clock': clock!,
    report: what as unknown as Json,
  }
}

async function send(...events: Json[]): Promise<void> {
  const response = await ledger.post(gate.batchOf(events))
  expect(response.status, await response.text()).toBe(201)
  gate.seq++
}

interface Answer {
  totals: Record<string, number>
  places: Record<string, unknown>[]
  [member: string]: unknown
}

const path = `/v1/recalls/${ID}/progress`
/** When what was sent is sealed, and the trace has read it. */
async function progress(ready: (answer: Answer) => boolean): Promise<Answer> {
  let answer: Answer | undefined
  await until(async () => {
    const response = await ledger.get(path)
    if (response.status !== 200) return false
    answer = (await response.json()) as Answer
    return ready(answer)
  }, 120_000)
  return answer!
}

function respond(body: object, headers: Record<string, string> = {}): Promise<Response> {
  return ledger.get(`/v1/recalls/${ID}/responses`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

it('adds up what the trace, signed answers and refusals say; what has no key stands apart', {
  timeout: 180_000,
}, async () => {
  await send(...['A', 'B', 'C', 'D'].map((serial) => commissioned(itemUri(serial))))
  await recall()
  const first = await progress(({ totals }) => totals['shipped'] === 4000)
  expect(first).toMatchObject({
    id: ID,
    state: 'standing',
    drill: false,
    totals: { unaccounted: 4000, found: 0 },
    places: [
      { place: STATION, holder: STATION.replace('414', '417'), shipped: 4000, state: 'unanswered', signed: false },
    ],
    deadline: { law: 'food', hours: 24 },
  })

  await send(
    report({ kind: 'blocked', subject: itemUri('A'), recall: ID }),
    report({ kind: 'recall-response', recall: ID, state: 'acknowledged' }),
    report({ kind: 'recall-response', recall: ID, state: 'quarantined', goods: [itemUri('A'), itemUri('B')] }),
  )
  const answered = await progress(({ totals }) => totals['found'] === 2000)
  expect(answered).toMatchObject({
    totals: { shipped: 4000, found: 2000, quarantined: 2000, blocked: 1000, unaccounted: 2000, surplus: 0 },
    places: [{ state: 'acknowledged', signed: true, tries: 1 }],
    timeline: [{ answered: 1, found: 2000 }],
  })
  const proofs = answered.places[0]!['proofs'] as { kind: string; eventID: string; entry: number }[]
  expect(new Set(proofs.map(({ kind }) => kind))).toEqual(new Set(['trace', 'answer', 'blocked']))
  for (const { eventID, entry } of proofs) {
    const { records } = (await (await ledger.get(`/v1/events/${eventID}`)).json()) as { records: { entry: number }[] }
    expect(records.map((one) => one.entry)).toContain(entry)
  }

  // Another word takes the place of the one before.
  await send(report({ kind: 'recall-response', recall: ID, state: 'quarantined', quantity: { milli: 4000 } }))
  expect((await progress(({ totals }) => totals['found'] === 4000)).places).toMatchObject([{ state: 'done' }])

  expect((await respond({ place: ' 9506000134307 ', state: 'quarantined', quantity: { milli: 99_000 } })).status).toBe(
    201,
  )
  const unsigned = await progress((answer) => (answer['unsigned'] as { answers: number }).answers === 1)
  expect(unsigned).toMatchObject({
    totals: { found: 4000, surplus: 0 },
    unsigned: { places: [{ place: STATION, state: 'quarantined', milli: 99_000 }] },
  })
})

it('shows what strangers call themselves to regulators alone, and keeps it over a restart', {
  timeout: 180_000,
}, async () => {
  await recall()
  await until(async () => (await ledger.get(`/v1/recalls/${ID}`)).status === 200, 60_000)
  const said = { place: 'Corner shop 街角店', state: 'acknowledged', contact: 'tel 123' }
  expect((await respond(said)).status).toBe(201)
  await ledger.stop()
  const access = [
    { name: 'r', role: 'regulator' as const, sha256: createHash('sha256').update(TOKEN).digest('base64url') },
  ]
  await ledger.run({}, {}, { access })
  const shown = await progress((answer) => (answer['unsigned'] as { answers: number }).answers === 1)
  expect(JSON.stringify(shown)).not.toContain('Corner')
  const list = (headers: Record<string, string>): Promise<Response> =>
    ledger.get(`/v1/recalls/${ID}/responses`, { headers })
  expect((await list({})).status).toBe(401)
  const open = await list({ Authorization: `Bearer ${TOKEN}` })
  expect(await open.json()).toMatchObject({ total: 1, responses: [said] })
  const kept = readFileSync(join(ledger.folder, 'unsigned', 'recall-responses.jsonl'), 'utf8')
  expect(kept).not.toMatch(/127\.0\.0\.1|undici|agent/i)
})

it('takes no nonsense, no floods and nothing from pages of others', { timeout: 180_000 }, async () => {
  await recall()
  await until(async () => (await ledger.get(`/v1/recalls/${ID}`)).status === 200, 60_000)
  const good = { place: 'x', state: 'none' }
  /** After a pause, as a person would. */
  const paced = async (body: object, headers: Record<string, string> = {}): Promise<number> => {
    for (let tries = 0; ; tries++) {
      const { status } = await respond(body, headers)
      if (status !== 429 || tries === 30) return status
      await new Promise((resolve) => setTimeout(resolve, 1000))
    }
  }
  expect(await paced(good, { 'Sec-Fetch-Site': 'cross-site' })).toBe(400)
  expect(await paced({ ...good, contact: 'x'.repeat(5000) })).toBe(413)
  expect(await paced({ ...good, state: 'eaten' })).toBe(400)
  expect(await paced(good)).toBe(201)
  await until(async () => {
    const burst = await Promise.all(Array.from({ length: 20 }, () => respond(good)))
    return burst.some(({ status }) => status === 429)
  }, 120_000)
  expect((await ledger.get(`${path}?law=none`)).status).toBe(400)
  expect((await ledger.get(path.replace('5f', '6f'))).status).toBe(404)
  expect((await ledger.get(`${path}?limit=0`)).status).toBe(400)
  expect(await (await ledger.get(`${path}?from=1&limit=1`)).json()).toMatchObject({ places: [], placesTotal: 0 })
  // The code of its notice; of no other address.
  const drawn = await ledger.get(`/v1/qr?recall=${ID}`)
  expect([drawn.status, drawn.headers.get('content-type')]).toEqual([200, 'image/svg+xml; charset=utf-8'])
  for (const bad of [
    'recall=https://evil.example',
    `recall=${ID}%20`,
    `recall=${ID}&subject=${encodeURIComponent(LOT)}`,
  ])
    expect((await ledger.get(`/v1/qr?${bad}`)).status, bad).toBe(400)
  const text = await (await ledger.get(`/v1/recalls/${ID}`, { headers: { Accept: 'text/html' } })).text()
  expect(text).toContain(`${ledger.url}/notice?recall=${ID}`)
})
