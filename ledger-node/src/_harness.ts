import * as crypto from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  batchRoot,
  buildStatement,
  canonicalJson,
  encodeBatch,
  fromBase64,
  type Json,
  keyThumbprint,
  type Operation,
  publicKeyOf,
  type Sign,
  sealParcel,
  signOnNode,
  statementLeaf,
  toBase64Url,
  utf8,
  ZERO_HASH,
} from '@tristamp/protocol'
import { loginHash } from './access.ts'
import type { Config } from './config.ts'
import { type Founding, found } from './found.ts'
import { bringOperations } from './govern/bring-operations.ts'
import { type Machine, type RunningLedger, startLedger } from './index.ts'
import { keyPath, loadKey, type SigningKey } from './keys.ts'
import { hashOnNode } from './node-crypto.ts'

hashOnNode()

export const ORIGIN = 'ledger.example/test'

/** A folder for one test, and what removes it. */
export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'tristamp-ledger-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

export function config(data: string, change: Partial<Config['http']> = {}, more: Partial<Config> = {}): Config {
  return {
    data,
    http: { host: '127.0.0.1', port: 0, postsPerSecond: 10_000, readsPerSecond: 10_000, ...change },
    mqtt: { host: '127.0.0.1', port: 0, maxConnections: 64, eventsPerSecond: 100_000 },
    plain: false,
    access: [],
    sealEveryMs: 1000,
    snapshotEveryMs: 0,
    ...more,
  }
}

/** A founded and running ledger in a folder of its own. */
export class TestLedger {
  readonly folder: string
  readonly #remove: () => Promise<void>
  readonly logs: string[] = []
  admin!: SigningKey
  node!: RunningLedger

  private constructor(folder: string, remove: () => Promise<void>) {
    this.folder = folder
    this.#remove = remove
  }

  static async start(
    machine: Partial<Machine> = {},
    http: Partial<Config['http']> = {},
    founding: Partial<Founding> = {},
  ): Promise<TestLedger> {
    const { path, remove } = await temporaryFolder()
    const ledger = new TestLedger(path, remove)
    const { administrators = ['admin'], ...others } = founding
    await found({ data: path, origin: ORIGIN, threshold: 1, ...others, administrators })
    ledger.admin = await loadKey(keyPath(path, `admin-${administrators[0]}`))
    await ledger.run(machine, http)
    return ledger
  }

  async run(
    machine: Partial<Machine> = {},
    http: Partial<Config['http']> = {},
    more: Partial<Config> = {},
  ): Promise<void> {
    this.node = await startLedger(config(this.folder, http, more), undefined, {
      log: (text) => this.logs.push(text),
      ...machine,
    })
  }

  async stop(): Promise<void> {
    await this.node[Symbol.asyncDispose]()
  }

  async remove(): Promise<void> {
    await this.stop()
    await this.#remove()
  }

  get url(): string {
    return this.node.url
  }

