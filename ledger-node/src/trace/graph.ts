import { createHash, randomBytes } from 'node:crypto'
import { type EventLinks, LINK_ROLES, type LinkRole } from '@tristamp/protocol'
import { Records } from '../records.ts'
import { ByTime } from './by-time.ts'
import { f64, u8, u16, u32 } from './column.ts'
import { HashSlots, hashBytes, NONE } from './hash-slots.ts'
import { Names } from './names.ts'
import { type Reading, Readings } from './readings.ts'
import { Words } from './words.ts'

/** Roles of links in the graph: those of events, and the two ends of item and lot, and a transformation of several events. */
export type Role = LinkRole | 'item' | 'lot' | 'group'
const ROLES: readonly Role[] = [...LINK_ROLES, 'item', 'lot', 'group']
const CODES = new Map(ROLES.map((role, code) => [role, code]))

const CARRIERS: ReadonlySet<string> = new Set(['unit', 'asset', 'other'])
/** A box has a dozen. */
const BUSY = 64

/** Bytes of an event's id, and of the digest of its content. */
export const ID_BYTES = 16

/** An event as it is taken in, in the order of the log. */
export interface TraceEvent {
  entry: number
  position: number
  org: string
  gateway: string
  /** Its eventID's bytes. */
  id: Uint8Array
  /** Says the same exactly where gateway and content are the same; of a declaration, what it would be without its declaration. */
  content: Uint8Array
  /** Undefined for an event that declares another wrong. */
  links: EventLinks | undefined
}

export interface Signer {
  org: string
  gateway: string
}

export type { Reading } from './readings.ts'

/**
 * How goods hang together, from the events in their order (docs/spec/trace.md). Nothing is ever taken out: an event that was taken back is
 * marked with the event that did it, so that the graph can be asked as of any number of events, and answers the same later.
 *
 * A link ties an event to a node in a role; links of an event stand one behind the other, links of a node are chained, newest first.
 */
export class TraceGraph {
  readonly names: Names = new Names()
  readonly #salt = randomBytes(4).readUInt32LE()
  // Of events.
  readonly #entry = u32()
  readonly #position = u16()
  readonly #time = f64()
  readonly #first = u32()
  readonly #place = u32()
  readonly #from = u32()
  readonly #to = u32()
  readonly #step = u16()
  readonly #signer = u32()
  readonly #placeBefore = u32()
  readonly #ids = new Records(ID_BYTES)
  readonly #contents = new Records(ID_BYTES)
  // Of links.
  readonly #event = u32()
  readonly #node = u32()
  readonly #before = u32()
  readonly #role = u8()
  readonly #milli = f64()
  readonly #uom = u16()
  // Of nodes: the newest link, and for places the newest event there.
  readonly #last = u32()
  readonly #lastAt = u32()
  readonly #degree = u32()
  /** Links by time, of what carries much: trucks, returnable boxes. */
  readonly #byTime = new Map<number, ByTime>()
  readonly #busy: number
  readonly #readings = new Readings()
  readonly #emptyings = new Map<number, number[]>()
  readonly #takenBack = new Map<number, number>()
  readonly #signers: Signer[] = []
  readonly #signerNumbers = new Map<string, number>()
  readonly #words = new Words()
  readonly #byContent = new HashSlots((event) => this.#contentHash(this.#contents.at(event)))

  /** @param busy links from which on a carrier's are kept in the order of time */
  constructor(busy: number = BUSY) {
    this.#busy = busy
  }

  /** Events taken in. */
  get events(): number {
    return this.#entry.length
  }

  get links(): number {
    return this.#event.length
  }

