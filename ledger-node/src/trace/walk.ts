import { contentsOf, overlap, type Stay, staysOf, type View } from './containment.ts'
import { Course, type Direction } from './course.ts'
import type { GraphRows } from './graph-rows.ts'
import { NONE } from './hash-slots.ts'
import { codeOf } from './link-rows.ts'
import { PairSet } from './pair-set.ts'
import { LINK, WalkRecord } from './walk-record.ts'

export type { Direction } from './course.ts'
export type { Cut, Found, WalkLink } from './walk-record.ts'

/** What is asked of a walk. Times are ms since 1970 and may be infinite: events outside are not followed. */
export interface WalkOptions {
  directions: readonly Direction[]
  depth: number
  from: number
  to: number
  /** Nodes after which it ends, incomplete. */
  maxNodes: number
}

/** How far something is followed: a lot that was reached from one of its items leads to what was made of it, and not to its other items. */
const WIDE = 1
const NARROW = 2

const [INPUT, ITEM, LOT, GROUP, PARENT] = [
  codeOf('input'),
  codeOf('item'),
  codeOf('lot'),
  codeOf('group'),
  codeOf('parent'),
] as const
const UNPACKED = codeOf('unpacked')
const HELD: ReadonlySet<number> = new Set((['packed', 'unpacked', 'fixed', 'unfixed'] as const).map(codeOf))

/** Follows goods through the graph, as far as asked (docs/spec/trace.md, Walk). Every node is met once, so that cycles end. */
export class Walk extends WalkRecord {
  readonly #view: View
  readonly #graph: GraphRows
  readonly #options: WalkOptions
  readonly #courses: readonly Course[]
  /** Whether all times are asked for, so that none need be looked at. */
  readonly #always: boolean
  readonly #told = new PairSet()
  /** What is still to be followed, and how: depth, reach and direction in one number. */
  #queue: number[] = []
  #tasks: number[] = []
  #at = 0

  constructor(view: View, options: WalkOptions) {
    super(options.depth, options.maxNodes)
    this.#view = view
    this.#graph = view.graph
    this.#options = options
    this.#courses = options.directions.map((direction) => new Course(view, direction, options.maxNodes))
    this.#always = options.from === Number.NEGATIVE_INFINITY && options.to === Number.POSITIVE_INFINITY
  }

  /** Follows a node and all that it leads to. In pieces: the caller may do something else after each yield. */
  *run(subject: number): Generator<undefined> {
    this.number(subject, 0)
    for (const course of this.#courses) this.#push(subject, 0, course, WIDE)
    for (let steps = 1; this.#at < this.#queue.length; steps++) {
      const node = this.#queue[this.#at]!
      const task = this.#tasks[this.#at++]!
      this.#follow(node, task >>> 3, this.#courses[(task >>> 2) & 1]!, task & 3)
      if (this.isFull) break
      if (steps % 2048 === 0) yield undefined
    }
    this.#queue = []
    this.#tasks = []
  }

  #push(node: number, depth: number, course: Course, reach: number): void {
    const before = course.followed.get(node)
    if (before === WIDE || before === reach) return
    if (depth > this.#options.depth) {
      this.cuts.add('TRACE_DEPTH')
      return
    }
    course.followed.set(node, before === -1 ? reach : WIDE)
    this.#queue.push(node)
    this.#tasks.push((depth << 3) | (this.#courses.indexOf(course) << 2) | reach)
  }

