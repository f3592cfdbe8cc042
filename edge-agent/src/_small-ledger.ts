import {
  admit,
  applyChanges,
  decodeBatch,
  emptyState,
  type Genesis,
  type KeyState,
  parseBatchEvent,
  parseStatement,
  type Report,
  toHex,
  verifyOnNode,
  ZERO_HASH,
} from '@tristamp/protocol'
import { nodeCrypto } from './key-file.ts'
import type { Signer } from './signer.ts'

/** What the ledger answers a batch: all below `next` is recorded, `prev` is the last leaf. */
export interface Answer {
  ok: boolean
  next: number
  prev: Uint8Array
  code: string
}

/** The real admission rule and nothing around it: what a gateway's chain comes to, and who ever signed one number twice. */
export class SmallLedger {
  readonly #state = emptyState()
  readonly #verify = verifyOnNode(nodeCrypto)
  readonly #kid: string
  /** Everything that was ever shown to anybody: number to the statement's bytes. */
  readonly #seen = new Map<number, string>()
  readonly twice: number[] = []
  readonly eventIDs: string[] = []
  readonly reports: Report[] = []

  constructor({ kid, publicKey }: Signer, { uri, station }: { uri: string; station: string }) {
    this.#kid = toHex(kid)
    this.#state.genesis = { op: 'genesis', origin: 'test.example' } as unknown as Genesis
    const value: KeyState = {
      ...{ kid, publicKey, kind: 'gateway', uri, station, roles: ['observe'], status: 'active' },
      ...{ nextSeq: 0, prev: ZERO_HASH },
    }
    applyChanges(this.#state, [{ set: 'key', value }])
  }

  get key(): KeyState {
    return this.#state.keys.get(this.#kid)!
  }

  take(payload: Uint8Array): Answer {
    const { statement, events } = decodeBatch(payload)
    const { seq } = parseStatement(statement).header
    const bytes = toHex(statement)
    if ((this.#seen.get(seq) ?? bytes) !== bytes) this.twice.push(seq)
    this.#seen.set(seq, bytes)
    const answer = admit(this.#state, statement, events, this.#verify)
    if (answer.ok) {
      applyChanges(this.#state, answer.changes)
      for (const { event } of events) {
        const value = parseBatchEvent(event)
        if (value.type === 'TristampReport') this.reports.push(value.report)
        else this.eventIDs.push(value.eventID)
      }
    }
    const { nextSeq, prev } = this.key
    return { ok: answer.ok, next: nextSeq, prev, code: answer.ok ? '' : answer.code }
  }
}
