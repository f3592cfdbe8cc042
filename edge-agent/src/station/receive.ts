import { here, route } from './event.ts'
import { goodsAct } from './goods-act.ts'
import type { Family } from './state.ts'

/** Goods come under the care of this place. */
export const receive: Family = goodsAct({
  action: 'OBSERVE',
  meaning: ['receiving', 'in_progress'],
  where: (at) => ({ ...here(at), ...route(at) }),
  fate: 'held',
})
