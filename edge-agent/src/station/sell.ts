import { here } from './event.ts'
import { goodsAct } from './goods-act.ts'
import type { Family } from './state.ts'

/** The end of the chain: sold or served, and gone. */
export const sell: Family = goodsAct({
  action: 'DELETE',
  meaning: ['retail_selling', 'retail_sold'],
  where: here,
  fate: 'left',
})
