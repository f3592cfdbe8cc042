import { contentsOf, overlap, type View } from './containment.ts'
import { NONE } from './hash-slots.ts'
import { isoTime, type Proof, proofOf } from './proof.ts'
import { MAX_NODES } from './query.ts'
import type { Reading } from './readings.ts'
import type { Cut } from './walk.ts'
import { siteOf } from './where-now.ts'

export interface ExposureOptions {
  from: number
  to: number
  /** Limits in milli-°C; without them alarms of the instruments alone count as broken. */
  min?: number | undefined
  max?: number | undefined
}

/** Something that was in the unit, or at the place, and what it met there. */
export interface Exposed {
  subject: string
  kind: string
  from?: string
  until?: string
  /** How long it was there; absent where one of both times is not told. */
  insideMs?: number
  /** How long readings that break the limits, or alarms, cover of that; a reading counts for all of its interval. */
  brokenMs: number
  /** The extremes of readings that reach into its time. */
  minMilli?: number
  maxMilli?: number
  /** Broken: by which readings, by their number in the answer; the first hundred. */
  broken: number[]
  begin?: Proof
  end?: Proof
}

export interface ReadingView {
  from?: string
  until?: string
  minMilli?: number
  maxMilli?: number
  alarm: boolean
  broken: boolean
  /** What it was taken in or at. */
  of: string
  proof: Proof
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
  readonly #readings: { reading: Reading; of: number; broken: boolean }[] = []
  readonly #known = new Map<string, number>()
  readonly #inside: Inside[] = []
  readonly cuts: Set<Cut> = new Set()

  constructor(view: View, options: ExposureOptions) {
    this.#view = view
    this.#options = options
  }

  get rows(): number {
    return this.#readings.length + this.#inside.length
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

  row(i: number): { reading: ReadingView & { n: number } } | { exposed: Exposed } {
    return i < this.#readings.length
      ? { reading: { n: i, ...this.#readingView(i) } }
      : { exposed: this.#exposed(this.#inside[i - this.#readings.length]!) }
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
    for (let event = graph.lastEventAt(place); event !== NONE; event = graph.eventBefore(event)) {
      if (event >= upTo) continue
      let goods = 0
      for (let link = graph.firstLink(event); link < graph.endLink(event); link++) {
        if (['item', 'lot', 'group', 'input', 'ended'].includes(graph.role(link))) continue
        goods++
        if (!graph.stands(event, upTo)) continue
        const known = begins.get(graph.node(link))
        if (known === undefined) begins.set(graph.node(link), [link])
        else known.push(link)
      }
      if (goods === 0 || graph.readings(event).length > 0) readings.push(...this.#taken(event, place, from, to))
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
      if (graph.event(link) < upTo) found.push(...this.#taken(graph.event(link), node, from, to))
    return found
  }

  #taken(event: number, of: number, from: number, to: number): number[] {
    const found: number[] = []
    for (const [i, reading] of this.#view.graph.readings(event).entries()) {
      if (reading.to < from || reading.from > to) continue
      const key = `${event} ${i}`
      let number = this.#known.get(key)
      if (number === undefined) {
        number = this.#readings.push({ reading, of, broken: this.#breaks(reading) }) - 1
        this.#known.set(key, number)
      }
      found.push(number)
    }
    return found
  }

  #breaks({ min, max, alarm }: Reading): boolean {
    const { min: low, max: high } = this.#options
    return alarm || (low !== undefined && min < low) || (high !== undefined && max > high)
  }

  #readingView(i: number): ReadingView {
    const { graph } = this.#view
    const { reading, of, broken } = this.#readings[i]!
    const { from, to, min, max, alarm, event } = reading
    return {
      ...span(from, to),
      ...(!Number.isNaN(min) && { minMilli: min }),
      ...(!Number.isNaN(max) && { maxMilli: max }),
      alarm,
      broken,
      of: graph.names.text(of),
      proof: proofOf(graph, event),
    }
  }

  #exposed({ node, from, to, begin, end, readings }: Inside): Exposed {
    const { graph } = this.#view
    const met = [...new Set(readings)].filter((n) => {
      const { reading } = this.#readings[n]!
      return reading.from <= to && reading.to >= from
    })
    const mins = met.map((n) => this.#readings[n]!.reading.min).filter((one) => !Number.isNaN(one))
    const maxs = met.map((n) => this.#readings[n]!.reading.max).filter((one) => !Number.isNaN(one))
    const broken = met.filter((n) => this.#readings[n]!.broken)
    const spans = broken.map((n) => this.#readings[n]!.reading)
    return {
      subject: graph.names.text(node),
      kind: graph.names.kind(node),
      ...span(from, to),
      ...(Number.isFinite(to - from) && { insideMs: to - from }),
      brokenMs: covered(spans, from, to),
      ...(mins.length > 0 && { minMilli: least(mins) }),
      ...(maxs.length > 0 && { maxMilli: -least(maxs.map((one) => -one)) }),
      broken: broken.slice(0, KEPT),
      ...(begin !== -1 && { begin: proofOf(graph, graph.event(begin)) }),
      ...(end !== -1 && { end: proofOf(graph, graph.event(end)) }),
    }
  }
}

function span(from: number, to: number): { from?: string; until?: string } {
  const [begin, end] = [isoTime(from), isoTime(to)]
  return { ...(begin !== undefined && { from: begin }), ...(end !== undefined && { until: end }) }
}

function least(values: readonly number[]): number {
  return values.reduce((least, one) => Math.min(least, one), Number.POSITIVE_INFINITY)
}

/** How much of from…to the spans cover together. */
export function covered(spans: readonly { from: number; to: number }[], from: number, to: number): number {
  let [sum, end] = [0, Number.NEGATIVE_INFINITY]
  for (const one of [...spans].sort((a, b) => a.from - b.from)) {
    const [begin, until] = [Math.max(one.from, from, end), Math.min(one.to, to)]
    if (until > begin) sum += until - begin
    end = Math.max(end, until)
  }
  return sum
}
