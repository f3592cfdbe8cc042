import type { Limits, Span } from './broken-time.ts'
import { contentsOf, overlap, type View } from './containment.ts'
import { ExposureReadings, type ReadingView, timesOf } from './exposure-readings.ts'
import { NONE } from './hash-slots.ts'
import { siteOf } from './piles.ts'
import { type Proof, proofOf } from './proof.ts'
import { MAX_NODES } from './query.ts'
import type { SeriesFinder } from './series.ts'
import type { Cut } from './walk.ts'

export interface ExposureOptions extends Limits, Span {}

/** Something that was in the unit, or at the place, and what it met there. */
export interface Exposed {
  subject: string
  kind: string
  from?: string
  until?: string
  /** How long it was there; absent where one of both times is not told. */
  insideMs?: number
  /** How long of that the limits were broken, or alarms were on: by series where they tell it, else by the intervals of readings. */
  brokenMs: number
  /** The extremes of readings that reach into its time. */
  minMilli?: number
  maxMilli?: number
  /** Broken: by which readings, by their number in the answer; the first hundred. */
  broken: number[]
  begin?: Proof
  end?: Proof
}

interface Inside {
  node: number
  from: number
  to: number
  begin: number
  end: number
  /** Readings of what it was in, by number. */
  readings: number[]
}

const KEPT = 100
const MAX_NESTING = 16

/** Which goods were in a unit, on an asset or at a place, for how long, and what was measured there meanwhile. */
export class Exposure {
  readonly #view: View
  readonly #options: ExposureOptions
  readonly #readings: ExposureReadings
  readonly #inside: Inside[] = []
  readonly cuts: Set<Cut | 'TRACE_SERIES'> = new Set()

  constructor(view: View, options: ExposureOptions) {
    this.#view = view
    this.#options = options
    this.#readings = new ExposureReadings(view, options)
  }

  get rows(): number {
    return this.#readings.count + this.#inside.length
  }

  *run(unit: number): Generator<undefined> {
    const { graph } = this.#view
    const { from, to } = this.#options
    if (graph.names.kind(unit) === 'place') {
      yield* this.#at(unit, from, to)
      return
    }
    yield* this.#in(unit, from, to, [], 0, new Set([unit]))
  }

