import type { SubjectKind } from '@tristamp/protocol'
import type { Affected } from './affected.ts'
import { contentsOf, parentOf, type View } from './containment.ts'
import { NONE } from './hash-slots.ts'
import { Piles, type Standing, UNOPENED } from './piles.ts'
import { MAX_NESTING, Positions } from './position.ts'
import type { Cut } from './walk.ts'

/** When a recall was recorded, and where the trace ended that it rests on. */
export interface RecallScope {
  since: number
  frozen?: number | undefined
}

const LEAVING = new Set(['shipping', 'departing'])
const ARRIVING = new Set(['receiving', 'accepting', 'arriving'])
/** What makes a thing, or tells of which lot it is. */
const MAKING: ReadonlySet<string> = new Set(['made', 'output', 'item'])
/** Items that are looked at. */
const MAX_ITEMS = 250_000

/** Where a subject is by the last event of it or of what it is in; of a lot, where its quantities and its items are. */
export class WhereNow {
  readonly #view: View
  readonly #positions: Positions
  /** Entries from here on make nothing that is meant. */
  #frozen = Number.POSITIVE_INFINITY
  /** Items that are counted, and units that were opened. */
  readonly #seen = new Set<number>()
  readonly #piles: Piles
  readonly #affected: Affected | undefined
  readonly cuts: Set<Cut> = new Set()
  /** Products of which there are lots or items. */
  readonly products: Set<string> = new Set()

  /** @param bySteps what ended by one step is told apart from what ended by another; `affected`: is told of each thing, and of what some of a lot is in */
  constructor(view: View, parties: ReadonlyMap<string, string>, bySteps: boolean = false, affected?: Affected) {
    this.#affected = affected
    this.#view = view
    this.#positions = new Positions(view, this.cuts)
    this.#piles = new Piles(view, parties, bySteps)
  }

  /**
   * Where all that a recall is about is, each thing once: lots with their items, items, and of units what was in them when entry `since` was recorded
   * or came in later. What was made, or told to be of a lot, at entry `frozen` or later is left out, but for what is named itself.
   */
  *runAll(
    subjects: readonly number[],
    products: readonly string[],
    { since, frozen }: RecallScope,
  ): Generator<undefined> {
    const { names } = this.#view.graph
    this.#frozen = frozen ?? Number.POSITIVE_INFINITY
    const all = new Set(subjects)
    yield* this.#ofProducts(products, all)
    const lots = new Set([...all].filter((one) => names.kind(one) === 'lot' || names.kind(one) === 'product'))
    for (const lot of lots) {
      this.#stock(lot)
      yield* this.#items(lot)
    }
    for (const one of all) {
      if (lots.has(one)) continue
      if (names.kind(one) === 'item') this.#item(one)
      else yield* this.#contents(one, since, lots, 0)
    }
  }

  *run(subject: number): Generator<undefined> {
    const kind: SubjectKind | 'transformation' = this.#view.graph.names.kind(subject)
    if (kind !== 'lot' && kind !== 'product') {
      this.#thing(subject)
      return
    }
    this.#stock(subject)
    yield* this.#items(subject)
  }

  /** @param proofs the last so many of each */
  standings(proofs?: number): Standing[] {
    return this.#piles.standings(proofs)
  }

