import type { CosigningEvent, Standing } from './witness/cosigning.ts'

/** What the node's parts tell as it happens, beside counting it for `/metrics`. */
export type News =
  | { kind: 'recorded'; kid: Uint8Array; events: number; repeated: boolean; ms: number }
  /** Of a ledger that is followed. */
  | { kind: 'reproduced'; events: number }
  | { kind: 'refused'; code: string; kid?: Uint8Array; detail: string }
  | { kind: 'turned-away'; code: string }
  | { kind: 'trouble'; code: string; detail: string }
  | { kind: 'sealed' }
  | { kind: 'cosigning'; standing: Standing; event: CosigningEvent }
  /** A gateway's status came; the errors that it counted since the last one. */
  | { kind: 'status'; gateway: string; errors: { code: string; count: number }[] }

export type Hearer = (news: News) => void
