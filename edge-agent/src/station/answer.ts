import { RECALL_ANSWERS, type RecallAnswer, type RecallResponse } from '@tristamp/protocol'
import type { Goods } from './goods.ts'

// What this gateway has answered to a recall. A report says how much it is in all, so that what was said is kept, and what is scanned is added to it.

/** Some of the goods, as they were scanned. */
interface Counted {
  id: string
  milli: number
  uom: string
}

/** What was said of one state: scanned goods, and by unit of measure what a person stated in all before they were. */
interface Said {
  goods: Counted[]
  stated: Record<string, number>
}

/** By state; plain data, kept on disk for each recall. */
export type Given = { [State in RecallAnswer]?: Said }

/** Goods of one answer that are still being scanned. */
export interface OpenAnswer {
  state: RecallAnswer
  /** Known at once where only one stands, else from the first scan. */
  recall?: string
  goods: Goods[]
}

/** Goods kept by name; of more only how much it is. */
const MOST_NAMED = 2000
/** Goods that a report names. */
const MOST_TOLD = 200

/** Whether an answer is about goods in hand, which are scanned one by one. */
export function isOfGoods(state: RecallAnswer): boolean {
  return state !== 'acknowledged' && state !== 'none'
}

/** How much a label says it is; undefined where it does not tell. */
export function amountOf({ kind, container, quantityMilli, uom }: Goods): { milli: number; uom: string } | undefined {
  if (container) return undefined
  if (kind === 'instance') return { milli: 1000, uom: '' }
  return quantityMilli === undefined ? undefined : { milli: quantityMilli, uom: uom ?? '' }
}

/** After goods were scanned: they are of this state now, and no longer of another. The reports that say so, with sums of all until now. */
export function withGoods(
  recall: string,
  given: Given,
  state: RecallAnswer,
  goods: readonly Goods[],
): { given: Given; reports: RecallResponse[] } {
  const counted = goods.flatMap((one): Counted[] => {
    const amount = amountOf(one)
    return amount === undefined ? [] : [{ id: one.id, ...amount }]
  })
  const next: Given = {}
  const reports: RecallResponse[] = []
  for (const name of RECALL_ANSWERS) {
    const before = given[name] ?? EMPTY
    // Another scan of the same label of a lot is more of it, of an item the same one.
    const moved = new Set(counted.filter(({ id }) => isItem(goods, id)).map(({ id }) => id))
    const kept = before.goods.filter(({ id }) => !moved.has(id))
    const after = { ...before, goods: name === state ? [...kept, ...counted] : kept }
    if (kept.length !== before.goods.length || name === state)
      reports.push(...reportsOf(recall, name, after, unitsOf(before)))
    if (after.goods.length > 0 || Object.keys(after.stated).length > 0) next[name] = bounded(after)
  }
  return { given: next, reports }
}

/** After a person said how much it is in all. */
export function withAmount(
  recall: string,
  given: Given,
  state: RecallAnswer,
  { milli, uom = '' }: { milli: number; uom?: string },
): { given: Given; reports: RecallResponse[] } {
  const { goods, stated } = given[state] ?? EMPTY
  const said: Said = { goods: goods.filter((one) => one.uom !== uom), stated: { ...stated, [uom]: milli } }
  return {
    given: { ...given, [state]: said },
    reports: reportsOf(recall, state, said, new Set()).filter(({ quantity }) => (quantity?.uom ?? '') === uom),
  }
}

/** How much of it in each unit of measure. */
function totalsOf(given: Given, state: RecallAnswer): Map<string, number> {
  const { goods, stated } = given[state] ?? EMPTY
  const sums = new Map(Object.entries(stated))
  for (const { milli, uom } of goods) sums.set(uom, (sums.get(uom) ?? 0) + milli)
  return sums
}

const EMPTY: Said = { goods: [], stated: {} }

function reportsOf(recall: string, state: RecallAnswer, said: Said, before: ReadonlySet<string>): RecallResponse[] {
  const sums = totalsOf({ [state]: said }, state)
  const units = [...new Set([...before, ...sums.keys()])].sort()
  return units.map((uom) => {
    const goods = [...new Set(said.goods.filter((one) => one.uom === uom).map(({ id }) => id))]
    const isNamed = goods.length > 0 && goods.length <= MOST_TOLD && (said.stated[uom] ?? 0) === 0
    return {
      kind: 'recall-response',
      recall,
      state,
      quantity: { milli: sums.get(uom) ?? 0, ...(uom !== '' && { uom }) },
      ...(isNamed && { goods }),
    }
  })
}

function unitsOf(said: Said): Set<string> {
  return new Set(said.goods.map(({ uom }) => uom))
}

function isItem(goods: readonly Goods[], id: string): boolean {
  return goods.some((one) => one.id === id && one.kind === 'instance')
}

function bounded({ goods, stated }: Said): Said {
  if (goods.length <= MOST_NAMED) return { goods, stated }
  const kept = goods.slice(-MOST_NAMED)
  const sums = { ...stated }
  for (const { milli, uom } of goods.slice(0, -MOST_NAMED)) sums[uom] = (sums[uom] ?? 0) + milli
  return { goods: kept, stated: sums }
}
