import type { ProtocolCode } from '@tristamp/protocol'
import type { LedgerError } from './error.ts'

/** The gateway that a transport vouches for: only statements of its own key are taken from it. */
export interface Sender {
  org: string
  gateway: string
}

/** What became of a batch. `recorded`: it is on disk, now or since earlier. */
export type Receipt =
  | { kind: 'recorded'; kid: Uint8Array; seq: number; entry: number; treeSize: number; repeated: boolean }
  | {
      kind: 'refused'
      code: ProtocolCode
      message: string
      kid?: Uint8Array
      expected?: { seq: number; prev: Uint8Array }
    }

export type Refusal = Receipt & { kind: 'refused' }

/** A batch that somebody has brought, and who is to be told what became of it. */
export interface Submission {
  payload: Uint8Array
  sender: Sender | undefined
  arrivedMs: number
  resolve: (receipt: Receipt) => void
  reject: (error: LedgerError) => void
}

export function refused(code: ProtocolCode, message: string): Refusal {
  return { kind: 'refused', code, message }
}
