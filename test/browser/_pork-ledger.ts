import * as crypto from 'node:crypto'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  bringOperations,
  type Config,
  DEFAULTS,
  found,
  keyPath,
  loadKey,
  type RunningLedger,
  startLedger,
} from '@tristamp/ledger-node'
import {
  batchRoot,
  buildStatement,
  canonicalJson,
  encodeBatch,
  type Json,
  keyThumbprint,
  type Operation,
  type ProvenEvent,
  publicKeyOf,
  signOnNode,
  statementLeaf,
  toBase64Url,
  utf8,
  ZERO_HASH,
} from '@tristamp/protocol'
import { SITES, sampleOperations, sampleVerdicts } from '../../verifier-web/src/_sample-verdicts.ts'

/** A running ledger that has admitted one pack's whole journey, each record signed by its own gateway. */
export interface PorkLedger extends AsyncDisposable {
  ledger: RunningLedger
  folder: string
  /** Resolves when everything that was recorded before is in a seal. */
  sealed(): Promise<void>
  /** Signed by the first administrator alone, and sealed. */
  govern(...operations: Operation[]): Promise<void>
}

type Access = Config['access'][number]
type Site = (typeof SITES)[keyof typeof SITES]

const uriOf = (site: Site): string => `https://id.gs1.org/8004/9506000134${site.gateway.toUpperCase()}`

/** A gateway as the ledger sees one: a key, and a chain of statements under it. */
class Gateway {
  readonly #seed = randomBytes(32)
  readonly #sign = signOnNode(crypto, this.#seed)
  readonly #site: Site
  #seq = 0
  #prev = ZERO_HASH

  constructor(site: Site) {
    this.#site = site
  }

  enrolment(): Operation {
    const { org, gateway, station } = this.#site
    return {
      op: 'enrol-gateway',
      org,
      gateway,
      uri: uriOf(this.#site),
      key: toBase64Url(publicKeyOf(this.#seed)),
      station,
      roles: ['commission', 'transform', 'pack', 'ship', 'receive', 'observe', 'sell'],
      login: toBase64Url(randomBytes(32)),
    }
  }

  batch(events: readonly ProvenEvent[]): Uint8Array {
    const salted = events.map(({ event }) => ({
      salt: randomBytes(16),
      event: utf8(canonicalJson(event as unknown as Json)),
    }))
    const header = {
      alg: -8,
      kind: 'batch',
      kid: keyThumbprint(publicKeyOf(this.#seed)),
      iss: uriOf(this.#site),
      sub: this.#site.station,
      iat: Math.floor(Date.parse(events[0]!.event.eventTime) / 1000),
      seq: this.#seq,
      prev: this.#prev,
      count: events.length,
    } as const
    const statement = buildStatement(header, batchRoot(salted), this.#sign)
    this.#seq++
    this.#prev = statementLeaf(statement)
    return encodeBatch(statement, salted)
  }
}

async function post(node: string, batch: Uint8Array): Promise<void> {
  const response = await fetch(`${node}/v1/statements`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/cbor' },
    body: batch as BodyInit,
  })
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`)
}

/** Waits until the last entry of the ledger is a seal. */
async function sealed(node: string): Promise<void> {
  const deadline = Date.now() + 60_000
  for (;;) {
    const health = (await (await fetch(`${node}/healthz`)).json()) as { entries: number; sealed?: { size: number } }
    if (health.sealed?.size === health.entries) return
    if (Date.now() > deadline) throw new Error(`of ${health.entries} entries ${health.sealed?.size ?? 0} are sealed`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

export interface PorkOptions {
  http?: Partial<Config['http']>
  /** Commitments to sealed codes of items, for the events in which these begin. */
  sealed?: Readonly<Record<string, string>>
}

function withSeals(proven: ProvenEvent, commitments: Readonly<Record<string, string>> = {}): ProvenEvent {
  const { event } = proven
  const born = event.type === 'TransformationEvent' ? (event.outputEPCList ?? []) : []
  const own = born.filter((item) => commitments[item] !== undefined)
  if (own.length === 0) return proven
  const sealed = Object.fromEntries(own.map((item) => [item, commitments[item]!]))
  return { ...proven, event: { ...event, 'tristamp:sealed': sealed } as typeof event }
}

/** Starts a ledger that serves `pages`, enrols everyone, and records the journey. */
export async function startPorkLedger(
  pages: string,
  access: Access[] = [],
  administrators: string[] = ['first'],
  { http, sealed: commitments }: PorkOptions = {},
): Promise<PorkLedger> {
  const folder = await mkdtemp(join(tmpdir(), 'tristamp-page-'))
  await found({ data: folder, origin: 'pork.example/log', administrators, threshold: 1 })
  const ledger = await startLedger({
    data: folder,
    http: { host: '127.0.0.1', port: 0, postsPerSecond: 1000, readsPerSecond: 1000, pages, ...http },
    mqtt: { host: '127.0.0.1', port: 0, maxConnections: DEFAULTS.maxConnections, eventsPerSecond: 10_000 },
    access,
    sealEveryMs: 1000,
    snapshotEveryMs: 0,
    plain: false,
  })
  const administrator = await loadKey(keyPath(folder, 'admin-first'))
  const govern = (operations: readonly Operation[]): Promise<unknown> =>
    bringOperations({ node: ledger.url, administrator }, [...operations])
  const gateways = new Map(Object.values(SITES).map((site) => [site.gateway, new Gateway(site)]))
  await govern([...sampleOperations(), ...[...gateways.values()].map((g) => g.enrolment())])
  for (const proven of sampleVerdicts.consistent().events) {
    await post(ledger.url, gateways.get(proven.signer.gateway)!.batch([withSeals(proven, commitments)]))
  }
  await sealed(ledger.url)
  return {
    ledger,
    folder,
    sealed: () => sealed(ledger.url),
    govern: async (...operations) => {
      await govern(operations)
      await sealed(ledger.url)
    },
    [Symbol.asyncDispose]: async () => {
      await ledger[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
