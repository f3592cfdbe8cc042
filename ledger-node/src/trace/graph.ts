import { createHash } from 'node:crypto'
import type { EventLinks } from '@tristamp/protocol'
import { GraphRows, type Signer } from './graph-rows.ts'
import { NONE } from './hash-slots.ts'
import { codeOf, type Role } from './link-rows.ts'
import { type Part, TextPart } from './part.ts'
import type { BodyPlace } from './readings.ts'
import { Words } from './words.ts'

/** A box has a dozen. */
const BUSY = 64

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
  /** Where it lies, for what it tells of its readings. */
  body?: BodyPlace | undefined
}

/** What of the graph is not in columns. */
interface Texts {
  heads: readonly string[]
  words: string[]
  signers: Signer[]
  salts: [names: number, contents: number]
}

/** How goods hang together, from the events in their order (docs/spec/trace.md). */
export class TraceGraph extends GraphRows {
  readonly #signerNumbers = new Map<string, number>()

  /** @param busy links from which on a carrier's are kept in the order of time */
  constructor(busy: number = BUSY) {
    super(busy)
  }

  add({ entry, position, org, gateway, id, content, links, body }: TraceEvent): void {
    const where = links?.place ?? links?.seen
    const place = where === undefined ? NONE : this.#nodeOf(where)
    const event = this.eventRows.add(
      {
        entry,
        position,
        time: links?.timeMs ?? Number.NaN,
        first: this.links,
        place,
        placeBefore: place === NONE ? NONE : this.linkRows.stand(this.events, place),
        from: links?.from === undefined ? NONE : this.#nodeOf(links.from),
        to: links?.to === undefined ? NONE : this.#nodeOf(links.to),
        step: this.words.numberOf(links?.step),
        signer: this.#signerOf(org, gateway),
      },
      id,
      content,
    )
    this.corrections.take(event, content, links === undefined)
    if (links === undefined) return
    for (const { role, subject, milli, uom } of links.goods) this.#link(event, this.#nodeOf(subject), role, milli, uom)
    for (const { item, lot } of links.lots) {
      this.#link(event, this.#nodeOf(item), 'item')
      this.#link(event, this.#nodeOf(lot), 'lot')
    }
    // Of one organisation alone: nobody ties inputs to what others make.
    if (links.transformation !== undefined) this.#link(event, this.#group(org, links.transformation), 'group')
    this.readingRows.add(event, links.temperatures, body)
  }

  /** SHA-256 over all that the graph holds: the same for every graph made of the same events. Hex. */
  digest(): string {
    const hash = createHash('sha256')
    for (const part of this.#told()) for (const bytes of part.bytes()) hash.update(bytes)
    const { salts: _, ...texts } = this.#texts()
    return hash.update(JSON.stringify(texts)).digest('hex')
  }

  /** Bytes that it holds, but for what a few busy carriers take. */
  get byteLength(): number {
    return this.parts().reduce((sum, { byteLength }) => sum + byteLength, 0)
  }

  /** Everything that a graph of the same events can be made of: to be written as it stands, before another event is taken in. */
  parts(): readonly Part[] {
    return [...this.#told(), this.names.slots, this.corrections.slots, new TextPart(this.#texts())]
  }

  /** Parts to read into, of a graph that is still empty; `restored` makes the rest from them. */
  emptyParts(): { parts: readonly Part[]; restored: () => boolean } {
    const texts = new TextPart()
    return {
      parts: [...this.#told(), this.names.slots, this.corrections.slots, texts],
      restored: () => this.#restored(texts.value as Texts),
    }
  }

  #told(): Part[] {
    const { names } = this
    return [this.eventRows, this.linkRows, this.readingRows, this.corrections, names].flatMap(({ parts }) => parts)
  }

  #texts(): Texts {
    const { heads, salt } = this.names
    return { heads, words: this.words.all, signers: this.signers, salts: [salt, this.corrections.salt] }
  }

  /** Answers whether what was read can be. */
  #restored({ heads, words, signers, salts }: Texts): boolean {
    if (!this.names.restored(heads, salts[0]) || !this.corrections.restored(salts[1])) return false
    this.words = new Words(words)
    for (const { org, gateway } of signers) this.#signerOf(org, gateway)
    const emptied = codeOf('emptied')
    for (let link = 0; link < this.links; link++) if (this.roleCode(link) === emptied) this.#empties(link)
    this.busy.restored()
    return true
  }

  #link(event: number, node: number, role: Role, milli = Number.NaN, uom?: string): void {
    const link = this.linkRows.add(event, node, role, milli, this.words.numberOf(uom))
    this.busy.take(node, link)
    if (role === 'emptied') this.#empties(link)
  }

  #empties(link: number): void {
    const node = this.node(link)
    const known = this.emptied.get(node)
    if (known === undefined) this.emptied.set(node, [link])
    else known.push(link)
  }

  #nodeOf(name: string): number {
    return this.linkRows.grown(this.names.idOf(name))
  }

  #group(org: string, transformation: string): number {
    return this.linkRows.grown(
      this.names.idOf(`urn:tristamp:transformation:${org}:${transformation}`, 'transformation'),
    )
  }

  #signerOf(org: string, gateway: string): number {
    const name = JSON.stringify([org, gateway])
    const known = this.#signerNumbers.get(name)
    if (known !== undefined) return known
    const number = this.signers.push({ org, gateway }) - 1
    this.#signerNumbers.set(name, number)
    return number
  }
}
