import { productOf } from '@tristamp/protocol'
import { contentsOf, overlap, parentOf, type Stay, staysOf, type View } from './containment.ts'
import { NONE } from './hash-slots.ts'

/** A product with limits, milli-°C. */
export interface BreakLimits {
  product: string
  minMilliC: number
  maxMilliC: number
}

/** Something outside of limits was measured on a way: beside goods of a lot, or what they were in, from the inside out. */
export interface Break {
  lot: string
  way: string[]
}

interface Hot {
  from: number
  to: number
  min: number
  max: number
}

/** Breaks that one answer names; what is behind them is asked for next. */
const MOST = 256
/** Goods of a lot that are named for one way: each may have been inside for another time. */
const EACH = 8
const MAX_NESTING = 8

/**
 * Which lots may have been outside of their products' limits, by what was recorded from an entry on: readings, and goods that were packed or made
 * known after readings about them had come. It looks for who may be concerned; by how much the records themselves say (docs/spec/governance.md, Holds).
 */
export class Breaks {
  readonly #view: View
  readonly #limits: ReadonlyMap<string, BreakLimits>
  /** Within it every product is well. */
  readonly #calm: { min: number; max: number }
  readonly #products = new Map<number, BreakLimits | undefined>()
  readonly #lots = new Map<number, number[]>()
  readonly #contents = new Map<number, Stay[]>()
  readonly #stays = new Map<number, Stay[]>()
  readonly #measured = new Map<number, Hot[]>()
  readonly #named = new Map<string, number>()
  readonly found: Break[] = []

  constructor(view: View, limits: readonly BreakLimits[]) {
    this.#view = view
    this.#limits = new Map(limits.map((one) => [one.product, one]))
    this.#calm = {
      min: Math.max(...limits.map(({ minMilliC }) => minMilliC)),
      max: Math.min(...limits.map(({ maxMilliC }) => maxMilliC)),
    }
  }

  /** @returns the entry from which on nothing was looked at */
  *run(since: number): Generator<undefined, number> {
    const { graph, upTo } = this.#view
    if (this.#limits.size === 0) return Number.MAX_SAFE_INTEGER
    for (let event = graph.eventsIn(since); event < upTo; event++) {
      const entry = graph.entry(event)
      // All of an entry, or nothing of it: it is asked for again by its number.
      const begins = event === 0 || graph.entry(event - 1) !== entry
      if (begins && this.found.length >= MOST) return entry
      this.#look(event)
      if (event % 256 === 0) yield undefined
    }
    return Number.MAX_SAFE_INTEGER
  }

  #look(event: number): void {
    const { graph } = this.#view
    const hot = this.#hotIn(event)
    const parent = parentOf(graph, event)
    for (let link = graph.firstLink(event); link < graph.endLink(event); link++) {
      const [node, role] = [graph.node(link), graph.role(link)]
      // Goods that are told of late: what they met was measured before.
      if (role === 'item' || (role === 'packed' && parent !== NONE)) this.#recheck(node, [], ALWAYS)
      if (role === 'lot' || role === 'item' || role === 'group') continue
      for (const reading of hot) this.#descend(node, [], reading)
    }
  }

  /** Whatever was measured beside goods, and beside all that they were in meanwhile. `below`: from the goods up to what `node` holds of them. */
  #recheck(node: number, below: readonly number[], during: { from: number; to: number }): void {
    const [goods = node, ...inside] = below
    const above = below.length === 0 ? [] : [...inside, node]
    for (const reading of this.#measuredBeside(node))
      if (below.length === 0 || (reading.from <= during.to && reading.to >= during.from))
        this.#descend(goods, above, reading)
    if (below.length >= MAX_NESTING || below.includes(node)) return
    for (const stay of this.#staysOf(node)) {
      const time = overlap(during.from, during.to, stay)
      if (time !== undefined && this.#isUnit(stay.parent)) this.#recheck(stay.parent, [...below, node], time)
    }
  }

  /** Of a node and everything in it at the time of a reading: the lots that the reading breaks. `above`: what it is in, from the inside out. */
  #descend(node: number, above: readonly number[], reading: Hot): void {
    if (!this.#isUnit(node)) {
      for (const lot of this.#lotsOf(node)) {
        const limits = this.#limitsOf(lot)
        if (limits !== undefined && (reading.min < limits.minMilliC || reading.max > limits.maxMilliC))
          this.#name(lot, [node, ...above])
      }
      return
    }
    if (above.length >= MAX_NESTING || above.includes(node)) return
    for (const stay of this.#contentsOf(node)) {
      if (!stay.fixed && overlap(reading.from, reading.to, stay) !== undefined && stay.child !== node)
        this.#descend(stay.child, [node, ...above], reading)
    }
  }

  #name(lot: number, way: readonly number[]): void {
    const { names } = this.#view.graph
    const key = [lot, ...way.slice(1)].join()
    const count = this.#named.get(key) ?? 0
    const own = [lot, ...way].join(' ')
    if (count >= EACH || this.#named.has(own)) return
    this.#named.set(key, count + 1)
    this.#named.set(own, 1)
    this.found.push({ lot: names.text(lot), way: way.map((one) => names.text(one)) })
  }

  /** What an event measured that is not well for every product. */
  #hotIn(event: number): Hot[] {
    return this.#view.graph.readings(event).filter(({ min, max }) => min < this.#calm.min || max > this.#calm.max)
  }

  #measuredBeside(node: number): Hot[] {
    const known = this.#measured.get(node)
    if (known !== undefined) return known
    const { graph, upTo } = this.#view
    const found: Hot[] = []
    for (let link = graph.lastLink(node); link !== NONE; link = graph.linkBefore(link))
      if (graph.event(link) < upTo) found.push(...this.#hotIn(graph.event(link)))
    this.#measured.set(node, found)
    return found
  }

  #isUnit(node: number): boolean {
    return this.#view.graph.names.kind(node) === 'unit'
  }

  /** Of an item its lots, of a lot itself. */
  #lotsOf(node: number): number[] {
    const known = this.#lots.get(node)
    if (known !== undefined) return known
    const { graph, upTo } = this.#view
    const lots = new Set<number>()
    if (graph.names.kind(node) === 'lot') lots.add(node)
    else
      for (let link = graph.lastLink(node); link !== NONE; link = graph.linkBefore(link))
        // The lot stands behind its item.
        if (graph.role(link) === 'item' && graph.event(link) < upTo) lots.add(graph.node(link + 1))
    this.#lots.set(node, [...lots])
    return [...lots]
  }

  #limitsOf(lot: number): BreakLimits | undefined {
    if (!this.#products.has(lot)) {
      const product = productOf(this.#view.graph.names.text(lot))
      this.#products.set(lot, product === undefined ? undefined : this.#limits.get(product))
    }
    return this.#products.get(lot)
  }

  #contentsOf(node: number): Stay[] {
    return kept(this.#contents, node, () => contentsOf(this.#view, node))
  }

  #staysOf(node: number): Stay[] {
    return kept(this.#stays, node, () => staysOf(this.#view, node))
  }
}

const ALWAYS = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }

function kept<T>(known: Map<number, T>, node: number, make: () => T): T {
  const before = known.get(node)
  if (before !== undefined) return before
  const made = make()
  known.set(node, made)
  return made
}
