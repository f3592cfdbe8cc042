import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { encodeBatch, LIMITS, type SaltedEvent, toHex, utf8 } from '@tristamp/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loginOf, TestClient } from '../_harness/client.ts'
import { temporaryFolder } from '../_harness/folder.ts'
import { commissioned, item, ORGANISATION, sold } from '../_harness/goods.ts'
import { TestLedger } from '../_harness/ledger.ts'
import { salted, TestSigner } from '../_harness/signer.ts'
import { until } from '../_harness/until.ts'

// What a thief or a broken gateway may send, over HTTP and over MQTT: each is refused with its own code, counted under it, and
// nothing of it is recorded.

const folder = temporaryFolder()
const [farm, shop, revoked, stranger] = ['farm', 'shop', 'old', 'farm'].map((name) => new TestSigner(name)) as [
  TestSigner,
  TestSigner,
  TestSigner,
  TestSigner,
]
let ledger: TestLedger

beforeAll(async () => {
  ledger = await (await TestLedger.found(join(folder.path, 'ledger'))).start()
  await ledger.enrol(ORGANISATION, farm.enrolment(), shop.enrolment(['sell']), revoked.enrolment())
  await ledger.enrol({ op: 'revoke-key', key: Buffer.from(revoked.kid).toString('base64url'), reason: 'lost' })
  expect((await ledger.post(farm.batch(commissioned(item('A1')), commissioned(item('A2'))))).status).toBe(201)
  expect((await ledger.post(shop.batch(sold(item('A1'))))).status).toBe(201)
})

