import { draft, here, ids, lists, meaning } from './event.ts'
import { gather } from './gather.ts'
import type { Family } from './state.ts'

/** Something is done to goods that stay what they are and where they are: feeding, inspection, storing, being on the way. */
export const handle: Family = {
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
        ...meaning(at, 'other', 'in_progress'),
        ...here(at),
      },
      { held: ids(work.goods) },
    ),
  ],
}
