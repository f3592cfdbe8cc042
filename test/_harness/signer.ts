import * as crypto from 'node:crypto'
import {
  batchRoot,
  buildStatement,
  canonicalJson,
  encodeBatch,
  type Json,
  keyThumbprint,
  type Operation,
  publicKeyOf,
  type SaltedEvent,
  type Sign,
  type StatementHeader,
  sha256,
  signOnNode,
  statementLeaf,
  toBase64Url,
  utf8,
  ZERO_HASH,
} from '@tristamp/protocol'
import { STATION } from './goods.ts'

/** A gateway in the hands of a test: its key and chain, to send what a real one sends, and what a real one never would. */
export class TestSigner {
  readonly org = 'test'
  readonly gateway: string
  readonly uri: string
  readonly password: string = toBase64Url(random(32))
  readonly publicKey: Uint8Array
  readonly kid: Uint8Array
  readonly #sign: Sign
  seq = 0
  prev: Uint8Array = ZERO_HASH

  constructor(gateway: string) {
    this.gateway = gateway
    this.uri = `https://id.gs1.org/8004/9506000134${gateway.toUpperCase()}`
    const seed = random(32)
    this.#sign = signOnNode(crypto, seed)
    this.publicKey = publicKeyOf(seed)
    this.kid = keyThumbprint(this.publicKey)
  }

  /** What an administrator signs to let this gateway in. */
  enrolment(roles = ['commission', 'transform', 'pack', 'ship', 'receive', 'sell', 'observe']): Operation {
    return {
      op: 'enrol-gateway',
      org: this.org,
      gateway: this.gateway,
      uri: this.uri,
      key: toBase64Url(this.publicKey),
      station: STATION,
      roles: roles as never,
      login: toBase64Url(sha256(utf8(this.password))),
    }
  }

  /** The next batch of the chain. */
  batch(...values: object[]): Uint8Array {
    const events = salted(values)
    const statement = this.statement(events)
    this.seq++
    this.prev = statementLeaf(statement)
    return encodeBatch(statement, events)
  }

  /** A statement at the present place of the chain, which it does not move on; `change` is what a forger writes into its header. */
  statement(events: readonly SaltedEvent[], change: Partial<StatementHeader> = {}): Uint8Array {
    const header = {
      alg: -8,
      kind: 'batch',
      kid: this.kid,
      iss: this.uri,
      sub: STATION,
      iat: Math.floor(Date.now() / 1000),
      seq: this.seq,
      prev: this.prev,
      count: events.length,
      ...change,
    } as const
    return buildStatement(header, batchRoot(events), this.#sign)
  }
}

/** Events as they go into a batch. */
export function salted(values: readonly object[]): SaltedEvent[] {
  return values.map((value) => ({ salt: random(16), event: utf8(canonicalJson(value as Json)) }))
}

function random(length: number): Uint8Array {
  return new Uint8Array(crypto.randomBytes(length))
}
