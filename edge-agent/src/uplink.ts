import { readFileSync } from 'node:fs'
import { equal, openAck, ProtocolError, verifyOnNode } from '@tristamp/protocol'
import { connect, type IClientOptions, type MqttClient } from 'mqtt'
import { Backoff, sleep } from './backoff.ts'
import type { AgentConfig } from './config-types.ts'
import { AgentError, asAgentError, whyOf } from './error.ts'
import { nodeCrypto } from './key-file.ts'
import type { Outbox } from './outbox.ts'

/** What the rest of the gateway learns from the uplink. */
export interface UplinkEvents {
  /** The connection came up or went. */
  connected(is: boolean): void
  /** The ledger has acknowledged more. */
  acknowledged(): void
  problem(error: AgentError): void
  info(line: string): void
  /** The status message of this moment. */
  status(): string
}

export interface UplinkOptions {
  config: AgentConfig
  password: string
  kid: Uint8Array
  outbox: Outbox
  events: UplinkEvents
}

/** First and longest pause between attempts to connect: gateways that lost the same ledger come back one by one. */
const CONNECT_FIRST_MS = 500
const CONNECT_LONGEST_MS = 60_000
/** The same for a ledger that does not take what it gets. */
const REFUSED_FIRST_MS = 250
const REFUSED_LONGEST_MS = 60_000
/** Batches in flight are in memory; beside the window in number this bounds their bytes. */
const MAX_IN_FLIGHT_BYTES = 1_000_000
/** The status is sent when it changes, but no more often than this. */
const STATUS_MIN_MS = 1000
/** … and at least this often, so that a reader knows how old it may be. */
const STATUS_MAX_MS = 60_000
const KEEPALIVE_S = 30
const CONNECT_TIMEOUT_MS = 10_000
/** At a start nothing new is signed before the ledger has told its last batch of ours, or this long after the start without a connection … */
const SETTLE_OFFLINE_MS = 3000
/** … or this long after listening, for a new gateway has no batch there. */
const SETTLE_ONLINE_MS = 500
/** How long a clean stop waits for the broker to take the last status. */
const GOODBYE_MS = 1000

/**
 * Sends the outbox to the ledger over MQTT 3.1.1, QoS 1, in order, a window at a time. A PUBACK means only that a broker has the message: what
 * counts is the ledger's signed acknowledgement. Nothing of a connection outlives it; the outbox is the only memory.
 */
export class Uplink {
  readonly #options: UplinkOptions
  readonly #topic: (leaf: 'batch' | 'ack' | 'status') => string
  readonly #verify = verifyOnNode(nodeCrypto)
  readonly #refused = new Backoff(REFUSED_FIRST_MS, REFUSED_LONGEST_MS)
  #client: MqttClient | undefined
  /** Next batch to publish on this connection. */
  #cursor = 0
  readonly #inFlight = new Map<number, number>()
  #unconfirmed = 0
  #pumping: boolean = false
  #progressMs = 0
  /** Nothing is sent before this: the ledger refused, or a rewind waits. */
  #notBeforeMs = 0
  /** Set when going on would do harm: another signer uses our key. */
  #halted: boolean = false
  /** When signing may begin even if the ledger says nothing. */
  #settledAtMs: number = performance.now() + SETTLE_OFFLINE_MS
  #statusSentMs = 0
  #statusDue: boolean = false

  constructor(options: UplinkOptions) {
    this.#options = options
    const { org, id } = options.config.gateway
    this.#topic = (leaf) => `tristamp/v1/${org}/${id}/${leaf}`
  }

  /** Connects again and again until the signal aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const backoff = new Backoff(CONNECT_FIRST_MS, CONNECT_LONGEST_MS)
    while (!signal.aborted) {
      const wasUp = await this.#connection(signal)
      if (wasUp) backoff.reset()
      await backoff.wait(signal)
    }
  }

  /** There may be something to send. */
  wake(): void {
    void this.#pump()
  }

  /**
   * Whether the place in the chain is known as well as it can be. An outbox that was restored from an old copy learns here that it is behind,
   * before it signs a place that the ledger has already.
   */
  get settled(): boolean {
    return performance.now() >= this.#settledAtMs
  }

  /** The status has changed. */
  statusChanged(): void {
    this.#statusDue = true
  }

