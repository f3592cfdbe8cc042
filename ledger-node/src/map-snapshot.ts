import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { HASH_BYTES, type HistoryRecord } from '@tristamp/protocol'
import { Flawed } from './audit/flaw.ts'
import { FRAME_HEAD, frameSize, writeFrame } from './frame.ts'
import { ifThere } from './if-there.ts'

// The history map in a file, so that a start need not gather it from all rows: a head, parts in the order of the keys, an end. Each is a
// frame, as in segment files. Between two parts a seal may come: each says as of which it was written, and a start carries in what came
// later. Nothing rests on this file: what is read from it must have the root that the last seal names.

/** What follows from where a snapshot was begun. */
export interface SnapshotHead {
  /** The last seal when it was begun. */
  height: number
  /** Entries up to it, and its leaf in the log. */
  size: number
  seal: Uint8Array
  /** Subjects in the map then. */
  subjects: number
}

/** Records of all subjects behind the part before, up to its own last; the last part has the rest. */
export interface SnapshotPart {
  /** The seal as of which they stand. */
  height: number
  records: { key: Uint8Array; record: HistoryRecord }[]
}

export type SnapshotPiece =
  | ({ kind: 'head' } & SnapshotHead)
  | ({ kind: 'part' } & SnapshotPart)
  | { kind: 'end'; subjects: number }

/** Records in one part: few enough that readers and batches hardly wait for it. */
export const PART_RECORDS = 4096

const FORMAT = 1
const N48 = 6
const RECORD_BYTES = HASH_BYTES + N48 + HASH_BYTES
const [HEAD_TAG, PART_TAG, END_TAG] = [0x68, 0x70, 0x65]
const HEAD_BYTES = 2 + 3 * N48 + HASH_BYTES
const END_BYTES = 1 + N48
const PART_HEAD = 1 + N48
const MAX_FRAME = PART_HEAD + PART_RECORDS * RECORD_BYTES
const DAMAGED = 'the snapshot of the history map is damaged'

/** Where a ledger's snapshot lies, and at which height the one that lies there was begun: undefined for none that is of use. */
export interface SnapshotFile {
  readonly file: string
  height: number | undefined
}

export function snapshotPath(folder: string): string {
  return join(folder, 'history-map')
}

export function encodePiece(piece: SnapshotPiece): Uint8Array {
  const bytes = contentOf(piece)
  const frame = Buffer.allocUnsafe(frameSize(bytes.length))
  writeFrame(frame, 0, [bytes])
  return frame
}

/** Every piece of a snapshot; nothing when there is no file. @throws Flawed for one that is not whole */
export async function* readSnapshot(file: string): AsyncGenerator<SnapshotPiece> {
  const handle = await ifThere(open(file, 'r'))
  if (handle === undefined) return
  try {
    let expected: 'head' | 'more' | 'nothing' = 'head'
    for (let offset = 0; ; ) {
      const frame = await frameAt(handle, file, offset)
      if (frame === undefined && expected === 'nothing') return
      if (frame === undefined) throw flawed(file, offset, 'missing')
      const piece = pieceFrom(frame)
      if (piece === undefined || (piece.kind === 'head') !== (expected === 'head') || expected === 'nothing')
        throw flawed(file, offset, 'content')
      yield piece
      expected = piece.kind === 'end' ? 'nothing' : 'more'
      offset += frameSize(frame.length)
    }
  } finally {
    await handle.close()
  }
}

/** For an audit: a snapshot is not part of what is audited, and damage in it is told of. @throws Flawed */
export async function checkSnapshot(file: string): Promise<void> {
  for await (const _ of readSnapshot(file));
}

function contentOf(piece: SnapshotPiece): Uint8Array {
  switch (piece.kind) {
    case 'head':
      return headBytes(piece)
    case 'part':
      return partBytes(piece)
    case 'end':
      return endBytes(piece.subjects)
  }
}

function partBytes({ height, records }: SnapshotPart): Uint8Array {
  const bytes = Buffer.allocUnsafe(PART_HEAD + records.length * RECORD_BYTES)
  bytes[0] = PART_TAG
  let at = bytes.writeUIntBE(height, 1, N48)
  for (const { key, record } of records) {
    bytes.set(key, at)
    bytes.writeUIntBE(record.count, at + HASH_BYTES, N48)
    bytes.set(record.chain, at + HASH_BYTES + N48)
    at += RECORD_BYTES
  }
  return bytes
}

function headBytes({ height, size, seal, subjects }: SnapshotHead): Uint8Array {
  const bytes = Buffer.allocUnsafe(HEAD_BYTES)
  bytes[0] = HEAD_TAG
  bytes[1] = FORMAT
  let at = 2
  for (const number of [height, size, subjects]) at = bytes.writeUIntBE(number, at, N48)
  bytes.set(seal, at)
  return bytes
}

function endBytes(subjects: number): Uint8Array {
  const bytes = Buffer.of(END_TAG, ...new Uint8Array(N48))
  bytes.writeUIntBE(subjects, 1, N48)
  return bytes
}

function pieceFrom(frame: Buffer): SnapshotPiece | undefined {
  switch (frame[0]) {
    case HEAD_TAG:
      return frame.length === HEAD_BYTES && frame[1] === FORMAT ? headFrom(frame) : undefined
    case PART_TAG:
      return partFrom(frame)
    case END_TAG:
      return frame.length === END_BYTES ? { kind: 'end', subjects: frame.readUIntBE(1, N48) } : undefined
    default:
      return undefined
  }
}

function headFrom(frame: Buffer): SnapshotPiece {
  const [height, size, subjects] = [0, 1, 2].map((i) => frame.readUIntBE(2 + i * N48, N48)) as [number, number, number]
  return { kind: 'head', height, size, subjects, seal: new Uint8Array(frame.subarray(2 + 3 * N48)) }
}

function partFrom(frame: Buffer): SnapshotPiece | undefined {
  if (frame.length < PART_HEAD || (frame.length - PART_HEAD) % RECORD_BYTES !== 0) return undefined
  const records: SnapshotPart['records'] = []
  for (let at = PART_HEAD; at < frame.length; at += RECORD_BYTES) {
    const chain = at + HASH_BYTES + N48
    records.push({
      key: frame.subarray(at, at + HASH_BYTES),
      record: { count: frame.readUIntBE(at + HASH_BYTES, N48), chain: frame.subarray(chain, chain + HASH_BYTES) },
    })
  }
  return { kind: 'part', height: frame.readUIntBE(1, N48), records }
}

/** The content of the frame there; undefined at the end of the file. */
async function frameAt(handle: FileHandle, file: string, offset: number): Promise<Buffer | undefined> {
  const head = Buffer.alloc(FRAME_HEAD)
  const { bytesRead } = await handle.read(head, 0, FRAME_HEAD, offset)
  if (bytesRead === 0) return undefined
  const length = bytesRead < FRAME_HEAD ? 0 : head.readUInt32BE(0)
  if (length === 0 || length > MAX_FRAME) throw flawed(file, offset, 'length')
  const bytes = Buffer.allocUnsafe(length)
  const found = await handle.read(bytes, 0, length, offset + FRAME_HEAD)
  if (found.bytesRead < length) throw flawed(file, offset, 'length')
  if (crc32(bytes) !== head.readUInt32BE(4)) throw flawed(file, offset, 'crc')
  return bytes
}

function flawed(file: string, offset: number, field: string): Flawed {
  return new Flawed({ file, offset, field, detail: DAMAGED })
}
