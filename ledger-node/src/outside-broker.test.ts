import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { Aedes } from 'aedes'
import mqtt, { type MqttClient } from 'mqtt'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { until } from './_harness.ts'
import type { BrokerParts } from './broker.ts'
import { OutsideBroker } from './outside-broker.ts'

// What a broker of others may pour over a ledger. With real brokers and a real ledger: test/system/outside-broker.test.ts.

const DEPLOY = new URL('../../deploy/', import.meta.url)
const GATEWAYS = ['farm/one', 'farm/two']

it.each(['mosquitto/tristamp.acl', 'rabbitmq/rabbitmq.conf'])('%s lets gateways say what they may say', (file) => {
  const rules = readFileSync(new URL(file, DEPLOY), 'utf8')
  for (const channel of ['batch', 'evidence', 'evidence-lost', 'status', 'ack', 'enrolment'])
    expect(rules).toMatch(new RegExp(`[/(|]${channel}[\\n)|]`))
})

describe('behind a broker of others', () => {
  let aedes: Aedes
  let server: Server
  let broker: OutsideBroker
  let client: MqttClient
  let submitted: string[]
  let refused: string[]
  let release: () => void

  beforeEach(async () => {
    aedes = await Aedes.createBroker()
    server = createServer(aedes.handle).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `mqtt://127.0.0.1:${(server.address() as { port: number }).port}`
    submitted = []
    refused = []
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const keys = GATEWAYS.map((name) => {
      const [org, gateway] = name.split('/')
      return [name, { kind: 'gateway', status: 'active', kid: new Uint8Array(32), org, gateway }] as const
    })
    const parts = {
      ledger: { state: { keys: new Map(keys) } },
      metrics: { refusedClient: (why: string) => void refused.push(why) },
      greet: () => {},
      intake: {
        submit: async (_: Uint8Array, { org, gateway }: { org: string; gateway: string }): Promise<void> => {
          submitted.push(`${org}/${gateway}`)
          await released
        },
      },
    } as unknown as BrokerParts
    broker = new OutsideBroker('ledger.example/test', { url, eventsPerSecond: 1_000_000 }, parts, () => {})
    const subscribed = new Promise<void>((resolve) => {
      aedes.on('subscribe', () => resolve())
    })
    await subscribed
    client = await mqtt.connectAsync(url)
  })

  afterEach(async () => {
    release()
    await client.endAsync(true)
    await broker.close()
    await new Promise<void>((resolve) => {
      aedes.close(() => resolve())
    })
    server.close()
  })

  const publish = (topic: string, payload: string, count = 1): void => {
    for (let i = 0; i < count; i++) client.publish(`tristamp/v1/${topic}`, payload, { qos: 1, retain: false })
  }

  it.each([
    ['empty', ''],
    ['one byte', 'x'],
  ])('a gateway that pours out messages of %s is let go of, and the others are heard', async (_, payload) => {
    const flood = 8000
    publish('farm/one/batch', payload, flood)
    await until(() => submitted.length + refused.length === flood)
    expect(submitted.length).toBeLessThan(flood / 1.5)
    publish('farm/two/batch', payload)
    await until(() => submitted.includes('farm/two'))
  })

  it('what is nobody’s, or on no topic of a gateway, is dropped', async () => {
    for (const topic of ['farm/three/batch', 'farm//batch', 'farm/one two/batch']) publish(topic, 'x')
    publish('farm/one/batch', 'x')
    await until(() => submitted.length === 1)
    expect(submitted).toEqual(['farm/one'])
    expect(new Set(refused)).toEqual(new Set(['MQTT_TOPIC']))
  })
})