  get(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.url}${path}`, init)
  }

  enrol(...operations: Operation[]): Promise<number> {
    return bringOperations({ node: this.url, administrator: this.admin }, operations)
  }

  /** Enrols gateways of organisation `org`. */
  async enrolGateways(...names: string[]): Promise<TestGateway[]> {
    const gateways = names.map((name) => new TestGateway('org', name))
    await this.enrol(
      {
        op: 'enrol-organisation',
        org: 'org',
        party: 'https://id.gs1.org/417/9506000134307',
        name: { zh: '组织', en: 'Org' },
      },
      ...gateways.map((g) => g.operation),
    )
    return gateways
  }

  post(batch: Uint8Array): Promise<Response> {
    const headers = { 'Content-Type': 'application/cbor' }
    return this.get('/v1/statements', { method: 'POST', headers, body: Buffer.from(batch) })
  }

  /** The size of the last published checkpoint. */
  async size(): Promise<number> {
    return Number((await (await this.get('/checkpoint')).text()).split('\n')[1])
  }

  /** Waits until everything up to `entry` is published. */
  async sealed(entry: number): Promise<void> {
    await until(async () => (await this.size()) > entry)
  }
}

export async function until(holds: () => Promise<boolean> | boolean, withinMs = 60_000): Promise<void> {
  for (const begin = Date.now(); !(await holds()); ) {
    if (Date.now() - begin > withinMs) throw new Error(`not so within ${withinMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** A gateway's key and chain: makes the batches that a real one sends. */
export class TestGateway {
  readonly org: string
  readonly gateway: string
  readonly uri: string
  readonly station = 'https://id.gs1.org/414/9506000134307'
  readonly password: string = toBase64Url(new Uint8Array(crypto.randomBytes(32)))
  readonly publicKey: Uint8Array
  readonly kid: Uint8Array
  readonly #sign: Sign
  seq = 0
  prev: Uint8Array = ZERO_HASH

  constructor(org: string, gateway: string) {
    this.org = org
    this.gateway = gateway
    this.uri = `https://id.gs1.org/8004/9506000134${gateway.toUpperCase().replace(/[^A-Z0-9]/g, '')}`
    const seed = new Uint8Array(crypto.randomBytes(32))
    this.#sign = signOnNode(crypto, seed)
    this.publicKey = publicKeyOf(seed)
    this.kid = keyThumbprint(this.publicKey)
  }

  get operation(): Operation {
    return {
      op: 'enrol-gateway',
      org: this.org,
      gateway: this.gateway,
      uri: this.uri,
      key: toBase64Url(this.publicKey),
      station: this.station,
      roles: ['commission', 'ship', 'receive', 'observe'],
      login: toBase64Url(loginHash(this.password)),
    }
  }

  /** The next batch of the chain, about these subjects. */
  batch(...items: string[]): Uint8Array {
    const batch = this.batchOf(items.map(commissioned))
    this.seq++
    return batch
  }

  /** Batches as they are carried by hand, the first of them with number `from`. */
  parcel(from: number, batches: readonly Uint8Array[], evidence: readonly Uint8Array[] = []): Uint8Array {
    return sealParcel({ kid: this.kid, from, to: from + batches.length, batches, evidence }, this.#sign)
  }

  /** A batch of events at the present place of the chain, which it does not move on but for `prev`. */
  batchOf(values: readonly Json[]): Uint8Array {
    const events = values.map((value) => ({
      salt: new Uint8Array(crypto.randomBytes(16)),
      event: utf8(canonicalJson(value)),
    }))
    const header = {
      alg: -8,
      kind: 'batch',
      kid: this.kid,
      iss: this.uri,
      sub: this.station,
      iat: 1_795_000_000,
      seq: this.seq,
      prev: this.prev,
      count: events.length,
    } as const
    const statement = buildStatement(header, batchRoot(events), this.#sign)
    this.prev = statementLeaf(statement)
    return encodeBatch(statement, events)
  }
}

export function itemUri(serial: string | number): string {
  return `https://id.gs1.org/01/09506000134352/21/${serial}`
}

/** A valid event: an item of lot L7 is commissioned. */
export function commissioned(item: string): Json {
  return {
    eventID: `urn:uuid:${crypto.randomUUID()}`,
    type: 'ObjectEvent',
    action: 'ADD',
    bizStep: 'commissioning',
    disposition: 'active',
    epcList: [item],
    eventTime: '2026-11-22T01:02:03.004Z',
    eventTimeZoneOffset: '+08:00',
    readPoint: { id: 'https://id.gs1.org/414/9506000134307' },
    bizLocation: { id: 'https://id.gs1.org/414/9506000134307' },
    ilmd: { 'cbvmda:lotNumber': 'L7' },
    'tristamp:geo': { source: 'gnss', latE7: 302_400_000, lonE7: 1_094_800_000, accuracyM: 5, satellites: 9 },
    'tristamp:clock': {
      source: 'gnss',
      uncertaintyMs: 200,
      bootId: '7c1d52cc-6f0c-4b4e-9f55-0b6f7a3f1c11',
      monotonicMs: 123_456,
    },
    'tristamp:origin': 'device',
    'tristamp:quality': 'none',
  }
}

/** The bytes behind a base64 checkpoint root. */
export function rootOf(checkpoint: string): Uint8Array {
  return fromBase64(checkpoint.split('\n')[2]!)
}
