import { type SubjectKind, subjectFrom } from '@tristamp/protocol'
import { contentsOf, parentOf, type View } from './containment.ts'
import { NONE } from './hash-slots.ts'
import { MAX_NESTING, type PositionState, Positions } from './position.ts'
import { holderOf, isoTime, type Proof, proofOf } from './proof.ts'
import type { Cut } from './walk.ts'

/** Where some of it is, or what became of it. Of a lot quantities are added up, of items their number. */
export interface Standing {
  state: PositionState | 'unaccounted'
  place?: string
  holder?: string
  /** Thousandths of `uom`, of pieces without it; absent where a quantity was not told. */
  milli?: number
  uom?: string
  /** The business step by which it ended; where that is asked for. */
  step?: string
  /** Items and units that it is made of. */
  things: number
  /** What it is in at present; the first hundred. */
  in: string[]
  /** When the last of it came there. */
  since?: string
  /** The events that say so; the last hundred. */
  proofs: Proof[]
}

/** When a recall was recorded, and where the trace ended that it rests on. */
export interface RecallScope {
  since: number
  frozen?: number | undefined
}

interface Pile {
  standing: Omit<Standing, 'since' | 'proofs' | 'in'>
  in: Set<number>
  time: number
  events: number[]
}

const LEAVING = new Set(['shipping', 'departing'])
const ARRIVING = new Set(['receiving', 'accepting', 'arriving'])
/** What makes a thing, or tells of which lot it is. */
const MAKING: ReadonlySet<string> = new Set(['made', 'output', 'item'])
const KEPT = 100
/** Items that are looked at. */
const MAX_ITEMS = 250_000
/** Units of which nothing is known to be in them: they are counted, and are no pieces of anything. */
const UNOPENED = 'unit'

/** Where a subject is by the last event of it or of what it is in; of a lot, where its quantities and its items are. */
export class WhereNow {
  readonly #view: View
  readonly #parties: ReadonlyMap<string, string>
  readonly #bySteps: boolean
  readonly #positions: Positions
  /** Entries from here on make nothing that is meant. */
  #frozen = Number.POSITIVE_INFINITY
  /** Items that are counted, and units that were opened. */
  readonly #seen = new Set<number>()
  readonly #piles = new Map<string, Pile>()
  readonly cuts: Set<Cut> = new Set()
  /** Products of which there are lots or items. */
  readonly products: Set<string> = new Set()