  /** Whether something is told for the first time; `what` is below 8. */
  #first(a: number, b: number, what: number): boolean {
    return this.#told.add(a, b * 8 + what)
  }

  #inTime(event: number): boolean {
    if (!this.#graph.stands(event, this.#view.upTo)) return false
    if (this.#always) return true
    const time = this.#graph.time(event)
    return time >= this.#options.from && time <= this.#options.to
  }

  #follow(node: number, depth: number, course: Course, reach: number): void {
    const graph = this.#graph
    const kind = graph.names.kind(node)
    if (kind === 'place' || kind === 'party') {
      this.#goodsAt(node, depth, course)
      return
    }
    const wide = reach === WIDE
    let [holds, held] = [false, false]
    for (let link = graph.lastLink(node); link !== NONE; link = graph.linkBefore(link)) {
      const event = graph.event(link)
      const role = graph.roleCode(link)
      holds ||= role === PARENT
      held ||= HELD.has(role)
      if (!this.#inTime(event)) continue
      if (role === course.near) this.#through(link, depth, course)
      else if (role === ITEM) this.#lotLink(link, node, graph.node(link + 1), depth, course, NARROW)
      else if (role === LOT && wide) this.#lotLink(link - 1, graph.node(link - 1), node, depth, course, WIDE)
      if (wide && role !== ITEM && role !== LOT) this.#whereabouts(node, event, role, depth)
      if (this.isFull) return
    }
    if (!wide) return
    const { from, to } = this.#options
    if (holds)
      for (const stay of contentsOf(this.#view, node)) {
        if (overlap(from, to, stay) === undefined) continue
        this.#stay(stay, depth + 1)
        if (!stay.fixed) this.#push(stay.child, depth + 1, course, WIDE)
      }
    if (held) this.#carried([node], from, to, depth, course)
  }

  #lotLink(link: number, item: number, lot: number, depth: number, course: Course, reach: number): void {
    if (this.#first(link, 0, 0)) this.tell(LINK.lot, item, lot, depth + 1, this.#graph.event(link))
    this.#push(reach === NARROW ? lot : item, depth + 1, course, reach)
  }

  /** A transformation, by one event or by all that share its name, entered from the thing that `near` links to it. */
  #through(near: number, depth: number, course: Course): void {
    const graph = this.#graph
    const event = graph.event(near)
    const last = graph.endLink(event) - 1
    const group = graph.roleCode(last) === GROUP ? graph.node(last) : NONE
    const step = group === NONE ? -1 - event : group
    this.#goods(near, step, depth)
    if (course.followed.get(step) !== -1 || this.isFull) return
    if (depth >= this.#options.depth) {
      this.cuts.add('TRACE_DEPTH')
      return
    }
    course.followed.set(step, WIDE)
    if (group === NONE) this.#pass(event, step, depth, course)
    else
      for (let link = graph.lastLink(group); link !== NONE; link = graph.linkBefore(link))
        if (this.#inTime(graph.event(link))) this.#pass(graph.event(link), step, depth, course)
  }

  /** Goes on to everything on the far side of a transformation. */
  #pass(event: number, step: number, depth: number, course: Course): void {
    const graph = this.#graph
    const end = graph.endLink(event)
    for (let link = graph.firstLink(event); link < end; link++) {
      if (graph.roleCode(link) !== course.far) continue
      this.#goods(link, step, depth + 1)
      this.#push(graph.node(link), depth + 1, course, WIDE)
      if (this.isFull) return
    }
  }

  #goods(link: number, step: number, depth: number): void {
    const graph = this.#graph
    if (!this.#first(link, 1, 0)) return
    const node = graph.node(link)
    if (graph.roleCode(link) === INPUT) this.tell(LINK.input, node, step, depth, graph.event(link), link)
    else this.tell(LINK.output, step, node, depth, graph.event(link), link)
  }

  /** Where something was and who had it, once for each. */
  #whereabouts(node: number, event: number, role: number, depth: number): void {
    const graph = this.#graph
    const place = graph.place(event)
    if (place !== NONE) {
      if (role === UNPACKED) {
        if (this.#first(node, place, 1)) this.tell(LINK.unpacked, node, place, depth + 1, event)
      } else if (this.#first(node, place, 2)) this.tell(LINK.at, node, place, depth + 1, event)
    }
    const from = graph.from(event)
    if (from !== NONE && this.#first(node, from, 3)) this.tell(LINK.held, node, from, depth + 1, event)
    const to = graph.to(event)
    if (to !== NONE && this.#first(node, to, 3)) this.tell(LINK.held, node, to, depth + 1, event)
  }

  #stay({ child, parent, begin, end, fixed }: Stay, depth: number): void {
    const graph = this.#graph
    const link = begin === -1 ? end : begin
    if (link === -1 || !this.#first(link, 2, 4)) return
    const until = begin === -1 || end === -1 ? -1 : graph.event(end)
    this.tell(fixed ? LINK.fixed : LINK.contained, child, parent, depth, graph.event(link), begin, until)
  }

  /**
   * What something was in or on between two times, what that was in, where it came, and what it was part of.
   * @param within what it is in, the innermost first; itself at the beginning
   */
  #carried(within: readonly number[], from: number, to: number, depth: number, course: Course): void {
    const graph = this.#graph
    const node = within.at(-1)!
    const outer = within.length > 1
    for (const stay of outer ? course.timelines.stays(node) : staysOf(this.#view, node)) {
      const time = stay.fixed ? undefined : overlap(from, to, stay)
      if (time === undefined || within.includes(stay.parent)) continue
      this.#stay(stay, depth + 1)
      if (this.isFull) return
      if (depth >= this.#options.depth) continue
      const begin = stay.begin === -1 ? 0 : graph.event(stay.begin) + 1
      const end = stay.end === -1 ? 0 : graph.event(stay.end) + 1
      // Of one box and one time the way is told once, whatever else is in it.
      if (!outer && !course.stays.add(begin, end)) continue
      if (outer && !this.#isFreshWay(course, begin, end, time.from, time.to)) continue
      const { parent } = stay
      course.timelines.eachFresh(parent, time.from, time.to, (link, event) => {
        if (!this.#inTime(event)) return
        const role = graph.roleCode(link)
        if (role === course.near) this.#through(link, depth + 1, course)
        this.#whereabouts(parent, event, role, depth + 1)
      })
      this.#carried([...within, parent], time.from, time.to, depth + 1, course)
    }
  }

  #isFreshWay(course: Course, begin: number, end: number, from: number, to: number): boolean {
    const fresh = course.ways.isFresh(begin, end, from, to)
    if (fresh === undefined) this.cuts.add('TRACE_NODES')
    return fresh === true
  }

  /** Everything that an event says was at a place. */
  #goodsAt(place: number, depth: number, course: Course): void {
    const graph = this.#graph
    for (let event = graph.lastEventAt(place); event !== NONE; event = graph.eventBefore(event)) {
      if (!this.#inTime(event)) continue
      const end = graph.endLink(event)
      for (let link = graph.firstLink(event); link < end; link++) {
        const role = graph.roleCode(link)
        if (role === ITEM || role === LOT || role === GROUP) continue
        const node = graph.node(link)
        if (this.#first(node, place, 2)) this.tell(LINK.at, node, place, depth + 1, event)
        this.#push(node, depth + 1, course, WIDE)
        if (this.isFull) return
      }
    }
  }
}
