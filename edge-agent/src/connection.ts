import { existsSync, readFileSync } from 'node:fs'
import { connect, type IClientOptions, type MqttClient } from 'mqtt'
import { selfSigned } from './certificate.ts'
import type { AgentConfig } from './config-types.ts'
import { AgentError, whyOf } from './error.ts'
import { readTlsKeyFile } from './key-file.ts'
import { paths } from './paths.ts'
import { isTls } from './plain.ts'
import { within } from './transport/link.ts'

/** What happens on a connection. */
export interface ConnectionEvents {
  /** It is up and listens for answers. */
  ready(): void
  ack(payload: Uint8Array): void
  enrolment(payload: Uint8Array): void
  /** What the ledger tells everyone; not asked for where nobody listens. */
  notice?(payload: Uint8Array): void
  failed(error: AgentError): void
}

const KEEPALIVE_S = 30
const CONNECT_TIMEOUT_MS = 10_000
/** How long a clean stop waits for the broker to take the last status. */
const GOODBYE_MS = 1000
const NOTICES = 'tristamp/v1/notices/'
const OFFLINE = '{"state":"offline"}'

/** One MQTT 3.1.1 connection, from connecting to its end. It never comes back by itself, and remembers nothing that was on its way. */
export class Connection {
  readonly #client: MqttClient
  readonly #topic: (leaf: 'batch' | 'evidence' | 'evidence-lost' | 'ack' | 'enrolment' | 'status') => string
  /** Resolves when it is over. */
  readonly closed: Promise<void>
  #over: () => void = () => undefined
  #ready: boolean = false
  /** It is being ended by us: what comes too late for it is no trouble, and the client takes nothing more. */
  #ending: boolean = false
  #unconfirmed = 0
  readonly #patienceMs: number

