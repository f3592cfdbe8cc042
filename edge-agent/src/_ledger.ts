import { createServer, type Server, type Socket } from 'node:net'
import {
  type Ack,
  admit,
  applyChanges,
  decodeBatch,
  type Enrolment,
  emptyState,
  encodeAck,
  encodeEnrolment,
  evidenceId,
  evidenceNamedBy,
  type Genesis,
  isStep,
  type KeyState,
  type ProtocolError,
  parseBatchEvent,
  parseStatement,
  type ReportEvent,
  type StampedEvent,
  toHex,
  verifyOnNode,
  ZERO_HASH,
} from '@tristamp/protocol'
import { Aedes } from 'aedes'
import { ledgerKey, ledgerSign } from './_gateway.ts'
import type { AgentConfig } from './config.ts'
import { nodeCrypto } from './key-file.ts'
import type { Signer } from './signer.ts'

/** A ledger in small: a real broker, the real admission rule, signed answers; and the faults that tests ask for. */
export class FakeLedger {
  readonly events: StampedEvent[] = []
  /** What the gateway said of itself. */
  readonly reports: ReportEvent[] = []
  readonly seqs: number[] = []
  /** By id. */
  readonly evidence: Map<string, Uint8Array> = new Map()
  /** What the gateway has declared lost. */
  readonly lost: Set<string> = new Set()
  /** So many pieces are lost on the way, though confirmed. */
  loseEvidence: number = 0
  readonly statuses: Record<string, unknown>[] = []
  received = 0
  /** Answers nothing, though it takes batches. */
  silent: boolean = false
  /** Every n-th batch is lost on the way. */
  loseEvery: number = 0
  /** Lets nobody in. */
  locked: boolean = false
  /** What the next acks are signed with. */
  sign = ledgerSign
  readonly #state = emptyState()
  readonly #verify = verifyOnNode(nodeCrypto)
  readonly #sockets = new Set<Socket>()
  #aedes!: Aedes
  #server!: Server
  port = 0

  constructor() {
    this.#state.genesis = { op: 'genesis', origin: 'test.example' } as unknown as Genesis
  }

  async start(port = 0): Promise<this> {
    this.#aedes = await Aedes.createBroker()
    this.#aedes.authorizePublish = (_client, packet, callback) => {
      this.#publish(packet.topic, packet.payload as Buffer)
      callback(null)
    }
    this.#aedes.authenticate = (_client, _user, _password, callback) => {
      if (this.locked) callback(Object.assign(new Error('not enrolled'), { returnCode: 5 }) as never, false)
      else callback(null, true)
    }
    this.#server = createServer((socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
      this.#aedes.handle(socket)
    })
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve))
    this.port = (this.#server.address() as { port: number }).port
    return this
  }

  /** Cuts every connection, as a pulled cable does. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  /** Stops answering at the port. What the broker kept is lost; the ledger's own state stays. */
  async stop(): Promise<void> {
    this.cut()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
    await new Promise<void>((resolve) => this.#aedes.close(() => resolve()))
  }

  enrol({ gateway }: AgentConfig, signer: Signer): void {
    const key: KeyState = {
      kid: signer.kid,
      publicKey: signer.publicKey,
      kind: 'gateway',
      uri: gateway.uri,
      station: gateway.station,
      roles: gateway.roles,
      status: 'active',
      nextSeq: 0,
      prev: ZERO_HASH,
    }
    applyChanges(this.#state, [{ set: 'key', value: key }])
  }

  /** Tells a gateway what is recorded of it, as the ledger does. */
  tell(enrolment: Enrolment): void {
    const { org, gateway } = enrolment
    const payload = Buffer.from(encodeEnrolment(enrolment, ledgerKey, this.sign))
    const topic = `tristamp/v1/${org}/${gateway}/enrolment`
    this.#aedes.publish({ cmd: 'publish', topic, payload, qos: 0, retain: true, dup: false }, () => undefined)
  }

  key(signer: Signer): KeyState {
    return this.#state.keys.get(toHex(signer.kid))!
  }

  #publish(topic: string, payload: Buffer): void {
    if (topic.endsWith('/status')) this.statuses.push(JSON.parse(payload.toString()) as Record<string, unknown>)
    if (topic.endsWith('/evidence')) {
      if (this.loseEvidence > 0) this.loseEvidence--
      else this.evidence.set(evidenceId(payload), new Uint8Array(payload))
    }
    if (topic.endsWith('/evidence-lost')) this.lost.add(Buffer.from(payload).toString('base64url'))
    if (!topic.endsWith('/batch')) return
    this.received++
    if (this.loseEvery > 0 && this.received % this.loseEvery === 0) return
    const { statement, events } = decodeBatch(new Uint8Array(payload))
    const { kid, seq } = parseStatement(statement).header
    const lacks = events
      .flatMap(({ event }) => evidenceNamedBy(event))
      .some((id) => !this.evidence.has(id) && !this.lost.has(id))
    const admission = lacks
      ? ({ ok: false, code: 'EVIDENCE_MISSING' } as const)
      : admit(this.#state, statement, events, this.#verify)
    if (admission.ok) {
      applyChanges(this.#state, admission.changes)
      const read = events.map(({ event }) => parseBatchEvent(event))
      this.events.push(...read.filter(isStep))
      this.reports.push(...read.filter((event) => event.type === 'TristampReport'))
      this.seqs.push(seq)
    }
    if (!this.silent) this.#answer(topic.replace(/batch$/, 'ack'), this.#ack(kid, admission.ok ? undefined : admission))
  }

  #ack(kid: Uint8Array, refusal: { code: string } | undefined): Ack {
    const key = this.#state.keys.get(toHex(kid))
    const nextSeq = key?.nextSeq ?? 0
    const prev = key?.prev ?? ZERO_HASH
    // A repeated batch is answered by the acknowledgement that it had.
    if (!refusal || (refusal.code === 'SEQ_REPEATED' && nextSeq > 0)) {
      const entry = this.events.length + this.reports.length
      return { kind: 'ack', kid, seq: nextSeq - 1, prev, entry, treeSize: entry + 1 }
    }
    return { kind: 'expected', kid, expected: nextSeq, prev, reason: refusal.code as ProtocolError['code'] }
  }

  #answer(topic: string, ack: Ack): void {
    const payload = Buffer.from(encodeAck(ack, ledgerKey, this.sign))
    this.#aedes.publish({ cmd: 'publish', topic, payload, qos: 1, retain: true, dup: false }, () => undefined)
  }
}

/** Waits until it is so. */
export async function until(condition: () => boolean, ms = 60_000, what = 'the condition'): Promise<void> {
  const end = performance.now() + ms
  while (!condition()) {
    if (performance.now() > end) throw new Error(`${what} did not come about in ${ms} ms`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
