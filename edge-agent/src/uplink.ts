import { equal, openAck, ProtocolError, verifyOnNode } from '@tristamp/protocol'
import { Backoff } from './backoff.ts'
import { collectUsed } from './collect.ts'
import type { AgentConfig } from './config-types.ts'
import { Connection } from './connection.ts'
import { AgentError, asAgentError } from './error.ts'
import type { EvidenceFiles } from './evidence-files.ts'
import { EvidenceSender } from './evidence-sender.ts'
import { nodeCrypto } from './key-file.ts'
import type { Outbox } from './outbox.ts'
import { StatusPace } from './status-pace.ts'

/** What the rest of the gateway learns from the uplink. */
export interface UplinkEvents {
  /** The connection came up or went. */
  connected(is: boolean): void
  /** The ledger has acknowledged more, the last as this entry. */
  acknowledged(entry: number): void
  /** The ledger told an enrolment; it is not checked yet. */
  enrolment(payload: Uint8Array): void
  /** The ledger told everyone something; it is not checked yet. */
  notice?(payload: Uint8Array): void
  problem(error: AgentError): void
  /** The status message of this moment. */
  status(): string
}

export interface UplinkOptions {
  config: AgentConfig
  password: string
  /** Where another login may be about to count: all of them, to be tried in turn. */
  logins?: () => readonly string[]
  kid: Uint8Array
  outbox: Outbox
  evidence: EvidenceFiles
  events: UplinkEvents
}

/** First and longest pause between attempts to connect: gateways that lost the same ledger come back one by one. */
const CONNECT_FIRST_MS = 500
const CONNECT_LONGEST_MS = 60_000
/** The same for a ledger that does not take what it gets. */
const REFUSED_FIRST_MS = 250
const REFUSED_LONGEST_MS = 60_000
/** Batches in flight are in memory; beside the window in number this bounds their bytes. */
const MAX_IN_FLIGHT_BYTES = 500_000
/** After so many sent bytes what is left of them in memory is freed. */
const COLLECT_BYTES = 1_000_000
/** At a start nothing new is signed before the ledger has told its last batch of ours, or this long after the start without a connection … */
const SETTLE_OFFLINE_MS = 3000
/** … or this long after listening, for a new gateway has no batch there. */
const SETTLE_ONLINE_MS = 500
const TICK_MS = 250

/**
 * Sends the outbox to the ledger, in order, a window at a time. A broker's confirmation means only that the broker has a message: what counts
 * is the ledger's signed acknowledgement. Nothing of a connection outlives it; the outbox is the only memory.
 */
export class Uplink {
  readonly #options: UplinkOptions
  readonly #verify = verifyOnNode(nodeCrypto)
  readonly #refused = new Backoff(REFUSED_FIRST_MS, REFUSED_LONGEST_MS)
  readonly #evidence: EvidenceSender
  #connection: Connection | undefined
  /** Next batch to send on this connection. */
  #cursor = 0
  /** Logins that were refused. */
  #refusals = 0
  /** Bytes of each batch that waits for its acknowledgement. */
  readonly #inFlight = new Map<number, number>()
  #sending: boolean = false
  #sentBytes = 0
  /** When the ledger last acknowledged something, or something was first sent. */
  #progressMs = 0
  /** Nothing is sent before this: the ledger refused. */
  #notBeforeMs = 0
  /** Set when going on would do harm: another signer uses our key. */
  #halted: boolean = false
  /** When signing may begin even if the ledger says nothing. */
  #settledAtMs: number = performance.now() + SETTLE_OFFLINE_MS
  readonly #statusPace = new StatusPace()

  constructor(options: UplinkOptions) {
    this.#options = options
    this.#evidence = new EvidenceSender(options.evidence)
  }

  /** Connects again and again until the signal aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const backoff = new Backoff(CONNECT_FIRST_MS, CONNECT_LONGEST_MS)
    const tick = setInterval(() => this.#tick(), TICK_MS)
    while (!signal.aborted) {
      if (await this.#attend(signal)) backoff.reset()
      await backoff.wait(signal)
    }
    clearInterval(tick)
  }

  /** There may be something to send. */
  wake(): void {
    void this.#sendAll()
  }