  /** @throws AgentError UPLINK_UNREACHABLE when it cannot even be tried (a certificate file that is missing), KEY_*, TLS_KEY_MALFORMED */
  constructor(config: AgentConfig, password: string, events: ConnectionEvents) {
    const { org, id } = config.gateway
    const { url, ackTimeoutMs } = config.uplink
    this.#patienceMs = ackTimeoutMs
    this.#topic = (leaf) => `tristamp/v1/${org}/${id}/${leaf}`
    try {
      this.#client = connect(url, this.#mqttOptions(config, password))
    } catch (cause) {
      if (cause instanceof AgentError) throw cause
      throw new AgentError('UPLINK_UNREACHABLE', { url, why: whyOf(cause) }, { cause })
    }
    let why: string | undefined
    this.#client.on('error', (error) => {
      if (this.#ending) return
      why = whyOf(error) || String((error as NodeJS.ErrnoException).code)
      const code = isLoginRefused(error) ? 'UPLINK_LOGIN' : 'UPLINK_UNREACHABLE'
      events.failed(new AgentError(code, { url, why }, { cause: error }))
    })
    this.#client.on('message', (topic, payload) => {
      if (topic === this.#topic('ack')) events.ack(payload)
      else if (topic === this.#topic('enrolment')) events.enrolment(payload)
      else if (topic.startsWith(NOTICES)) events.notice?.(payload)
    })
    this.#client.on('connect', () => {
      // A broker of others may not grant it yet; the gateway can do without.
      this.#client.subscribe(this.#topic('enrolment'), { qos: 1 }, () => undefined)
      if (events.notice) this.#client.subscribe(`${NOTICES}+`, { qos: 1 }, () => undefined)
      // Before the first batch: the answers to it must find us listening. The retained ack tells where the ledger stands.
      this.#client.subscribe(this.#topic('ack'), { qos: 1 }, (error) => {
        if (error) return this.drop()
        this.#ready = true
        events.ready()
      })
    })
    this.closed = new Promise((resolve) => {
      this.#over = resolve
      this.#client.once('close', () => {
        if (this.#ready && why === undefined && !this.#client.disconnecting) {
          events.failed(new AgentError('UPLINK_UNREACHABLE', { url, why: 'the connection was cut' }))
        }
        this.#ready = false
        resolve()
      })
    })
  }

  get ready(): boolean {
    return this.#ready && this.#client.connected
  }

  /** Batches that no broker has confirmed: while there are some, the broker is the silent one. */
  get unconfirmed(): number {
    return this.#unconfirmed
  }

  sendBatch(payload: Uint8Array): void {
    if (this.#ending) return
    this.#unconfirmed++
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
    this.#client.publish(this.#topic('batch'), bytes, { qos: 1 }, () => {
      this.#unconfirmed--
    })
  }

  /** Resolves when the broker has confirmed it; false when it did not in time: then the connection ends, if it has not. */
  sendEvidence(bytes: Uint8Array): Promise<boolean> {
    return this.#confirmed('evidence', bytes)
  }

  /** Says that a piece is lost here, by its digest. */
  sendLost(digest: Uint8Array): Promise<boolean> {
    return this.#confirmed('evidence-lost', digest)
  }

  async #confirmed(leaf: 'evidence' | 'evidence-lost', bytes: Uint8Array): Promise<boolean> {
    if (this.#ending) return false
    const payload = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const confirmed = new Promise<boolean>((resolve) => {
      this.#client.publish(this.#topic(leaf), payload, { qos: 1 }, (error) => resolve(!error))
    })
    const known = Promise.race([confirmed, this.closed.then(() => false)])
    const done = await within(known, this.#patienceMs, 'the confirmation of evidence').catch(() => undefined)
    if (done === undefined) this.drop()
    return done === true
  }

  sendStatus(text: string): void {
    if (this.#ending) return
    this.#client.publish(this.#topic('status'), text, { qos: 1, retain: true })
  }

  /** Ends it at once. */
  drop(): void {
    this.#ending = true
    this.#client.end(true, {}, () => this.#over())
  }

  /** A clean stop says so itself; the will is for the other ends. */
  async goodbye(): Promise<void> {
    if (!this.ready) {
      this.drop()
      return
    }
    const told = new Promise<void>((resolve) => {
      this.#client.publish(this.#topic('status'), OFFLINE, { qos: 1, retain: true }, () => resolve())
    })
    this.#ending = true
    await within(told, GOODBYE_MS, 'the last status').catch(() => undefined)
    await within(this.#client.endAsync(), GOODBYE_MS, 'disconnecting').catch(() => this.drop())
  }

  #mqttOptions(config: AgentConfig, password: string): IClientOptions {
    const { gateway, uplink } = config
    return {
      protocolVersion: 4,
      clientId: `${gateway.org}.${gateway.id}`,
      clean: false,
      username: `${gateway.org}/${gateway.id}`,
      password,
      keepalive: KEEPALIVE_S,
      connectTimeout: CONNECT_TIMEOUT_MS,
      // We come back by ourselves, with jitter, and without mqtt.js's own store of old messages.
      reconnectPeriod: 0,
      queueQoSZero: false,
      resubscribe: false,
      // Else it makes a table of 65,536 small buffers: 6 MB for nothing at our rates.
      writeCache: false,
      will: { topic: this.#topic('status'), payload: Buffer.from(OFFLINE), qos: 1, retain: true },
      ...(isTls(uplink.url) && tlsOptions(config)),
    }
  }
}

/** The ledger is known by its certificate, the gateway by the key that its enrolment names. An older gateway has none yet. */
function tlsOptions({ gateway, uplink, data }: AgentConfig): IClientOptions {
  const { tlsKey } = paths(data)
  const key = existsSync(tlsKey) ? readTlsKeyFile(tlsKey) : undefined
  return {
    rejectUnauthorized: true,
    ...(uplink.ca !== undefined && { ca: readFileSync(uplink.ca) }),
    ...(key !== undefined && { key, cert: selfSigned(key, gateway.id) }),
  }
}

/** CONNACK 4 (user or password) and 5 (not authorised), MQTT 3.1.1 §3.2.2.3. */
function isLoginRefused(error: unknown): boolean {
  const code = (error as { code?: unknown }).code
  return code === 4 || code === 5
}
