import { LINK_ROLES, type LinkRole } from '@tristamp/protocol'
import { type Column, f64, u8, u16, u32 } from './column.ts'
import { NONE } from './hash-slots.ts'
import type { Part } from './part.ts'

/** Roles of links in the graph: those of events, and the two ends of item and lot, and a transformation of several events. */
export type Role = LinkRole | 'item' | 'lot' | 'group'
export const ROLES: readonly Role[] = [...LINK_ROLES, 'item', 'lot', 'group']
const CODES = new Map(ROLES.map((role, code) => [role, code]))

/** The number of a role, as `LinkRows.role` has it. */
export function codeOf(role: Role): number {
  return CODES.get(role)!
}

/** Links between events and nodes. Those of an event stand one behind the other; those of a node are chained, newest first. */
export class LinkRows {
  readonly event: Column<Uint32Array> = u32()
  readonly node: Column<Uint32Array> = u32()
  readonly before: Column<Uint32Array> = u32()
  readonly role: Column<Uint8Array> = u8()
  /** Thousandths of the unit; NaN when not told. */
  readonly milli: Column<Float64Array> = f64()
  readonly uom: Column<Uint16Array> = u16()
  /** Of each node its newest link, the newest event there if it is a place, and how many links it has. */
  readonly last: Column<Uint32Array> = u32()
  readonly lastAt: Column<Uint32Array> = u32()
  readonly degree: Column<Uint32Array> = u32()

  get count(): number {
    return this.event.length
  }

  get parts(): readonly Part[] {
    const { event, node, before, role, milli, uom, last, lastAt, degree } = this
    return [event, node, before, role, milli, uom, last, lastAt, degree]
  }

  /** Makes room for a node; answers it. */
  grown(node: number): number {
    while (this.last.length <= node) {
      this.last.push(NONE)
      this.lastAt.push(NONE)
      this.degree.push(0)
    }
    return node
  }

  add(event: number, node: number, role: Role, milli: number, uom: number): number {
    const link = this.event.push(event)
    this.node.push(node)
    this.before.push(this.last.at(node))
    this.last.set(node, link)
    this.role.push(codeOf(role))
    this.milli.push(milli)
    this.uom.push(uom)
    this.degree.set(node, this.degree.at(node) + 1)
    return link
  }
}