  /** The status has changed. */
  statusChanged(): void {
    this.#statusPace.changed()
  }

  /**
   * Whether the place in the chain is known as well as it can be. An outbox that was restored from an old copy learns here that it is behind,
   * before it signs a place that the ledger has already.
   */
  get settled(): boolean {
    return performance.now() >= this.#settledAtMs
  }

  /** Whether the ledger has spoken, or is there and has nothing to say: what nobody but the ledger knows is known now, or to be tried. */
  get heard(): boolean {
    return this.#connection?.ready === true && this.settled
  }

  /** One connection, from its beginning to its end; true when it was up. */
  async #attend(signal: AbortSignal): Promise<boolean> {
    const { config, password, events, logins } = this.#options
    let up = false
    try {
      const all = logins?.() ?? [password]
      const login = all[this.#refusals % all.length]!
      const connection: Connection = new Connection(config, login, {
        ready: () => {
          up = true
          this.#begin(connection)
        },
        ack: (payload) => void this.#onAck(payload),
        enrolment: (payload) => events.enrolment(payload),
        ...(events.notice && { notice: (payload: Uint8Array) => events.notice?.(payload) }),
        failed: (error) => {
          if (error.code === 'UPLINK_LOGIN') this.#refusals++
          events.problem(error)
        },
      })
      const leave = (): void => void connection.goodbye()
      signal.addEventListener('abort', leave)
      if (signal.aborted) leave()
      await connection.closed
      signal.removeEventListener('abort', leave)
    } catch (thrown) {
      events.problem(asAgentError(thrown))
    }
    this.#connection = undefined
    if (up) events.connected(false)
    return up
  }

