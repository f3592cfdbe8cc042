import { BusyCarriers } from './busy-carriers.ts'
import type { ByTime } from './by-time.ts'
import { Corrections } from './corrections.ts'
import { EventRows } from './event-rows.ts'
import { NONE } from './hash-slots.ts'
import { LinkRows, ROLES, type Role } from './link-rows.ts'
import { Names } from './names.ts'
import { type Reading, Readings } from './readings.ts'
import { Words } from './words.ts'

export interface Signer {
  org: string
  gateway: string
}

/**
 * How goods hang together, as it is read. Nothing is ever taken out: an event that was taken back is marked with the event that did it, so
 * that the graph can be asked as of any number of events, and answers the same later.
 *
 * A link ties an event to a node in a role; links of an event stand one behind the other, links of a node are chained, newest first.
 */
export class GraphRows {
  readonly names: Names = new Names()
  protected readonly eventRows: EventRows = new EventRows()
  protected readonly linkRows: LinkRows = new LinkRows()
  protected readonly readingRows: Readings = new Readings()
  protected readonly corrections: Corrections = new Corrections(this.eventRows)
  protected readonly busy: BusyCarriers
  protected readonly emptied: Map<number, number[]> = new Map()
  protected readonly signers: Signer[] = []
  protected words: Words = new Words()

  /** @param busy links from which on a carrier's are kept in the order of time */
  protected constructor(busy: number) {
    this.busy = new BusyCarriers(this.linkRows, this.names, busy, (link) => this.time(this.event(link)))
  }

  /** Events taken in. */
  get events(): number {
    return this.eventRows.count
  }

  get links(): number {
    return this.linkRows.count
  }

  /** How many of the events are in the first `size` entries. */
  eventsIn(size: number): number {
    return this.eventRows.within(size)
  }

  /** Whether one of the first `upTo` events names a node, be it taken back later. */
  isNamed(node: number, upTo: number): boolean {
    for (let link = this.lastLink(node); link !== NONE; link = this.linkBefore(link))
      if (this.event(link) < upTo) return true
    for (let event = this.lastEventAt(node); event !== NONE; event = this.eventBefore(event))
      if (event < upTo) return true
    return false
  }

  /** How many links and events at it a node has in the first `upTo` events, taken back or not. What is newer is gone through. */
  spread(node: number, upTo: number): number {
    let spread = this.linkRows.degree.at(node) + this.linkRows.degreeAt.at(node)
    for (let link = this.lastLink(node); link !== NONE && this.event(link) >= upTo; link = this.linkBefore(link))
      spread--
    for (let event = this.lastEventAt(node); event !== NONE && event >= upTo; event = this.eventBefore(event)) spread--
    return spread
  }

  /** Whether an event stands, as of the first `upTo` events. */
  stands(event: number, upTo: number): boolean {
    return event < upTo && this.corrections.of(event) >= upTo
  }

  /** The event that took one back, as of the first `upTo` events. */
  takenBackBy(event: number, upTo: number): number | undefined {
    const by = this.corrections.of(event)
    return by < upTo ? by : undefined
  }

  /** A node's newest link, from which `linkBefore` goes on; NONE at the end. */
  lastLink(node: number): number {
    return this.linkRows.last.at(node)
  }

  /** All links of a carrier that has many, by time; undefined of any other node. */
  linksByTime(node: number): ByTime | undefined {
    return this.busy.of(node)?.byTime
  }

  /** Of a carrier that has many links, those as what was in or on something, the oldest first; undefined of any other node. */
  heldLinks(node: number): readonly number[] | undefined {
    return this.busy.of(node)?.held
  }

  linkBefore(link: number): number {
    return this.linkRows.before(link)
  }

  /** The newest event at a place, from which `eventBefore` goes on; NONE at the end. */
  lastEventAt(place: number): number {
    return this.linkRows.lastAt.at(place)
  }

  eventBefore(event: number): number {
    return this.eventRows.placeBefore(event)
  }

  event(link: number): number {
    return this.linkRows.event(link)
  }

  node(link: number): number {
    return this.linkRows.node(link)
  }

  /** The role by its number (`codeOf`). */
  roleCode(link: number): number {
    return this.linkRows.role(link)
  }

  role(link: number): Role {
    return ROLES[this.linkRows.role(link)]!
  }

  /** Thousandths; NaN when not told. */
  milli(link: number): number {
    return this.linkRows.milli(link)
  }

  uom(link: number): string {
    return this.words.at(this.linkRows.uom(link))
  }

  /** Links that empty a node. */
  emptyings(node: number): readonly number[] {
    return this.emptied.get(node) ?? []
  }

  /** Links of an event: begin ≤ link < end. */
  firstLink(event: number): number {
    return this.eventRows.first(event)
  }

  endLink(event: number): number {
    return event + 1 < this.events ? this.eventRows.first(event + 1) : this.links
  }

  time(event: number): number {
    return this.eventRows.time(event)
  }

  entry(event: number): number {
    return this.eventRows.entry(event)
  }

  position(event: number): number {
    return this.eventRows.position(event)
  }

  step(event: number): string {
    return this.words.at(this.eventRows.step(event))
  }

  signer(event: number): Signer {
    return this.signers[this.eventRows.signer(event)]!
  }

  /** Node of the place where the things are after the event, or NONE. */
  place(event: number): number {
    return this.eventRows.place(event)
  }

  /** Nodes of the parties that an event names, or NONE. */
  from(event: number): number {
    return this.eventRows.from(event)
  }

  to(event: number): number {
    return this.eventRows.to(event)
  }

  eventID(event: number): string {
    return this.eventRows.eventID(event)
  }

  /** What was measured in an event; it stays measured when the event is taken back. */
  readings(event: number): Reading[] {
    return this.readingRows.of(event)
  }
}