  /** One connection, from connect to close; true when it was up. */
  async #connection(signal: AbortSignal): Promise<boolean> {
    const { config, events } = this.#options
    const { url } = config.uplink
    let up = false
    let client: MqttClient
    try {
      client = connect(url, this.#mqttOptions())
    } catch (cause) {
      events.problem(new AgentError('UPLINK_UNREACHABLE', { url, why: whyOf(cause) }, { cause }))
      return false
    }
    let why = 'the connection was closed'
    client.on('error', (error) => {
      why = whyOf(error) || String((error as NodeJS.ErrnoException).code)
      const refused = isLoginRefused(error)
      events.problem(new AgentError(refused ? 'UPLINK_LOGIN' : 'UPLINK_UNREACHABLE', { url, why }, { cause: error }))
    })
    client.on('connect', () => {
      up = true
      this.#begin(client)
    })
    client.on('message', (topic, payload) => {
      if (topic === this.#topic('ack')) void this.#onAck(payload)
    })
    const tick = setInterval(() => this.#tick(), 250)
    try {
      await closed(client, signal)
      if (signal.aborted && up) await this.#goodbye(client)
      else if (!signal.aborted && up) events.problem(new AgentError('UPLINK_UNREACHABLE', { url, why }))
    } finally {
      clearInterval(tick)
      this.#client = undefined
      client.end(true)
      if (up) events.connected(false)
    }
    return up
  }

  #mqttOptions(): IClientOptions {
    const { config, password } = this.#options
    const { org, id } = config.gateway
    return {
      protocolVersion: 4,
      clientId: `${org}.${id}`,
      clean: false,
      username: `${org}/${id}`,
      password,
      keepalive: KEEPALIVE_S,
      connectTimeout: CONNECT_TIMEOUT_MS,
      // We come back by ourselves, with jitter, and without mqtt.js's own store of old messages.
      reconnectPeriod: 0,
      queueQoSZero: false,
      // Else it makes a table of 65,536 small buffers: 6 MB for nothing at our rates.
      writeCache: false,
      resubscribe: false,
      will: { topic: this.#topic('status'), payload: Buffer.from('{"state":"offline"}'), qos: 1, retain: true },
      ...(config.uplink.ca !== undefined && { ca: readFileSync(config.uplink.ca) }),
    }
  }

  #begin(client: MqttClient): void {
    const { outbox, events } = this.#options
    this.#client = client
    this.#inFlight.clear()
    this.#unconfirmed = 0
    this.#cursor = outbox.acked
    this.#progressMs = performance.now()
    this.#notBeforeMs = 0
    events.connected(true)
    // Before the first batch: the answers to it must find us listening. The retained ack tells where the ledger stands.
    client.subscribe(this.#topic('ack'), { qos: 1 }, (error) => {
      if (error) events.problem(asAgentError(error, 'UPLINK_UNREACHABLE', { url: this.#options.config.uplink.url }))
      this.#settledAtMs = Math.min(this.#settledAtMs, performance.now() + SETTLE_ONLINE_MS)
      this.#sendStatus()
      this.wake()
    })
  }

  async #pump(): Promise<void> {
    if (this.#pumping) return
    this.#pumping = true
    try {
      while (await this.#sendNext()) {
        // until the window is full or the outbox is empty
      }
    } catch (thrown) {
      this.#options.events.problem(asAgentError(thrown))
    } finally {
      this.#pumping = false
    }
  }

  async #sendNext(): Promise<boolean> {
    const { outbox, config } = this.#options
    const client = this.#client
    if (!client?.connected || this.#halted || performance.now() < this.#notBeforeMs) return false
    this.#cursor = Math.max(this.#cursor, outbox.acked)
    const seq = this.#cursor
    const bytes = [...this.#inFlight.values()].reduce((sum, size) => sum + size, 0)
    if (seq >= outbox.nextSeq || this.#inFlight.size >= config.uplink.window) return false
    if (this.#inFlight.size > 0 && bytes >= MAX_IN_FLIGHT_BYTES) return false
    const payload = await outbox.batch(seq)
    // Meanwhile an answer may have moved the cursor, or the connection may be another.
    if (this.#client !== client || this.#cursor !== seq) return true
    if (this.#inFlight.size === 0) this.#progressMs = performance.now()
    this.#inFlight.set(seq, payload.length)
    this.#cursor = seq + 1
    this.#unconfirmed++
    client.publish(
      this.#topic('batch'),
      Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength),
      { qos: 1 },
      () => {
        this.#unconfirmed--
      },
    )
    return true
  }

  async #onAck(payload: Uint8Array): Promise<void> {
    const { outbox, kid, config, events } = this.#options
    try {
      const ack = openAck(payload, config.uplink.ledgerKey, this.#verify)
      if (!equal(ack.kid, kid)) throw new AgentError('UPLINK_ACK', { why: 'it is for another key' })
      if (ack.kind === 'expected') return await this.#onExpected(ack.expected, ack.prev, ack.reason)
      const known = outbox.nextSeq
      const result = await outbox.acknowledge(ack.seq + 1, ack.prev)
      this.#settledAtMs = 0
      if (result === 'known') return
      if (result === 'behind') events.problem(new AgentError('OUTBOX_BEHIND', { seq: ack.seq, known: known - 1 }))
      for (const seq of this.#inFlight.keys()) if (seq <= ack.seq) this.#inFlight.delete(seq)
      this.#progressMs = performance.now()
      this.#notBeforeMs = 0
      this.#refused.reset()
      events.acknowledged()
      this.wake()
    } catch (thrown) {
      this.#fault(thrown)
    }
  }

  /** The ledger wants another batch than the one that it got: go back to it, after a pause that grows while nothing gets better. */
  async #onExpected(expected: number, prev: Uint8Array, reason: string): Promise<void> {
    const { outbox, events } = this.#options
    if (expected >= outbox.acked && expected <= outbox.nextSeq) {
      const ours = await outbox.prevOf(expected)
      if (ours && !equal(ours, prev)) throw new AgentError('OUTBOX_FORKED', { seq: expected - 1 })
    }
    if (expected < outbox.acked)
      events.problem(new AgentError('UPLINK_REFUSED', { seq: expected, reason: 'LEDGER_ROLLBACK' }))
    // After a gap the ledger answers every batch of the window in the same way: only the first answer counts.
    if (performance.now() < this.#notBeforeMs) return
    const inOrder = reason === 'SEQ_EXPECTED' || reason === 'SEQ_REPEATED'
    if (!inOrder) events.problem(new AgentError('UPLINK_REFUSED', { seq: expected, reason }))
    this.#rewind(expected)
    this.#notBeforeMs = performance.now() + this.#refused.next()
  }

  #rewind(seq: number): void {
    const { outbox } = this.#options
    this.#inFlight.clear()
    this.#cursor = Math.min(Math.max(seq, outbox.acked), outbox.nextSeq)
    this.#progressMs = performance.now()
  }

  #fault(thrown: unknown): void {
    const { events } = this.#options
    const error =
      thrown instanceof ProtocolError
        ? new AgentError('UPLINK_ACK', { why: thrown.code }, { cause: thrown })
        : asAgentError(thrown)
    // Two chains under one key: whatever we send now only makes it worse.
    if (error.code === 'OUTBOX_FORKED') this.#halted = true
    events.problem(error)
  }

  #tick(): void {
    const { config, outbox, events } = this.#options
    const now = performance.now()
    if (this.#client?.connected && now - this.#statusSentMs > (this.#statusDue ? STATUS_MIN_MS : STATUS_MAX_MS))
      this.#sendStatus()
    const patience = config.uplink.ackTimeoutMs
    if (this.#inFlight.size > 0 && now - this.#progressMs > patience * (1 + Math.random() / 4)) {
      events.problem(new AgentError('UPLINK_SILENT', { seq: outbox.acked, seconds: Math.round(patience / 1000) }))
      // With unconfirmed publishes the broker is the silent one: a new connection forgets them. Else the ledger is: send again.
      if (this.#unconfirmed > 0) this.#client?.end(true)
      this.#rewind(outbox.acked)
    }
    this.wake()
  }

  #sendStatus(): void {
    this.#statusDue = false
    this.#statusSentMs = performance.now()
    this.#client?.publish(this.#topic('status'), this.#options.events.status(), { qos: 1, retain: true })
  }

  /** A clean stop says so itself; the will is for the other ends. */
  async #goodbye(client: MqttClient): Promise<void> {
    const told = new Promise<void>((resolve) => {
      client.publish(this.#topic('status'), '{"state":"offline"}', { qos: 1, retain: true }, () => resolve())
    })
    await Promise.race([told, sleep(GOODBYE_MS, new AbortController().signal)])
    await Promise.race([client.endAsync(), sleep(GOODBYE_MS, new AbortController().signal)])
  }
}

function closed(client: MqttClient, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      signal.removeEventListener('abort', done)
      resolve()
    }
    client.once('close', done)
    signal.addEventListener('abort', done)
    if (signal.aborted) done()
  })
}

/** CONNACK 4 (user or password) and 5 (not authorised), MQTT 3.1.1 §3.2.2.3. */
function isLoginRefused(error: unknown): boolean {
  const code = (error as { code?: unknown }).code
  return code === 4 || code === 5
}
