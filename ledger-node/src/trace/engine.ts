import { setImmediate as otherWork } from 'node:timers/promises'
import { subjectKind } from '@tristamp/protocol'
import { LedgerError } from '../error.ts'
import { Affected } from './affected.ts'
import { Breaks } from './breaks.ts'
import type { View } from './containment.ts'
import { type Convergence, candidateOf, converge } from './converge.ts'
import { type Cursor, questionKey, readCursor, writeCursor } from './cursor.ts'
import { EventCollection } from './events.ts'
import { Exposure } from './exposure.ts'
import { Finder, type SearchQuery } from './finder.ts'
import type { GraphRows } from './graph-rows.ts'
import { MAX_DEPTH, MAX_NODES, type TraceQuery } from './query.ts'
import type { SeriesFinder } from './series.ts'
import { type Element, elementsOf, linkView, nodeView } from './trace-answer.ts'
import { type Cut, Walk } from './walk.ts'
import { type RecallScope, WhereNow } from './where-now.ts'

/** An answer worked out once, of which pages are cut. */
interface Worked {
  total: number
  cuts: readonly (Cut | 'TRACE_EVENTS' | 'TRACE_SERIES')[]
  /** What of it stands on every page. */
  head: object
  page: (from: number, to: number) => object
}

const ALWAYS = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }
/** What an event can be about, beside equipment, places and parties. */
const GOODS: ReadonlySet<string> = new Set(['item', 'lot', 'product', 'unit', 'other'])

/** A question of readers, whose answer is kept for its pages. */
type Kept = Exclude<TraceQuery, { ask: 'breaks' | 'affected' }>

/** Of each pile of recalled goods: there may be ten thousand. */
const RECALL_PROOFS = 5

/** Answers that are kept for whoever asks for their next page. */
const KEPT = 4

/** Answers questions of a graph; every answer is as of a tree size, and so is every page of it. */
export class TraceEngine {
  readonly #graph: GraphRows
  readonly #series: (() => SeriesFinder) | undefined
  readonly #parties: ReadonlyMap<string, string>
  readonly #worked = new Map<string, Promise<Worked>>()
  /** Made by the first search: a node whose desk nobody opens has none. */
  #finder: Finder | undefined

  /** @param parties of organisations, by their short names; `series`: what instruments told of a reading */
  constructor(graph: GraphRows, parties: ReadonlyMap<string, string>, series?: () => SeriesFinder) {
    this.#graph = graph
    this.#series = series
    this.#parties = parties
  }

  /**
   * @param size the tree size that readers see; a cursor has its own
   * @throws LedgerError NOT_FOUND (nothing names the subject), TRACE_CURSOR
   */
  async ask(query: TraceQuery, size: number): Promise<object> {
    if (query.ask === 'breaks') return this.#breaks(query, size)
    if (query.ask === 'affected') return this.#affected(query, size)
    const key = questionKey(query)
    const at: Cursor = query.cursor === undefined ? { size, offset: 0 } : readCursor(key, query.cursor)
    if (at.size > size) throw new LedgerError('TRACE_CURSOR', `the cursor is of ${at.size} entries, here are ${size}`)
    const { total, cuts, head, page } = await this.#once(`${key} ${at.size}`, query, at.size)
    if (at.offset > total) throw new LedgerError('TRACE_CURSOR', 'the cursor is behind the end')
    const end = Math.min(total, at.offset + query.limit)
    return {
      treeSize: at.size,
      ...head,
      ...page(at.offset, end),
      ...(cuts.length > 0 && { incomplete: cuts }),
      ...(end < total && { cursor: writeCursor(key, { size: at.size, offset: end }) }),
    }
  }

