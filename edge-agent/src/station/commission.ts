import { draft, here, ids, lists, meaning } from './event.ts'
import { gather } from './gather.ts'
import type { Goods } from './goods.ts'
import type { Draft, Family, Here, Work } from './state.ts'

/** Birth, harvest, labelling: goods begin here. Things with different lots or dates are different events, for ilmd is the event's. */
export const commission: Family = {
  closesByItself: true,
  take: gather,
  close: (work, at) => groups(work.goods).map((goods) => commissioned(work, goods, at)),
}

function commissioned(work: Work, goods: Goods[], at: Here): Draft {
  const step = goods[0]!.kind === 'instance' ? 'commissioning' : 'creating_class_instance'
  return draft(
    work,
    at,
    {
      type: 'ObjectEvent',
      action: 'ADD',
      ...lists(goods),
      ...masterData(goods[0]!),
      ...meaning(at, step, 'active'),
      ...here(at),
    },
    { held: ids(goods) },
  )
}

function groups(goods: readonly Goods[]): Goods[][] {
  const byKind = new Map<string, Goods[]>()
  for (const one of goods) {
    const key = JSON.stringify([one.kind, one.lot, one.expiry])
    const group = byKind.get(key)
    if (group) group.push(one)
    else byKind.set(key, [one])
  }
  return [...byKind.values()]
}

/** What is fixed at the birth of goods: lot and expiry date (CBV ilmd). */
export function masterData({ lot, expiry }: Goods): { ilmd?: Record<string, string> } {
  if (lot === undefined && expiry === undefined) return {}
  return {
    ilmd: {
      ...(lot !== undefined && { 'cbvmda:lotNumber': lot }),
      ...(expiry !== undefined && { 'cbvmda:itemExpirationDate': expiry }),
    },
  }
}
