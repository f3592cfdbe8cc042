import { draft, here, ids, lists, meaning, route } from './event.ts'
import { gather } from './gather.ts'
import type { Family } from './state.ts'

/** Goods come under the care of this place. */
export const receive: Family = {
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
        ...meaning(at, 'receiving', 'in_progress'),
        ...here(at),
        ...route(at),
      },
      { held: ids(work.goods) },
    ),
  ],
}
