import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { toHex } from '@tristamp/protocol'
import type { AuthenticateError, Client, PublishPacket, Subscription } from 'aedes'
import { type Login, logIn, noticeTopic, publishes, subscribes, type Told, topicOf } from './access.ts'
import { hasErrno, type LedgerCode, LedgerError, SENTENCES } from './error.ts'
import type { EvidenceIntake } from './evidence/evidence-intake.ts'
import { type GuardRefusal, PacketGuard } from './guard.ts'
import { InboxBroker, TAKEN } from './inbox.ts'
import type { Intake, Sender } from './intake.ts'
import type { Ledger } from './ledger.ts'
import { Lobby } from './lobby.ts'
import type { Metrics } from './metrics.ts'
import { Pace } from './pace.ts'
import { STATUS_BYTES, type StatusBoard } from './status.ts'
import type { TlsTexts } from './tls.ts'

/** A batch of the protocol's 8 MiB with its topic. */
const PACKET_BYTES = 8 * 1024 * 1024 + 1024
/** A CONNECT with a login and a status message as its will. */
const CONNECT_BYTES = 2048 + STATUS_BYTES
/** A client that has connected says CONNECT at once. */
const CONNECT_TIMEOUT_MS = 10_000
/** Connections before login: more than the system hands over at once when all gateways of a site come back together. */
const LOBBY = { most: 1024, mostEach: 512 }
const UNAVAILABLE = 3
const NOT_AUTHORIZED = 5
const BAD_LOGIN = 4

export interface BrokerParts {
  ledger: Ledger
  intake: Intake
  evidence: EvidenceIntake
  status: StatusBoard
  metrics: Metrics
  /** The gateway listens to its acks now: it may have missed one. */
  greet: (login: Login) => void
  /** A broker of others was reached again, and may have lost what it kept for everyone. */
  forgotten?: () => void
}

export interface BrokerOptions {
  host: string
  port: number
  /** Gateways that have logged in. */
  maxConnections: number
  /** Of one gateway. */
  eventsPerSecond: number
  tls?: TlsTexts | undefined
}

/**
 * The embedded MQTT broker. A batch is taken in while the client waits to be authorised to publish it, so that its PUBACK means
 * committed; nothing of it is routed on. Every client is an enrolled gateway and sees its own topics only.
 */
export class Broker {
  readonly #aedes: InboxBroker
  readonly #server: Server
  readonly #parts: BrokerParts
  readonly #logins = new Map<Client, Login>()
  /** By kid in hex, not by connection: coming back does not help. */
  readonly #paces = new Map<string, Pace>()
  readonly #options: BrokerOptions
  readonly #lobby: Lobby

