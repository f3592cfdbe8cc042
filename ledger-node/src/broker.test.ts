import * as crypto from 'node:crypto'
import { connect as connectTcp } from 'node:net'
import { type Ack, openAck, toHex, verifyOnNode } from '@tristamp/protocol'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { itemUri, type TestGateway, TestLedger, until } from './_harness.ts'
import { keyPath, loadKey } from './keys.ts'

let ledger: TestLedger
let one: TestGateway
let two: TestGateway
let ackKey: Uint8Array
const clients: MqttClient[] = []
beforeAll(async () => {
  ledger = await TestLedger.start()
  ;[one, two] = (await ledger.enrolGateways('one', 'two')) as [TestGateway, TestGateway]
  ackKey = (await loadKey(keyPath(ledger.folder, 'ack'))).publicKey
}, 120_000)
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.endAsync(true)))
})
afterAll(() => ledger.remove())

function loginOf({ org, gateway, password }: TestGateway): IClientOptions {
  return {
    clientId: `${org}.${gateway}`,
    username: `${org}/${gateway}`,
    password,
    clean: false,
    reconnectPeriod: 0,
    connectTimeout: 5000,
  }
}

async function connect(options: IClientOptions): Promise<MqttClient> {
  const client = await mqtt.connectAsync(ledger.node.mqttUrl, options)
  client.on('error', () => undefined)
  clients.push(client)
  return client
}

/** Acks as the gateway sees them. */
async function listen(gateway: TestGateway, client: MqttClient): Promise<Ack[]> {
  const acks: Ack[] = []
  client.on('message', (topic, payload) => {
    if (topic.endsWith('/ack')) acks.push(openAck(new Uint8Array(payload), ackKey, verifyOnNode(crypto)))
  })
  await client.subscribeAsync(`tristamp/v1/${gateway.org}/${gateway.gateway}/ack`, { qos: 1 })
  return acks
}

const batchTopic = ({ org, gateway }: TestGateway): string => `tristamp/v1/${org}/${gateway}/batch`