afterAll(async () => {
  await ledger?.[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

/** A batch that was true until `forge` changed what goes with its statement. */
function forged(forge: (events: SaltedEvent[]) => SaltedEvent[]): Uint8Array {
  const events = salted([commissioned(item('B1')), commissioned(item('B2')), commissioned(item('B3'))])
  return encodeBatch(farm.statement(events), forge(events))
}

function by(signer: TestSigner, change: Parameters<TestSigner['statement']>[1], ...values: object[]): Uint8Array {
  const events = salted(values.length > 0 ? values : [commissioned(item('C1'))])
  return encodeBatch(signer.statement(events, change), events)
}

/** What each attack is, its code, the HTTP status, and who brings it over MQTT. */
const attacks: [what: string, code: string, status: number, batch: () => Uint8Array][] = [
  ['two events swapped', 'BATCH_ROOT', 422, () => forged(([a, b, c]) => [b!, a!, c!])],
  ['an event left out', 'BATCH_ROOT', 422, () => forged(([a, b]) => [a!, b!])],
  ['an event added', 'BATCH_ROOT', 422, () => forged((all) => [...all, all[0]!])],
  [
    'an event of another item',
    'BATCH_ROOT',
    422,
    () => forged(([a, b]) => [a!, b!, ...salted([commissioned(item('B4'))])]),
  ],
  [
    'another salt',
    'BATCH_ROOT',
    422,
    () => forged((all) => all.map(({ event }) => ({ salt: new Uint8Array(16), event }))),
  ],
  [
    'more events than a batch may have',
    'BATCH_SIZE',
    413,
    () => by(farm, {}, ...Array.from({ length: 1025 }, (_, i) => commissioned(item(`D${i}`)))),
  ],
  ['bytes that are no batch', 'BATCH_MALFORMED', 422, () => utf8('not a batch')],
  [
    'a statement under the stolen name and key id',
    'SIGNATURE',
    403,
    () => by(stranger, { kid: farm.kid, seq: farm.seq, prev: farm.prev }),
  ],
  ['a key of its own under the stolen name', 'KEY_UNKNOWN', 403, () => by(stranger, {})],
  ['the name of another gateway', 'STATEMENT_HEADER', 422, () => by(farm, { iss: shop.uri })],
  ['another station', 'STATEMENT_HEADER', 422, () => by(farm, { sub: 'https://id.gs1.org/414/9506000134017' })],
  ['a place in the chain left out', 'SEQ_EXPECTED', 409, () => by(farm, { seq: farm.seq + 1 })],
  ['another statement before it', 'PREV_MISMATCH', 409, () => by(farm, { prev: new Uint8Array(32) })],
  ['an event that is none', 'EVENT_FIELD_MISSING', 422, () => by(farm, {}, { type: 'ObjectEvent' })],
  [
    'a stamp left out',
    'EVENT_STAMP_TIME',
    422,
    () => by(farm, {}, without(commissioned(item('E1')), 'tristamp:clock')),
  ],
]

describe.each([
  ['HTTP', async (batch: Uint8Array) => refusedOverHttp(batch)],
  ['MQTT', async (batch: Uint8Array) => ({ code: await refusedOverMqtt(batch), status: undefined })],
])('over %s the ledger refuses', (_way, send) => {
  it.each(attacks)('%s: %s', async (_what, code, status, batch) => {
    const [counted, recorded] = [await outcomes(code), await ledger.metric('tristamp_events_total')]
    const answer = await send(batch())
    expect(answer).toEqual({ code, status: answer.status && status })
    expect(await outcomes(code)).toBe(counted + 1)
    expect(await ledger.metric('tristamp_events_total')).toBe(recorded)
  })
})

it('refuses a key that was revoked', async () => {
  expect(await refusedOverHttp(by(revoked, {}))).toEqual({ code: 'KEY_INACTIVE', status: 403 })
})

it('refuses a step that the gateway is not enrolled for', async () => {
  expect(await refusedOverHttp(by(shop, {}))).toEqual({ code: 'ROLE', status: 403 })
})

it('keeps the second history of a key as evidence, and suspends the key', async () => {
  const second = by(shop, { seq: 0, prev: new Uint8Array(32) })
  expect(await refusedOverHttp(second)).toEqual({ code: 'SEQ_EQUIVOCATION', status: 409 })
  expect(readdirSync(join(ledger.data, 'evidence')).every((name) => name.startsWith(`${toHex(shop.kid)}-0-`))).toBe(
    true,
  )
  const suspended = (): Promise<number> => ledger.metric('tristamp_keys', 'kind="gateway",status="suspended"')
  await until('the key is suspended', async () => (await suspended()) === 1)
  expect(await refusedOverHttp(by(shop, {}))).toEqual({ code: 'KEY_INACTIVE', status: 403 })
  expect(ledger.process.err).toMatch(/^ALERT /m)
})

it('records a replayed batch once, over both ways', async () => {
  const size = await ledger.metric('tristamp_events_total')
  const batch = farm.batch(commissioned(item('F1')))
  const first = await ledger.post(batch)
  const again = await ledger.post(batch)
  expect([first.status, again.status]).toEqual([201, 200])
  expect(((await again.json()) as { entry: number }).entry).toBe(((await first.json()) as { entry: number }).entry)
  await using client = await TestClient.connect(ledger, loginOf(farm))
  await client.deliver(batch, farm.seq - 1)
  expect(await ledger.metric('tristamp_events_total')).toBe(size + 1)
  expect(await outcomes('repeated')).toBe(2)
})

describe('the broker', () => {
  it.each([
    ['a wrong password', { password: 'x'.repeat(43) }, 'MQTT_LOGIN'],
    ['an unknown gateway', { username: 'test/nobody', clientId: 'test.nobody' }, 'MQTT_LOGIN'],
    ['another gateway’s client id', { clientId: 'test.shop' }, 'MQTT_CLIENT_ID'],
  ])('does not let in %s', async (_what, change, code) => {
    const before = await ledger.metric('tristamp_mqtt_refusals_total', `code="${code}"`)
    await expect(TestClient.connect(ledger, { ...loginOf(farm), ...change })).rejects.toThrow(
      /not authorized|bad user/i,
    )
    expect(await ledger.metric('tristamp_mqtt_refusals_total', `code="${code}"`)).toBe(before + 1)
  })

  it('does not let in a gateway whose key was revoked', async () => {
    await expect(TestClient.connect(ledger, loginOf(revoked))).rejects.toThrow(/not authorized|bad user/i)
  })

  it.each([
    ['another gateway’s batches', 'tristamp/v1/test/shop/batch', 10, 'MQTT_TOPIC'],
    ['its own acks', 'tristamp/v1/test/farm/ack', 10, 'MQTT_TOPIC'],
    ['a packet that is too large', 'tristamp/v1/test/farm/batch', LIMITS.batchBytes + 2048, 'MQTT_PACKET_SIZE'],
  ])('ends the connection of one that publishes %s', async (_what, topic, bytes, code) => {
    const before = await ledger.metric('tristamp_mqtt_refusals_total', `code="${code}"`)
    await using client = await TestClient.connect(ledger, loginOf(farm))
    await client.publishLast(topic, new Uint8Array(bytes))
    expect(await ledger.metric('tristamp_mqtt_refusals_total', `code="${code}"`)).toBe(before + 1)
  })
})

it('refuses a request that is too large before it reads it', async () => {
  expect(await refusedOverHttp(new Uint8Array(LIMITS.batchBytes + 1))).toEqual({
    code: 'REQUEST_TOO_LARGE',
    status: 413,
  })
})

it('holds after all of this exactly what was true, and goes on', async () => {
  await using client = await TestClient.connect(ledger, loginOf(farm))
  await client.deliver(farm.batch(commissioned(item('Z1'))), farm.seq - 1)
  expect(await ledger.metric('tristamp_events_total')).toBe(11)
  expect(await ledger.stop()).toBe(0)
  const { exit, out, err } = await ledger.verify()
  expect(out, err).toMatch(/, 12 events; /)
  expect(exit).toBe(0)
})

function outcomes(outcome: string): Promise<number> {
  return ledger.metric('tristamp_batches_total', `outcome="${outcome}"`)
}

async function refusedOverHttp(batch: Uint8Array): Promise<{ code: string; status: number }> {
  const response = await ledger.post(batch)
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  const { code } = (await response.json()) as { code: string }
  return { code, status: response.status }
}

/** The thief has the gateway's login too: over MQTT nothing else lets him in. */
async function refusedOverMqtt(batch: Uint8Array): Promise<string> {
  await using client = await TestClient.connect(ledger, loginOf(farm))
  return await client.refusal(batch)
}

function without(event: object, field: string): object {
  return Object.fromEntries(Object.entries(event).filter(([name]) => name !== field))
}
