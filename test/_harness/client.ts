import * as crypto from 'node:crypto'
import { type Ack, fromBase64Url, openAck, verifyOnNode } from '@tristamp/protocol'
import mqtt, { type MqttClient } from 'mqtt'
import type { TestLedger } from './ledger.ts'
import type { TestSigner } from './signer.ts'
import { until } from './until.ts'

export interface Login {
  clientId: string
  username: string
  password: string
}

export function loginOf({ org, gateway, password }: TestSigner): Login {
  return { clientId: `${org}.${gateway}`, username: `${org}/${gateway}`, password }
}

/** A connection to a ledger's broker in the hands of a test. */
export class TestClient implements AsyncDisposable {
  /** The ledger's signed answers, in the order in which they came. */
  readonly acks: Ack[] = []
  readonly #client: MqttClient
  readonly #topics: string

  private constructor(client: MqttClient, topics: string, ackKey: Uint8Array) {
    this.#client = client
    this.#topics = topics
    client.on('error', () => undefined)
    client.on('message', (_, payload) => this.acks.push(openAck(new Uint8Array(payload), ackKey, verifyOnNode(crypto))))
  }

  /** Logs in and listens to the acks. Rejects when the broker lets it not in. @param url of a relay on the way */
  static async connect(ledger: TestLedger, login: Login, url = ledger.mqttUrl): Promise<TestClient> {
    const client = await mqtt.connectAsync(url, { ...login, clean: false, reconnectPeriod: 0 }, false)
    const topics = `tristamp/v1/${login.username}`
    const made = new TestClient(client, topics, fromBase64Url(ledger.ackKey))
    await client.subscribeAsync(`${topics}/ack`, { qos: 1 })
    return made
  }

  /** Sends a batch and waits for its PUBACK. Rejects when the connection ends before: the client itself would wait for ever. */
  async send(batch: Uint8Array): Promise<void> {
    let end = (): void => {}
    const ended = new Promise<never>((_, reject) => {
      end = () => reject(new Error('the connection ended before the PUBACK'))
      this.#client.once('close', end)
    })
    try {
      await Promise.race([this.#client.publishAsync(`${this.#topics}/batch`, Buffer.from(batch), { qos: 1 }), ended])
    } finally {
      this.#client.off('close', end)
    }
  }

  /** Sends a batch and waits until the ledger has signed that everything up to `seq` is durable. */
  async deliver(batch: Uint8Array, seq: number): Promise<void> {
    await this.send(batch)
    await until(`batch ${seq} is acknowledged`, () => this.acks.some((ack) => ack.kind === 'ack' && ack.seq === seq))
  }

  /** Sends a batch and answers the reason for which the ledger does not take it. */
  async refusal(batch: Uint8Array): Promise<string> {
    const before = this.acks.length
    await this.send(batch)
    const refusal = await until('the ledger refuses', () =>
      this.acks.slice(before).find((ack) => ack.kind === 'expected'),
    )
    return refusal.kind === 'expected' ? refusal.reason : ''
  }

  /** Publishes something that must end the connection. */
  async publishLast(topic: string, payload: Uint8Array): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#client.once('close', () => resolve()))
    this.#client.publish(topic, Buffer.from(payload), { qos: 1 })
    await closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.endAsync(true)
  }
}
