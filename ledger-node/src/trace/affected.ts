import type { GraphRows } from './graph-rows.ts'
import type { Position } from './position.ts'

/** Of names: units, items, what is gone. */
const TIERS = 3
const KINDS: ReadonlySet<string> = new Set(['item', 'unit'])

/**
 * The goods of an order and what these lie in, by name: units before items, what is gone last; in each the newest first, for a list that has not room
 * for all.
 */
export class Affected {
  readonly #graph: GraphRows
  readonly #most: number
  /** By node. */
  readonly #ranks = new Map<number, number>()
  #cut: boolean = false

  /** @param most names that are asked for */
  constructor(graph: GraphRows, most: number) {
    this.#graph = graph
    this.#most = most
  }

  /** A thing that is meant, and where it is. What is neither an item nor a unit is left out: trucks and places carry other goods, too. */
  add(node: number, { state, event, in: boxes }: Position): void {
    const gone = state === 'ended' || state === 'used'
    this.#put(node, gone ? 0 : this.#graph.names.kind(node) === 'unit' ? 2 : 1, event)
    if (!gone) for (const box of boxes) this.#put(box, 2, event)
  }

  /** Whether there were more than are told. */
  get cut(): boolean {
    return this.#cut || this.#ranks.size > this.#most
  }

  /** Those that matter most first. */
  names(): string[] {
    this.#trim()
    return [...this.#ranks.keys()].map((node) => this.#graph.names.text(node))
  }

  #put(node: number, tier: number, event: number): void {
    if (!KINDS.has(this.#graph.names.kind(node))) return
    const rank = event * TIERS + tier
    const before = this.#ranks.get(node)
    if (before === undefined || isBefore(rank, before)) this.#ranks.set(node, rank)
    // So that the memory for a quarter of a million items is that of a few.
    if (this.#ranks.size >= 8 * this.#most + 1024) this.#trim()
  }

  #trim(): void {
    const sorted = [...this.#ranks].sort(([a, x], [b, y]) => (x === y ? a - b : isBefore(x, y) ? -1 : 1))
    if (sorted.length > this.#most) this.#cut = true
    this.#ranks.clear()
    for (const [node, rank] of sorted.slice(0, this.#most)) this.#ranks.set(node, rank)
  }
}

function isBefore(a: number, b: number): boolean {
  const [tier, other] = [a % TIERS, b % TIERS]
  return tier === other ? a > b : tier > other
}
