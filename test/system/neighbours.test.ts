import { writeFileSync } from 'node:fs'
import { connect as connectTcp, type Socket } from 'node:net'
import { join } from 'node:path'
import mqtt, { type MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loginOf, TestClient } from '../_harness/client.ts'
import { temporaryFolder } from '../_harness/folder.ts'
import { commissioned, item, ORGANISATION } from '../_harness/goods.ts'
import { TestLedger } from '../_harness/ledger.ts'
import { TestSigner } from '../_harness/signer.ts'
import { pause, until } from '../_harness/until.ts'

// Many gateways share one broker. One that floods it, and some that hang, must not make the others wait.

const ROUNDS = 20
/** Of the other's messages that wait at the broker: who queues behind them all sees them all answered first. */
const WAITING = 20
/** A pace at which they wait for seconds: fifty events are in each. */
const EVENTS_PER_SECOND = 100

const folder = temporaryFolder()
let ledger: TestLedger
const signers = Object.fromEntries(
  ['calm', 'flood', 'silent', 'deaf'].map((name) => [name, new TestSigner(name)]),
) as Record<'calm' | 'flood' | 'silent' | 'deaf', TestSigner>
const open: { end: () => void }[] = []

beforeAll(async () => {
  const config = join(folder.path, 'ledger.yaml')
  writeFileSync(config, JSON.stringify({ mqtt: { eventsPerSecond: EVENTS_PER_SECOND } }))
  ledger = await (await TestLedger.found(join(folder.path, 'ledger'))).start('--config', config)
  await ledger.enrol(ORGANISATION, ...Object.values(signers).map((signer) => signer.enrolment()))
})

afterAll(async () => {
  for (const one of open) one.end()
  await ledger?.[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

/** How many of the other's messages are answered between a batch and the ledger's signature of it, as a median. */
async function overtaken(client: TestClient, answered: () => number): Promise<number> {
  const among: number[] = []
  for (let i = 0; i < ROUNDS; i++) {
    const seq = signers.calm.seq
    const batch = signers.calm.batch(commissioned(item(`C${seq}`)))
    const before = answered()
    await client.deliver(batch, seq)
    among.push(answered() - before)
    await pause(20)
  }
  return among.toSorted((a, b) => a - b)[ROUNDS / 2]!
}

/** Sends as fast as the broker reads, until told to stop; how many it sent. */
function flood(client: MqttClient): { end: () => void; sent: () => number; taken: () => number } {
  let [on, sent, taken] = [true, 0, 0]
  void (async () => {
    while (on) {
      const batch = signers.flood.batch(...Array.from({ length: 50 }, (_, i) => commissioned(item(`F${sent}.${i}`))))
      sent++
      client.publish('tristamp/v1/test/flood/batch', Buffer.from(batch), { qos: 1 }, () => taken++)
      if (sent - taken > WAITING) await pause(5)
      else await pause(0)
    }
  })()
  const end = (): void => {
    on = false
  }
  return { end, sent: () => sent, taken: () => taken }
}

/** A CONNECT as bytes, MQTT 3.1.1 §3.1: a client without manners cannot be had from a library. */
function connectPacket({ clientId, username, password }: ReturnType<typeof loginOf>): Buffer {
  const field = (text: string): Buffer => Buffer.concat([Buffer.of(0, text.length), Buffer.from(text)])
  const head = Buffer.of(0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 0xc2, 0, 0)
  const body = Buffer.concat([head, field(clientId), field(username), field(password)])
  return Buffer.concat([Buffer.of(0x10, body.length), body])
}

function raw(...packets: Buffer[]): Socket {
  const socket = connectTcp(Number(new URL(ledger.mqttUrl).port), '127.0.0.1')
  for (const packet of packets) socket.write(packet)
  socket.on('error', () => undefined)
  open.push({ end: () => socket.destroy() })
  return socket
}

/** SUBSCRIBE to its own acks: each is answered by the ack kept for it. */
function subscribePacket(gateway: string): Buffer {
  const topic = Buffer.from(`tristamp/v1/test/${gateway}/ack`)
  const body = Buffer.concat([Buffer.of(0, 1, 0, topic.length), topic, Buffer.of(0)])
  return Buffer.concat([Buffer.of(0x82, body.length), body])
}

describe('a gateway among others', () => {
  it('does not queue behind one that floods, one that is silent and one that went half-way', async () => {
    await using client = await TestClient.connect(ledger, loginOf(signers.calm))
    raw(connectPacket(loginOf(signers.silent)), subscribePacket('silent')).pause()
    raw(connectPacket(loginOf(signers.silent)).subarray(0, 12))
    raw()
    const flooder = await mqtt.connectAsync(
      ledger.mqttUrl,
      { ...loginOf(signers.flood), clean: false, reconnectPeriod: 0 },
      false,
    )
    const flooding = flood(flooder)
    await until(
      'the flood waits at the broker',
      () => flooding.taken() > 0 && flooding.sent() - flooding.taken() >= WAITING,
    )
    const among = await overtaken(client, flooding.taken)
    console.log(
      `a median of ${among} messages of the flood are answered before one of another, of ${WAITING} that wait`,
    )
    flooding.end()
    await flooder.endAsync(true)
    expect(among).toBeLessThan(WAITING / 2)
  })

  it('gets them also beside one that asks without end and never reads the answers, which is cut off', async () => {
    await using client = await TestClient.connect(ledger, loginOf(signers.calm))
    {
      await using once = await TestClient.connect(ledger, loginOf(signers.deaf))
      await once.deliver(signers.deaf.batch(commissioned(item('DEAF'))), 0)
    }
    const deaf = raw(connectPacket(loginOf(signers.deaf)))
    deaf.pause()
    const closed = new Promise<void>((resolve) => deaf.once('close', () => resolve()))
    const question = Buffer.concat(Array.from({ length: 500 }, () => subscribePacket('deaf')))
    const stop = new AbortController()
    const asked = (async () => {
      while (!stop.signal.aborted && !deaf.destroyed) {
        if (!deaf.write(question))
          await Promise.race([closed, new Promise((resolve) => deaf.once('drain', resolve)), pause(50)])
        await pause(0)
      }
    })()
    const cut = until(
      'it is cut off',
      async () => (await ledger.metric('tristamp_mqtt_refusals_total', 'code="MQTT_RATE"')) > 0,
      60_000,
    )
    for (let ended = false; !ended; ) {
      const seq = signers.calm.seq
      await client.deliver(signers.calm.batch(commissioned(item(`D${seq}`))), seq)
      ended = await Promise.race([cut.then(() => true), pause(50).then(() => false)])
    }
    stop.abort()
    deaf.destroy()
    await asked
  })
})
