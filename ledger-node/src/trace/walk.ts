import { contentsOf, overlap, type Stay, staysOf, type View } from './containment.ts'
import { NONE } from './hash-slots.ts'
import { PairSet } from './pair-set.ts'
import { Timelines } from './timeline.ts'

export type Direction = 'back' | 'forward'

/** What is asked of a walk. Times are ms since 1970 and may be infinite: events outside are not followed. */
export interface WalkOptions {
  directions: readonly Direction[]
  depth: number
  from: number
  to: number
  /** Nodes after which it ends, incomplete. */
  maxNodes: number
}

/** Kinds of links in an answer, by number. */
export const WALK_LINKS = ['input', 'output', 'lot', 'contained', 'fixed', 'at', 'unpacked', 'held'] as const
export type WalkLink = (typeof WALK_LINKS)[number]

/** What ended a walk before its end. */
export type Cut = 'TRACE_DEPTH' | 'TRACE_NODES'

/** A link of an answer: `from` and `to` are nodes of the walk by number; `proof` an event; `end` the event that ended a stay, or -1. */
export interface Found {
  kind: WalkLink
  from: number
  to: number
  proof: number
  /** Link of the graph that tells the quantity, or -1. */
  amount: number
  end: number
}

type Numbers = [kind: number, from: number, to: number, proof: number, amount: number, end: number]

/** How far something is followed: a lot that was reached from one of its items leads to what was made of it, and not to its other items. */
const WIDE = 1
const NARROW = 2

/**
 * Follows goods through the graph, as far as asked (docs/spec/trace.md, Walk). A node of the walk is a node of the graph, or an event that
 * is a transformation by itself: then it is the event's number, negative and less one. Every node is met once, so that cycles end.
 */
export class Walk {
  readonly #view: View
  readonly #options: WalkOptions
  readonly #numbers = new Map<number, number>()
  readonly nodes: number[] = []
  /** Of each node, how many steps it is away. */
  readonly depths: number[] = []
  /** Of each node, the link by which it was met; -1 for the one that was asked for. */
  readonly via: number[] = []
  /** Six numbers for each link: of these there may be millions. */
  #links: Int32Array = new Int32Array(6 * 1024)
  #linkCount = 0
  readonly cuts: Set<Cut> = new Set()
  /** Of each direction, what was followed how far. */
  readonly #followed: Record<Direction, Map<number, number>> = { back: new Map(), forward: new Map() }
  readonly #told = new PairSet()
  readonly #ways: Record<Direction, PairSet> = { back: new PairSet(), forward: new PairSet() }
  readonly #waysUp = new Set<string>()
  readonly #timelines: Record<Direction, Timelines>
  #queue: { node: number; depth: number; direction: Direction; reach: number }[] = []
  #at = 0

  constructor(view: View, options: WalkOptions) {
    this.#view = view
    this.#options = options
    this.#timelines = { back: new Timelines(view), forward: new Timelines(view) }
  }

