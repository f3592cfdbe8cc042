import { subjectFrom } from '@tristamp/protocol'
import { ByTime } from './by-time.ts'
import { u32 } from './column.ts'
import type { View } from './containment.ts'
import type { GraphRows } from './graph-rows.ts'
import { NONE } from './hash-slots.ts'
import { LabelIndex } from './label-index.ts'
import { isoTime } from './proof.ts'
import type { TraceQuery } from './query.ts'

export type SearchQuery = TraceQuery & { ask: 'search' }

/** Something that was meant. `events`: how many name it, `more` where they were not counted to the end. */
export interface FoundSubject {
  subject: string
  kind: string
  events: number
  more?: true
  firstAt?: string
  lastAt?: string
}

/** What a question finds; there is more than anybody reads. */
const MAX_FOUND = 2000
/** Events looked at for what was at a place, or on a day. */
const MAX_LOOKED = 50_000
/** Links of one thing that are counted. */
const MAX_COUNTED = 2000
/** Events between two pauses. */
const PIECE = 4096
/** New events that are put in order at once. */
const MANY = 2000
/** Shorter beginnings mean every lot. */
const LEAST_LABEL = 3

const GOODS: ReadonlySet<string> = new Set(['item', 'lot', 'unit', 'other'])

/**
 * Finds what a person means (docs/decisions/0037-search-index.md): by identifiers, by what stands on a label, by what was where, and by time. It follows the graph
 * when it is asked, so that what nobody searches costs nothing.
 */
export class Finder {
  readonly #graph: GraphRows
  readonly #labels: LabelIndex
  #byTime: ByTime
  #next = 0
  /** Of each item, its lot; NONE of others. */
  readonly #lotOf = u32()
  #following: Promise<void> = Promise.resolve()

  constructor(graph: GraphRows) {
    this.#graph = graph
    this.#labels = new LabelIndex(graph.names)
    this.#byTime = new ByTime((event) => graph.time(event))
  }

  /** Takes in what came since; questions that come meanwhile wait for it. `drain` works in pieces. */
  follow(drain: (work: Generator<undefined>) => Promise<void>): Promise<void> {
    const done = this.#following.then(() => drain(this.#advance()))
    this.#following = done.catch(() => undefined)
    return done
  }

