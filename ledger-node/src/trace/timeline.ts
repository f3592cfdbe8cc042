import type { ByTime } from './by-time.ts'
import { type Stay, staysOf, type View } from './containment.ts'
import { NONE } from './hash-slots.ts'

interface Busy {
  links: ByTime
  /** Of each link 0 while it is fresh, or else one behind it, from which to look on. */
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

  /**
   * Hands out links of a node whose events stand, from ≤ time ≤ to; where there are many, each once, however many times it lies in are asked
   * for.
   */
  eachFresh(node: number, from: number, to: number, take: (link: number, event: number) => void): void {
    const { graph, upTo } = this.#view
    const busy = this.#busyOf(node)
    if (busy === undefined) {
      for (let link = graph.lastLink(node); link !== NONE; link = graph.linkBefore(link)) {
        const event = graph.event(link)
        const time = graph.time(event)
        if (time >= from && time <= to && graph.stands(event, upTo)) take(link, event)
      }
      return
    }
    const { links, next } = busy
    const end = next.length - 1
    for (let at = unseen(next, links.firstFrom(from)); at < end; at = unseen(next, at)) {
      if (links.timeAt(at) > to) return
      next[at] = at + 1
      const link = links.at(at)
      const event = graph.event(link)
      if (graph.stands(event, upTo)) take(link, event)
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
      busy = { links, next: new Uint32Array(links.count + 1) }
      this.#busy.set(node, busy)
    }
    return busy
  }
}

/** The first fresh link at a place or behind it; shortens the way for the next time. */
function unseen(next: Uint32Array, from: number): number {
  let fresh = from
  while (next[fresh] !== 0) fresh = next[fresh]!
  for (let at = from; at !== fresh; ) {
    const further = next[at]!
    next[at] = fresh
    at = further
  }
  return fresh
}
