import { draft, ids, lists, meaning } from './event.ts'
import { gather } from './gather.ts'
import type { DraftEvent, Family, Here } from './state.ts'

/** What an act does with goods that stay what they are. */
interface GoodsAct {
  action: 'OBSERVE' | 'DELETE'
  /** Business step and disposition, unless the station's configuration says others. */
  meaning: readonly [bizStep: string, disposition: string]
  /** Where they are afterwards, and between whom they pass. */
  where(at: Here): Pick<DraftEvent, 'bizLocation' | 'sourceList' | 'destinationList'>
  /** Whether this station holds them afterwards. */
  fate: 'held' | 'left'
}

/** A family whose acts gather goods by scans and then say one thing of all of them. */
export function goodsAct({ action, meaning: [bizStep, disposition], where, fate }: GoodsAct): Family {
  return {
    closesByItself: true,
    take: gather,
    close: (work, at) => {
      const said = { ...lists(work.goods), ...meaning(at, bizStep, disposition), ...where(at) }
      return [draft(work, at, { type: 'ObjectEvent', action, ...said }, { [fate]: ids(work.goods) })]
    },
  }
}
