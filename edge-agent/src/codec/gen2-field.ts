import { toHex } from '@tristamp/protocol'
import type { TagRead } from './gen2-tag.ts'

/** A tag that came into the field of an antenna, told once however often it answers. */
export interface Sighting {
  epc: Uint8Array
  pc: number | undefined
  antenna: number
  /** Answers so far, and the strongest of them in dBm. */
  count: number
  maxRssi: number | undefined
  firstMs: number
  lastMs: number
}

export interface FieldOptions {
  /** A tag that has not answered for so long has left; when it answers again it is a new sighting. */
  goneMs: number
  /** How many answers make a sighting: a single one may be a tag that somebody carries past. */
  minReads: number
  /** Answers below are not counted: they come from the next gate. */
  minRssi?: number | undefined
}

interface Present extends Sighting {
  told: boolean
}

/** More tags than a portal can hold at once: what is beyond is noise, and the one longest unheard makes room. */
const MAX_PRESENT = 5000

/**
 * The tags in the field of a reader, by EPC and antenna. Readers report the same tag dozens of times a second; a station needs to know once that it
 * came. Sans-IO: time is told, never asked.
 */
export class Gen2Field {
  readonly #options: FieldOptions
  /** In the order of the last answer, the longest unheard first. */
  readonly #present = new Map<string, Present>()
  readonly #left: Sighting[] = []

  constructor(options: FieldOptions) {
    this.#options = options
  }

  /** Takes one answer at `nowMs` (monotonic); returns the sighting that it completes. */
  take(read: TagRead, nowMs: number): Sighting | undefined {
    const { minRssi, minReads } = this.#options
    if (minRssi !== undefined && read.rssi !== undefined && read.rssi < minRssi) return undefined
    this.#leave(nowMs)
    const key = `${read.antenna} ${toHex(read.epc)}`
    const before = this.#present.get(key)
    const present = before
      ? { ...before, count: before.count + read.count, maxRssi: strongest(before.maxRssi, read.rssi), lastMs: nowMs }
      : begin(read, nowMs)
    const complete = !present.told && present.count >= minReads
    if (complete) present.told = true
    this.#present.delete(key)
    this.#present.set(key, present)
    if (this.#present.size > MAX_PRESENT) this.#drop(...this.#present.entries().next().value!)
    return complete ? sighting(present) : undefined
  }

  /** The tags that have left by `nowMs` since this was last asked, as far as they were told, with all that was counted of them. */
  left(nowMs: number): Sighting[] {
    this.#leave(nowMs)
    return this.#left.splice(0)
  }

  #leave(nowMs: number): void {
    for (const [key, present] of this.#present) {
      if (nowMs - present.lastMs < this.#options.goneMs) return
      this.#drop(key, present)
    }
  }

  #drop(key: string, present: Present): void {
    this.#present.delete(key)
    if (present.told && this.#left.length < MAX_PRESENT) this.#left.push(sighting(present))
  }
}

function begin({ epc, pc, antenna, rssi, count }: TagRead, nowMs: number): Present {
  return { epc, pc, antenna, count, maxRssi: rssi, firstMs: nowMs, lastMs: nowMs, told: false }
}

function sighting({ told: _told, ...rest }: Present): Sighting {
  return rest
}

function strongest(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return Math.max(a, b)
}
