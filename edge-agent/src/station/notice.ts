import type { AgentCode, Fields } from '../error.ts'
import type { Intent } from './state.ts'

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

/** An intent for displays; what nobody did is none. */
export function noticeOf(intent: Exclude<Intent, { kind: 'refused' }>): Notice | undefined {
  switch (intent.kind) {
    case 'record': {
      const { action, about } = intent.draft
      return action === 'observe' ? undefined : { kind: 'recorded', action, ids: about, count: about.length }
    }
    case 'gathered':
      return { kind: 'gathered', action: intent.action, ids: [intent.goods.id], count: intent.count }
    case 'repeated':
      return { kind: 'repeated', action: intent.action, ids: intent.ids, count: intent.ids.length }
    case 'said':
      return { kind: 'said', what: intent.what, ...(intent.action !== undefined && { action: intent.action }) }
    case 'undo':
      return undefined
  }
}