  add({ entry, position, org, gateway, id, content, links }: TraceEvent): void {
    const event = this.#entry.push(entry)
    this.#position.push(position)
    this.#time.push(links?.timeMs ?? Number.NaN)
    this.#first.push(this.#event.length)
    this.#signer.push(this.#signerOf(org, gateway))
    this.#ids.push(id)
    this.#contents.push(content)
    this.#step.push(this.#words.numberOf(links?.step))
    for (const [column, party] of [
      [this.#from, links?.from],
      [this.#to, links?.to],
    ] as const)
      column.push(party === undefined ? NONE : this.#nodeOf(party))
    this.#stand(event, links?.place ?? links?.seen)
    this.#remember(event, content, links === undefined)
    if (links === undefined) return
    for (const { role, subject, milli, uom } of links.goods) this.#link(event, this.#nodeOf(subject), role, milli, uom)
    for (const { item, lot } of links.lots) {
      this.#link(event, this.#nodeOf(item), 'item')
      this.#link(event, this.#nodeOf(lot), 'lot')
    }
    // Of one organisation alone: nobody ties inputs to what others make.
    if (links.transformation !== undefined) this.#link(event, this.#group(org, links.transformation), 'group')
    this.#readings.add(event, links.temperatures)
  }

  /** How many of the events are in the first `size` entries. */
  eventsIn(size: number): number {
    let [low, high] = [0, this.events]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#entry.at(middle) < size) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Whether one of the first `upTo` events names a node, be it taken back later. */
  isNamed(node: number, upTo: number): boolean {
    for (const [first, event, before] of [
      [this.#last.at(node), (link: number) => this.#event.at(link), (link: number) => this.#before.at(link)],
      [this.#lastAt.at(node), (one: number) => one, (one: number) => this.#placeBefore.at(one)],
    ] as const)
      for (let at = first; at !== NONE; at = before(at)) if (event(at) < upTo) return true
    return false
  }

  /** Whether an event stands, as of the first `upTo` events. */
  stands(event: number, upTo: number): boolean {
    return event < upTo && !(this.#takenBack.size > 0 && (this.#takenBack.get(event) ?? NONE) < upTo)
  }

  /** What takes an event back, as of the first `upTo` events. */
  takenBackBy(event: number, upTo: number): number | undefined {
    const by = this.#takenBack.get(event)
    return by !== undefined && by < upTo ? by : undefined
  }

  /** A node's newest link, from which `linkBefore` goes on; NONE at the end. */
  lastLink(node: number): number {
    return this.#last.at(node)
  }

  /** All links of a carrier that has many, by time; undefined of any other node. */
  linksByTime(node: number): ByTime | undefined {
    return this.#byTime.get(node)
  }

  linkBefore(link: number): number {
    return this.#before.at(link)
  }

  /** The newest event at a place, from which `eventBefore` goes on; NONE at the end. */
  lastEventAt(place: number): number {
    return this.#lastAt.at(place)
  }

  eventBefore(event: number): number {
    return this.#placeBefore.at(event)
  }

  event(link: number): number {
    return this.#event.at(link)
  }

  node(link: number): number {
    return this.#node.at(link)
  }

  role(link: number): Role {
    return ROLES[this.#role.at(link)]!
  }

  /** Thousandths; NaN when not told. */
  milli(link: number): number {
    return this.#milli.at(link)
  }

  uom(link: number): string {
    return this.#words.at(this.#uom.at(link))
  }

  /** Links that empty a node. */
  emptyings(node: number): readonly number[] {
    return this.#emptyings.get(node) ?? []
  }

  /** Links of an event: begin ≤ link < end. */
  firstLink(event: number): number {
    return this.#first.at(event)
  }

  endLink(event: number): number {
    return event + 1 < this.events ? this.#first.at(event + 1) : this.#event.length
  }

  time(event: number): number {
    return this.#time.at(event)
  }

  entry(event: number): number {
    return this.#entry.at(event)
  }

  position(event: number): number {
    return this.#position.at(event)
  }

  step(event: number): string {
    return this.#words.at(this.#step.at(event))
  }

  signer(event: number): Signer {
    return this.#signers[this.#signer.at(event)]!
  }

  /** Node of the place where the things are after the event, or NONE. */
  place(event: number): number {
    return this.#place.at(event)
  }

  /** Nodes of the parties that an event names, or NONE. */
  from(event: number): number {
    return this.#from.at(event)
  }

  to(event: number): number {
    return this.#to.at(event)
  }

  eventID(event: number): string {
    const hex = Buffer.from(this.#ids.at(event)).toString('hex')
    return `urn:uuid:${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')}`
  }

  /** What was measured in an event; it stays measured when the event is taken back. */
  readings(event: number): Reading[] {
    return this.#readings.of(event)
  }

  /** SHA-256 over all that the graph holds: the same for every graph made of the same events. Hex. */
  digest(): string {
    const hash = createHash('sha256')
    const columns = [
      [this.#entry, this.#position, this.#time, this.#first, this.#place, this.#from, this.#to, this.#step],
      [this.#signer, this.#placeBefore, this.#event, this.#node, this.#before, this.#role, this.#milli, this.#uom],
      [this.#last, this.#lastAt, ...this.#readings.columns],
    ].flat()
    for (const column of columns) for (const bytes of column.bytes()) hash.update(bytes)
    for (const bytes of this.names.bytes()) hash.update(bytes)
    for (let event = 0; event < this.events; event++) hash.update(this.#ids.at(event)).update(this.#contents.at(event))
    hash.update(JSON.stringify([[...this.#takenBack], this.#signers, this.#words.all]))
    return hash.digest('hex')
  }

  #link(event: number, node: number, role: Role, milli?: number, uom?: string): void {
    const link = this.#event.push(event)
    this.#node.push(node)
    this.#before.push(this.#last.at(node))
    this.#last.set(node, link)
    this.#role.push(CODES.get(role)!)
    this.#milli.push(milli ?? Number.NaN)
    this.#uom.push(this.#words.numberOf(uom))
    const degree = this.#degree.at(node) + 1
    this.#degree.set(node, degree)
    if (degree >= this.#busy) this.#keepByTime(node, link, degree)
    if (role !== 'emptied') return
    const known = this.#emptyings.get(node)
    if (known === undefined) this.#emptyings.set(node, [link])
    else known.push(link)
  }

  #keepByTime(node: number, link: number, degree: number): void {
    const kept = this.#byTime.get(node)
    if (kept !== undefined) {
      kept.add(link)
      return
    }
    if (degree !== this.#busy || !CARRIERS.has(this.names.kind(node))) return
    const links: number[] = []
    for (let one = link; one !== NONE; one = this.#before.at(one)) links.push(one)
    const byTime = new ByTime((one) => this.#time.at(this.#event.at(one)))
    for (const one of links.reverse()) byTime.add(one)
    this.#byTime.set(node, byTime)
  }

  #stand(event: number, place: string | undefined): void {
    const node = place === undefined ? NONE : this.#nodeOf(place)
    this.#place.push(node)
    this.#placeBefore.push(node === NONE ? NONE : this.#lastAt.at(node))
    if (node !== NONE) this.#lastAt.set(node, event)
  }

  /** A declaration takes back the earliest event of this content, once; anything else is remembered by its content. */
  #remember(event: number, content: Uint8Array, declares: boolean): void {
    const hash = this.#contentHash(content)
    const same = this.#byContent.find(hash, (one) => this.#contents.has(one, content))
    if (!declares) {
      if (same === NONE) this.#byContent.put(hash, event)
    } else if (same !== NONE && !this.#takenBack.has(same)) this.#takenBack.set(same, event)
  }

  #nodeOf(name: string): number {
    return this.#grown(this.names.idOf(name))
  }

  #group(org: string, transformation: string): number {
    return this.#grown(this.names.idOf(`urn:tristamp:transformation:${org}:${transformation}`, 'transformation'))
  }

  #grown(node: number): number {
    while (this.#last.length <= node) {
      this.#last.push(NONE)
      this.#lastAt.push(NONE)
      this.#degree.push(0)
    }
    return node
  }

  #signerOf(org: string, gateway: string): number {
    const name = JSON.stringify([org, gateway])
    const known = this.#signerNumbers.get(name)
    if (known !== undefined) return known
    const number = this.#signers.push({ org, gateway }) - 1
    this.#signerNumbers.set(name, number)
    return number
  }

  #contentHash(content: Uint8Array): number {
    return hashBytes(this.#salt, content, 0, content.length)
  }
}