  private constructor(aedes: InboxBroker, server: Server, parts: BrokerParts, options: BrokerOptions) {
    this.#aedes = aedes
    this.#server = server
    this.#parts = parts
    this.#options = options
    this.#lobby = new Lobby(LOBBY, () => parts.metrics.refusedClient('MQTT_CONNECTIONS'))
    // Before any TLS: a handshake that is never finished waits here as well.
    server.prependListener('connection', (socket: Socket) => this.#lobby.enter(socket))
    aedes.authenticate = (client, username, password, done) => this.#authenticate(client, username, password, done)
    aedes.authorizePublish = (client, packet, done) =>
      void this.#authorizePublish(client, packet).then(() => done(null), done)
    aedes.authorizeSubscribe = (client, subscription, done) =>
      done(null, this.#authorizeSubscribe(client, subscription))
    aedes.on('clientReady', (client) => this.#greet(client))
    aedes.on('subscribe', (_, client) => this.#greet(client))
    aedes.on('clientDisconnect', (client) => this.#logins.delete(client))
  }

  /** @throws LedgerError PORT_TAKEN */
  static async listen(options: BrokerOptions, parts: BrokerParts): Promise<Broker> {
    const aedes = await InboxBroker.open({ connectTimeout: CONNECT_TIMEOUT_MS, queueLimit: 64 })
    const accept = (socket: Socket): void => {
      socket.setNoDelay(true).setKeepAlive(true, 60_000)
      parts.metrics.connected(1)
      socket.once('close', () => parts.metrics.connected(-1))
      const refuse = (why: GuardRefusal): void => parts.metrics.refusedClient(why)
      aedes.handle(new PacketGuard(socket, { packetBytes: PACKET_BYTES, connectBytes: CONNECT_BYTES }, refuse))
    }
    const server = options.tls === undefined ? createServer(accept) : createTlsServer(tlsOptions(options.tls), accept)
    server.maxConnections = options.maxConnections + LOBBY.most
    server.on('drop', () => parts.metrics.refusedClient('MQTT_CONNECTIONS'))
    const broker = new Broker(aedes, server, parts, options)
    await listening(server, options)
    return broker
  }

  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  /** Sends an ack or an enrolment, kept for the gateway that comes later. QoS 0 is enough: they are repeated at every greeting. */
  send(to: Sender, channel: Told, payload: Uint8Array): void {
    const packet = {
      cmd: 'publish',
      topic: topicOf(to, channel),
      payload: Buffer.from(payload),
      qos: 0,
      retain: true,
      dup: false,
    } as const
    this.#aedes.publish(packet as PublishPacket, () => undefined)
  }

  /** A notice to all, kept for those that come later. */
  publish(name: string, notice: Uint8Array): void {
    const topic = noticeTopic(name)
    const packet = { cmd: 'publish', topic, payload: Buffer.from(notice), qos: 1, retain: true, dup: false } as const
    this.#aedes.publish(packet as PublishPacket, () => undefined)
  }

  /** Ends the connections of gateways whose key is no longer active. */
  recheck(): void {
    for (const [client, { kid }] of this.#logins) {
      if (this.#parts.ledger.state.keys.get(toHex(kid))?.status !== 'active') client.close()
    }
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    await new Promise<void>((resolve) => this.#aedes.close(resolve))
    await closed
  }

  #authenticate(
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
    done: (error: AuthenticateError | null, success: boolean | null) => void,
  ): void {
    const login = logIn(this.#parts.ledger.state, username ?? '', password ?? new Uint8Array(0))
    if (login === undefined) {
      done(this.#refusal('MQTT_LOGIN', BAD_LOGIN), null)
      return
    }
    const shown = client.conn instanceof PacketGuard ? client.conn.clientKey : undefined
    if (shown !== undefined && login.tls !== undefined && shown.hash !== login.tls) {
      done(this.#refusal('MQTT_CERTIFICATE', NOT_AUTHORIZED), null)
      return
    }
    if (client.id !== `${login.org}.${login.gateway}`) {
      done(this.#refusal('MQTT_CLIENT_ID', NOT_AUTHORIZED), null)
      return
    }
    if (this.#logins.size >= this.#options.maxConnections) {
      done(this.#refusal('MQTT_CONNECTIONS', UNAVAILABLE), null)
      return
    }
    this.#logins.set(client, login)
    if (client.conn instanceof PacketGuard) {
      this.#lobby.leave(client.conn.socket)
      client.conn.admit()
    }
    done(null, true)
  }

  async #authorizePublish(client: Client | null, packet: PublishPacket): Promise<void> {
    const login = client === null ? undefined : this.#logins.get(client)
    // Covers `$SYS/` as well: only a gateway's own topics match.
    const channel = login && publishes(login, packet.topic)
    if (login === undefined || channel === undefined) throw this.#refusal('MQTT_TOPIC')
    if (packet.qos === 2) throw this.#refusal('MQTT_QOS')
    const payload = bytesOf(packet.payload)
    if (channel === 'status') {
      if (payload.length > STATUS_BYTES) throw this.#refusal('MQTT_PACKET_SIZE')
      await this.#paceOf(login).turn(payload)
      this.#parts.status.receive(login, payload)
      return
    }
    // Nobody can subscribe to batches and evidence: the broker routes none.
    packet.payload = TAKEN
    packet.retain = false
    // A refused batch is answered by an `expected`; PUBACK then says that the broker is done with it. A batch that could not be
    // written gets no PUBACK: the error ends the connection, and the gateway sends it again.
    const answered = client?.conn instanceof PacketGuard ? client.conn.hold(payload.length) : undefined
    try {
      await this.#paceOf(login).turn(payload)
      if (channel === 'evidence') await this.#takeEvidence(login, payload)
      else if (channel === 'evidence-lost') this.#parts.evidence.lose(login, payload)
      else await this.#parts.intake.submit(payload, login)
    } finally {
      answered?.()
    }
  }

  /** What is refused gets its PUBACK all the same: the batch that names it is told why it waits. */
  async #takeEvidence(login: Login, payload: Uint8Array): Promise<void> {
    const refusal = await this.#parts.evidence.take(login, payload)
    if (refusal !== undefined) this.#parts.metrics.refusedClient(refusal)
  }

  #paceOf({ kid }: Login): Pace {
    const id = toHex(kid)
    const pace = this.#paces.get(id) ?? new Pace(this.#options.eventsPerSecond)
    this.#paces.set(id, pace)
    return pace
  }

  #authorizeSubscribe(client: Client, subscription: Subscription): Subscription | null {
    const login = this.#logins.get(client)
    if (login !== undefined && subscribes(login, subscription.topic)) return subscription
    this.#parts.metrics.refusedClient('MQTT_TOPIC')
    return null
  }

  #greet(client: Client): void {
    const login = this.#logins.get(client)
    if (login === undefined) return
    const subscriptions = (client as unknown as { subscriptions: { [topic: string]: unknown } }).subscriptions
    if (topicOf(login, 'ack') in subscriptions || topicOf(login, 'enrolment') in subscriptions) this.#parts.greet(login)
  }

  #refusal(code: LedgerCode, returnCode: number = NOT_AUTHORIZED): AuthenticateError {
    this.#parts.metrics.refusedClient(code)
    return Object.assign(new LedgerError(code, SENTENCES[code].en), { returnCode })
  }
}

/** Any certificate is let through the handshake: it proves a key, and the login says whose key that must be. */
function tlsOptions(tls: TlsTexts): TlsOptions {
  return {
    ...tls,
    minVersion: 'TLSv1.2',
    requestCert: true,
    rejectUnauthorized: false,
    handshakeTimeout: CONNECT_TIMEOUT_MS,
  }
}

function bytesOf(payload: string | Buffer): Uint8Array {
  return typeof payload === 'string' ? Buffer.from(payload) : payload
}

function listening(server: Server, { host, port }: BrokerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(hasErrno(cause, 'EADDRINUSE') ? new LedgerError('PORT_TAKEN', `MQTT ${host}:${port}`, { cause }) : cause)
    })
    server.listen(port, host, resolve)
  })
}