  *#items(lot: number): Generator<undefined> {
    const { graph, upTo } = this.#view
    for (let link = graph.lastLink(lot); link !== NONE; link = graph.linkBefore(link)) {
      if (graph.role(link) !== 'lot' || !graph.stands(graph.event(link), upTo)) continue
      if (graph.entry(graph.event(link)) >= this.#frozen) continue
      if (!this.#item(graph.node(link - 1))) return
      if (this.#seen.size % 1024 === 0) yield undefined
    }
  }

  /** Counts an item, if it is not counted. @returns false when no more are looked at */
  #item(item: number): boolean {
    if (this.#seen.has(item)) return true
    if (this.#seen.size === MAX_ITEMS) {
      this.cuts.add('TRACE_NODES')
      return false
    }
    this.#seen.add(item)
    this.#thing(item)
    return true
  }

  /** Adds the lots and items of products: their names begin alike, and nothing else leads to them. */
  *#ofProducts(products: readonly string[], found: Set<number>): Generator<undefined> {
    const { names } = this.#view.graph
    for (let id = 0; products.length > 0 && id < names.count; id++) {
      if (id % 4096 === 0) yield undefined
      if (names.kind(id) !== 'lot' && names.kind(id) !== 'item') continue
      const name = names.text(id)
      const product = products.find((one) => name.startsWith(`${one}/`))
      if (product === undefined) continue
      this.products.add(product)
      if (names.kind(id) === 'lot' || this.#isMeant(id)) found.add(id)
    }
  }

  /** Whether the first event that makes an item, or tells its lot, is old enough. */
  #isMeant(item: number): boolean {
    if (this.#frozen === Number.POSITIVE_INFINITY) return true
    const { graph } = this.#view
    let isTold = false
    for (let link = graph.lastLink(item); link !== NONE; link = graph.linkBefore(link)) {
      if (!MAKING.has(graph.role(link))) continue
      if (graph.entry(graph.event(link)) < this.#frozen) return true
      isTold = true
    }
    return !isTold
  }

  *#contents(unit: number, since: number, lots: ReadonlySet<number>, nesting: number): Generator<undefined> {
    const { graph } = this.#view
    if (this.#seen.has(unit) || nesting === MAX_NESTING) return
    this.#seen.add(unit)
    const stays = contentsOf(this.#view, unit).filter(
      ({ end, fixed }) => !fixed && (end === -1 || graph.entry(graph.event(end)) >= since),
    )
    yield undefined
    for (const { child, begin, end } of stays) {
      const kind = graph.names.kind(child)
      if (kind === 'item') this.#item(child)
      else if (kind !== 'lot') yield* this.#contents(child, since, lots, nesting + 1)
      // Of a lot that is recalled itself all of it is counted already.
      else if (!lots.has(child) && begin !== -1) this.#part(unit, begin, end)
    }
    if (stays.length === 0) this.#unopened(unit)
    else this.#tell(unit)
  }

  /** Some of a lot that is in a unit, or was: where the unit is, or where it was taken out. */
  #part(unit: number, begin: number, end: number): void {
    const { graph } = this.#view
    const [uom, milli] = [graph.uom(begin), graph.milli(begin)]
    const event = end === -1 ? undefined : graph.event(end)
    const there =
      event === undefined
        ? this.#positions.of(unit)
        : { state: 'there' as const, event, place: graph.place(event), in: [] }
    if (there === undefined) return
    const pile = this.#piles.at(there.state, there.place, uom, there.event)
    pile.standing.milli = (pile.standing.milli ?? 0) + milli
    pile.standing.things++
  }

  #unopened(unit: number): void {
    const position = this.#positions.of(unit)
    if (position === undefined) return
    const { state, place, event } = position
    this.#affected?.add(unit, position)
    this.#piles.at(state, place, UNOPENED, event).standing.things++
  }

  #tell(unit: number): void {
    if (this.#affected === undefined) return
    const position = this.#positions.of(unit)
    if (position !== undefined) this.#affected.add(unit, position)
  }

  #thing(node: number): void {
    const position = this.#positions.of(node)
    if (position === undefined) return
    this.#affected?.add(node, position)
    const { state, event, place, in: boxes } = position
    const pile = this.#piles.at(state, place, '', event)
    pile.standing.things++
    if (this.#view.graph.names.kind(node) === 'item') pile.standing.milli = (pile.standing.milli ?? 0) + 1000
    for (const box of boxes) pile.in.add(box)
  }

  /** Adds up the quantities of a lot: what was made, moved, packed, used and ended, in the order of time. */
  #stock(lot: number): void {
    const { graph, upTo } = this.#view
    const links: number[] = []
    for (let link = graph.lastLink(lot); link !== NONE; link = graph.linkBefore(link)) {
      const role = graph.role(link)
      if (role !== 'lot' && role !== 'item' && graph.stands(graph.event(link), upTo)) links.push(link)
    }
    const emptied = new Set<number>()
    for (const link of links) {
      const parent = parentOf(graph, graph.event(link))
      if (parent !== NONE)
        for (const one of graph.emptyings(parent)) if (graph.stands(graph.event(one), upTo)) emptied.add(one)
    }
    links.push(...emptied)
    links.sort((a, b) => graph.time(graph.event(a)) - graph.time(graph.event(b)) || a - b)
    /** What is in each unit, by unit of measure. */
    const packed = new Map<number, Map<string, number>>()
    for (const link of links) this.#move(link, packed)
    for (const [box, amounts] of packed)
      for (const [uom, milli] of amounts) {
        if (milli === 0) continue
        const position = this.#positions.of(box)
        if (position === undefined) continue
        const { state, event, place, in: boxes } = position
        if (milli > 0) this.#affected?.add(box, position)
        const pile = this.#piles.at(state, place, uom, event, milli < 0)
        pile.standing.milli = (pile.standing.milli ?? 0) + milli
        pile.standing.things++
        for (const one of [box, ...boxes]) pile.in.add(one)
      }
  }

  #move(link: number, packed: Map<number, Map<string, number>>): void {
    const { graph } = this.#view
    const event = graph.event(link)
    const [milli, uom] = [graph.milli(link), graph.uom(link)]
    const here = (sign: number, state: Standing['state'] = 'there'): void =>
      this.#piles.put(event, uom, sign * milli, state)
    const box = (parent: number, sign: number): void => {
      const amounts = packed.get(parent) ?? new Map<string, number>()
      amounts.set(uom, (amounts.get(uom) ?? 0) + sign * milli)
      packed.set(parent, amounts)
    }
    const role = graph.role(link)
    if (role === 'made' || role === 'output') here(1)
    else if (role === 'input' || role === 'ended') {
      here(1, role === 'input' ? 'used' : 'ended')
      here(-1)
    } else if (role === 'packed' || role === 'unpacked') {
      box(parentOf(graph, event), role === 'packed' ? 1 : -1)
      here(role === 'packed' ? -1 : 1)
    } else if (role === 'emptied') {
      for (const [unit, amount] of packed.get(graph.node(link)) ?? []) this.#piles.put(event, unit, amount, 'there')
      packed.delete(graph.node(link))
    } else if (role === 'observed') {
      const sign = LEAVING.has(graph.step(event)) ? 1 : ARRIVING.has(graph.step(event)) ? -1 : 0
      if (sign === 0) return
      this.#piles.onTheWay(uom, event).standing.milli! += sign * milli
      here(-sign)
    }
  }
}
