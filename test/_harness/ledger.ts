import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Operation } from '@tristamp/protocol'
import { Child, type Exit, type Launch } from './child.ts'
import { until } from './until.ts'

/** A machine that is busy with other tests is slow to start a program. */
export const START_MS = 120_000
/** An answer that takes longer never comes. */
const ANSWER_MS = 120_000

export const ORIGIN = 'ledger.example/test'

/** What `/v1/gateways` says of one gateway. */
export interface GatewayView {
  gateway: string
  status: string
  lastSeq: number | null
  health: {
    state: string
    outbox: { next: number; acked: number }
    devices: Record<string, { state: string; code?: string }>
    errors: Record<string, number>
  } | null
}

/** A ledger in a folder, served by a process that can be stopped, killed and started again on other ports. */
export class TestLedger implements AsyncDisposable {
  readonly data: string
  /** The log's key, as readers pin it. */
  readonly vkey: string
  /** The key that signs acknowledgements, base64url. */
  readonly ackKey: string
  url = ''
  mqttUrl = ''
  /** How its process is started. */
  launch: Launch = {}
  #child: Child | undefined

  private constructor(data: string, vkey: string, ackKey: string) {
    this.data = data
    this.vkey = vkey
    this.ackKey = ackKey
  }

  /** Founds a ledger with one administrator, unless flags say otherwise; `start` serves it. */
  static async found(data: string, ...more: string[]): Promise<TestLedger> {
    const { exit, out, err } = await Child.run('ledger', ['init', '--data', data, '--origin', ORIGIN, ...more])
    if (exit !== 0) throw new Error(err)
    return new TestLedger(data, /^log key (\S+)$/m.exec(out)![1]!, /^ack key (\S+)$/m.exec(out)![1]!)
  }

  /** The same ledger in a copy of its folder. */
  at(data: string): TestLedger {
    return new TestLedger(data, this.vkey, this.ackKey)
  }

  /** The running process. */
  get process(): Child {
    if (this.#child === undefined) throw new Error('the ledger has not been started')
    return this.#child
  }

  /** @param more flags beside the usual ones */
  async start(...more: string[]): Promise<this> {
    const args = ['run', '--data', this.data, '--port', '0', '--mqtt-port', '0', ...more]
    this.#child = Child.start('ledger', args, this.launch)
    const [, url, mqttUrl] = await this.#child.says(/^ready (\S+) (\S+)$/m, START_MS)
    this.url = url!
    this.mqttUrl = mqttUrl!
    return this
  }

  stop(): Promise<Exit> {
    return this.process.stop()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child?.[Symbol.asyncDispose]()
  }

  /** Signs operations with the administrator's key and has them recorded, as an operator does. */
  async enrol(...operations: Operation[]): Promise<void> {
    const file = join(this.data, '..', 'operations.json')
    writeFileSync(file, JSON.stringify(operations))
    const key = join(this.data, 'keys', 'admin-admin.pem')
    const { exit, err } = await Child.run('ledger', ['enrol', '--node', this.url, '--admin-key', key, '--file', file])
    if (exit !== 0) throw new Error(err)
  }

  /** `tristamp-ledger verify`, which needs the ledger to stand still. */
  verify(): Promise<{ exit: Exit; out: string; err: string }> {
    return Child.run('ledger', ['verify', '--data', this.data])
  }

  get(path: string, accept = '*/*'): Promise<Response> {
    return fetch(`${this.url}${path}`, { headers: { Accept: accept } })
  }

  async bytes(path: string): Promise<Uint8Array> {
    const response = await this.get(path)
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return new Uint8Array(await response.arrayBuffer())
  }

  async json<T>(path: string): Promise<T> {
    return (await (await this.get(path, 'application/json')).json()) as T
  }

  bundle(subject: string): Promise<Uint8Array> {
    return this.bytes(`/v1/history?subject=${encodeURIComponent(subject)}`)
  }

  post(batch: Uint8Array): Promise<Response> {
    const headers = { 'Content-Type': 'application/cbor' }
    const signal = AbortSignal.timeout(ANSWER_MS)
    return fetch(`${this.url}/v1/statements`, { method: 'POST', headers, body: batch as BodyInit, signal })
  }

  /** Entries under the last signed checkpoint. */
  async size(): Promise<number> {
    return Number((await (await this.get('/checkpoint')).text()).split('\n')[1])
  }

  /** Waits until everything that was recorded is under a signed checkpoint. */
  async sealed(entry: number): Promise<void> {
    await until(`entry ${entry} is sealed`, async () => (await this.size()) > entry)
  }

  async gateway(name: string): Promise<GatewayView | undefined> {
    const { gateways } = await this.json<{ gateways: GatewayView[] }>('/v1/gateways')
    return gateways.find(({ gateway }) => gateway === name)
  }

  /** The value of one line of `/metrics`; 0 when it is not there. Labels as they are printed: `code="MQTT_LOGIN"`. */
  async metric(name: string, labels = ''): Promise<number> {
    const text = await (await this.get('/metrics')).text()
    const line = text.split('\n').find((l) => l.startsWith(labels === '' ? `${name} ` : `${name}{${labels}}`))
    return line === undefined ? 0 : Number(line.slice(line.lastIndexOf(' ') + 1))
  }
}
