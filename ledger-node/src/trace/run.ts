import { gainOf, type QuantityElement, type Run, sumsOf } from '@tristamp/protocol'
import type { View } from './containment.ts'
import { NONE } from './hash-slots.ts'
import { type Quantity, quantityOf } from './proof.ts'

/** What all records of a transformation that several tell say together. */
export interface RunView {
  /** How many records. */
  records: number
  /** What went in and came out: absent where it was not all weighed, or not in one unit. */
  in?: Quantity
  out?: Quantity
  /** More came out than went in, by more than scales differ (docs/spec/findings.md, MASS_BALANCE). */
  gain?: true
}

/** A process has hundreds; of one that somebody writes on without end nothing is added up. */
const MAX_RECORDS = 10_000

/** Weighs a transformation's records together: what went into one may have come out of another. */
export function runOf({ graph, upTo }: View, group: number): RunView | undefined {
  const [inputs, outputs]: [QuantityElement[], QuantityElement[]] = [[], []]
  const run: Required<Run> = {
    ...{ inputEPCList: [], outputEPCList: [] },
    ...{ inputQuantityList: inputs, outputQuantityList: outputs },
  }
  let records = 0
  for (let link = graph.lastLink(group); link !== NONE; link = graph.linkBefore(link)) {
    const event = graph.event(link)
    if (!graph.stands(event, upTo)) continue
    if (++records > MAX_RECORDS) return undefined
    for (let at = graph.firstLink(event); at < graph.endLink(event); at++) {
      const role = graph.role(at)
      if (role !== 'input' && role !== 'output') continue
      const epcClass = graph.names.text(graph.node(at))
      const kind = graph.names.kind(graph.node(at))
      const quantity = quantityOf(graph, at)
      // Things with numbers of their own are told without a quantity.
      if (quantity === undefined && (kind === 'item' || kind === 'unit')) {
        ;(role === 'input' ? run.inputEPCList : run.outputEPCList).push(epcClass)
        continue
      }
      const uom = quantity?.uom
      const counted = {
        epcClass,
        ...(quantity && { quantity: quantity.milli / 1000 }),
        ...(uom !== undefined && { uom }),
      }
      ;(role === 'input' ? inputs : outputs).push(counted)
    }
  }
  const [taken, given] = [sumOf(inputs), sumOf(outputs)]
  return {
    records,
    ...(taken !== undefined && { in: taken }),
    ...(given !== undefined && { out: given }),
    ...(gainOf([run]) !== undefined && { gain: true as const }),
  }
}

function sumOf(list: readonly QuantityElement[]): Quantity | undefined {
  const [first, ...others] = sumsOf(list) ?? []
  if (first === undefined || others.length > 0) return undefined
  return { milli: first[1], ...(first[0] !== '' && { uom: first[0] }) }
}
