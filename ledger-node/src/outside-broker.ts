import { readFileSync } from 'node:fs'
import { connect, type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt'
import { activeKey, type Login, noticeTopic, publishesAny, type Told, topicOf } from './access.ts'
import type { BrokerParts } from './broker.ts'
import { LedgerError } from './error.ts'
import type { Sender } from './intake.ts'
import { Pace } from './pace.ts'
import { STATUS_BYTES } from './status.ts'

/** An MQTT 3.1.1 broker that someone else runs, between the gateways and this ledger. */
export interface OutsideBrokerOptions {
  /** mqtt://host:port or mqtts://host:port */
  url: string
  /** The ledger's own account at the broker. */
  username?: string | undefined
  /** The file with its password: one line. */
  passwordFile?: string | undefined
  /** The authority of the broker's certificate, where it is not a public one. */
  ca?: string | undefined
  /** Of one gateway. */
  eventsPerSecond: number
}

/** A batch of the protocol's 8 MiB. */
const PAYLOAD_BYTES = 8 * 1024 * 1024
/** Of all gateways, taken from the broker and not yet answered: beyond it the broker keeps them. */
const WAITING_BYTES = 64 * 1024 * 1024
/** Of one gateway: beyond it a batch is let go, and the gateway sends it again. One that floods must not fill the room of the others. */
const WAITING_BYTES_EACH = 2 * PAYLOAD_BYTES
/** What a message costs while it waits, however short it is. */
const MESSAGE_BYTES = 4 * 1024
const RECONNECT_MS = 2_000
const KEEPALIVE_S = 30

/**
 * The ledger as a client of an outside broker (Mosquitto, RabbitMQ, EMQX…). The broker's word counts for nothing: a PUBACK to a gateway says that the broker has
 * the message, and what the broker then loses, the gateway sends again, as it deletes only on the ledger's signed ack. Who may
 * publish where is the broker's affair; a batch is taken only under the topic of the gateway whose key signed it.
 */
export class OutsideBroker {
  readonly #parts: BrokerParts
  readonly #options: OutsideBrokerOptions
  readonly #client: MqttClient
  readonly #log: (text: string) => void
  readonly #waitingOf = new Map<string, number>()
  readonly #paces = new Map<string, Pace>()
  #waiting = 0
  /** Messages whose PUBACK waits until there is room. */
  readonly #held: (() => void)[] = []
  #told = ''

  /** @throws LedgerError CONFIG_INVALID when its files cannot be read; a broker that does not answer is waited for */
  constructor(origin: string, options: OutsideBrokerOptions, parts: BrokerParts, log: (text: string) => void) {
    this.#parts = parts
    this.#options = options
    this.#log = log
    this.#client = connect(options.url, clientOptions(origin, options))
    this.#client.handleMessage = (packet, done) => this.#handle(packet, done)
    this.#client.on('connect', () => this.#connected())
    this.#client.on('error', (error) => this.#tell(`broker ${options.url}: ${error.message || String(error)}`))
    this.#client.on('close', () => this.#tell(`broker ${options.url}: not connected`))
  }

  get url(): string {
    return this.#options.url
  }

  /** This process listens for nobody. */
  get port(): number {
    return 0
  }

  /** As the embedded broker does: kept there for the gateway that comes later. */
  send(to: Sender, channel: Told, payload: Uint8Array): void {
    if (!this.#client.connected) return
    // At most once: acks are cumulative, and come anew with the next batch; all of it comes anew with the next connection.
    this.#client.publish(topicOf(to, channel), Buffer.from(payload), { qos: 0, retain: true })
  }

  /** As the embedded broker does. What was not confirmed is told again at the next connection. */
  publish(name: string, notice: Uint8Array): void {
    if (!this.#client.connected) return
    this.#client.publish(noticeTopic(name), Buffer.from(notice), { qos: 1, retain: true })
  }

  /** Whose key is no longer active finds its batches refused: its connection is the broker's. */
  recheck(): void {}

  async close(): Promise<void> {
    for (const release of this.#held.splice(0)) release()
    await this.#client.endAsync(true)
  }

  #connected(): void {
    this.#tell(`broker ${this.#options.url}: connected`)
    const topics = ['batch', 'evidence', 'evidence-lost', 'status'].map((leaf) => `tristamp/v1/+/+/${leaf}`)
    this.#client.subscribe(topics, { qos: 1 }, (error, granted) => {
      const refused = granted?.filter(({ qos }) => qos === 128).map(({ topic }) => topic) ?? []
      if (error && this.#client.connected) this.#tell(`broker ${this.#options.url}: ${error.message}`)
      else if (refused.length > 0) this.#tell(`broker ${this.#options.url}: refuses ${refused.join(', ')}`)
    })
    this.#parts.forgotten?.()
    // A broker that lost its memory lost the acks too, and gateways wait for them.
    for (const { kind, status, kid, org, gateway, tls } of this.#parts.ledger.state.keys.values()) {
      if (kind !== 'gateway' || status !== 'active' || org === undefined || gateway === undefined) continue
      this.#parts.greet({ kid, org, gateway, tls })
    }
  }

  #handle({ topic, payload }: IPublishPacket, done: () => void): void {
    const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload
    void this.#take(topic, bytes)
    if (this.#waiting < WAITING_BYTES) done()
    else this.#held.push(done)
  }

  async #take(topic: string, payload: Buffer): Promise<void> {
    const { metrics, ledger } = this.#parts
    const named = publishesAny(topic)
    const key = named && activeKey(ledger.state, named.sender)
    if (named === undefined || key === undefined) return metrics.refusedClient('MQTT_TOPIC')
    const { org, gateway } = named.sender
    const login: Login = { org, gateway, kid: key.kid, tls: key.tls }
    const name = `${org}/${gateway}`
    const cost = MESSAGE_BYTES + payload.length
    const waiting = (this.#waitingOf.get(name) ?? 0) + cost
    const limit = named.channel === 'status' ? STATUS_BYTES : PAYLOAD_BYTES
    if (payload.length > limit || waiting > WAITING_BYTES_EACH) return metrics.refusedClient('MQTT_PACKET_SIZE')
    this.#count(name, cost)
    try {
      await this.#paceOf(name).turn(payload)
      if (named.channel === 'status') this.#parts.status.receive(login, payload)
      else if (named.channel === 'evidence') await this.#takeEvidence(login, payload)
      else if (named.channel === 'evidence-lost') this.#parts.evidence.lose(login, payload)
      else await this.#parts.intake.submit(payload, login)
    } catch (error) {
      // Not written: no ack goes out, and the gateway sends it again.
      this.#log(`mqtt: ${error instanceof LedgerError ? `${error.code}: ${error.message}` : String(error)}`)
    } finally {
      this.#count(name, -cost)
    }
  }

  async #takeEvidence(login: Login, payload: Uint8Array): Promise<void> {
    const refusal = await this.#parts.evidence.take(login, payload)
    if (refusal !== undefined) this.#parts.metrics.refusedClient(refusal)
  }

  #count(name: string, bytes: number): void {
    this.#waiting += bytes
    const left = (this.#waitingOf.get(name) ?? 0) + bytes
    if (left > 0) this.#waitingOf.set(name, left)
    else this.#waitingOf.delete(name)
    while (this.#waiting < WAITING_BYTES && this.#held.length > 0) this.#held.shift()!()
  }

  #paceOf(name: string): Pace {
    const pace = this.#paces.get(name) ?? new Pace(this.#options.eventsPerSecond)
    this.#paces.set(name, pace)
    return pace
  }

  /** Once for each change: a broker that is away is tried every two seconds. */
  #tell(text: string): void {
    if (text === this.#told) return
    this.#told = text
    this.#log(text)
  }
}

function clientOptions(origin: string, { username, passwordFile, ca }: OutsideBrokerOptions): IClientOptions {
  try {
    return {
      protocolVersion: 4,
      // One ledger, one session: a second one with its name would take its messages.
      clientId: `tristamp-ledger.${origin.replace(/[^A-Za-z0-9_-]/g, '-')}`,
      clean: false,
      keepalive: KEEPALIVE_S,
      reconnectPeriod: RECONNECT_MS,
      resubscribe: false,
      queueQoSZero: false,
      ...(username !== undefined && { username }),
      ...(passwordFile !== undefined && { password: readFileSync(passwordFile, 'utf8').trim() }),
      ...(ca !== undefined && { ca: readFileSync(ca) }),
      rejectUnauthorized: true,
    }
  } catch (cause) {
    throw new LedgerError('CONFIG_INVALID', `mqtt.broker: ${(cause as Error).message}`, { cause })
  }
}
