import type { SaltedEvent } from '@tristamp/protocol'
import { type LedgerCode, LedgerError } from '../error.ts'

/** What a follower can find its leader to have wrong, in the order in which it looks. */
export type DifferenceCode = LedgerCode & `FOLLOW_${string}`

/** What shows a difference to others. */
export interface Exhibit {
  /** The leader's note that is not as it must be, or that covers what is not. */
  checkpoint?: string
  /** The entry in question, with its bytes and events as the leader served them. */
  entry?: number
  bytes?: Uint8Array
  events?: readonly SaltedEvent[]
  /** Two notes of the leader that exclude each other: docs/spec/proof-files.md. */
  fork?: string
}

/** The leader's ledger is not what the rules make of it, or not what its own signature says. */
export class Difference extends LedgerError {
  override readonly code: DifferenceCode
  readonly exhibit: Exhibit
  /**
   * Whether the leader's own signature stands behind it. What is not signed may have been spoilt on the way: it is asked for again
   * before anyone is accused.
   */
  readonly signed: boolean

  constructor(code: DifferenceCode, message: string, signed: boolean, exhibit: Exhibit) {
    super(code, message)
    this.code = code
    this.signed = signed
    this.exhibit = exhibit
  }
}