  /** Looks up when the limits were broken, where a series tells it. */
  async refine(series: SeriesFinder): Promise<void> {
    if (!(await this.#readings.refine(series))) this.cuts.add('TRACE_SERIES')
  }

  row(i: number): { reading: ReadingView & { n: number } } | { exposed: Exposed } {
    return i < this.#readings.count
      ? { reading: { n: i, ...this.#readings.row(i) } }
      : { exposed: this.#exposed(this.#inside[i - this.#readings.count]!) }
  }

  /** Contents between two times, with what was measured in it and in all that it was in. */
  *#in(
    unit: number,
    from: number,
    to: number,
    above: number[],
    nesting: number,
    on: Set<number>,
  ): Generator<undefined> {
    const stays = contentsOf(this.#view, unit)
    const own = [unit, ...stays.filter(({ fixed }) => fixed).map(({ child }) => child)]
    const readings = [...above, ...own.flatMap((one) => this.#readingsOf(one, from, to))]
    for (const stay of stays) {
      const time = stay.fixed ? undefined : overlap(from, to, stay)
      if (time === undefined || on.has(stay.child)) continue
      if (!this.#take({ node: stay.child, ...time, begin: stay.begin, end: stay.end, readings })) return
      if (nesting < MAX_NESTING)
        yield* this.#in(stay.child, time.from, time.to, readings, nesting + 1, new Set([...on, stay.child]))
      if (this.#inside.length % 1024 === 0) yield undefined
    }
  }

  /** Goods at a place: from an event of theirs there until their next event elsewhere. */
  *#at(place: number, from: number, to: number): Generator<undefined> {
    const { graph, upTo } = this.#view
    const readings: number[] = []
    const begins = new Map<number, number[]>()
    const emptied = new Map<number, Map<number, number[]>>()
    for (let event = graph.lastEventAt(place); event !== NONE; event = graph.eventBefore(event)) {
      if (event >= upTo) continue
      let goods = 0
      for (let link = graph.firstLink(event); link < graph.endLink(event); link++) {
        if (['item', 'lot', 'group', 'input', 'ended'].includes(graph.role(link))) continue
        goods++
        if (!graph.stands(event, upTo)) continue
        for (const node of this.#meant(link, emptied)) {
          const known = begins.get(node)
          if (known === undefined) begins.set(node, [link])
          else known.push(link)
        }
      }
      if (goods === 0 || graph.readings(event).length > 0) readings.push(...this.#readings.take(event, place, from, to))
    }
    const site = siteOf(graph.names.text(place))
    for (const [node, links] of begins) {
      for (const inside of this.#staysAt(node, links, site)) {
        const [begin, end] = [Math.max(from, inside.from), Math.min(to, inside.to)]
        if (begin > end) continue
        if (!this.#take({ ...inside, from: begin, to: end, readings })) return
        if (graph.names.kind(node) === 'unit') yield* this.#in(node, begin, end, readings, 1, new Set([node]))
      }
      if (this.#inside.length % 1024 === 0) yield undefined
    }
  }

  /** What a link says was at the place of its event: its own node, and of a box that was emptied there all that came out. */
  #meant(link: number, emptied: Map<number, Map<number, number[]>>): number[] {
    const { graph } = this.#view
    const node = graph.node(link)
    if (graph.role(link) !== 'emptied') return [node]
    // A crate is emptied a thousand times.
    const out = emptied.get(node) ?? this.#takenOutOf(node)
    emptied.set(node, out)
    return [node, ...(out.get(link) ?? [])]
  }

  /** By the links that end their stays. */
  #takenOutOf(unit: number): Map<number, number[]> {
    const out = new Map<number, number[]>()
    for (const { child, end, fixed } of contentsOf(this.#view, unit)) {
      if (fixed) continue
      const known = out.get(end)
      if (known === undefined) out.set(end, [child])
      else known.push(child)
    }
    return out
  }

  #staysAt(node: number, links: readonly number[], site: string): Omit<Inside, 'readings'>[] {
    const { graph, upTo } = this.#view
    const elsewhere: number[] = []
    for (let link = graph.lastLink(node); link !== NONE; link = graph.linkBefore(link)) {
      const event = graph.event(link)
      if (!graph.stands(event, upTo)) continue
      const place = graph.place(event)
      const gone = ['ended', 'input'].includes(graph.role(link))
      if (gone || (place !== NONE && siteOf(graph.names.text(place)) !== site)) elsewhere.push(link)
    }
    const time = (link: number): number => graph.time(graph.event(link))
    elsewhere.sort((a, b) => time(a) - time(b) || a - b)
    const stays: Omit<Inside, 'readings'>[] = []
    for (const link of [...links].sort((a, b) => time(a) - time(b) || a - b)) {
      const last = stays.at(-1)
      if (last !== undefined && time(link) <= last.to) continue
      const end = elsewhere.find((one) => time(one) > time(link)) ?? -1
      stays.push({ node, from: time(link), to: end === -1 ? Number.POSITIVE_INFINITY : time(end), begin: link, end })
    }
    return stays
  }

  #take(inside: Inside): boolean {
    if (this.#inside.length >= MAX_NODES) {
      this.cuts.add('TRACE_NODES')
      return false
    }
    this.#inside.push(inside)
    return true
  }

  /** Numbers of the readings of a node. What was measured in an event that was taken back was measured all the same. */
  #readingsOf(node: number, from: number, to: number): number[] {
    const { graph, upTo } = this.#view
    const found: number[] = []
    for (let link = graph.lastLink(node); link !== NONE; link = graph.linkBefore(link))
      if (graph.event(link) < upTo) found.push(...this.#readings.take(graph.event(link), node, from, to))
    return found
  }

  #exposed({ node, from, to, begin, end, readings }: Inside): Exposed {
    const { graph } = this.#view
    const { broken, ...met } = this.#readings.met(readings, from, to)
    return {
      subject: graph.names.text(node),
      kind: graph.names.kind(node),
      ...timesOf(from, to),
      ...(Number.isFinite(to - from) && { insideMs: to - from }),
      ...met,
      broken: broken.slice(0, KEPT),
      ...(begin !== -1 && { begin: proofOf(graph, graph.event(begin)) }),
      ...(end !== -1 && { end: proofOf(graph, graph.event(end)) }),
    }
  }
}
