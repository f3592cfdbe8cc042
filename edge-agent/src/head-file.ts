import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { join } from 'node:path'

/** Where the key's chain stands, beside the database and independent of it. */
export interface HeadFile {
  kid: string
  /** Sequence number of the next batch: every number below may have been signed. */
  seq: number
  /** Leaf hash of the last batch, hex. */
  prev: string
  /** Number of the next accepted event: so many have been accepted, ever. */
  events: number
  /** Events below this number are in batches. */
  signed: number
  /** Of the last batches that are not acknowledged, the number of the first event after each: which events are where. */
  ends: readonly number[]
}

/** More batches than are on their way at once; what is further back in the queue has not been seen by anyone. */
export const MAX_ENDS = 128

/** What the files together still say. */
export interface KnownHead extends HeadFile {
  /** False when the newest file is lost: `seq` is still the right one, `events` may have been more. */
  exact: boolean
}

const NAME = 'head.json'
/** As it was before the last batch. */
const OLD = 'head.json.old'
const NEW = 'head.json.new'

/** The files of a new chain. */
export function initHeadFile(folder: string, head: HeadFile): void {
  // As if the batch before the first had been signed: whichever of the two survives, tells.
  replaceFile(join(folder, OLD), textOf({ ...head, seq: head.seq - 1 }), true)
  replaceFile(join(folder, NAME), textOf(head), true)
  syncFolder(folder)
}

/** Replaces the file as a whole: after a power cut there is the old one or the new one. */
export async function writeHeadFile(folder: string, head: HeadFile, signed: boolean): Promise<void> {
  const file = await open(join(folder, NEW), 'w', 0o600)
  try {
    await file.writeFile(textOf(head))
    await file.datasync()
  } finally {
    await file.close()
  }
  // A batch more: what the file said so far is kept, so that the loss of either file hides no batch.
  if (signed) await rename(join(folder, NAME), join(folder, OLD)).catch(ignoreMissing)
  await rename(join(folder, NEW), join(folder, NAME))
  // Losing a count of events in a power cut hides only what the same cut took from the database; a batch may have been seen by others.
  if (signed) await syncFolderLater(folder)
}

/** Undefined when nothing of it can be read. */
export function readHeadFile(folder: string): KnownHead | undefined {
  const [last, next, old] = [NAME, NEW, OLD].map((name) => read(join(folder, name)))
  // Between writing and renaming, the new one is the truth; it may also be the remains of an earlier cut.
  const newest = last && next && isAfter(next, last) ? next : (last ?? next)
  if (newest) return { ...newest, exact: true }
  // Which events the last batch had is not known.
  return old && { ...old, seq: old.seq + 1, ends: [...old.ends, Number.POSITIVE_INFINITY], exact: false }
}

function isAfter(a: HeadFile, b: HeadFile): boolean {
  return a.seq > b.seq || (a.seq === b.seq && a.events > b.events)
}

/** With a sum: a flipped digit must not pass for another number. */
function textOf({ kid, seq, prev, events, signed, ends }: HeadFile): string {
  const body = JSON.stringify({ kid, seq, prev, events, signed, ends })
  const sum = createHash('sha256').update(body).digest('hex').slice(0, 16)
  return `${body.slice(0, -1)},"sum":"${sum}"}\n`
}

function read(path: string): HeadFile | undefined {
  try {
    const text = readFileSync(path, 'utf8')
    const { kid, seq, prev, events, signed, ends } = JSON.parse(text) as HeadFile
    if (typeof kid !== 'string' || typeof prev !== 'string' || !Array.isArray(ends)) return undefined
    if (![seq, events, signed, ...ends].every(Number.isSafeInteger)) return undefined
    const head = { kid, seq, prev, events, signed, ends }
    return /^[0-9a-f]{64}$/.test(prev) && textOf(head) === text ? head : undefined
  } catch {
    return undefined
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}

/** Writes beside and renames over: a reader never sees half a file. */
export function replaceFile(path: string, content: string | Uint8Array, sync: boolean): void {
  const beside = `${path}.new`
  const file = openSync(beside, 'w', 0o600)
  try {
    if (typeof content === 'string') writeSync(file, content)
    else writeSync(file, content)
    if (sync) fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(beside, path)
}

/** Makes names in a folder durable. */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

async function syncFolderLater(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
