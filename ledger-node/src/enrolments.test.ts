import * as crypto from 'node:crypto'
import { keyThumbprint, openEnrolment, publicKeyOf, toBase64Url, toHex, verifyOnNode } from '@tristamp/protocol'
import mqtt, { type MqttClient } from 'mqtt'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { TestGateway, TestLedger, until } from './_harness.ts'
import { keyPath, loadKey } from './keys.ts'

let ledger: TestLedger
let ackKey: Uint8Array
const clients: MqttClient[] = []

beforeAll(async () => {
  ledger = await TestLedger.start()
  ackKey = (await loadKey(keyPath(ledger.folder, 'ack'))).publicKey
})
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.endAsync(true)))
})
afterAll(() => ledger.remove())

/** `kept`: the broker had it already when the gateway came. */
type Told = ReturnType<typeof openEnrolment> & { kept: boolean }

async function listen({ org, gateway }: TestGateway, password: string): Promise<Told[]> {
  const told: Told[] = []
  const clientId = `${org}.${gateway}`
  const options = { clientId, username: `${org}/${gateway}`, password, clean: false, reconnectPeriod: 0 }
  const client = await mqtt.connectAsync(ledger.node.mqttUrl, options)
  clients.push(client)
  client.on('error', () => undefined)
  client.on('message', (topic, payload, { retain: kept }) => {
    if (!topic.endsWith('/enrolment')) return
    told.push({ ...openEnrolment(new Uint8Array(payload), ackKey, verifyOnNode(crypto)), kept })
  })
  await client.subscribeAsync(`tristamp/v1/${org}/${gateway}/enrolment`, { qos: 1 })
  return told
}

const place = {
  op: 'register-place',
  org: 'org',
  place: 'https://id.gs1.org/414/9506000134307',
  name: { zh: '冷库', en: 'Cold store' },
  address: { zh: '路', en: 'Road' },
  latE7: 302_721_000,
  lonE7: 1_094_883_000,
  zone: 'Asia/Shanghai',
} as const

describe('enrolments over MQTT', () => {
  test('a gateway is told what is recorded of it, and what changes', async () => {
    const [one] = await ledger.enrolGateways('e1')
    const told = await listen(one!, one!.password)
    await until(() => told.length > 0)
    const { station, uri, kid } = one!
    const roles = ['commission', 'ship', 'receive', 'observe']
    expect(told.at(-1)).toMatchObject({ org: 'org', gateway: 'e1', station, uri, kid, roles })
    expect(told.at(-1)!.place).toBeUndefined()
    const { entry, treeSize } = told.at(-1)!
    expect(treeSize).toBeGreaterThan(entry)

    await ledger.enrol(place)
    await until(() => told.at(-1)!.place !== undefined)
    expect(told.at(-1)!.place).toEqual({ name: place.name, zone: place.zone, latE7: place.latE7, lonE7: place.lonE7 })
    expect(told.at(-1)!.entry).toBe(entry)

    const product = 'https://id.gs1.org/01/09506000134352'
    const named = { zh: '肉', en: 'Meat' }
    const limits = { minMilliC: 0, maxMilliC: 4000 }
    await ledger.enrol({ op: 'register-product', org: 'org', product, name: named, spec: named, limits })
    await until(() => told.at(-1)!.products !== undefined)
    expect(told.at(-1)!.products).toEqual([{ product, ...limits }])
  })

  test('nobody is told again what has not changed, nor what is for another', async () => {
    const [two] = await ledger.enrolGateways('e2')
    const told = await listen(two!, two!.password)
    // Whoever comes is told, also what the broker has kept for him.
    await until(() => told.some(({ kept }) => !kept))
    const before = told.length
    const other = { ...place, place: 'https://id.gs1.org/414/9506000134024' }
    const entry = await ledger.enrol(other)
    await ledger.sealed(entry)
    await new Promise((resolve) => setTimeout(resolve, 600))
    expect(told.length).toBe(before)
    const [{ org, gateway }, client] = [new TestGateway('org', 'e1'), clients[0]!]
    expect(await client.subscribeAsync(`tristamp/v1/${org}/${gateway}/enrolment`).catch(() => 'refused')).toBe(
      'refused',
    )
  })

  test('after a rotation the new key is told, and where the old chain ends', async () => {
    const [three] = await ledger.enrolGateways('e3')
    await ledger.post(three!.batch('https://id.gs1.org/01/09506000134352/21/E3'))
    const publicKey = publicKeyOf(new Uint8Array(crypto.randomBytes(32)))
    const password = 'another'
    const login = crypto.createHash('sha256').update(password).digest('base64url')
    const key = toBase64Url(three!.kid)
    await ledger.enrol({ op: 'rotate-key', key, newKey: toBase64Url(publicKey), login })
    const told = await listen(three!, password)
    // What was kept of the old key comes first, if its seal was there before the rotation.
    const next = toHex(keyThumbprint(publicKey))
    await until(() => told.some(({ kid }) => toHex(kid) === next))
    expect(toHex(told.at(-1)!.kid)).toBe(next)
    expect(told.at(-1)!.ended).toEqual([{ kid: three!.kid, next: 1, prev: three!.prev }])
  })
})
