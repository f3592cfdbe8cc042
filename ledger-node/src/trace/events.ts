import type { View } from './containment.ts'
import { NONE } from './hash-slots.ts'
import type { Cut, Walk } from './walk.ts'

/** Events of an answer: more than anybody reads, and than a node should read again from its disk for one question. */
export const MAX_EVENTS = 200_000

/** Whether an event counts: it stands, it was taken back by a later one, or it takes one back. */
export type EventState = 'stands' | 'taken back' | 'declares'
export const EVENT_STATES: readonly EventState[] = ['stands', 'taken back', 'declares']

/** One event: its place in the log, its state by number, and by number who signed it. */
export type EventRow = [entry: number, position: number, state: number, signer: number]

/** What narrows an answer. Times are ms since 1970 and may be infinite; `place` a node. */
export interface EventFilter {
  from: number
  to: number
  place: number | undefined
}

/** Kinds that lead much that is not the goods' own: of these only what proves a link of the walk. */
const SHARED: ReadonlySet<string> = new Set(['asset', 'place', 'party', 'key'])

/** Every event that tells something of what a walk met, or of a place: the nearest to what was asked for first, until there is no more room. */
export class EventCollection {
  readonly #view: View
  readonly #filter: EventFilter
  readonly #found = new Set<number>()
  readonly cuts: Set<Cut | 'TRACE_EVENTS'> = new Set()

  constructor(view: View, filter: EventFilter) {
    this.#view = view
    this.#filter = filter
  }

  /** In pieces: the caller may do something else after each yield. */
  *ofWalk(walk: Walk): Generator<undefined> {
    const { graph } = this.#view
    for (const cut of walk.cuts) this.cuts.add(cut)
    let steps = 0
    for (const node of walk.nodes) {
      if (node < 0) this.#take(-1 - node)
      else if (!SHARED.has(graph.names.kind(node)))
        for (let link = graph.lastLink(node); link !== NONE; link = graph.linkBefore(link)) {
          if (++steps % 4096 === 0) yield undefined
          // Of a lot that was reached from one of its items, what made the others tells nothing.
          if (graph.role(link) === 'lot' && walk.numberOf(graph.node(link - 1)) === undefined) continue
          this.#take(graph.event(link))
        }
    }
    for (let i = 0; i < walk.linkCount; i++) {
      if (++steps % 4096 === 0) yield undefined
      const { proof, end } = walk.link(i)!
      this.#take(proof)
      if (end !== -1) this.#take(end)
    }
  }

  *ofPlace(place: number): Generator<undefined> {
    const { graph } = this.#view
    let steps = 0
    for (let event = graph.lastEventAt(place); event !== NONE; event = graph.eventBefore(event)) {
      if (++steps % 4096 === 0) yield undefined
      this.#take(event)
    }
  }

  /** In the order of the log, with what takes them back. */
  rows(): { events: EventRow[]; signers: { org: string; gateway: string }[] } {
    const { graph, upTo } = this.#view
    const signers: { org: string; gateway: string }[] = []
    const numbers = new Map<object, number>()
    const numberOf = (event: number): number => {
      const signer = graph.signer(event)
      const known = numbers.get(signer)
      if (known !== undefined) return known
      numbers.set(signer, signers.length)
      return signers.push(signer) - 1
    }
    const states = new Map<number, number>()
    for (const event of this.#found) {
      const by = graph.takenBackBy(event, upTo)
      states.set(event, by === undefined ? 0 : 1)
      if (by !== undefined) states.set(by, 2)
    }
    const rows = [...states].sort(([a], [b]) => a - b)
    return {
      events: rows.map(([event, state]) => [graph.entry(event), graph.position(event), state, numberOf(event)]),
      signers,
    }
  }

  #take(event: number): void {
    const { graph, upTo } = this.#view
    const { from, to, place } = this.#filter
    if (event >= upTo || this.#found.has(event)) return
    const time = graph.time(event)
    if (!(time >= from && time <= to) || (place !== undefined && graph.place(event) !== place)) return
    if (this.#found.size >= MAX_EVENTS) this.cuts.add('TRACE_EVENTS')
    else this.#found.add(event)
  }
}
