import type { QuantityElement, TransformationEvent } from '../event/types.ts'
import { productOf } from '../subject.ts'
import { sumsOf, toleranceOf } from './amounts.ts'

/** Weighing differs from scale to scale: thousandths. */
const PROCESS_PERMILLE = 20
/** Where nothing is made of it, and it only goes into other lots, nothing is added or dried. */
const SPLIT_PERMILLE = 5

/** What goes into a process and comes out of it; things with numbers of their own by how many. */
export type Run = Pick<
  TransformationEvent,
  'inputEPCList' | 'outputEPCList' | 'inputQuantityList' | 'outputQuantityList'
>

/**
 * What a process gave more than it took, all of it weighed; or lots of the same product that together are more. `runs` are all its records.
 * Undefined where there is nothing of the kind, or it cannot be told.
 * @returns in, out: thousandths of `uom`, of pieces without it
 */
export function gainOf(runs: readonly Run[]): { in: number; out: number; uom?: string } | undefined {
  if (runs.some(({ inputEPCList }) => (inputEPCList ?? []).length > 0)) return undefined
  const inputs = runs.flatMap(({ inputQuantityList }) => inputQuantityList ?? [])
  const outputs = runs.flatMap(({ outputQuantityList }) => outputQuantityList ?? [])
  const products = new Set(inputs.map(({ epcClass }) => productOf(epcClass)))
  const isSplit = outputs.every(({ epcClass }) => products.has(productOf(epcClass)))
  const taken = inOneUnit(inputs)
  const given = inOneUnit(outputs)
  if (taken === undefined || given === undefined || taken.uom !== given.uom) return undefined
  // Pieces of one thing are no count of another; what came out one by one, too, is in no sum.
  const isOneByOne = runs.some(({ outputEPCList }) => (outputEPCList ?? []).length > 0)
  if (taken.uom !== 'KGM' && (!isSplit || isOneByOne)) return undefined
  const permille = toleranceOf(taken.uom, isSplit ? SPLIT_PERMILLE : PROCESS_PERMILLE)
  if (given.milli * 1000 <= taken.milli * (1000 + permille)) return undefined
  return { in: taken.milli, out: given.milli, ...(taken.uom !== '' && { uom: taken.uom }) }
}

/** The sum, if there is any, all of it was counted, and in one unit. */
function inOneUnit(list: readonly QuantityElement[]): { uom: string; milli: number } | undefined {
  const [first, ...others] = sumsOf(list) ?? []
  return first === undefined || others.length > 0 ? undefined : { uom: first[0], milli: first[1] }
}
