import type { ByTime } from './by-time.ts'
import { type Stay, staysOf, type View } from './containment.ts'
import { NONE } from './hash-slots.ts'

interface Busy {
  links: ByTime
  /** Of each link itself while it is fresh, or else one behind it. */
  next: Uint32Array
}

/**
 * What happened to carriers, by time: a truck carries thousands of boxes in its life, and a walk that meets them all looks each time only at
 * the hours in which it carried the box, and at each act once.
 */
export class Timelines {
  readonly #view: View
  readonly #busy = new Map<number, Busy>()
  readonly #stays = new Map<number, Stay[]>()

  constructor(view: View) {
    this.#view = view
  }

  /** Links of a node whose events stand, from ≤ time ≤ to; where there are many, each once, however many times it lies in are asked for. */
  *fresh(node: number, from: number, to: number): Generator<number> {
    const { graph, upTo } = this.#view
    const timeOf = (link: number): number => graph.time(graph.event(link))
    const busy = this.#busyOf(node)
    if (busy === undefined) {
      for (let link = graph.lastLink(node); link !== NONE; link = graph.linkBefore(link)) {
        const time = timeOf(link)
        if (time >= from && time <= to && graph.stands(graph.event(link), upTo)) yield link
      }
      return
    }
    const { links, next } = busy
    const end = next.length - 1
    for (let at = unseen(next, links.firstFrom(from)); at < end; at = unseen(next, at)) {
      const link = links.at(at)
      if (timeOf(link) > to) return
      next[at] = at + 1
      if (graph.stands(graph.event(link), upTo)) yield link
    }
  }

  stays(node: number): readonly Stay[] {
    let stays = this.#stays.get(node)
    if (stays === undefined) {
      stays = staysOf(this.#view, node)
      this.#stays.set(node, stays)
    }
    return stays
  }

  #busyOf(node: number): Busy | undefined {
    const links = this.#view.graph.linksByTime(node)
    if (links === undefined) return undefined
    let busy = this.#busy.get(node)
    // A graph that has grown since may have links between those that were seen.
    if (busy === undefined || busy.next.length !== links.count + 1) {
      busy = { links, next: Uint32Array.from({ length: links.count + 1 }, (_, i) => i) }
      this.#busy.set(node, busy)
    }
    return busy
  }
}

/** The first fresh link at a place or behind it; shortens the way for the next time. */
function unseen(next: Uint32Array, from: number): number {
  let at = from
  while (next[at] !== at) {
    next[at] = next[next[at]!]!
    at = next[at]!
  }
  return at
}
