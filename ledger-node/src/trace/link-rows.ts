import { LINK_ROLES, type LinkRole } from '@tristamp/protocol'
import { type Column, u32 } from './column.ts'
import { NONE } from './hash-slots.ts'
import type { Part } from './part.ts'
import { Table } from './table.ts'

/** Roles of links in the graph: those of events, and the two ends of item and lot, and a transformation of several events. */
export type Role = LinkRole | 'item' | 'lot' | 'group'
export const ROLES: readonly Role[] = [...LINK_ROLES, 'item', 'lot', 'group']
const CODES = new Map(ROLES.map((role, code) => [role, code]))

/** The number of a role, as `LinkRows.role` has it. */
export function codeOf(role: Role): number {
  return CODES.get(role)!
}

// The amount is the first double; role and unit share a word.
const [EVENT, NODE, BEFORE, ROLE_UOM] = [2, 3, 4, 5] as const
const WIDTH = 6

/** Links between events and nodes. Those of an event stand one behind the other; those of a node are chained, newest first. */
export class LinkRows {
  readonly #rows = new Table(WIDTH)
  /** Of each node its newest link and the newest event there if it is a place, and how many of both there are. */
  readonly last: Column<Uint32Array> = u32()
  readonly lastAt: Column<Uint32Array> = u32()
  readonly degree: Column<Uint32Array> = u32()
  readonly degreeAt: Column<Uint32Array> = u32()

  get count(): number {
    return this.#rows.length
  }

  get parts(): readonly Part[] {
    return [this.#rows, this.last, this.lastAt, this.degree, this.degreeAt]
  }

  event(link: number): number {
    return this.#rows.word(link, EVENT)
  }

  node(link: number): number {
    return this.#rows.word(link, NODE)
  }

  before(link: number): number {
    return this.#rows.word(link, BEFORE)
  }

  role(link: number): number {
    return this.#rows.word(link, ROLE_UOM) >>> 16
  }

  uom(link: number): number {
    return this.#rows.word(link, ROLE_UOM) & 0xffff
  }

  /** Thousandths of the unit; NaN when not told. */
  milli(link: number): number {
    return this.#rows.double(link, 0)
  }

  /** Makes room for a node; answers it. */
  grown(node: number): number {
    while (this.last.length <= node) {
      this.last.push(NONE)
      this.lastAt.push(NONE)
      this.degree.push(0)
      this.degreeAt.push(0)
    }
    return node
  }

  /** Takes in an event at a place; answers the one before it there. */
  stand(event: number, place: number): number {
    const before = this.lastAt.at(place)
    this.lastAt.set(place, event)
    this.degreeAt.set(place, this.degreeAt.at(place) + 1)
    return before
  }

  add(event: number, node: number, role: Role, milli: number, uom: number): number {
    const link = this.#rows.push()
    this.#rows.setDouble(link, 0, milli)
    this.#rows.setWord(link, EVENT, event)
    this.#rows.setWord(link, NODE, node)
    this.#rows.setWord(link, BEFORE, this.last.at(node))
    this.#rows.setWord(link, ROLE_UOM, (codeOf(role) << 16) | uom)
    this.last.set(node, link)
    this.degree.set(node, this.degree.at(node) + 1)
    return link
  }
}