describe('the broker', () => {
  test('PUBACK means committed, and a signed ack follows', async () => {
    const client = await connect(loginOf(one))
    const acks = await listen(one, client)
    await client.publishAsync(batchTopic(one), Buffer.from(one.batch(itemUri('M1'))), { qos: 1 })
    const key = (await (await ledger.get(`/v1/keys/${Buffer.from(one.kid).toString('base64url')}`)).json()) as {
      nextSeq: number
    }
    expect(key.nextSeq).toBe(1)
    await until(() => acks.length > 0)
    expect(acks.at(-1)).toMatchObject({ kind: 'ack', seq: 0, kid: one.kid, prev: one.prev })
  })

  test('many batches in flight are all recorded, in order, and the last ack covers them', async () => {
    const client = await connect(loginOf(one))
    const acks = await listen(one, client)
    const batches = Array.from({ length: 200 }, (_, i) => one.batch(itemUri(`N${i}`)))
    await Promise.all(batches.map((batch) => client.publishAsync(batchTopic(one), Buffer.from(batch), { qos: 1 })))
    await until(() => acks.some((ack) => ack.kind === 'ack' && ack.seq === one.seq - 1))
  })

  test('a batch out of order is answered by what is expected, a resend by the ack', async () => {
    const client = await connect(loginOf(one))
    const acks = await listen(one, client)
    await until(() => acks.length > 0)
    const { seq, prev } = one
    const batch = one.batch(itemUri('O1'))
    const later = one.batch(itemUri('O2'))
    await client.publishAsync(batchTopic(one), Buffer.from(later), { qos: 1 })
    await until(() => acks.some((ack) => ack.kind === 'expected'))
    expect(acks.find((ack) => ack.kind === 'expected')).toMatchObject({ expected: seq, reason: 'SEQ_EXPECTED', prev })
    for (const payload of [batch, later, batch])
      await client.publishAsync(batchTopic(one), Buffer.from(payload), { qos: 1 })
    await until(() => acks.some((ack) => ack.kind === 'ack' && ack.seq === one.seq - 1))
  })

  test('bytes that are no batch are answered with the reason', async () => {
    const client = await connect(loginOf(one))
    const acks = await listen(one, client)
    await client.publishAsync(batchTopic(one), Buffer.from('hello'), { qos: 1 })
    await until(() => acks.some((ack) => ack.kind === 'expected' && ack.reason === 'BATCH_MALFORMED'))
  })

  test('a gateway that comes back learns its ack without asking', async () => {
    const first = await connect(loginOf(two))
    await listen(two, first)
    await first.publishAsync(batchTopic(two), Buffer.from(two.batch(itemUri('P1'))), { qos: 1 })
    await first.endAsync(true)
    const back = mqtt.connect(ledger.node.mqttUrl, loginOf(two))
    clients.push(back)
    const seen: string[] = []
    back.on('message', (topic) => seen.push(topic))
    await until(() => seen.length > 0)
    expect(seen[0]).toBe('tristamp/v1/org/two/ack')
  })

  test('another gateway’s statement is not taken', async () => {
    const client = await connect(loginOf(one))
    const acks = await listen(one, client)
    const { seq, prev } = two
    await client.publishAsync(batchTopic(one), Buffer.from(two.batch(itemUri('Q1'))), { qos: 1 })
    Object.assign(two, { seq, prev })
    await until(() => acks.some((ack) => ack.kind === 'expected' && ack.reason === 'KEY_UNKNOWN'))
    expect(toHex(acks.at(-1)!.kid)).toBe(toHex(one.kid))
  })

  test.each([
    ['a wrong password', { password: 'x'.repeat(43) }],
    ['no password', { password: '' }],
    ['an unknown gateway', { username: 'org/three', clientId: 'org.three' }],
    ['a name with too many parts', { username: 'org/one/x' }],
    ['an administrator’s name', { username: '/admin' }],
    ['another client id', { clientId: 'org.two' }],
  ])('refuses %s', async (_, change) => {
    await expect(connect({ ...loginOf(one), ...change })).rejects.toThrow(/refused|Not authorized/i)
  })

  test.each([
    'tristamp/v1/org/two/batch',
    'tristamp/v1/org/one/ack',
    'tristamp/v1/org/one/batch/more',
    'tristamp/v1/notices/recall',
    'tristamp/v1/org/one/other',
    '$SYS/x',
    'x',
  ])('ends the connection of one that publishes to %s', async (topic) => {
    const client = await connect(loginOf(one))
    const closed = new Promise((resolve) => client.once('close', () => resolve('closed')))
    client.publish(topic, 'x', { qos: 1 })
    expect(await closed).toBe('closed')
  })

  test.each([
    ['tristamp/v1/org/one/ack', true],
    ['tristamp/v1/org/one/status', true],
    ['tristamp/v1/notices/recall', true],
    ['tristamp/v1/notices/+', true],
    ['tristamp/v1/org/two/ack', false],
    ['tristamp/v1/org/one/batch', false],
    ['tristamp/v1/org/one/+', false],
    ['tristamp/v1/+/+/ack', false],
    ['tristamp/#', false],
    ['#', false],
    ['$SYS/#', false],
  ])('subscribing to %s: %s', async (topic, allowed) => {
    const client = await connect(loginOf(one))
    const granted = await client.subscribeAsync(topic, { qos: 1 }).catch(() => 'refused')
    if (allowed) expect(granted).toEqual([expect.objectContaining({ topic })])
    else expect(granted).toBe('refused')
  })

  test('a status is shown with the gateways, and its will when it dies', async () => {
    const topic = 'tristamp/v1/org/one/status'
    const will = { topic, payload: Buffer.from('{"state":"offline"}'), qos: 1 as const, retain: true }
    const client = await connect({ ...loginOf(one), will })
    const status = { state: 'online', version: '0.1.0', outbox: { next: 3, acked: 1 }, errors: { MODBUS_CRC: 2 } }
    await client.publishAsync(topic, JSON.stringify(status), { qos: 1, retain: true })
    const healthOf = async (): Promise<unknown> => {
      const { gateways } = (await (await ledger.get('/v1/gateways')).json()) as {
        gateways: { gateway: string; health: unknown }[]
      }
      return gateways.find((g) => g.gateway === 'one')!.health
    }
    expect(await healthOf()).toEqual(status)
    expect(await (await ledger.get('/metrics')).text()).toContain(
      'tristamp_gateway_errors{gateway="org/one",code="MODBUS_CRC"} 2',
    )
    client.stream.destroy()
    await until(async () => ((await healthOf()) as { state: string }).state === 'offline')
    const next = await connect(loginOf(one))
    await next.publishAsync(topic, '{"state":', { qos: 1 })
    expect(await healthOf()).toEqual({ state: 'offline' })
    // What a status names no more takes no room any more, however many names a gateway thinks of.
    for (const code of ['FIRST', 'SECOND'])
      await next.publishAsync(topic, JSON.stringify({ state: 'online', errors: { [code]: 1 } }), { qos: 1 })
    const metrics = await (await ledger.get('/metrics')).text()
    expect(metrics).toContain('code="SECOND"')
    expect(metrics).not.toContain('code="FIRST"')
  })

  test('a revoked gateway is put out at once and not let in again', async () => {
    const client = await connect(loginOf(two))
    const closed = new Promise((resolve) => client.once('close', () => resolve('closed')))
    await ledger.enrol({ op: 'revoke-key', key: Buffer.from(two.kid).toString('base64url'), reason: 'lost' })
    expect(await closed).toBe('closed')
    await expect(connect(loginOf(two))).rejects.toThrow()
  })

  test('before login nothing large is taken, and nothing that is no CONNECT', async () => {
    expect(await answerTo(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]))).toBe('closed')
    expect(await answerTo(Buffer.from([0x10, 0x80, 0x80, 0x80, 0x80, 0x01]))).toBe('closed')
    expect(await answerTo(Buffer.from([0x30, 0x03, 0x00, 0x01, 0x61]))).toBe('closed')
    expect(await answerTo(Buffer.from('GET / HTTP/1.1\r\n\r\n'))).toBe('closed')
    expect(await (await ledger.get('/metrics')).text()).toMatch(
      /tristamp_mqtt_refusals_total\{code="MQTT_PACKET_SIZE"\} [1-9]/,
    )
  })

  test('connections that never log in do not keep a gateway out, however many there are', async () => {
    const idle = Array.from({ length: 700 }, () => connectTcp(ledger.node.mqttPort, '127.0.0.1'))
    try {
      let open = 0
      for (const socket of idle) {
        socket.on('connect', () => open++).on('close', () => open--)
        socket.on('error', () => undefined)
      }
      await until(() => open > 0 && open <= 512)
      await connect(loginOf(one))
      expect(open).toBeGreaterThan(400)
    } finally {
      for (const socket of idle) socket.destroy()
    }
  })

  test('a packet behind the CONNECT waits until the login is decided', async () => {
    const password = Buffer.from('x'.repeat(43))
    const body = Buffer.concat([
      Buffer.from([0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 0xc2, 0, 60]),
      field('org.one'),
      field('org/one'),
      Buffer.concat([Buffer.from([0, password.length]), password]),
    ])
    const connectPacket = Buffer.concat([Buffer.from([0x10, body.length]), body])
    const hugePublish = Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f])
    expect(await answerTo(Buffer.concat([connectPacket, hugePublish, Buffer.alloc(100_000)]))).toBe('closed')
  })
})

function field(text: string): Buffer {
  return Buffer.concat([Buffer.from([0, text.length]), Buffer.from(text)])
}

/** What a raw connection comes to after sending these bytes. */
function answerTo(bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connectTcp(ledger.node.mqttPort, '127.0.0.1', () => socket.write(bytes))
    socket.on('data', () => undefined)
    socket.on('error', () => undefined)
    socket.on('close', () => resolve('closed'))
    socket.setTimeout(60_000, () => {
      resolve('still open')
      socket.destroy()
    })
  })
}
