import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** Where the key's chain stands, beside the database and independent of it. */
export interface HeadFile {
  kid: string
  /** Sequence number of the next batch. */
  seq: number
  /** Leaf hash of the last batch, hex. */
  prev: string
}

const NAME = 'head.json'

/** Replaces the file as a whole: after a power cut there is the old one or the new one. */
export function writeHeadFile(folder: string, head: HeadFile): void {
  replaceFile(join(folder, NAME), `${JSON.stringify(head)}\n`, true)
  syncFolder(folder)
}

/** Undefined when it is missing or unreadable. */
export function readHeadFile(folder: string): HeadFile | undefined {
  try {
    const { kid, seq, prev } = JSON.parse(readFileSync(join(folder, NAME), 'utf8')) as Partial<HeadFile>
    if (typeof kid !== 'string' || typeof prev !== 'string' || !Number.isSafeInteger(seq)) return undefined
    return { kid, seq: seq!, prev }
  } catch {
    return undefined
  }
}

/** Writes beside and renames over: a reader never sees half a file. */
export function replaceFile(path: string, text: string, sync: boolean): void {
  const beside = `${path}.new`
  const file = openSync(beside, 'w', 0o600)
  try {
    writeSync(file, text)
    if (sync) fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(beside, path)
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
