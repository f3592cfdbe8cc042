import { ByTime } from './by-time.ts'
import { NONE } from './hash-slots.ts'
import type { LinkRows } from './link-rows.ts'
import type { Names } from './names.ts'

const CARRIERS: ReadonlySet<string> = new Set(['unit', 'asset', 'other'])

/** The links by time of what carries much: trucks, returnable boxes. What it holds follows from the links. */
export class BusyCarriers {
  readonly #links: LinkRows
  readonly #names: Names
  readonly #least: number
  readonly #timeOf: (link: number) => number
  readonly #byTime = new Map<number, ByTime>()

  /** @param least links from which on a carrier's are kept in the order of time */
  constructor(links: LinkRows, names: Names, least: number, timeOf: (link: number) => number) {
    this.#links = links
    this.#names = names
    this.#least = least
    this.#timeOf = timeOf
  }

  of(node: number): ByTime | undefined {
    return this.#byTime.get(node)
  }

  /** Takes in the newest link of a node. */
  take(node: number, link: number): void {
    const degree = this.#links.degree.at(node)
    if (degree < this.#least) return
    const kept = this.#byTime.get(node)
    if (kept !== undefined) kept.add(link)
    else if (degree === this.#least) this.#begin(node)
  }

  /** Makes all of them from the links. */
  restored(): void {
    const { degree } = this.#links
    for (let node = 0; node < degree.length; node++) if (degree.at(node) >= this.#least) this.#begin(node)
  }

  #begin(node: number): void {
    if (!CARRIERS.has(this.#names.kind(node))) return
    const { last, before, degree } = this.#links
    const links = new Uint32Array(degree.at(node))
    for (let link = last.at(node), at = links.length - 1; link !== NONE && at >= 0; link = before.at(link))
      links[at--] = link
    this.#byTime.set(node, ByTime.of(links, this.#timeOf))
  }
}
