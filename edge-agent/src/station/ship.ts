import { route } from './event.ts'
import { goodsAct } from './goods-act.ts'
import type { Family } from './state.ts'

/** Goods leave: nobody holds them until they are received, so there is no bizLocation. */
export const ship: Family = goodsAct({
  action: 'OBSERVE',
  meaning: ['shipping', 'in_transit'],
  where: route,
  fate: 'left',
})
