import {
  batchRoot,
  buildStatement,
  encodeBatch,
  keyThumbprint,
  type Parcel,
  type SaltedEvent,
  type Sign,
  sealParcel,
  statementLeaf,
} from '@tristamp/protocol'
import type { GatewayConfig } from './config-types.ts'
import { type KeyStore, memoryKey } from './key-store.ts'

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

/** The gateway's one key, wherever it is kept. */
export class Signer {
  readonly publicKey: Uint8Array
  /** RFC 9679 thumbprint. */
  readonly kid: Uint8Array
  readonly #gateway: Pick<GatewayConfig, 'uri' | 'station'>
  readonly #key: KeyStore

  /** @param key a key store, or the seed of a key in memory */
  constructor(key: Uint8Array | KeyStore, gateway: Pick<GatewayConfig, 'uri' | 'station'>) {
    this.#key = key instanceof Uint8Array ? memoryKey(key) : key
    this.publicKey = this.#key.publicKey
    this.kid = keyThumbprint(this.publicKey)
    this.#gateway = gateway
  }

  /** Packs batches for a courier. @throws ProtocolError PARCEL_SIZE; AgentError KEY_STORE */
  sealParcel(content: Omit<Parcel, 'kid'>): Promise<Uint8Array> {
    return this.#signed((sign) => sealParcel({ ...content, kid: this.kid }, sign))
  }

  /**
   * Signs a batch at its place in the chain. The caller keeps the bytes before anyone else sees them, and never shows another of that place.
   * @throws AgentError KEY_STORE: nothing was signed, and it may be tried again
   */
  async signBatch(events: readonly SaltedEvent[], { seq, prev }: ChainPoint, timeMs: number): Promise<SignedBatch> {
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
    const root = batchRoot(events)
    const statement = await this.#signed((sign) => buildStatement(header, root, sign))
    return { payload: encodeBatch(statement, events), leaf: statementLeaf(statement) }
  }

  /** What is made with one signature: of a key that is elsewhere it is first found out what is to be signed, then put together with the signature. */
  async #signed<T>(make: (sign: Sign) => T): Promise<T> {
    if (this.#key.signNow) return make(this.#key.signNow)
    let message: Uint8Array | undefined
    make((asked) => {
      message = asked
      return new Uint8Array(64)
    })
    const signature = await this.#key.sign(message!)
    return make(() => signature)
  }
}
