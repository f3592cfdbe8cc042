import * as crypto from 'node:crypto'
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatCheckpoint, parseCheckpoint, parseNote, publicKeyOf, signNote, signOnNode } from '@tristamp/protocol'
import { Level } from 'level'
import { ORIGIN } from './ledger.ts'
import { offsetOf, readSegment, type SegmentFile, writeSegment } from './segments.ts'

/** One thing that is done to a copy of a ledger's folder. */
export type Change = (data: string) => void | Promise<void>

export function flip(bytes: Uint8Array, at: number): void {
  const i = at < 0 ? bytes.length + at : at
  bytes[i]! ^= 1
}

/** A bit flipped in the middle of a record, as a failing disk does. */
export function flipped(series: 'entries' | 'bodies', which: (segment: SegmentFile) => number): Change {
  return (data) => {
    const segment = readSegment(data, series)
    const file = readFileSync(segment.path)
    flip(file, offsetOf(segment, which(segment)) + 20)
    writeFileSync(segment.path, file)
  }
}

/** Records changed, with checksums that fit. */
export function changed(series: 'entries' | 'bodies', change: (segment: SegmentFile) => void): Change {
  return (data) => {
    const segment = readSegment(data, series)
    change(segment)
    writeSegment(segment)
  }
}

export function swapped(a: number, b: number): (segment: SegmentFile) => void {
  return ({ records }) => {
    const [first, second] = [records[a]!, records[b]!]
    records[a] = second
    records[b] = first
  }
}

export function cut(series: 'entries' | 'bodies'): Change {
  return (data) => {
    const { path } = readSegment(data, series)
    truncateSync(path, readFileSync(path).length - 7)
  }
}

export function edited(edit: (note: string) => string): Change {
  return (data) => {
    const path = join(data, 'checkpoint')
    const note = readFileSync(path, 'utf8')
    if (edit(note) === note) throw new Error('nothing was edited')
    writeFileSync(path, edit(note))
  }
}

/** The same checkpoint text under the same name, by a key that nobody pinned. */
export function signedByAThief(note: string): string {
  const seed = new Uint8Array(crypto.randomBytes(32))
  const thief = { name: ORIGIN, type: 1, publicKey: publicKeyOf(seed), sign: signOnNode(crypto, seed) } as const
  return signNote(formatCheckpoint(parseCheckpoint(parseNote(note).text)), [thief])
}

/** The first derived row of a name space: its value changed, or the row dropped, or another one added. */
export function row(space: string, change: 'drop' | 'add' | ((value: Buffer) => void)): Change {
  return async (data) => {
    const db = new Level<Buffer, Buffer>(join(data, 'derived'), { keyEncoding: 'buffer', valueEncoding: 'buffer' })
    try {
      const [found] = await db.iterator({ gte: Buffer.from(space), limit: 1 }).all()
      const [key, value] = found!
      if (key.toString('latin1', 0, 1) !== space) throw new Error(`no row ${space}`)
      if (change === 'drop') await db.del(key)
      else if (change === 'add') await db.put(Buffer.concat([key.subarray(0, -1), Buffer.of(0xee)]), value)
      else {
        const copy = Buffer.from(value)
        change(copy)
        if (copy.equals(value)) throw new Error('nothing was changed')
        await db.put(key, copy)
      }
    } finally {
      await db.close()
    }
  }
}
