import { draft, ids, lists, meaning, route } from './event.ts'
import { gather } from './gather.ts'
import type { Family } from './state.ts'

/** Goods leave: nobody holds them until they are received, so there is no bizLocation. */
export const ship: Family = {
  closesByItself: true,
  take: gather,
  close: (work, at) => [
    draft(
      work,
      at,
      {
        type: 'ObjectEvent',
        action: 'OBSERVE',
        ...lists(work.goods),
        ...meaning(at, 'shipping', 'in_transit'),
        ...route(at),
      },
      { left: ids(work.goods) },
    ),
  ],
}
