import { classes, draft, here, ids, instances, meaning, member } from './event.ts'
import { gather } from './gather.ts'
import type { Goods } from './goods.ts'
import type { Family, Refusal, Work } from './state.ts'

/** Into a logistic unit: first the unit's own label, then what goes in. Tags are read in any order, so the first unit among them is the one. */
export const pack: Family = {
  closesByItself: false,
  take(work, goods) {
    if (!work.parent && goods.container) return { ...work, parent: goods }
    if (!work.parent) return goods.tag ? gather(work, goods) : notAUnit(goods)
    return goods.id === work.parent.id ? work : gather(work, goods)
  },
  close(work, at) {
    const { parent } = work
    if (!parent || work.goods.length === 0) {
      const why = parent || work.goods.length === 0 ? 'nothing has been packed' : 'the unit itself was not read'
      return { code: 'SCAN_ORDER', fields: { text: 'end', why } }
    }
    return [
      draft(
        work,
        at,
        {
          type: 'AggregationEvent',
          action: 'ADD',
          parentID: parent.id,
          ...children(work),
          ...meaning(at, 'packing', 'in_progress'),
          ...here(at),
        },
        // From now on the unit is what the asset holds; its readings so far are those of what went in.
        { held: [parent.id], left: ids(work.goods), about: ids(work.goods) },
      ),
    ]
  },
}

/** Everything out of one or several units. */
export const unpack: Family = {
  closesByItself: true,
  take: (work, goods) => (goods.container ? gather(work, goods) : notAUnit(goods)),
  close: (work, at) =>
    work.goods.map((unit) =>
      draft(
        work,
        at,
        {
          type: 'AggregationEvent',
          action: 'DELETE',
          parentID: unit.id,
          ...meaning(at, 'unpacking', 'sellable_accessible'),
          ...here(at),
        },
        { left: [unit.id] },
      ),
    ),
}

/** Into the asset that this station is about: a truck. */
export const load: Family = {
  closesByItself: false,
  take: gather,
  close: (work, at) => [
    draft(
      work,
      at,
      {
        type: 'AggregationEvent',
        action: 'ADD',
        parentID: at.station.holds,
        ...children(work),
        ...meaning(at, 'loading', 'in_transit'),
        ...here(at),
      },
      { held: ids(work.goods) },
    ),
  ],
}

/** Out of it: who holds the goods now is for the receiver to say. */
export const unload: Family = {
  closesByItself: false,
  take: gather,
  close: (work, at) => [
    draft(
      work,
      at,
      {
        type: 'AggregationEvent',
        action: 'DELETE',
        parentID: at.station.holds,
        ...children(work),
        ...meaning(at, 'unloading', 'in_transit'),
      },
      { left: ids(work.goods) },
    ),
  ],
}

function children(work: Work): { childEPCs?: string[]; childQuantityList?: ReturnType<typeof classes> } {
  return { ...member('childEPCs', instances(work.goods)), ...member('childQuantityList', classes(work.goods)) }
}

function notAUnit(goods: Goods): Refusal {
  return { code: 'SCAN_NOT_A_UNIT', fields: { text: goods.id } }
}
