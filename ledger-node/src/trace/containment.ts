import type { GraphRows } from './graph-rows.ts'
import { NONE } from './hash-slots.ts'
import { codeOf } from './link-rows.ts'

/**
 * A time in which `child` was in or on `parent`: from ≤ t < to, ms since 1970, infinite where nothing says when it began or ended.
 * `begin` and `end` are the links of the child that say so, or -1; an end that empties the parent is the parent's own link.
 */
export interface Stay {
  child: number
  parent: number
  from: number
  to: number
  begin: number
  end: number
  /** Equipment that is fixed to it, rather than contents. */
  fixed: boolean
}

/** How the graph is seen: as of its first events, which are seen for ever in the same way. */
export interface View {
  graph: GraphRows
  upTo: number
}

interface Act {
  time: number
  event: number
  /** The child's link; of an act that empties the parent, the parent's. */
  link: number
  role: 'in' | 'out' | 'empty'
  fixed: boolean
}

const [PARENT, PACKED, UNPACKED, FIXED, UNFIXED] = (['parent', 'packed', 'unpacked', 'fixed', 'unfixed'] as const).map(
  codeOf,
) as [number, number, number, number, number]

/** Every stay of a node in anything, by parent and time. */
export function staysOf(view: View, child: number): Stay[] {
  const { graph } = view
  const all: Act[] = []
  const parents: number[] = []
  let several = false
  for (const link of heldLinks(graph, child)) {
    const act = actOf(view, link)
    const parent = act === undefined ? NONE : parentOf(graph, act.event)
    if (act === undefined || parent === NONE) continue
    all.push(act)
    parents.push(parent)
    several ||= parent !== parents[0]
  }
  if (all.length === 0) return []
  if (!several) return pair(graph, child, parents[0]!, withEmptyings(view, parents[0]!, all))
  const acts = new Map<number, Act[]>()
  for (const [i, parent] of parents.entries()) {
    const known = acts.get(parent)
    if (known === undefined) acts.set(parent, [all[i]!])
    else known.push(all[i]!)
  }
  const stays: Stay[] = []
  for (const [parent, own] of acts)
    for (const stay of pair(graph, child, parent, withEmptyings(view, parent, own))) stays.push(stay)
  return stays
}

/** Every stay of anything in a node. */
export function contentsOf(view: View, parent: number): Stay[] {
  const { graph } = view
  const acts = new Map<number, Act[]>()
  for (let link = graph.lastLink(parent); link !== NONE; link = graph.linkBefore(link)) {
    if (graph.roleCode(link) !== PARENT || !graph.stands(graph.event(link), view.upTo)) continue
    const event = graph.event(link)
    for (let one = graph.firstLink(event); one < graph.endLink(event); one++) {
      const act = actOf(view, one)
      if (act === undefined) continue
      const child = graph.node(one)
      const known = acts.get(child)
      if (known === undefined) acts.set(child, [act])
      else known.push(act)
    }
  }
  const empty = emptyings(view, parent)
  return [...acts].flatMap(([child, own]) => pair(graph, child, parent, [...own, ...empty]))
}

/** The part of a stay between two times, or undefined when they have nothing in common. */
export function overlap(from: number, to: number, stay: Stay): { from: number; to: number } | undefined {
  const [begin, end] = [Math.max(from, stay.from), Math.min(to, stay.to)]
  // What was packed and unpacked at one instant was in there.
  return begin < end || (begin === end && Number.isFinite(begin)) ? { from: begin, to: end } : undefined
}

/** Links that may say that something was in or on something, the newest first. */
function heldLinks(graph: GraphRows, node: number): number[] {
  const few = graph.heldLinks(node)
  if (few !== undefined) return few.toReversed()
  const links: number[] = []
  for (let link = graph.lastLink(node); link !== NONE; link = graph.linkBefore(link)) links.push(link)
  return links
}

function actOf({ graph, upTo }: View, link: number): Act | undefined {
  const code = graph.roleCode(link)
  if (code !== PACKED && code !== UNPACKED && code !== FIXED && code !== UNFIXED) return undefined
  const event = graph.event(link)
  if (!graph.stands(event, upTo)) return undefined
  const role = code === PACKED || code === FIXED ? 'in' : 'out'
  return { time: graph.time(event), event, link, role, fixed: code === FIXED || code === UNFIXED }
}

function withEmptyings(view: View, parent: number, own: Act[]): Act[] {
  const empty = emptyings(view, parent)
  return empty.length === 0 ? own : [...own, ...empty]
}

function emptyings({ graph, upTo }: View, parent: number): Act[] {
  const acts: Act[] = []
  for (const link of graph.emptyings(parent)) {
    const event = graph.event(link)
    if (graph.stands(event, upTo)) acts.push({ time: graph.time(event), event, link, role: 'empty', fixed: false })
  }
  return acts
}

/** The parent stands first among the links of its event. */
export function parentOf(graph: GraphRows, event: number): number {
  const link = graph.firstLink(event)
  return link < graph.endLink(event) && graph.roleCode(link) === PARENT ? graph.node(link) : NONE
}

/** Pairs beginnings with ends, by time. Of a quantity that is taken out in parts the stay lasts until all of it is out. */
function pair(graph: GraphRows, child: number, parent: number, acts: Act[]): Stay[] {
  if (acts.length > 1) acts.sort((a, b) => a.time - b.time || a.event - b.event || a.link - b.link)
  const stays: Stay[] = []
  let open: { act: Act; milli: number } | undefined
  for (const act of acts) {
    if (act.role === 'in') {
      if (open === undefined) open = { act, milli: graph.milli(act.link) }
      else open.milli += graph.milli(act.link)
      continue
    }
    if (act.role === 'out') {
      const left = open === undefined ? 0 : open.milli - graph.milli(act.link)
      if (left > 0 && open !== undefined) {
        open.milli = left
        continue
      }
      stays.push(stayOf(child, parent, open?.act, act))
    } else if (open !== undefined) stays.push(stayOf(child, parent, open.act, act))
    open = undefined
  }
  if (open !== undefined) stays.push(stayOf(child, parent, open.act, undefined))
  return stays
}

function stayOf(child: number, parent: number, begin: Act | undefined, end: Act | undefined): Stay {
  return {
    child,
    parent,
    from: begin?.time ?? Number.NEGATIVE_INFINITY,
    to: end?.time ?? Number.POSITIVE_INFINITY,
    begin: begin?.link ?? -1,
    end: end?.link ?? -1,
    fixed: (begin ?? end)?.fixed === true,
  }
}
