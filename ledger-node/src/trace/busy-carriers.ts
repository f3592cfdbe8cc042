import { ByTime } from './by-time.ts'
import { NONE } from './hash-slots.ts'
import { codeOf, type LinkRows } from './link-rows.ts'
import type { Names } from './names.ts'

const CARRIERS: ReadonlySet<string> = new Set(['unit', 'asset', 'other'])

/** Roles of what is in or on something. */
const HELD: ReadonlySet<number> = new Set((['packed', 'unpacked', 'fixed', 'unfixed'] as const).map(codeOf))

interface Busy {
  byTime: ByTime
  /** Its own links as what was in or on something, which are few: the oldest first. */
  held: number[]
}

/** The links by time of what carries much: trucks, returnable boxes. What it holds follows from the links. */
export class BusyCarriers {
  readonly #links: LinkRows
  readonly #names: Names
  readonly #least: number
  readonly #timeOf: (link: number) => number
  readonly #busy = new Map<number, Busy>()

  /** @param least links from which on a carrier's are kept in the order of time */
  constructor(links: LinkRows, names: Names, least: number, timeOf: (link: number) => number) {
    this.#links = links
    this.#names = names
    this.#least = least
    this.#timeOf = timeOf
  }

  of(node: number): Busy | undefined {
    return this.#busy.get(node)
  }

  /** Takes in the newest link of a node. */
  take(node: number, link: number): void {
    const degree = this.#links.degree.at(node)
    if (degree < this.#least) return
    const kept = this.#busy.get(node)
    if (kept !== undefined) {
      kept.byTime.add(link)
      if (HELD.has(this.#links.role(link))) kept.held.push(link)
    } else if (degree === this.#least) this.#begin(node)
  }

  /** Makes all of them from the links. */
  restored(): void {
    const { degree } = this.#links
    for (let node = 0; node < degree.length; node++) if (degree.at(node) >= this.#least) this.#begin(node)
  }

  #begin(node: number): void {
    if (!CARRIERS.has(this.#names.kind(node))) return
    const { last, degree } = this.#links
    const links = new Uint32Array(degree.at(node))
    for (let link = last.at(node), at = links.length - 1; link !== NONE && at >= 0; link = this.#links.before(link))
      links[at--] = link
    const held = Array.from(links.filter((link) => HELD.has(this.#links.role(link))))
    this.#busy.set(node, { byTime: ByTime.of(links, this.#timeOf), held })
  }
}
