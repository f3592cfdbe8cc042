import {
  batchRoot,
  buildStatement,
  encodeBatch,
  keyThumbprint,
  type Parcel,
  type SaltedEvent,
  type Sign,
  sealParcel,
  signOnNode,
  statementLeaf,
} from '@tristamp/protocol'
import type { GatewayConfig } from './config-types.ts'
import { nodeCrypto, publicKeyOf } from './key-file.ts'

/** Where the next statement stands in the key's chain. */
export interface ChainPoint {
  seq: number
  /** Leaf hash of the statement before; 32 zero bytes at seq 0. */
  prev: Uint8Array
}

/** A batch as it is sent, and what the chain needs of it. */
export interface SignedBatch {
  payload: Uint8Array
  /** Leaf hash of its statement: the next one's `prev`. */
  leaf: Uint8Array
}

/** The gateway's one key. */
export class Signer {
  readonly publicKey: Uint8Array
  /** RFC 9679 thumbprint. */
  readonly kid: Uint8Array
  readonly #gateway: GatewayConfig
  readonly #sign: Sign

  constructor(seed: Uint8Array, gateway: GatewayConfig) {
    this.publicKey = publicKeyOf(seed)
    this.kid = keyThumbprint(this.publicKey)
    this.#gateway = gateway
    this.#sign = signOnNode(nodeCrypto, seed)
  }

  /** Packs batches for a courier. @throws ProtocolError PARCEL_SIZE */
  sealParcel(content: Omit<Parcel, 'kid'>): Uint8Array {
    return sealParcel({ ...content, kid: this.kid }, this.#sign)
  }

  /** Signs a batch at its place in the chain. The caller keeps the bytes before anyone else sees them, and never signs that place again. */
  signBatch(events: readonly SaltedEvent[], { seq, prev }: ChainPoint, timeMs: number): SignedBatch {
    const { uri, station } = this.#gateway
    const iat = Math.floor(timeMs / 1000)
    const header = {
      alg: -8,
      kind: 'batch',
      kid: this.kid,
      iss: uri,
      sub: station,
      iat,
      seq,
      prev,
      count: events.length,
    } as const
    const statement = buildStatement(header, batchRoot(events), this.#sign)
    return { payload: encodeBatch(statement, events), leaf: statementLeaf(statement) }
  }
}
