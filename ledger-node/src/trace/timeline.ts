import { type Stay, staysOf, type View } from './containment.ts'
import { NONE } from './hash-slots.ts'

interface Timeline {
  times: Float64Array
  links: number[]
  /** Of each link itself while it is fresh, or else one behind it. */
  next: Uint32Array
}

/**
 * What happened to carriers, by time: a truck carries thousands of boxes in its life, and a walk that meets them all looks each time only at
 * the hours in which it carried the box. Made once for each carrier of a walk.
 */
export class Timelines {
  readonly #view: View
  readonly #links = new Map<number, Timeline>()
  readonly #stays = new Map<number, Stay[]>()

  constructor(view: View) {
    this.#view = view
  }

  /** Links of a node whose events stand, from ≤ time ≤ to; each once, however many times it lies in are asked for. */
  *fresh(node: number, from: number, to: number): Generator<number> {
    const { times, links, next } = this.#of(node)
    for (let at = unseen(next, firstFrom(times, from)); at < links.length && times[at]! <= to; at = unseen(next, at)) {
      next[at] = at + 1
      yield links[at]!
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

  #of(node: number): Timeline {
    const known = this.#links.get(node)
    if (known !== undefined) return known
    const { graph, upTo } = this.#view
    const links: number[] = []
    for (let link = graph.lastLink(node); link !== NONE; link = graph.linkBefore(link))
      if (graph.stands(graph.event(link), upTo)) links.push(link)
    links.reverse()
    const unsorted = Float64Array.from(links, (link) => graph.time(graph.event(link)))
    // Mostly they were recorded in the order of time.
    const order = Uint32Array.from(links, (_, i) => i).sort((a, b) => unsorted[a]! - unsorted[b]! || a - b)
    const sorted = Array.from(order, (i) => links[i]!)
    const next = Uint32Array.from({ length: links.length + 1 }, (_, i) => i)
    const made = { times: unsorted.sort(), links: sorted, next }
    this.#links.set(node, made)
    return made
  }
}

function firstFrom(times: Float64Array, from: number): number {
  let [low, high] = [0, times.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (times[middle]! < from) low = middle + 1
    else high = middle
  }
  return low
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
