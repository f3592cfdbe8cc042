import { NumberMap } from './number-map.ts'

/** Kinds of links in an answer, by number. */
export const WALK_LINKS = ['input', 'output', 'lot', 'contained', 'fixed', 'at', 'unpacked', 'held'] as const
export type WalkLink = (typeof WALK_LINKS)[number]
/** The number of each. */
export const LINK: Readonly<Record<WalkLink, number>> = Object.fromEntries(
  WALK_LINKS.map((kind, code) => [kind, code]),
) as Record<WalkLink, number>

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

const FIELDS = 6

/**
 * What a walk has met: nodes in the order in which it came to them, each once, and links between them. A node is a node of the graph, or an
 * event that is a transformation by itself: then it is the event's number, negative and less one.
 */
export class WalkRecord {
  readonly #depth: number
  readonly #maxNodes: number
  readonly #numbers = new NumberMap()
  readonly nodes: number[] = []
  /** Of each node, how many steps it is away. */
  readonly depths: number[] = []
  /** Of each node, the link by which it was met; -1 for the one that was asked for. */
  readonly via: number[] = []
  /** Six numbers for each link: of these there may be millions. */
  #links: Int32Array = new Int32Array(FIELDS * 1024)
  #linkCount = 0
  readonly cuts: Set<Cut> = new Set()

  protected constructor(depth: number, maxNodes: number) {
    this.#depth = depth
    this.#maxNodes = maxNodes
  }

  get linkCount(): number {
    return this.#linkCount
  }

  /** Whether there was no room for a node. */
  protected get isFull(): boolean {
    return this.cuts.size > 0 && this.cuts.has('TRACE_NODES')
  }

  /** Number of a node of the graph; undefined when it was not met. */
  numberOf(node: number): number | undefined {
    const number = this.#numbers.get(node)
    return number === -1 ? undefined : number
  }

  /** Gives a node its number in the walk; -1 when there is no room for another. */
  protected number(node: number, depth: number): number {
    const known = this.#numbers.get(node)
    if (known !== -1) return known
    const number = this.nodes.length
    if (number >= this.#maxNodes) {
      this.cuts.add('TRACE_NODES')
      return -1
    }
    this.nodes.push(node)
    this.depths.push(depth)
    this.via.push(number === 0 ? -1 : this.#linkCount)
    this.#numbers.set(node, number)
    return number
  }

  protected tell(kind: number, from: number, to: number, depth: number, proof: number, amount = -1, end = -1): void {
    if (depth > this.#depth) {
      this.cuts.add('TRACE_DEPTH')
      return
    }
    const a = this.number(from, depth)
    const b = this.number(to, depth)
    if (a === -1 || b === -1) return
    const at = FIELDS * this.#linkCount++
    if (at === this.#links.length) {
      const larger = new Int32Array(2 * at)
      larger.set(this.#links)
      this.#links = larger
    }
    const links = this.#links
    links[at] = kind
    links[at + 1] = a
    links[at + 2] = b
    links[at + 3] = proof
    links[at + 4] = amount
    links[at + 5] = end
  }

  /** A link by number; undefined when there is no such. */
  link(i: number): Found | undefined {
    if (i < 0 || i >= this.#linkCount) return undefined
    const at = FIELDS * i
    const [links, kind] = [this.#links, WALK_LINKS[this.#links[at]!]!]
    const [from, to, proof] = [links[at + 1]!, links[at + 2]!, links[at + 3]!]
    return { kind, from, to, proof, amount: links[at + 4]!, end: links[at + 5]! }
  }

  /** Of a link, the node that is told later: behind it the link stands in an answer. */
  laterNode(i: number): number {
    return Math.max(this.#links[FIELDS * i + 1]!, this.#links[FIELDS * i + 2]!)
  }
}
