import { subjectFrom } from '@tristamp/protocol'
import type { View } from './containment.ts'
import { NONE } from './hash-slots.ts'
import type { PositionState } from './position.ts'
import { holderOf, isoTime, type Proof, proofOf } from './proof.ts'

/** Where some of it is, or what became of it. Of a lot quantities are added up, of items their number. */
export interface Standing {
  state: PositionState | 'unaccounted'
  place?: string
  holder?: string
  /** Thousandths of `uom`, of pieces without it; absent where a quantity was not told. */
  milli?: number
  uom?: string
  /** The business step by which it ended; where that is asked for. */
  step?: string
  /** Items and units that it is made of. */
  things: number
  /** What it is in at present; the first hundred. */
  in: string[]
  /** When the last of it came there. */
  since?: string
  /** The events that say so; the last hundred. */
  proofs: Proof[]
}

export interface Pile {
  standing: Omit<Standing, 'since' | 'proofs' | 'in'>
  in: Set<number>
  time: number
  events: number[]
}

/** Events and boxes that are kept of each pile. */
const KEPT = 100
/** Units of which nothing is known to be in them: they are counted, and are no pieces of anything. */
export const UNOPENED = 'unit'

/** What lies together: in one state, at one place, with one holder, in one unit of measure. */
export class Piles {
  readonly #view: View
  readonly #parties: ReadonlyMap<string, string>
  readonly #bySteps: boolean
  readonly #piles = new Map<string, Pile>()

  /** @param bySteps what ended by one step is told apart from what ended by another */
  constructor(view: View, parties: ReadonlyMap<string, string>, bySteps: boolean) {
    this.#view = view
    this.#parties = parties
    this.#bySteps = bySteps
  }

  /** @param proofs the last so many of each */
  standings(proofs: number = KEPT): Standing[] {
    const { graph } = this.#view
    const rows = [...this.#piles.values()].filter(({ standing }) => standing.milli !== 0 || standing.things > 0)
    const order = ['there', 'on the way', 'unaccounted', 'used', 'ended']
    rows.sort((a, b) => order.indexOf(a.standing.state) - order.indexOf(b.standing.state) || b.time - a.time)
    return rows.map(({ standing, in: boxes, time, events }) => {
      const since = isoTime(time)
      const { milli, uom, ...rest } = standing
      return {
        ...rest,
        ...(milli !== undefined && milli !== 0 && !Number.isNaN(milli) && { milli }),
        ...(uom !== undefined && uom !== UNOPENED && { uom }),
        in: [...boxes].slice(0, KEPT).map((box) => graph.names.text(box)),
        ...(since !== undefined && { since }),
        proofs: [...new Set(events)].slice(-proofs).map((event) => proofOf(graph, event)),
      }
    })
  }

  /** The pile that an event puts something on. @param isMissing more was taken than there ever was */
  at(state: PositionState, place: number, uom: string, event: number, isMissing: boolean = false): Pile {
    return this.#pile(isMissing ? 'unaccounted' : state, place, this.#holder(state, event), uom, event)
  }

  /** What is between two places, whoever has it. */
  onTheWay(uom: string, event: number): Pile {
    return this.#pile('on the way', NONE, '', uom, event)
  }

  /** To what lies at the place of an event, or is taken from there: from whoever has had it there. */
  put(event: number, uom: string, milli: number, state: Standing['state']): void {
    const place = this.#view.graph.place(event)
    if (milli >= 0 || state !== 'there') {
      const pile = this.#pile(state, place, this.#holder(state, event), uom, event)
      pile.standing.milli = (pile.standing.milli ?? 0) + milli
      return
    }
    let left = -milli
    const site = this.#site(place)
    for (const pile of this.#piles.values()) {
      const { standing } = pile
      if (standing.state !== 'there' || standing.place !== site || (standing.uom ?? '') !== uom) continue
      const taken = Math.min(left, Math.max(0, standing.milli ?? 0))
      if (taken === 0) continue
      standing.milli = standing.milli! - taken
      pile.events.push(event)
      left -= taken
      if (left === 0) return
    }
    // More went out than ever came: something is not recorded, or not true.
    if (left > 0) this.#pile('unaccounted', place, this.#holder('there', event), uom, event).standing.milli! -= left
  }

  #holder(state: Standing['state'], event: number): string {
    return state === 'ended' ? '' : holderOf(this.#view, event, this.#parties)
  }

  #site(place: number): string | undefined {
    return place === NONE ? undefined : siteOf(this.#view.graph.names.text(place))
  }

  #pile(state: Standing['state'], place: number, holder: string, uom: string, event: number): Pile {
    const site = this.#site(place)
    const step = this.#bySteps && state === 'ended' ? this.#view.graph.step(event) : ''
    const key = JSON.stringify([state, site, holder, uom, step])
    let pile = this.#piles.get(key)
    if (pile === undefined) {
      const standing = {
        state,
        ...(site !== undefined && { place: site }),
        ...(holder !== '' && { holder }),
        milli: 0,
        ...(uom !== '' && { uom }),
        ...(step !== '' && { step }),
        things: 0,
      }
      pile = { standing, in: new Set(), time: Number.NEGATIVE_INFINITY, events: [] }
      this.#piles.set(key, pile)
    }
    pile.time = Math.max(pile.time, this.#view.graph.time(event))
    pile.events.push(event)
    if (pile.events.length > 4 * KEPT) pile.events.splice(0, 3 * KEPT)
    return pile
  }
}

/** A place without the part of it: stock is counted by site. */
export function siteOf(place: string): string {
  const { kind, uri } = subjectFrom(place)
  return kind === 'place' ? uri.replace(/\/254\/.*$/, '') : place
}