  /** @param bySteps what ended by one step is told apart from what ended by another */
  constructor(view: View, parties: ReadonlyMap<string, string>, bySteps: boolean = false) {
    this.#view = view
    this.#parties = parties
    this.#bySteps = bySteps
    this.#positions = new Positions(view, this.cuts)
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
  standings(proofs: number = KEPT): Standing[] {
    const { graph } = this.#view
    const rows = [...this.#piles.values()].filter(({ standing }) => standing.milli !== 0 || standing.things > 0)
    const order = ['there', 'on the way', 'unaccounted', 'used', 'ended']
    rows.sort((a, b) => order.indexOf(a.standing.state) - order.indexOf(b.standing.state) || b.time - a.time)
    return rows.map(({ standing, in: boxes, time, events }) => {
      const since = isoTime(time)
      const { milli, uom, ...rest } = standing
      return {
        ...rest,
        ...(milli !== undefined && milli !== 0 && !Number.isNaN(milli) && { milli }),
        ...(uom !== undefined && uom !== UNOPENED && { uom }),
        in: [...boxes].slice(0, KEPT).map((box) => graph.names.text(box)),
        ...(since !== undefined && { since }),
        proofs: [...new Set(events)].slice(-proofs).map((event) => proofOf(graph, event)),
      }
    })
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
    const pile = this.#pile(there.state, there.place, this.#holder(there.state, there.event), uom, there.event)
    pile.standing.milli = (pile.standing.milli ?? 0) + milli
    pile.standing.things++
  }

  #unopened(unit: number): void {
    const position = this.#positions.of(unit)
    if (position === undefined) return
    const { state, place, event } = position
    this.#pile(state, place, this.#holder(state, event), UNOPENED, event).standing.things++
  }

  #thing(node: number): void {
    const position = this.#positions.of(node)
    if (position === undefined) return
    const { state, event, place, in: boxes } = position
    const pile = this.#pile(state, place, this.#holder(state, event), '', event)
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
        const pile = this.#pile(milli < 0 ? 'unaccounted' : state, place, this.#holder(state, event), uom, event)
        pile.standing.milli = (pile.standing.milli ?? 0) + milli
        pile.standing.things++
        for (const one of [box, ...boxes]) pile.in.add(one)
      }
  }

  #move(link: number, packed: Map<number, Map<string, number>>): void {
    const { graph } = this.#view
    const event = graph.event(link)
    const [milli, uom] = [graph.milli(link), graph.uom(link)]
    const here = (sign: number, state: Standing['state'] = 'there'): void => this.#put(event, uom, sign * milli, state)
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
      for (const [unit, amount] of packed.get(graph.node(link)) ?? []) this.#put(event, unit, amount, 'there')
      packed.delete(graph.node(link))
    } else if (role === 'observed') {
      const sign = LEAVING.has(graph.step(event)) ? 1 : ARRIVING.has(graph.step(event)) ? -1 : 0
      if (sign === 0) return
      this.#pile('on the way', NONE, '', uom, event).standing.milli! += sign * milli
      here(-sign)
    }
  }

  /** To what lies at the place of an event, or is taken from there: from whoever has had it there. */
  #put(event: number, uom: string, milli: number, state: Standing['state']): void {
    const place = this.#view.graph.place(event)
    if (milli >= 0 || state !== 'there') {
      const pile = this.#pile(state, place, this.#holder(state, event), uom, event)
      pile.standing.milli = (pile.standing.milli ?? 0) + milli
      return
    }
    let left = -milli
    const site = this.#site(place)
    for (const pile of this.#piles.values()) {
      const { standing } = pile
      if (standing.state !== 'there' || standing.place !== site || (standing.uom ?? '') !== uom) continue
      const taken = Math.min(left, Math.max(0, standing.milli ?? 0))
      if (taken === 0) continue
      standing.milli = standing.milli! - taken
      pile.events.push(event)
      left -= taken
      if (left === 0) return
    }
    // More went out than ever came: something is not recorded, or not true.
    if (left > 0) this.#pile('unaccounted', place, this.#holder('there', event), uom, event).standing.milli! -= left
  }

  #holder(state: Standing['state'], event: number): string {
    return state === 'ended' ? '' : holderOf(this.#view, event, this.#parties)
  }

  #site(place: number): string | undefined {
    return place === NONE ? undefined : siteOf(this.#view.graph.names.text(place))
  }

  #pile(state: Standing['state'], place: number, holder: string, uom: string, event: number): Pile {
    const site = this.#site(place)
    const step = this.#bySteps && state === 'ended' ? this.#view.graph.step(event) : ''
    const key = JSON.stringify([state, site, holder, uom, step])
    let pile = this.#piles.get(key)
    if (pile === undefined) {
      const standing = {
        state,
        ...(site !== undefined && { place: site }),
        ...(holder !== '' && { holder }),
        milli: 0,
        ...(uom !== '' && { uom }),
        ...(step !== '' && { step }),
        things: 0,
      }
      pile = { standing, in: new Set(), time: Number.NEGATIVE_INFINITY, events: [] }
      this.#piles.set(key, pile)
    }
    pile.time = Math.max(pile.time, this.#view.graph.time(event))
    pile.events.push(event)
    if (pile.events.length > 4 * KEPT) pile.events.splice(0, 3 * KEPT)
    return pile
  }
}

/** A place without the part of it: stock is counted by site. */
export function siteOf(place: string): string {
  const { kind, uri } = subjectFrom(place)
  return kind === 'place' ? uri.replace(/\/254\/.*$/, '') : place
}
