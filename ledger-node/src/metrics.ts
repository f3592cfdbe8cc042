import type { KeyState } from '@tristamp/protocol'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { LedgerError } from './error.ts'
import type { Receipt } from './intake.ts'
import type { Sealed } from './ledger.ts'
import type { Hearer, News } from './news.ts'
import type { CosigningEvent, Standing } from './witness/cosigning.ts'

/** What `/metrics` shows. One registry for each node, so that tests can run several in one process. */
export class Metrics {
  /** The codes that each gateway's last status named. */
  readonly #told = new Map<string, ReadonlyMap<string, number>>()
  readonly #hearers: Hearer[] = []
  readonly registry: Registry = new Registry()
  readonly #log: (text: string) => void
  readonly #registers = [this.registry]
  readonly #batches = new Counter({
    name: 'tristamp_batches_total',
    help: 'Batches answered, by outcome: recorded, repeated, or the code of the refusal',
    labelNames: ['outcome'],
    registers: this.#registers,
  })
  readonly #events = new Counter({ name: 'tristamp_events_total', help: 'Events recorded', registers: this.#registers })
  readonly #seals = new Counter({ name: 'tristamp_seals_total', help: 'Seals made', registers: this.#registers })
  readonly #size = new Gauge({
    name: 'tristamp_log_size',
    help: 'Entries in the last signed checkpoint',
    registers: this.#registers,
  })
  readonly #height = new Gauge({
    name: 'tristamp_seal_height',
    help: 'Height of the last seal',
    registers: this.#registers,
  })
  readonly #commit = new Histogram({
    name: 'tristamp_commit_seconds',
    help: 'From arrival of a batch to its answer',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: this.#registers,
  })
  readonly #troubles = new Counter({
    name: 'tristamp_troubles_total',
    help: 'Failures to write, by code',
    labelNames: ['code'],
    registers: this.#registers,
  })
  readonly #refusals = new Counter({
    name: 'tristamp_mqtt_refusals_total',
    help: 'MQTT clients and packets refused, by code',
    labelNames: ['code'],
    registers: this.#registers,
  })
  readonly #connections = new Gauge({
    name: 'tristamp_mqtt_connections',
    help: 'Open MQTT connections',
    registers: this.#registers,
  })
  readonly #gatewayErrors = new Gauge({
    name: 'tristamp_gateway_errors',
    help: 'Errors that a gateway counted, by code, as its status says',
    labelNames: ['gateway', 'code'],
    registers: this.#registers,
  })
  readonly #gatewayUp = new Gauge({
    name: 'tristamp_gateway_online',
    help: '1 while a gateway says that it is online',
    labelNames: ['gateway'],
    registers: this.#registers,
  })
  readonly #contradictions = new Counter({
    name: 'tristamp_contradictions_total',
    help: 'Statements that a key signed beside a recorded one of the same number, by key',
    labelNames: ['key'],
    registers: this.#registers,
  })
  readonly #witnessed = new Counter({
    name: 'tristamp_witness_requests_total',
    help: 'Checkpoints of other logs that this node was asked to cosign, by status of the answer',
    labelNames: ['status'],
    registers: this.#registers,
  })
  readonly #cosigned = new Gauge({
    name: 'tristamp_checkpoint_cosigned',
    help: '1 while a witness of the policy has cosigned the last checkpoint',
    labelNames: ['witness'],
    registers: this.#registers,
  })
  readonly #quorum = new Gauge({
    name: 'tristamp_checkpoint_quorum',
    help: '1 while enough witnesses have cosigned the last checkpoint',
    registers: this.#registers,
  })
  readonly #below = new Counter({
    name: 'tristamp_checkpoints_below_quorum_total',
    help: 'Checkpoints published before enough witnesses had cosigned them',
    registers: this.#registers,
  })
  readonly #witnessFailures = new Counter({
    name: 'tristamp_witness_failures_total',
    help: 'Cosignatures that were asked for and not had, by witness and code',
    labelNames: ['witness', 'code'],
    registers: this.#registers,
  })
  /** Whether the last word on the quorum was that it is missing: said once, not every second. */
  #missing: boolean = false

  constructor(log: (text: string) => void = () => undefined) {
    this.#log = log
    collectDefaultMetrics({ register: this.registry })
  }

  /** Whoever wants to hear of things as they happen. */
  listen(hearer: Hearer): void {
    this.#hearers.push(hearer)
  }

  tell(news: News): void {
    for (const hearer of this.#hearers) hearer(news)
  }

  answered(receipt: Receipt, events: number, ms: number): void {
    this.#commit.observe(ms / 1000)
    if (receipt.kind === 'refused') {
      const { code, kid, message } = receipt
      this.#batches.inc({ outcome: code })
      this.tell({ kind: 'refused', code, detail: message, ...(kid && { kid }) })
      return
    }
    this.tell({ kind: 'recorded', kid: receipt.kid, events, repeated: receipt.repeated, ms })
    this.#batches.inc({ outcome: receipt.repeated ? 'repeated' : 'recorded' })
    this.#events.inc(events)
  }

  sealed({ size, seal }: Sealed): void {
    this.#seals.inc()
    this.#size.set(size)
    this.#height.set(seal.height)
    this.tell({ kind: 'sealed' })
  }

  trouble(error: LedgerError): void {
    this.#troubles.inc({ code: error.code })
    this.tell({ kind: 'trouble', code: error.code, detail: error.message })
    this.#log(`${error.code}: ${error.message}`)
  }

  /** Shows how many keys there are of each kind and status, whenever it is asked for. */
  watchKeys(keys: () => Iterable<KeyState>): void {
    new Gauge({
      name: 'tristamp_keys',
      help: 'Keys that governance knows, by kind and status',
      labelNames: ['kind', 'status'],
      registers: this.#registers,
      collect() {
        this.reset()
        for (const { kind, status } of keys()) this.inc({ kind, status })
      },
    })
  }

  contradicted(key: string, seq: number): void {
    this.#contradictions.inc({ key })
    this.#log(`ALERT key ${key} signed another statement as number ${seq} than the recorded one; both are kept`)
  }

  witnessed(status: number): void {
    this.#witnessed.inc({ status: String(status) })
  }

  cosigning(standing: Standing, event: CosigningEvent): void {
    const { size, quorum, witnesses } = standing
    this.tell({ kind: 'cosigning', standing, event })
    for (const { name, signed } of witnesses) this.#cosigned.set({ witness: name }, signed ? 1 : 0)
    this.#quorum.set(quorum ? 1 : 0)
    if (event.kind === 'failed') this.#witnessFailures.inc({ witness: event.witness, code: event.error.code })
    if (event.kind === 'failed' && event.error.code === 'WITNESS_AHEAD') this.trouble(event.error)
    if (event.kind === 'below') {
      this.#below.inc()
      const silent = witnesses.filter(({ signed }) => !signed)
      const why = silent.map(({ name, failure }) => `${name} (${failure?.code ?? 'no answer'})`).join(', ')
      if (!this.#missing) this.#log(`WITNESS_QUORUM: the checkpoint over ${size} entries is published without ${why}`)
      this.#missing = true
    } else if (quorum && this.#missing) {
      this.#log(`the checkpoint over ${size} entries has its quorum of witnesses again`)
      this.#missing = false
    }
  }

  refusedClient(code: string): void {
    this.#refusals.inc({ code })
    this.tell({ kind: 'turned-away', code })
  }

  /** @param change 1 for a connection that opened, -1 for one that closed */
  connected(change: 1 | -1): void {
    this.#connections.inc(change)
  }

  gateway(name: string, online: boolean, errors: ReadonlyMap<string, number>): void {
    this.#gatewayUp.set({ gateway: name }, online ? 1 : 0)
    // A gateway may name as many codes as it likes, over time: what it names no more is forgotten.
    const before = this.#told.get(name) ?? new Map<string, number>()
    for (const code of before.keys()) if (!errors.has(code)) this.#gatewayErrors.remove({ gateway: name, code })
    for (const [code, count] of errors) this.#gatewayErrors.set({ gateway: name, code }, count)
    this.#told.set(name, errors)
    // A gateway that was started counts from nothing.
    const more = [...errors].map(([code, count]) => ({ code, count: count - (before.get(code) ?? 0) }))
    const anew = more.some(({ count }) => count < 0)
    const news = anew ? [...errors].map(([code, count]) => ({ code, count })) : more
    this.tell({ kind: 'status', gateway: name, errors: news.filter(({ count }) => count > 0) })
  }
}