  /** Everything that a question may mean, the likeliest first; what nothing in the graph names is told as text. */
  *find(view: View, { exact, labels, named, from, to, days }: SearchQuery): Generator<undefined, (number | string)[]> {
    const found = new Set<number | string>()
    const add = (nodes: Iterable<number>, when: (node: number) => boolean): void => {
      for (const node of nodes) {
        if (found.size >= MAX_FOUND) return
        if (this.#isSubject(node) && this.#graph.isNamed(node, view.upTo) && when(node)) found.add(node)
      }
    }
    const within = (node: number): boolean => this.#within(view, node, from, to)
    const asFound = (): boolean => true
    const known: number[] = []
    for (const subject of exact) {
      const node = this.#graph.names.find(subject)
      if (node !== undefined) known.push(node)
    }
    add(known, within)
    for (const label of labels) add(this.#labels.withLabel(label), within)
    for (const subject of named) {
      const node = this.#graph.names.find(subject)
      if (node !== undefined) known.push(node)
      if (node !== undefined && this.#graph.isNamed(node, view.upTo)) add([node], within)
      else if (found.size < MAX_FOUND) found.add(subject)
    }
    for (const subject of [...exact, ...named]) {
      const { kind, elements } = subjectFrom(subject)
      if (kind === 'product') add(this.#labels.ofProduct(elements?.get('01') ?? ''), within)
    }
    for (const node of known)
      if (this.#graph.names.kind(node) === 'place') add(yield* this.#goodsAt(view, node, from, to), asFound)
    for (const label of labels) if (label.length >= LEAST_LABEL) add(this.#labels.lotsFrom(label), within)
    if (days) add(yield* this.#goodsOn(view, from, to), asFound)
    return [...found]
  }

  /** Counts at most a few thousand events: who has more is asked otherwise. */
  summary({ upTo }: View, found: number | string): FoundSubject {
    if (typeof found === 'string') return { subject: found, kind: subjectFrom(found).kind, events: 0 }
    const graph = this.#graph
    let [events, looked, last, first, latest] = [0, 0, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    const count = (event: number): void => {
      if (event === last || !graph.stands(event, upTo)) return
      last = event
      events++
      first = Math.min(first, graph.time(event))
      latest = Math.max(latest, graph.time(event))
    }
    for (
      let link = graph.lastLink(found);
      link !== NONE && looked < MAX_COUNTED;
      link = graph.linkBefore(link), looked++
    )
      count(graph.event(link))
    if (graph.names.kind(found) === 'place')
      for (let at = graph.lastEventAt(found); at !== NONE && looked < MAX_COUNTED; at = graph.eventBefore(at), looked++)
        count(at)
    const [firstAt, lastAt] = [isoTime(first), isoTime(latest)]
    return {
      subject: graph.names.text(found),
      kind: graph.names.kind(found),
      events,
      ...(looked >= MAX_COUNTED && { more: true }),
      ...(firstAt !== undefined && { firstAt }),
      ...(lastAt !== undefined && { lastAt }),
    }
  }

  *#advance(): Generator<undefined> {
    yield* this.#labels.advance()
    const graph = this.#graph
    const end = graph.events
    // One by one each that came late moves all that are later.
    if (end - this.#next > MANY) this.#byTime = ByTime.of(timed(graph, end), (event) => graph.time(event))
    else
      for (let event = this.#next; event < end; event++) if (!Number.isNaN(graph.time(event))) this.#byTime.add(event)
    for (; this.#next < end; this.#next++) {
      const event = this.#next
      let item = NONE
      for (let link = graph.firstLink(event); link < graph.endLink(event); link++) {
        const role = graph.role(link)
        if (role === 'item') item = graph.node(link)
        else if (role === 'lot' && item !== NONE) this.#tie(item, graph.node(link))
      }
      if (event % PIECE === PIECE - 1) yield undefined
    }
  }

  #tie(item: number, lot: number): void {
    while (this.#lotOf.length <= item) this.#lotOf.push(NONE)
    this.#lotOf.set(item, lot)
  }

  #isSubject(node: number): boolean {
    const kind = this.#graph.names.kind(node)
    return kind !== 'transformation' && kind !== 'key'
  }

  /** The goods of an event, items by their lots. */
  *#goodsOf(event: number): Generator<number> {
    const graph = this.#graph
    for (let link = graph.firstLink(event); link < graph.endLink(event); link++) {
      const node = graph.node(link)
      if (!GOODS.has(graph.names.kind(node))) continue
      const lot = node < this.#lotOf.length ? this.#lotOf.at(node) : NONE
      yield lot === NONE ? node : lot
    }
  }

  *#goodsAt(view: View, place: number, from: number, to: number): Generator<undefined, number[]> {
    const graph = this.#graph
    const goods = new Set<number>()
    let looked = 0
    for (let event = graph.lastEventAt(place); event !== NONE; event = graph.eventBefore(event)) {
      if (++looked > MAX_LOOKED || goods.size >= MAX_FOUND) break
      if (looked % PIECE === 0) yield undefined
      const time = graph.time(event)
      if (!graph.stands(event, view.upTo) || time < from || time > to) continue
      for (const node of this.#goodsOf(event)) goods.add(node)
    }
    return [...goods]
  }

  /** The newest first. */
  *#goodsOn(view: View, from: number, to: number): Generator<undefined, number[]> {
    const goods = new Set<number>()
    let looked = 0
    for (let i = this.#byTime.firstFrom(to + 1) - 1; i >= 0; i--) {
      const event = this.#byTime.at(i)
      if (this.#graph.time(event) < from || ++looked > MAX_LOOKED || goods.size >= MAX_FOUND) break
      if (looked % PIECE === 0) yield undefined
      if (this.#graph.stands(event, view.upTo)) for (const node of this.#goodsOf(event)) goods.add(node)
    }
    return [...goods]
  }

  /** Whether something was recorded of it in that time; of a lot, of it or of one of its items. */
  #within({ upTo }: View, node: number, from: number, to: number): boolean {
    if (from === Number.NEGATIVE_INFINITY && to === Number.POSITIVE_INFINITY) return true
    const graph = this.#graph
    let looked = 0
    const holds = (event: number): boolean =>
      graph.stands(event, upTo) && graph.time(event) >= from && graph.time(event) <= to
    const isIn = (thing: number): boolean => {
      for (let link = graph.lastLink(thing); link !== NONE && looked++ < MAX_COUNTED; link = graph.linkBefore(link))
        if (holds(graph.event(link)) || (graph.role(link) === 'lot' && thing === node && itemOf(link))) return true
      return false
    }
    // An item stands right before its lot among the links of the event that ties them.
    const itemOf = (link: number): boolean => {
      const item = graph.node(link - 1)
      return graph.role(link - 1) === 'item' && item !== node && isIn(item)
    }
    if (isIn(node)) return true
    for (let at = graph.lastEventAt(node); at !== NONE && looked++ < MAX_COUNTED; at = graph.eventBefore(at))
      if (holds(at)) return true
    return false
  }
}

/** Events that say when they were; of a declaration alone nothing does. */
function timed(graph: GraphRows, end: number): Uint32Array {
  return Uint32Array.from({ length: end }, (_, event) => event).filter((event) => !Number.isNaN(graph.time(event)))
}
