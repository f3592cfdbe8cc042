import type { AgentCode, Fields } from '../error.ts'

/** What became of a scan or a command: the line of the console as data, for displays. */
export type Notice =
  | {
      /** On the disk; taken back; on the disk before; taken, and waits for more. */
      kind: 'recorded' | 'undone' | 'repeated' | 'gathered'
      action: string
      ids: readonly string[]
      count: number
    }
  | { kind: 'said'; what: Said; action?: string }
  | { kind: 'refused'; code: AgentCode; fields: Fields }

/** What changes no record: another step; what was read is dropped; there was nothing to drop; a transformation's second part begins. */
export type Said = 'now' | 'cancelled' | 'nothing' | 'outputs'
