import type { QuantityElement } from '@tristamp/protocol'
import type { Goods } from './goods.ts'
import type { Draft, DraftEvent, Here, Work } from './state.ts'

/**
 * A label's worth of goods twice in one act is one: a double read is common, two labels with one serial are not. Of a lot there may be labels with
 * different weights: each of them is goods of its own.
 */
export function alreadyIn(list: readonly Goods[], goods: Goods): boolean {
  const label = labelOf(goods)
  return list.some((other) => labelOf(other) === label)
}

/** What tells one label from another: of a thing its identifier, of some of a lot its quantity, too. */
export function labelOf({ id, kind, quantityMilli, uom }: Goods): string {
  return kind === 'class' && quantityMilli !== undefined ? `${id} ${quantityMilli} ${uom ?? ''}` : id
}

/** Each once, however many labels name it. */
export function ids(goods: readonly Goods[]): string[] {
  return [...new Set(goods.map(({ id }) => id))]
}

export function instances(goods: readonly Goods[]): string[] {
  return goods.filter(({ kind }) => kind === 'instance').map(({ id }) => id)
}

/** What several labels say of one lot is added up, where they say it in the same unit. */
export function classes(goods: readonly Goods[]): QuantityElement[] {
  const sums = new Map<string, Goods>()
  for (const one of goods) {
    if (one.kind !== 'class') continue
    const key = `${one.id} ${one.quantityMilli === undefined ? '?' : (one.uom ?? '')}`
    const before = sums.get(key)?.quantityMilli ?? 0
    sums.set(key, one.quantityMilli === undefined ? one : { ...one, quantityMilli: before + one.quantityMilli })
  }
  return [...sums.values()].map(({ id, quantityMilli, uom }) => ({
    epcClass: id,
    ...(quantityMilli !== undefined && { quantity: quantityMilli / 1000 }),
    ...(uom !== undefined && { uom }),
  }))
}

/** A list as a member of an event, left out when it is empty: `{ epcList: […] }`. */
export function member<Name extends string, T>(name: Name, list: T[]): { [K in Name]?: T[] } {
  return list.length > 0 ? ({ [name]: list } as { [K in Name]: T[] }) : {}
}

/** Goods as an event about them lists them: pieces by themselves, kinds with their quantities. */
export function lists(goods: readonly Goods[]): { epcList?: string[]; quantityList?: QuantityElement[] } {
  return { ...member('epcList', instances(goods)), ...member('quantityList', classes(goods)) }
}

/** Step and disposition of an act, as usual or as the station's configuration says. */
export function meaning(
  { station, action }: Here,
  bizStep: string,
  disposition: string,
): { bizStep: string; disposition: string } {
  const options = station.actions.get(action)
  return { bizStep: options?.bizStep ?? bizStep, disposition: options?.disposition ?? disposition }
}

/** Where from and where to, where the configuration says so. */
export function route({ station, action }: Here): Pick<DraftEvent, 'sourceList' | 'destinationList'> {
  const { from, to } = station.actions.get(action) ?? {}
  return {
    ...(from !== undefined && { sourceList: [{ type: partyType(from), source: from }] }),
    ...(to !== undefined && { destinationList: [{ type: partyType(to), destination: to }] }),
  }
}

function partyType(uri: string): string {
  return uri.includes('/417/') ? 'owning_party' : 'location'
}

/** The asset or place that holds the goods afterwards. */
export function here({ station }: Here): { bizLocation: { id: string } } {
  return { bizLocation: { id: station.holds } }
}

/** Goods that are still held after the act, and those that are not. */
export function draft(
  work: Work,
  { action }: Here,
  event: DraftEvent,
  goods: { held?: string[]; left?: string[]; about?: string[] },
): Draft {
  const { held = [], left = [] } = goods
  const about = goods.about ?? [...held, ...left]
  return { action, event, stamp: work.stamp, about, held, left, ...(work.typed && { typed: true }) }
}
