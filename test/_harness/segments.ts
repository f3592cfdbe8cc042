import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { isSeal } from '@tristamp/protocol'

/** A record of a segment file: `u32be length ‖ u32be crc32 ‖ bytes`. */
export interface SegmentFile {
  path: string
  records: Buffer[]
}

const HEAD = 8

/**
 * Reads a series (`entries`, `bodies`) of a ledger's folder without the ledger's own code. The tests' ledgers have one file of each. A record
 * that was cut short, as a killed process leaves it, ends the reading.
 */
export function readSegment(data: string, series: 'entries' | 'bodies'): SegmentFile {
  const [name, ...more] = readdirSync(join(data, series)).filter((file) => file.endsWith('.seg'))
  if (name === undefined || more.length > 0) throw new Error(`${series}: expected one file`)
  const path = join(data, series, name)
  const bytes = readFileSync(path)
  const records: Buffer[] = []
  for (let at = 0; at + HEAD <= bytes.length; ) {
    const end = at + HEAD + bytes.readUInt32BE(at)
    if (end > bytes.length) break
    records.push(bytes.subarray(at + HEAD, end))
    at = end
  }
  return { path, records }
}

/** Where a record's bytes begin in its file. */
export function offsetOf({ records }: SegmentFile, index: number): number {
  return records.slice(0, index).reduce((sum, record) => sum + HEAD + record.length, HEAD)
}

/** Writes the records with checksums that fit: what a thief would do who knows the format. */
export function writeSegment({ path, records }: SegmentFile): void {
  const frames = records.map((record) => {
    const head = Buffer.alloc(HEAD)
    head.writeUInt32BE(record.length, 0)
    head.writeUInt32BE(crc32(record), 4)
    return Buffer.concat([head, record])
  })
  writeFileSync(path, Buffer.concat(frames))
}

export function lastStatement({ records }: SegmentFile): number {
  return records.findLastIndex((record) => !isSeal(record))
}

export function lastSeal({ records }: SegmentFile): number {
  return records.findLastIndex((record) => isSeal(record))
}