  #begin(connection: Connection): void {
    this.#connection = connection
    this.#evidence.begin()
    this.#rewind(0)
    this.#notBeforeMs = 0
    this.#settledAtMs = Math.min(this.#settledAtMs, performance.now() + SETTLE_ONLINE_MS)
    this.#options.events.connected(true)
    this.#sendStatus(connection)
    this.wake()
  }

  async #sendAll(): Promise<void> {
    if (this.#sending) return
    this.#sending = true
    try {
      while (await this.#sendNext()) {
        // until the window is full or the outbox is empty
      }
    } catch (thrown) {
      this.#options.events.problem(asAgentError(thrown))
    } finally {
      this.#sending = false
    }
  }

  async #sendNext(): Promise<boolean> {
    const { outbox, config, events } = this.#options
    const connection = this.#connection
    if (!connection?.ready || this.#halted || performance.now() < this.#notBeforeMs) return false
    this.#cursor = Math.max(this.#cursor, outbox.acked)
    const seq = this.#cursor
    const bytes = [...this.#inFlight.values()].reduce((sum, size) => sum + size, 0)
    if (seq >= outbox.nextSeq || this.#inFlight.size >= config.uplink.window) return false
    if (this.#inFlight.size > 0 && bytes >= MAX_IN_FLIGHT_BYTES) return false
    await outbox.released()
    if (this.#sentBytes > COLLECT_BYTES) {
      this.#sentBytes = 0
      collectUsed()
    }
    const payload = await outbox.batch(seq)
    const lacking = (id: string): void => events.problem(new AgentError('EVIDENCE_LOST', { seq, id }))
    if (!(await this.#evidence.before(payload, connection, lacking))) return false
    // Meanwhile an answer may have moved the cursor, or the connection may be another.
    if (this.#connection !== connection || this.#cursor !== seq || seq < outbox.acked) return true
    if (this.#inFlight.size === 0) this.#progressMs = performance.now()
    this.#inFlight.set(seq, payload.length)
    this.#sentBytes += payload.length
    this.#cursor = seq + 1
    connection.sendBatch(payload)
    return true
  }

  async #onAck(payload: Uint8Array): Promise<void> {
    const { outbox, kid, config, events } = this.#options
    try {
      const ack = openAck(payload, config.uplink.ledgerKey, this.#verify)
      // The broker keeps the last ack of the key before.
      if (config.enrolled.enrolment?.ended?.some((chain) => equal(chain.kid, ack.kid))) return
      if (!equal(ack.kid, kid)) throw new AgentError('UPLINK_ACK', { why: 'it is for another key' })
      if (ack.kind === 'expected') {
        await this.#onExpected(ack.expected, ack.prev, ack.reason)
        return
      }
      const known = outbox.nextSeq
      const result = await outbox.acknowledge(ack.seq + 1, ack.prev)
      this.#settledAtMs = 0
      if (result === 'known') return
      if (result === 'behind') events.problem(new AgentError('OUTBOX_BEHIND', { seq: ack.seq, known: known - 1 }))
      for (const seq of this.#inFlight.keys()) if (seq <= ack.seq) this.#inFlight.delete(seq)
      this.#progressMs = performance.now()
      this.#notBeforeMs = 0
      this.#refused.reset()
      events.acknowledged(ack.entry)
      this.wake()
    } catch (thrown) {
      this.#fault(thrown)
    }
  }

  /** The ledger wants another batch than the one that it got: go back to it, after a pause that grows while nothing gets better. */
  async #onExpected(expected: number, prev: Uint8Array, reason: string): Promise<void> {
    const { outbox, events } = this.#options
    this.#settledAtMs = 0
    if (await outbox.corrected(expected, prev)) {
      this.#rewind(0)
      this.wake()
      return
    }
    if (expected >= outbox.acked && expected <= outbox.nextSeq) {
      const ours = await outbox.prevOf(expected)
      if (ours && !equal(ours, prev)) throw new AgentError('OUTBOX_FORKED', { seq: expected - 1 })
    }
    // After a gap the ledger answers every batch of the window in the same way: only the first answer counts.
    if (performance.now() < this.#notBeforeMs) return
    if (reason.startsWith('EVIDENCE_')) this.#evidence.wanted()
    const inOrder = reason === 'SEQ_EXPECTED' || reason === 'SEQ_REPEATED'
    const told = expected < outbox.acked ? 'LEDGER_ROLLBACK' : reason
    if (told !== reason || !inOrder) events.problem(new AgentError('UPLINK_REFUSED', { seq: expected, reason: told }))
    this.#rewind(expected)
    this.#notBeforeMs = performance.now() + this.#refused.next()
  }

  /** Sends again from here, or from the first batch that is left. */
  #rewind(seq: number): void {
    const { outbox } = this.#options
    this.#inFlight.clear()
    this.#cursor = Math.min(Math.max(seq, outbox.acked), outbox.nextSeq)
    this.#progressMs = performance.now()
  }

  #fault(thrown: unknown): void {
    const isProtocol = thrown instanceof ProtocolError
    const error = isProtocol
      ? new AgentError('UPLINK_ACK', { why: thrown.code }, { cause: thrown })
      : asAgentError(thrown)
    // Two chains under one key: whatever we send now only makes it worse.
    if (error.code === 'OUTBOX_FORKED') this.#halted = true
    this.#options.events.problem(error)
  }

  #tick(): void {
    const connection = this.#connection
    if (!connection?.ready) return
    const now = performance.now()
    if (this.#statusPace.isDue(now)) this.#sendStatus(connection)
    const patience = this.#options.config.uplink.ackTimeoutMs
    if (this.#inFlight.size > 0 && now - this.#progressMs > patience * (1 + Math.random() / 4)) {
      this.#impatient(connection, patience)
    }
    this.wake()
  }

  #impatient(connection: Connection, patienceMs: number): void {
    const { outbox, events } = this.#options
    events.problem(new AgentError('UPLINK_SILENT', { seq: outbox.acked, seconds: Math.round(patienceMs / 1000) }))
    // With unconfirmed batches the broker is the silent one: a new connection forgets them. Else the ledger is: send again.
    if (connection.unconfirmed > 0) connection.drop()
    this.#rewind(outbox.acked)
  }

  #sendStatus(connection: Connection): void {
    this.#statusPace.sent(performance.now())
    connection.sendStatus(this.#options.events.status())
  }
}
