import { type Change, changeId, concat, encodeChange, type HistoryRecord, utf8 } from '@tristamp/protocol'
import type { EntryPlace } from './feed.ts'

/**
 * The derived data as rows: every key and value of the store, and nothing else knows their bytes. All of it follows from the
 * entries, so that an audit can make every row again and compare. Numbers are 48 bits: 2.8e14 entries are out of reach.
 */
export interface Row {
  key: Buffer
  value: Uint8Array
}

/** The first byte of a key: one name space each. */
export const SPACE = {
  mark: 0x4d,
  block: 0x62,
  entry: 0x65,
  event: 0x69,
  governance: 0x67,
  history: 0x70,
  chain: 0x73,
  state: 0x53,
  tile: 0x74,
} as const

/** Where an event of a subject stands in the ledger. */
export interface Posting {
  entry: number
  position: number
}

const N48 = 6
const NOTHING = new Uint8Array(0)

function key(space: number, ...parts: (Uint8Array | number)[]): Buffer {
  let size = 1
  for (const part of parts) size += typeof part === 'number' ? N48 : part.length
  const bytes = Buffer.allocUnsafe(size)
  bytes[0] = space
  let at = 1
  for (const part of parts) {
    if (typeof part === 'number') at = bytes.writeUIntBE(part, at, N48)
    else {
      bytes.set(part, at)
      at += part.length
    }
  }
  return bytes
}

/** All keys that begin with these parts: gte … lt. */
export function rangeOf(prefix: Buffer): { gte: Buffer; lt: Buffer } {
  return { gte: prefix, lt: Buffer.concat([prefix, Buffer.alloc(80, 0xff)]) }
}

export const markKey: Buffer = key(SPACE.mark)
export const tileKey = (level: number, index: number): Buffer => key(SPACE.tile, Uint8Array.of(level), index)
export const blockKey = (height: number): Buffer => key(SPACE.block, height)
export const entryKey = (entry: number): Buffer => key(SPACE.entry, entry)
export const chainKey = (kid: Uint8Array, seq: number): Buffer => key(SPACE.chain, kid, seq)
export const eventKeys = (uuid: Uint8Array): Buffer => key(SPACE.event, uuid)
export const historyKey = (subject: Uint8Array, height: number): Buffer => key(SPACE.history, subject, height)

/** The hashes of a tile, as many as there are yet. */
export function tileRow(level: number, index: number, hashes: Uint8Array): Row {
  return { key: tileKey(level, index), value: hashes }
}

/** Which tile a row holds; undefined for rows of other kinds. */
export function readTileKey(bytes: Buffer): { level: number; index: number } | undefined {
  return bytes[0] === SPACE.tile ? { level: bytes[1]!, index: bytes.readUIntBE(2, N48) } : undefined
}

/** One for each seal, in the same batch as all that the seal covers: a gap between heights shows that the store lost a batch. */
export function blockRow(height: number, size: number, timeMs: number): Row {
  const value = Buffer.allocUnsafe(2 * N48)
  value.writeUIntBE(size, 0, N48)
  value.writeUIntBE(timeMs, N48, N48)
  return { key: blockKey(height), value }
}

/** The size of the tree that a block's seal ends. */
export function readBlockSize(value: Uint8Array): number {
  return Buffer.from(value.buffer, value.byteOffset, value.length).readUIntBE(0, N48)
}

export function entryRow(place: EntryPlace): Row {
  const { entry, bodies, length, lengths } = place
  const value = Buffer.allocUnsafe(5 * N48 + 2 + 2 * lengths.length)
  let at = 0
  for (const number of [entry.file, entry.offset, bodies.index, bodies.file, bodies.offset])
    at = value.writeUIntBE(number, at, N48)
  for (const number of [length, ...lengths]) at = value.writeUInt16BE(number, at)
  return { key: entryKey(entry.index), value }
}

export function readEntryRow(entry: number, value: Uint8Array): EntryPlace {
  const row = Buffer.from(value.buffer, value.byteOffset, value.length)
  const number = (i: number): number => row.readUIntBE(i * N48, N48)
  const lengths: number[] = []
  for (let at = 5 * N48 + 2; at < row.length; at += 2) lengths.push(row.readUInt16BE(at))
  return {
    entry: { index: entry, file: number(0), offset: number(1) },
    length: row.readUInt16BE(5 * N48),
    bodies: { index: number(2), file: number(3), offset: number(4) },
    lengths,
  }
}

