import { type Stay, staysOf, type View } from './containment.ts'
import { NONE } from './hash-slots.ts'
import type { Cut } from './walk.ts'

export type PositionState = 'there' | 'on the way' | 'ended' | 'used'

/** Where one thing is: the event that says so, and what it is in. */
export interface Position {
  state: PositionState
  event: number
  /** NONE where no event told one. */
  place: number
  in: number[]
}

const ON_THE_WAY: ReadonlySet<string> = new Set(['shipping', 'departing', 'loading', 'transporting'])
/** Carriers of one thing that are looked at: nothing is in so many boxes at once, whatever is recorded. */
const MAX_CARRIERS = 1000
/** Boxes in boxes. */
export const MAX_NESTING = 16

/** Where things are, each by its own last event or by that of what it is in, or was taken out of. */
export class Positions {
  readonly #view: View
  readonly #cuts: Set<Cut>
  #carriers = 0

  /** @param cuts gets TRACE_NODES where not all carriers are looked at */
  constructor(view: View, cuts: Set<Cut>) {
    this.#view = view
    this.#cuts = cuts
  }

  of(node: number): Position | undefined {
    this.#carriers = 0
    return this.#at(node, Number.NEGATIVE_INFINITY, 0)
  }

  #at(node: number, after: number, nesting: number): Position | undefined {
    let found = this.#byItself(node, after)
    if (found?.state === 'ended' || found?.state === 'used' || nesting === MAX_NESTING) return found
    const stays = staysOf(this.#view, node).filter(({ fixed }) => !fixed)
    for (const stay of stays) found = this.#takenOut(stay, after, found)
    for (const stay of stays) {
      if (stay.to !== Number.POSITIVE_INFINITY) continue
      if (this.#carriers++ >= MAX_CARRIERS) {
        this.#cuts.add('TRACE_NODES')
        break
      }
      const carrier = this.#at(stay.parent, Math.max(after, stay.from), nesting + 1)
      const gone = carrier?.state === 'ended' || carrier?.state === 'used'
      const newer = carrier !== undefined && !gone && (found === undefined || this.#isLater(carrier.event, found.event))
      const place = newer && carrier.place !== NONE ? carrier.place : (found?.place ?? NONE)
      const boxes: number[] = [...(found?.in ?? []), stay.parent, ...(carrier?.in ?? [])]
      const said = newer ? carrier : found
      if (said !== undefined) found = { state: said.state, event: said.event, place, in: boxes }
    }
    return found
  }

  #byItself(node: number, after: number): Position | undefined {
    const { graph, upTo } = this.#view
    let [last, placed] = [-1, -1]
    let state: PositionState = 'there'
    for (let link = graph.lastLink(node); link !== NONE; link = graph.linkBefore(link)) {
      const event = graph.event(link)
      const role = graph.role(link)
      if (role === 'lot' || role === 'item' || !graph.stands(event, upTo) || graph.time(event) < after) continue
      if (graph.place(event) !== NONE && (placed === -1 || this.#isLater(event, placed))) placed = event
      if (last !== -1 && !this.#isLater(event, last)) continue
      last = event
      state =
        role === 'ended'
          ? 'ended'
          : role === 'input'
            ? 'used'
            : ON_THE_WAY.has(graph.step(event))
              ? 'on the way'
              : 'there'
    }
    return last === -1 ? undefined : { state, event: last, place: placed === -1 ? NONE : graph.place(placed), in: [] }
  }

  /** A box that was emptied does not name what was in it: where it was emptied its contents are, until something else is said of them. */
  #takenOut({ end }: Stay, after: number, before: Position | undefined): Position | undefined {
    const { graph } = this.#view
    // What names the thing itself is known already.
    if (end === -1 || graph.role(end) !== 'emptied') return before
    const event = graph.event(end)
    if (graph.time(event) < after || (before !== undefined && !this.#isLater(event, before.event))) return before
    const place = graph.place(event)
    return { state: 'there', event, place: place === NONE ? (before?.place ?? NONE) : place, in: [] }
  }

  #isLater(event: number, than: number): boolean {
    const { graph } = this.#view
    return graph.time(event) > graph.time(than) || (graph.time(event) === graph.time(than) && event > than)
  }
}
