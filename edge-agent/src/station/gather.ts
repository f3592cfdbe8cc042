import { alreadyIn } from './event.ts'
import type { Goods } from './goods.ts'
import type { Refusal, Work } from './state.ts'

/**
 * Most things in one act. With long identifiers some 200 fill an event's 32 KiB; a pallet of more is recorded as units.
 */
export const MAX_GOODS = 200

/** Adds one more thing to an act that is a plain list of goods. */
export function gather(work: Work, goods: Goods): Work | Refusal {
  if (alreadyIn(work.goods, goods)) return work
  if (work.goods.length >= MAX_GOODS) return { code: 'SCAN_TOO_MANY', fields: { limit: MAX_GOODS } }
  return { ...work, goods: [...work.goods, goods] }
}