/** Several events may carry one eventID (a correction repeats it), so the place is in the key. */
export function eventRow(uuid: Uint8Array, { entry, position }: Posting): Row {
  return { key: key(SPACE.event, uuid, entry, position), value: NOTHING }
}

export function readEventKey(bytes: Uint8Array): Posting {
  const row = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  return { entry: row.readUIntBE(17, N48), position: row.readUIntBE(17 + N48, N48) }
}

/** An act of governance, and whether it took effect with this signature or waits for others. */
export function governanceRow({ entry, position }: Posting, effective: boolean): Row {
  return { key: key(SPACE.governance, entry, position), value: Uint8Array.of(effective ? 1 : 0) }
}

export function readGovernanceRow(bytes: Uint8Array, value: Uint8Array): Posting & { effective: boolean } {
  const row = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  return { entry: row.readUIntBE(1, N48), position: row.readUIntBE(1 + N48, N48), effective: value[0] === 1 }
}

/** A key's statement by its seq. */
export function chainRow(kid: Uint8Array, seq: number, entry: number): Row {
  const value = Buffer.allocUnsafe(N48)
  value.writeUIntBE(entry, 0, N48)
  return { key: chainKey(kid, seq), value }
}

export function readChainRow(bytes: Uint8Array, value: Uint8Array): { seq: number; entry: number } {
  const row = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  return { seq: row.readUIntBE(33, N48), entry: Buffer.from(value.buffer, value.byteOffset, N48).readUIntBE(0, N48) }
}

/** What one block added to one subject: its events, and its record in the history map after them. */
export function historyRow(
  subject: Uint8Array,
  height: number,
  record: HistoryRecord,
  postings: readonly Posting[],
): Row {
  const value = Buffer.allocUnsafe(N48 + 32 + postings.length * (N48 + 2))
  let at = value.writeUIntBE(record.count, 0, N48)
  value.set(record.chain, at)
  at += 32
  for (const { entry, position } of postings) at = value.writeUInt16BE(position, value.writeUIntBE(entry, at, N48))
  return { key: historyKey(subject, height), value }
}

export function readHistoryRow(value: Uint8Array): { record: HistoryRecord; postings: Posting[] } {
  const row = Buffer.from(value.buffer, value.byteOffset, value.length)
  const postings: Posting[] = []
  for (let at = N48 + 32; at < row.length; at += N48 + 2) {
    postings.push({ entry: row.readUIntBE(at, N48), position: row.readUInt16BE(at + N48) })
  }
  return { record: { count: row.readUIntBE(0, N48), chain: new Uint8Array(value.subarray(N48, N48 + 32)) }, postings }
}

export function historySubject(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.subarray(1, 33))
}

/** The last change of one part of the admission state. */
export function stateRow(change: Change): Row {
  return { key: Buffer.from(concat(Uint8Array.of(SPACE.state), utf8(changeId(change)))), value: encodeChange(change) }
}

const NAMES: { [space: number]: string } = {
  [SPACE.block]: 'block',
  [SPACE.entry]: 'entry',
  [SPACE.event]: 'event id',
  [SPACE.governance]: 'governance',
  [SPACE.history]: 'history',
  [SPACE.chain]: 'key chain',
  [SPACE.state]: 'state',
  [SPACE.tile]: 'tile',
}

/** A key for people. */
export function describeKey(key: Buffer): string {
  const name = NAMES[key[0] ?? 0] ?? 'row'
  switch (key[0]) {
    case SPACE.tile:
      return `${name} ${key[1]}/${key.readUIntBE(2, N48)}`
    case SPACE.block:
    case SPACE.entry:
    case SPACE.governance:
      return `${name} ${key.readUIntBE(1, N48)}`
    case SPACE.state:
      return `${name} ${key.subarray(1).toString('utf8')}`
    default:
      return `${name} ${key.subarray(1).toString('hex')}`
  }
}
