import { type FileHandle, open, rename, rm, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { fromBase64Url, fromUtf8, toBase64Url, utf8 } from '@tristamp/protocol'
import { type Disk, syncFolder } from '../disk.ts'
import type { FeedPlace } from '../feed.ts'
import { FRAME_HEAD, frameSize, writeFrame } from '../frame.ts'
import { ifThere } from '../if-there.ts'
import type { Place } from '../segment.ts'
import { VERSION } from '../version.ts'
import type { TraceGraph } from './graph.ts'
import { BLOCK_BYTES } from './part.ts'

// The graph in a file, so that a start need not read all events again: a head, and behind it the parts of the graph as they lie in memory,
// each block in a frame as in segment files. Nothing rests on it: a file that is not whole, of another program or of another log is left
// aside, and the graph is made from the events.

/** As of which entry a graph stands. */
export interface Standpoint {
  /** Entries taken in, and where the next one stands. */
  next: FeedPlace
  /** The last of them, a seal. */
  last: { place: Place; length: number; leaf: Uint8Array }
}

/** Why a snapshot is of no use. */
export class Unfit extends Error {}

/** Another form of the columns. What events contribute may change with every version of the program, which makes the graph anew. */
const FORM = 1
/** Tells the order of bytes in a number: a snapshot is of use on its own kind of machine. */
const ORDER = [...new Uint8Array(Uint32Array.of(0x01020304).buffer)].join('.')
const MADE_BY = `${FORM} ${VERSION} ${ORDER}`
const MAX_HEAD = 64 * 1024

interface Head {
  madeBy: string
  next: FeedPlace
  last: { place: Place; length: number; leaf: string }
  parts: number[]
}

export function traceSnapshotPath(folder: string): string {
  return join(folder, 'trace-graph')
}

/**
 * Writes a snapshot beside the old one, which it then replaces. Meanwhile no event may be taken in.
 * @param givenUp asked between two blocks
 * @returns whether it was written
 */
export async function writeTraceSnapshot(
  disk: Disk,
  file: string,
  graph: TraceGraph,
  { next, last }: Standpoint,
  givenUp: () => boolean,
): Promise<boolean> {
  const parts = graph.parts()
  const leaf = toBase64Url(last.leaf)
  const head: Head = { madeBy: MADE_BY, next, last: { ...last, leaf }, parts: parts.map((part) => part.byteLength) }
  const draft = `${file}.new`
  try {
    await checkRoom(dirname(file), graph.byteLength)
    const out = await disk.open(draft)
    try {
      await out.truncate(0)
      const frame = Buffer.allocUnsafeSlow(frameSize(BLOCK_BYTES))
      let offset = 0
      for (const block of blocks(head, parts)) {
        if (givenUp()) throw new Unfit('given up')
        const end = writeFrame(frame, 0, [block])
        await out.write(frame.subarray(0, end), offset)
        offset += end
      }
      await out.sync()
    } finally {
      await out.close()
    }
    await rename(draft, file)
    await syncFolder(dirname(file))
    return true
  } catch (error) {
    // A full disk needs its space for the ledger.
    await rm(draft, { force: true }).catch(() => undefined)
    if (error instanceof Unfit) return false
    throw error
  }
}

/** So much stays free for the ledger itself. */
const LEFT_FREE = 256 * 1024 * 1024

/** @throws Error when there is no room for so many bytes beside what the ledger may need */
async function checkRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  if (bavail * bsize < bytes + LEFT_FREE) throw new Error('the disk has too little room for it')
}

function* blocks(head: Head, parts: Iterable<{ bytes(): Iterable<Uint8Array> }>): Generator<Uint8Array> {
  yield utf8(JSON.stringify(head))
  for (const part of parts) for (const block of part.bytes()) if (block.length > 0) yield block
}

/**
 * Reads a snapshot into an empty graph; answers as of when it stands, or undefined when there is none. The graph is of no use after a throw.
 * @param fits throws when the log is another one, before the rest is read
 * @throws Unfit
 */
export async function readTraceSnapshot(
  file: string,
  graph: TraceGraph,
  fits: (standpoint: Standpoint) => Promise<void>,
): Promise<Standpoint | undefined> {
  const handle = await ifThere(open(file, 'r'))
  if (handle === undefined) return undefined
  try {
    const reader = new Frames(handle)
    const head = headFrom(await reader.small(MAX_HEAD))
    const standpoint = { next: head.next, last: { ...head.last, leaf: fromBase64Url(head.last.leaf) } }
    await fits(standpoint)
    const { parts, restored } = graph.emptyParts()
    const held = head.parts.reduce((sum, bytes) => sum + bytes, 0)
    if (head.parts.length !== parts.length || held > (await handle.stat()).size) throw new Unfit('it is not whole')
    for (const [i, part] of parts.entries()) {
      const room = part.room(head.parts[i]!)
      if (room === undefined) throw new Unfit('it does not fit into a graph')
      for (const block of room) if (block.length > 0) await reader.into(block)
    }
    if (!(await reader.atEnd())) throw new Unfit('something follows its end')
    if (!restored()) throw new Unfit('its parts do not fit together')
    return standpoint
  } finally {
    await handle.close()
  }
}

function headFrom(bytes: Uint8Array): Head {
  // The checksum held: it is as it was written, if by another version.
  const head = JSON.parse(fromUtf8(bytes)) as Head
  if (head.madeBy !== MADE_BY) throw new Unfit('another version has made it')
  return head
}

/** Frames of a file, one behind the other. */
class Frames {
  readonly #handle: FileHandle
  readonly #head = Buffer.alloc(FRAME_HEAD)
  #at = 0

  constructor(handle: FileHandle) {
    this.#handle = handle
  }

  /** The content of a frame up to some length. */
  async small(most: number): Promise<Uint8Array> {
    await this.#handle.read(this.#head, 0, FRAME_HEAD, this.#at)
    const length = this.#head.readUInt32BE(0)
    if (length === 0 || length > most) throw new Unfit('it is damaged')
    const bytes = new Uint8Array(length)
    await this.into(bytes)
    return bytes
  }

  /** Reads a frame of exactly this length. */
  async into(block: Uint8Array): Promise<void> {
    const { bytesRead } = await this.#handle.readv([this.#head, block], this.#at)
    if (bytesRead !== frameSize(block.length) || this.#head.readUInt32BE(0) !== block.length)
      throw new Unfit('it is cut off or damaged')
    if (crc32(block) !== this.#head.readUInt32BE(4)) throw new Unfit(`it is damaged at ${this.#at}`)
    this.#at += bytesRead
  }

  async atEnd(): Promise<boolean> {
    return (await this.#handle.stat()).size === this.#at
  }
}