  /** Asked anew at every seal, and so not kept in the place of what readers turn the pages of. */
  async #breaks({ since, limits }: TraceQuery & { ask: 'breaks' }, size: number): Promise<object> {
    const breaks = new Breaks({ graph: this.#graph, upTo: this.#graph.eventsIn(size) }, limits)
    const upTo = await drain(breaks.run(since))
    return { treeSize: size, upTo, breaks: breaks.found }
  }

  /** Asked anew as the ledger grows, and so not kept either. */
  async #affected(query: TraceQuery & { ask: 'affected' }, size: number): Promise<object> {
    const view = { graph: this.#graph, upTo: this.#graph.eventsIn(size) }
    const affected = new Affected(this.#graph, query.limit)
    const where = new WhereNow(view, this.#parties, false, affected)
    await this.#whereAll(view, where, query)
    return { treeSize: size, goods: affected.names(), cut: affected.cut || where.cuts.size > 0 }
  }

  /** @returns the numbers of what is named, undefined where nothing is known of it */
  async #whereAll(
    view: View,
    where: WhereNow,
    query: RecallScope & { subjects: string[] },
  ): Promise<(number | undefined)[]> {
    const found = query.subjects.map((subject) => this.#find(view, subject))
    const products = query.subjects.filter((subject) => subjectKind(subject) === 'product')
    const named = found.filter((one) => one !== undefined)
    await drain(where.runAll(named, products, query))
    return found
  }

  async #once(name: string, query: Kept, size: number): Promise<Worked> {
    const known = this.#worked.get(name)
    if (known !== undefined) return known
    const working = this.#work(query, { graph: this.#graph, upTo: this.#graph.eventsIn(size) })
    this.#worked.set(name, working)
    for (const oldest of this.#worked.keys()) {
      if (this.#worked.size <= KEPT) break
      this.#worked.delete(oldest)
    }
    working.catch(() => this.#worked.delete(name))
    return working
  }

  async #work(query: Kept, view: View): Promise<Worked> {
    switch (query.ask) {
      case 'trace': {
        const { subject, directions, depth, from, to } = query
        const walk = new Walk(view, { directions, depth, from, to, maxNodes: MAX_NODES })
        await drain(walk.run(this.#known(view, subject)))
        return traceWorked(view, walk, subject)
      }
      case 'converge': {
        const { subjects } = query
        const numbers = subjects.map((subject) => this.#find(view, subject))
        return convergeWorked(view, await drain(converge(view, numbers)), subjects)
      }
      case 'where-now': {
        const where = new WhereNow(view, this.#parties)
        await drain(where.run(this.#known(view, query.subject)))
        const standings = where.standings()
        return {
          total: standings.length,
          cuts: [...where.cuts],
          head: { subject: query.subject, total: standings.length },
          page: (from, to) => ({ standings: standings.slice(from, to) }),
        }
      }
      case 'recalled': {
        const where = new WhereNow(view, this.#parties, true)
        const found = await this.#whereAll(view, where, query)
        const isKnown = (subject: string, i: number): boolean => found[i] !== undefined || where.products.has(subject)
        const unknown = query.subjects.filter((subject, i) => !isKnown(subject, i))
        const standings = where.standings(RECALL_PROOFS)
        // For the node itself, which adds all of it up.
        return { total: 0, cuts: [...where.cuts], head: { standings, unknown }, page: () => ({}) }
      }
      case 'events':
        return this.#events(view, query)
      case 'search':
        return this.#search(view, query)
      case 'exposure': {
        const { subject, from, to, min, max } = query
        const exposure = new Exposure(view, { from, to, min, max })
        await drain(exposure.run(this.#known(view, subject)))
        const series = this.#series?.()
        if (series !== undefined) await exposure.refine(series).finally(() => series.close())
        return exposureWorked(exposure, subject)
      }
    }
  }

  /** All in one page: it is for the node itself, which reads the events and bounds what it hands on. */
  async #events(view: View, { subject, place, from, to }: TraceQuery & { ask: 'events' }): Promise<Worked> {
    const at = place === undefined ? undefined : this.#known(view, place)
    const collection = new EventCollection(view, { from, to, place: at })
    let goods: string[] = []
    if (subject !== undefined) {
      const walk = new Walk(view, { directions: ['back', 'forward'], depth: MAX_DEPTH, ...ALWAYS, maxNodes: MAX_NODES })
      await drain(walk.run(this.#known(view, subject)))
      await drain(collection.ofWalk(walk))
      const { names } = view.graph
      goods = walk.nodes.filter((node) => node >= 0 && GOODS.has(names.kind(node))).map((node) => names.text(node))
    } else if (at !== undefined) await drain(collection.ofPlace(at))
    const found = collection.rows()
    return { total: 0, cuts: [...collection.cuts], head: { ...found, goods }, page: () => ({}) }
  }

  async #search(view: View, query: SearchQuery): Promise<Worked> {
    this.#finder ??= new Finder(this.#graph)
    const finder = this.#finder
    await finder.follow(drain)
    const found = await drain(finder.find(view, query))
    return {
      total: found.length,
      cuts: [],
      head: { total: found.length },
      page: (from, to) => ({ results: found.slice(from, to).map((one) => finder.summary(view, one)) }),
    }
  }

  #known(view: View, subject: string): number {
    const node = this.#find(view, subject)
    if (node === undefined) throw new LedgerError('NOT_FOUND', `no event in the ledger names ${subject}`)
    return node
  }

  #find({ graph, upTo }: View, subject: string): number | undefined {
    const node = graph.names.find(subject)
    return node !== undefined && graph.isNamed(node, upTo) ? node : undefined
  }
}

function traceWorked(view: View, walk: Walk, subject: string): Worked {
  const elements = elementsOf(walk)
  const { nodes, linkCount } = walk
  const element = (one: number): Element =>
    one >= 0 ? { node: nodeView(view, walk, one) } : { link: linkView(view, walk.link(-1 - one)!) }
  return {
    total: elements.length,
    cuts: [...walk.cuts],
    head: { subject, total: { nodes: nodes.length, links: linkCount } },
    page: (from, to) => {
      const page = Array.from(elements.subarray(from, to), element)
      return {
        nodes: page.flatMap((one) => ('node' in one ? [one.node] : [])),
        links: page.flatMap((one) => ('link' in one ? [one.link] : [])),
      }
    },
  }
}

function convergeWorked(view: View, found: Convergence, subjects: readonly string[]): Worked {
  const unknown = subjects.filter((_, leg) => found.legs[leg] === undefined)
  const total = found.ranked.length
  return {
    total,
    cuts: [...found.cuts],
    head: { subjects, unknown, total },
    page: (from, to) => ({
      candidates: Array.from({ length: to - from }, (_, i) => candidateOf(view, found, from + i)),
    }),
  }
}

function exposureWorked(exposure: Exposure, subject: string): Worked {
  return {
    total: exposure.rows,
    cuts: [...exposure.cuts],
    head: { subject, total: exposure.rows },
    page: (from, to) => {
      const rows = Array.from({ length: to - from }, (_, i) => exposure.row(from + i))
      return {
        readings: rows.flatMap((row) => ('reading' in row ? [row.reading] : [])),
        goods: rows.flatMap((row) => ('exposed' in row ? [row.exposed] : [])),
      }
    },
  }
}

/** Works in pieces, so that another question, and the next events, need not wait for the end. */
async function drain<T>(work: Generator<undefined, T>): Promise<T> {
  for (;;) {
    const { done, value } = work.next()
    if (done === true) return value
    await otherWork()
  }
}
