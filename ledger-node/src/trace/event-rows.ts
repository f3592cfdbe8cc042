import { DigestColumn } from './digest-column.ts'
import type { Part } from './part.ts'
import { Table } from './table.ts'

/** An event by numbers: places and parties are nodes, or NONE; step and signer are numbers of words and signers. */
export interface EventRow {
  entry: number
  position: number
  /** ms since 1970; NaN of an event that declares another wrong. */
  time: number
  /** The first of its links: they stand one behind the other. */
  first: number
  place: number
  /** The event before it at the same place. */
  placeBefore: number
  from: number
  to: number
  step: number
  signer: number
}

// The time is the first double; position and step share a word.
const [ENTRY, FIRST, PLACE, PLACE_BEFORE, FROM, TO, SIGNER, POSITION_STEP] = [2, 3, 4, 5, 6, 7, 8, 9] as const
const WIDTH = 10

/** What is kept of each event, in the order of the log. */
export class EventRows {
  readonly #rows = new Table(WIDTH)
  readonly ids: DigestColumn = new DigestColumn()
  readonly contents: DigestColumn = new DigestColumn()

  get count(): number {
    return this.#rows.length
  }

  get parts(): readonly Part[] {
    return [this.#rows, this.ids, this.contents]
  }

  add(row: EventRow, id: Uint8Array, content: Uint8Array): number {
    const event = this.#rows.push()
    this.#rows.setDouble(event, 0, row.time)
    this.#rows.setWord(event, ENTRY, row.entry)
    this.#rows.setWord(event, FIRST, row.first)
    this.#rows.setWord(event, PLACE, row.place)
    this.#rows.setWord(event, PLACE_BEFORE, row.placeBefore)
    this.#rows.setWord(event, FROM, row.from)
    this.#rows.setWord(event, TO, row.to)
    this.#rows.setWord(event, SIGNER, row.signer)
    this.#rows.setWord(event, POSITION_STEP, (row.position << 16) | row.step)
    this.ids.push(id)
    this.contents.push(content)
    return event
  }

  time(event: number): number {
    return this.#rows.double(event, 0)
  }

  entry(event: number): number {
    return this.#rows.word(event, ENTRY)
  }

  position(event: number): number {
    return this.#rows.word(event, POSITION_STEP) >>> 16
  }

  step(event: number): number {
    return this.#rows.word(event, POSITION_STEP) & 0xffff
  }

  first(event: number): number {
    return this.#rows.word(event, FIRST)
  }

  place(event: number): number {
    return this.#rows.word(event, PLACE)
  }

  placeBefore(event: number): number {
    return this.#rows.word(event, PLACE_BEFORE)
  }

  from(event: number): number {
    return this.#rows.word(event, FROM)
  }

  to(event: number): number {
    return this.#rows.word(event, TO)
  }

  signer(event: number): number {
    return this.#rows.word(event, SIGNER)
  }

  /** How many of the events are in the first `size` entries. */
  within(size: number): number {
    let [low, high] = [0, this.count]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.entry(middle) < size) low = middle + 1
      else high = middle
    }
    return low
  }

  /** `urn:uuid:` with the event's id. */
  eventID(event: number): string {
    const hex = Buffer.from(this.ids.at(event)).toString('hex')
    return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
  }
}
