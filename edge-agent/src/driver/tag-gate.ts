import { toHex } from '@tristamp/protocol'
import * as v from 'valibot'
import { Gen2Field, type Sighting } from '../codec/gen2-field.ts'
import { readTag, type TagRead } from '../codec/gen2-tag.ts'
import { durationMs } from '../duration.ts'
import type { DriverContext, TagSighting } from './driver.ts'

/** What every tag reader can be told, as valibot entries. */
export const gateEntries: v.ObjectEntries = {
  /** A tag that has not answered for so long has left the field; when it answers again it is read again. */
  gone: v.optional(durationMs, '10s'),
  /** How many answers make a read. */
  minReads: v.optional(
    v.pipe(v.number('must be a whole number'), v.integer('must be a whole number'), v.minValue(1), v.maxValue(100)),
    1,
  ),
  /** Answers fainter than this, in dBm, are not heard: they come from the next gate. */
  minRssi: v.optional(v.pipe(v.number('must be dBm'), v.integer(), v.minValue(-100), v.maxValue(0))),
}

export interface GateOptions {
  gone: number
  minReads: number
  minRssi?: number | undefined
}

/** Between a reader's answers and the station: each tag once while it stays in the field, as what it says; what says nothing is counted and told. */
export class TagGate {
  readonly #field: Gen2Field
  readonly #context: DriverContext

  constructor({ gone, minReads, minRssi }: GateOptions, context: DriverContext) {
    this.#field = new Gen2Field({ goneMs: gone, minReads, minRssi })
    this.#context = context
  }

  take(read: TagRead): void {
    const nowMs = this.#context.now()
    const sighting = this.#field.take(read, nowMs)
    if (sighting) this.#tell(sighting, nowMs)
  }

  /** To be asked now and then: tells the tags that have left. */
  look(): void {
    const atMs = this.#context.now()
    for (const sighting of this.#field.left(atMs)) {
      const tag = readTag(sighting.epc, sighting.pc)
      if ('why' in tag) continue
      const forMs = sighting.lastMs - sighting.firstMs
      this.#context.emit({ kind: 'tag-gone', atMs, text: tag.uri, tag: how(sighting), forMs })
    }
  }

  #tell(sighting: Sighting, atMs: number): void {
    const { epc, pc, antenna } = sighting
    const tag = readTag(epc, pc)
    if ('why' in tag) this.#context.fault('TAG_UNKNOWN', { epc: hex(epc), antenna, why: tag.why })
    else this.#context.emit({ kind: 'scan', atMs, text: tag.label, tag: how(sighting) })
  }
}

function how({ epc, antenna, count, maxRssi }: Sighting): TagSighting {
  return { epc: hex(epc), antenna, count, ...(maxRssi !== undefined && { maxRssi }) }
}

function hex(epc: Uint8Array): string {
  return toHex(epc).toUpperCase()
}
