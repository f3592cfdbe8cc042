import { isDrill, reasonOf } from '../order-text.ts'
import type { Told } from '../recalls.ts'
import type { LockedBeside, PageState } from './state.ts'

// What recalls and holds lock at this gateway, for the page: bounded, as a list of hundreds is read by nobody; counted whole.

/** Goods that are named, by what is read on them; the rest of a long list is in the log. */
export const LOCKS_EACH = 16

/** A drill locks nothing. */
export function locksOf({ recall, heardMs }: Told): PageState['locks'] {
  if (isDrill(recall)) return []
  const [reason, atMs] = [reasonOf(recall), Math.round(heardMs)]
  return recall.subjects.slice(0, LOCKS_EACH).map((id) => ({ id, order: recall.op, reason, atMs }))
}

/** What an order locks beside what is listed of it: cases and numbers that the ledger knows to be of its goods, and further goods that it names. */
export function lockedBeside({ recall, also = [], more }: Told): LockedBeside[] {
  if (isDrill(recall)) return []
  const count = also.length + Math.max(0, recall.subjects.length - LOCKS_EACH)
  if (count === 0) return []
  return [{ id: recall.id, order: recall.op, ids: also.slice(0, LOCKS_EACH), count, isCut: more === true }]
}
