import { draft, here, ids, lists, meaning } from './event.ts'
import { gather } from './gather.ts'
import type { Family } from './state.ts'

/** The end of the chain: sold or served, and gone. */
export const sell: Family = {
  closesByItself: true,
  take: gather,
  close: (work, at) => [
    draft(
      work,
      at,
      {
        type: 'ObjectEvent',
        action: 'DELETE',
        ...lists(work.goods),
        ...meaning(at, 'retail_selling', 'retail_sold'),
        ...here(at),
      },
      { left: ids(work.goods) },
    ),
  ],
}
