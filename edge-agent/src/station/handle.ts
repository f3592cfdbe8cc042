import { here } from './event.ts'
import { goodsAct } from './goods-act.ts'
import type { Family } from './state.ts'

/** Something is done to goods that stay what they are and where they are: feeding, inspection, storing, being on the way. */
export const handle: Family = goodsAct({
  action: 'OBSERVE',
  meaning: ['other', 'in_progress'],
  where: here,
  fate: 'held',
})
