import { type Column, f64, u16, u32 } from './column.ts'
import { DigestColumn } from './digest-column.ts'
import { NONE } from './hash-slots.ts'
import type { Part } from './part.ts'

/** What is kept of each event, in the order of the log. Places and parties are nodes, or NONE; step and signer are numbers of words. */
export class EventRows {
  readonly entry: Column<Uint32Array> = u32()
  readonly position: Column<Uint16Array> = u16()
  /** ms since 1970; NaN of an event that declares another wrong. */
  readonly time: Column<Float64Array> = f64()
  /** The first of its links: they stand one behind the other. */
  readonly first: Column<Uint32Array> = u32()
  readonly place: Column<Uint32Array> = u32()
  /** The event before it at the same place. */
  readonly placeBefore: Column<Uint32Array> = u32()
  readonly from: Column<Uint32Array> = u32()
  readonly to: Column<Uint32Array> = u32()
  readonly step: Column<Uint16Array> = u16()
  readonly signer: Column<Uint32Array> = u32()
  readonly ids: DigestColumn = new DigestColumn()
  readonly contents: DigestColumn = new DigestColumn()

  get count(): number {
    return this.entry.length
  }

  get parts(): readonly Part[] {
    const { entry, position, time, first, place, placeBefore, from, to, step, signer, ids, contents } = this
    return [entry, position, time, first, place, placeBefore, from, to, step, signer, ids, contents]
  }

  /** How many of the events are in the first `size` entries. */
  within(size: number): number {
    let [low, high] = [0, this.count]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.entry.at(middle) < size) low = middle + 1
      else high = middle
    }
    return low
  }

  /** `urn:uuid:` with the event's id. */
  eventID(event: number): string {
    const hex = Buffer.from(this.ids.at(event)).toString('hex')
    return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
  }

  /** Takes in where the things are after the newest event, and answers the newest event there before it. */
  stand(place: number | undefined, before: number): void {
    this.place.push(place ?? NONE)
    this.placeBefore.push(place === undefined ? NONE : before)
  }
}
