import { isDoubtful, type ProvenEvent } from '@tristamp/protocol'

/** Why a record's time is not simply what its stamp says, and between what it lies. */
export type TimeDoubt =
  /** Stamped before the clock was set; an anchor placed it afterwards, within this. */
  | { kind: 'placed'; withinMs: number }
  /** The clock was set by nothing: the ledger alone says when. */
  | { kind: 'between'; fromMs: number; toMs: number }
  | { kind: 'before'; toMs: number }
  /** A battery clock, or one that admits to be far off. */
  | { kind: 'loose'; withinMs: number }
  /** What the gateway says contradicts itself or the ledger, which had it by then. */
  | { kind: 'contradicted'; toMs?: number }

/** Undefined where the clock was good and nothing speaks against it. */
export function timeDoubtOf({ event, time }: ProvenEvent): TimeDoubt | undefined {
  const { earliestMs, latestMs, from, contradicted } = time
  if (contradicted)
    return { kind: 'contradicted', ...(from === 'ledger' && latestMs !== undefined && { toMs: latestMs }) }
  if (!isDoubtful(event['tristamp:clock'])) return undefined
  if (earliestMs === undefined) return latestMs === undefined ? undefined : { kind: 'before', toMs: latestMs }
  if (latestMs === undefined) return undefined
  if (from === 'ledger') return { kind: 'between', fromMs: earliestMs, toMs: latestMs }
  return { kind: from === 'anchor' ? 'placed' : 'loose', withinMs: Math.ceil((latestMs - earliestMs) / 2) }
}