  /** Follows a node and all that it leads to. In pieces: the caller may do something else after each yield. */
  *run(subject: number): Generator<undefined> {
    this.#number(subject, 0)
    for (const direction of this.#options.directions) this.#push(subject, 0, direction, WIDE)
    for (let steps = 1; this.#at < this.#queue.length; steps++) {
      const { node, depth, direction, reach } = this.#queue[this.#at++]!
      this.#follow(node, depth, direction, reach)
      if (this.cuts.has('TRACE_NODES')) break
      if (steps % 2048 === 0) yield undefined
    }
    this.#queue = []
  }

  /** Number of a node of the graph; undefined when it was not met. */
  numberOf(node: number): number | undefined {
    return this.#numbers.get(node)
  }

  get linkCount(): number {
    return this.#linkCount
  }

  /** A link by number; undefined when there is no such. */
  link(i: number): Found | undefined {
    if (i < 0 || i >= this.#linkCount) return undefined
    const [kind, from, to, proof, amount, end] = this.#links.subarray(6 * i, 6 * i + 6) as unknown as Numbers
    return { kind: WALK_LINKS[kind]!, from, to, proof, amount, end }
  }

  /** Of a link, the node that is told later: behind it the link stands in an answer. */
  laterNode(i: number): number {
    return Math.max(this.#links[6 * i + 1]!, this.#links[6 * i + 2]!)
  }

  #push(node: number, depth: number, direction: Direction, reach: number): void {
    const followed = this.#followed[direction]
    const before = followed.get(node) ?? 0
    if (before === WIDE || before === reach) return
    if (depth > this.#options.depth) {
      this.cuts.add('TRACE_DEPTH')
      return
    }
    followed.set(node, before === 0 ? reach : WIDE)
    this.#queue.push({ node, depth, direction, reach })
  }

  /** The node's number in the walk; -1 when there is no room for another. */
  #number(node: number, depth: number): number {
    const known = this.#numbers.get(node)
    if (known !== undefined) return known
    if (this.nodes.length >= this.#options.maxNodes) {
      this.cuts.add('TRACE_NODES')
      return -1
    }
    const number = this.nodes.push(node) - 1
    this.depths.push(depth)
    this.via.push(this.nodes.length === 1 ? -1 : this.#linkCount)
    this.#numbers.set(node, number)
    return number
  }

  #tell(kind: WalkLink, from: number, to: number, depth: number, proof: number, amount = -1, end = -1): void {
    if (depth > this.#options.depth) {
      this.cuts.add('TRACE_DEPTH')
      return
    }
    const [a, b] = [this.#number(from, depth), this.#number(to, depth)]
    if (a === -1 || b === -1) return
    const at = 6 * this.#linkCount++
    if (at === this.#links.length) {
      const larger = new Int32Array(2 * at)
      larger.set(this.#links)
      this.#links = larger
    }
    const links = this.#links
    links[at] = WALK_LINKS.indexOf(kind)
    links[at + 1] = a
    links[at + 2] = b
    links[at + 3] = proof
    links[at + 4] = amount
    links[at + 5] = end
  }

  /** Whether something is told for the first time; `what` is below 8. */
  #first(a: number, b: number, what: number): boolean {
    return this.#told.add(a, b * 8 + what)
  }

  #inTime(event: number): boolean {
    const { graph, upTo } = this.#view
    const time = graph.time(event)
    return graph.stands(event, upTo) && time >= this.#options.from && time <= this.#options.to
  }

  #follow(node: number, depth: number, direction: Direction, reach: number): void {
    const { graph } = this.#view
    const kind = graph.names.kind(node)
    if (kind === 'place' || kind === 'party') {
      this.#goodsAt(node, depth, direction)
      return
    }
    const wide = reach === WIDE
    let [holds, held] = [false, false]
    for (let link = graph.lastLink(node); link !== NONE; link = graph.linkBefore(link)) {
      const event = graph.event(link)
      const role = graph.role(link)
      holds ||= role === 'parent'
      held ||= role === 'packed' || role === 'unpacked' || role === 'fixed' || role === 'unfixed'
      if (!this.#inTime(event)) continue
      if (role === (direction === 'back' ? 'output' : 'input')) this.#through(link, depth, direction)
      else if (role === 'item') this.#lotLink(link, node, graph.node(link + 1), depth, direction, NARROW)
      else if (role === 'lot' && wide) this.#lotLink(link - 1, graph.node(link - 1), node, depth, direction, WIDE)
      if (wide && role !== 'item' && role !== 'lot') this.#whereabouts(node, event, role, depth)
      if (this.cuts.has('TRACE_NODES')) return
    }
    if (!wide) return
    const { from, to } = this.#options
    if (holds)
      for (const stay of contentsOf(this.#view, node)) {
        if (overlap(from, to, stay) === undefined) continue
        this.#stay(stay, depth + 1)
        if (!stay.fixed) this.#push(stay.child, depth + 1, direction, WIDE)
      }
    if (held) this.#carried([node], from, to, depth, direction)
  }

  #lotLink(link: number, item: number, lot: number, depth: number, direction: Direction, reach: number): void {
    const { graph } = this.#view
    if (this.#first(link, 0, 0)) this.#tell('lot', item, lot, depth + 1, graph.event(link))
    this.#push(reach === NARROW ? lot : item, depth + 1, direction, reach)
  }

  /** A transformation, by one event or by all that share its name, entered from the thing that `near` links to it. */
  #through(near: number, depth: number, direction: Direction): void {
    const { graph } = this.#view
    const event = graph.event(near)
    const last = graph.endLink(event) - 1
    const group = graph.role(last) === 'group' ? graph.node(last) : NONE
    const step = group === NONE ? -1 - event : group
    this.#goods(near, step, depth)
    if (this.#followed[direction].has(step) || this.cuts.has('TRACE_NODES')) return
    if (depth >= this.#options.depth) {
      this.cuts.add('TRACE_DEPTH')
      return
    }
    this.#followed[direction].set(step, WIDE)
    if (group === NONE) this.#pass(event, step, depth, direction)
    else
      for (let link = graph.lastLink(group); link !== NONE; link = graph.linkBefore(link))
        if (this.#inTime(graph.event(link))) this.#pass(graph.event(link), step, depth, direction)
  }

  /** Goes on to everything on the far side of a transformation. */
  #pass(event: number, step: number, depth: number, direction: Direction): void {
    const { graph } = this.#view
    for (let link = graph.firstLink(event); link < graph.endLink(event); link++) {
      if (graph.role(link) !== (direction === 'back' ? 'input' : 'output')) continue
      this.#goods(link, step, depth + 1)
      this.#push(graph.node(link), depth + 1, direction, WIDE)
      if (this.cuts.has('TRACE_NODES')) return
    }
  }

  #goods(link: number, step: number, depth: number): void {
    const { graph } = this.#view
    if (!this.#first(link, 1, 0)) return
    const node = graph.node(link)
    if (graph.role(link) === 'input') this.#tell('input', node, step, depth, graph.event(link), link)
    else this.#tell('output', step, node, depth, graph.event(link), link)
  }

  /** Where something was and who had it, once for each. */
  #whereabouts(node: number, event: number, role: string, depth: number): void {
    const { graph } = this.#view
    const place = graph.place(event)
    if (place !== NONE) {
      if (role === 'unpacked' && this.#first(node, place, 1)) this.#tell('unpacked', node, place, depth + 1, event)
      if (role !== 'unpacked' && this.#first(node, place, 2)) this.#tell('at', node, place, depth + 1, event)
    }
    for (const party of [graph.from(event), graph.to(event)])
      if (party !== NONE && this.#first(node, party, 3)) this.#tell('held', node, party, depth + 1, event)
  }

  #stay({ child, parent, begin, end, fixed }: Stay, depth: number): void {
    const { graph } = this.#view
    const link = begin === -1 ? end : begin
    if (link === -1 || !this.#first(link, 2, 4)) return
    const until = begin === -1 || end === -1 ? -1 : graph.event(end)
    this.#tell(fixed ? 'fixed' : 'contained', child, parent, depth, graph.event(link), begin, until)
  }

  /**
   * What something was in or on between two times, what that was in, where it came, and what it was part of.
   * @param within what it is in, the innermost first; itself at the beginning
   */
  #carried(within: readonly number[], from: number, to: number, depth: number, direction: Direction): void {
    const { graph } = this.#view
    const node = within.at(-1)!
    const outer = within.length > 1
    for (const stay of outer ? this.#timelines[direction].stays(node) : staysOf(this.#view, node)) {
      const time = stay.fixed ? undefined : overlap(from, to, stay)
      if (time === undefined || within.includes(stay.parent)) continue
      this.#stay(stay, depth + 1)
      if (this.cuts.has('TRACE_NODES')) return
      if (depth >= this.#options.depth) continue
      // Of one box and one time the way is told once, whatever else is in it.
      const [begin, end] = [stay.begin, stay.end].map((one) => (one === -1 ? 0 : graph.event(one) + 1))
      if (!outer && !this.#ways[direction].add(begin!, end!)) continue
      // A box in a box that somebody records in ten others each, over and over, has more ways up than there are atoms.
      if (outer && !this.#wayUp(`${direction} ${stay.parent} ${begin} ${end} ${time.from} ${time.to}`)) continue
      for (const link of this.#timelines[direction].fresh(stay.parent, time.from, time.to)) {
        const event = graph.event(link)
        if (!this.#inTime(event)) continue
        const role = graph.role(link)
        if (role === (direction === 'back' ? 'output' : 'input')) this.#through(link, depth + 1, direction)
        this.#whereabouts(stay.parent, event, role, depth + 1)
      }
      this.#carried([...within, stay.parent], time.from, time.to, depth + 1, direction)
    }
  }

  /** Whether a way up through a carrier is gone for the first time, and there is room for it. */
  #wayUp(way: string): boolean {
    if (this.#waysUp.has(way)) return false
    if (this.#waysUp.size >= this.#options.maxNodes) {
      this.cuts.add('TRACE_NODES')
      return false
    }
    this.#waysUp.add(way)
    return true
  }

  /** Everything that an event says was at a place. */
  #goodsAt(place: number, depth: number, direction: Direction): void {
    const { graph } = this.#view
    for (let event = graph.lastEventAt(place); event !== NONE; event = graph.eventBefore(event)) {
      if (!this.#inTime(event)) continue
      for (let link = graph.firstLink(event); link < graph.endLink(event); link++) {
        const role = graph.role(link)
        if (role === 'item' || role === 'lot' || role === 'group') continue
        const node = graph.node(link)
        if (this.#first(node, place, 2)) this.#tell('at', node, place, depth + 1, event)
        this.#push(node, depth + 1, direction, WIDE)
        if (this.cuts.has('TRACE_NODES')) return
      }
    }
  }
}
