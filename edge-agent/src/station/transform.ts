import { masterData } from './commission.ts'
import { classes, draft, here, ids, instances, meaning, member } from './event.ts'
import { gather, MAX_GOODS } from './gather.ts'
import type { Goods } from './goods.ts'
import { type Family, isRefusal } from './state.ts'

/** Slaughter, cutting, cooking: inputs are used up, outputs begin. `next` stands between the two. */
export const transform: Family = {
  closesByItself: false,
  take(work, goods) {
    if (!work.outputs) return gather(work, goods)
    if (ids(work.goods).includes(goods.id)) {
      return { code: 'SCAN_ORDER', fields: { text: goods.id, why: 'it is an input of this transformation' } }
    }
    const made = gather({ ...work, goods: work.outputs }, goods)
    return isRefusal(made) ? made : { ...work, outputs: made.goods }
  },
  close(work, at) {
    const outputs = work.outputs ?? []
    if (work.goods.length === 0 || outputs.length === 0) {
      return { code: 'SCAN_ORDER', fields: { text: 'end', why: 'inputs, "next" and outputs are needed' } }
    }
    if (work.goods.length + outputs.length > MAX_GOODS) return { code: 'SCAN_TOO_MANY', fields: { limit: MAX_GOODS } }
    const [first] = outputs as [Goods]
    const other = outputs.find(({ lot, expiry }) => lot !== first.lot || expiry !== first.expiry)
    if (other) return { code: 'SCAN_MIXED', fields: { why: `${first.id} and ${other.id}` } }
    const step = outputs.some(({ kind }) => kind === 'instance') ? 'commissioning' : 'creating_class_instance'
    return [
      draft(
        work,
        at,
        {
          type: 'TransformationEvent',
          ...member('inputEPCList', instances(work.goods)),
          ...member('inputQuantityList', classes(work.goods)),
          ...member('outputEPCList', instances(outputs)),
          ...member('outputQuantityList', classes(outputs)),
          ...masterData(first),
          ...meaning(at, step, 'active'),
          ...here(at),
        },
        { held: ids(outputs), left: ids(work.goods), about: ids(work.goods) },
      ),
    ]
  },
}
