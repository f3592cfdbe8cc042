import type { Operation } from '@tristamp/protocol'
import { governanceBatch } from './governance.ts'
import type { Receipt } from './intake.ts'
import type { SigningKey } from './keys.ts'
import type { Ledger } from './ledger.ts'

export interface OwnWordParts {
  ledger: Ledger
  /** The ledger's own key: the one that acks are signed by. */
  key: SigningKey
  submit: (batch: Uint8Array) => Promise<Receipt>
  now: () => number
}

/** What the ledger itself says in governance. Its key has a chain as well: each word waits for the one before. */
export class OwnWord {
  readonly #parts: OwnWordParts
  #queue: Promise<unknown> = Promise.resolve()

  constructor(parts: OwnWordParts) {
    this.#parts = parts
  }

  /** Signs an operation and records it. Rejects with LedgerError as `Intake.submit` does. */
  say(operation: Operation): Promise<Receipt> {
    const said = this.#queue.then(() => this.#parts.submit(this.#batch(operation)))
    this.#queue = said.catch(() => undefined)
    return said
  }

  #batch(operation: Operation): Uint8Array {
    const { ledger, key, now } = this.#parts
    const { nextSeq: seq, prev } = [...ledger.state.keys.values()].find(({ kind }) => kind === 'ledger')!
    return governanceBatch([operation], key, ledger.state.genesis!.origin, { seq, prev }, now())
  }
}
