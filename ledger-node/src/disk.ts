import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** A file open for reading and writing at given places. Every call may fail as the disk does. */
export interface DiskFile {
  /** Writes all the bytes at `offset`. */
  write(bytes: Uint8Array, offset: number): Promise<void>
  /** Reads up to `length` bytes; fewer only at the end of the file. */
  read(offset: number, length: number): Promise<Uint8Array>
  /** Returns when what was written is on the disk. */
  sync(): Promise<void>
  truncate(size: number): Promise<void>
  size(): Promise<number>
  close(): Promise<void>
}

/** The little of a file system that the ledger's truth rests on: a test can put a full or failing one in its place. */
export interface Disk {
  /** Opens the file, making it when it is not there (and then the folder's entry is durable). */
  open(path: string): Promise<DiskFile>
  /** Names in a folder, sorted; the folder is made when it is not there. */
  list(folder: string): Promise<string[]>
  /** Puts a whole file in place at once, durably: either the old or the new content survives a crash. */
  replace(path: string, bytes: Uint8Array): Promise<void>
}

export const nodeDisk: Disk = {
  async open(path) {
    const { handle, made } = await openOrMake(path)
    if (made) await syncFolder(dirname(path))
    return nodeFile(handle)
  },

  async list(folder) {
    await mkdir(folder, { recursive: true })
    return (await readdir(folder)).sort()
  },

  async replace(path, bytes) {
    const draft = `${path}.new`
    const handle = await open(draft, 'w', 0o644)
    try {
      await handle.writeFile(bytes)
      await handle.datasync()
    } finally {
      await handle.close()
    }
    await rename(draft, path)
    await syncFolder(dirname(path))
  },
}

async function openOrMake(path: string): Promise<{ handle: FileHandle; made: boolean }> {
  const { O_RDWR, O_CREAT, O_EXCL } = constants
  try {
    return { handle: await open(path, O_RDWR | O_CREAT | O_EXCL, 0o644), made: true }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return { handle: await open(path, O_RDWR), made: false }
  }
}

/** A new name is durable only when its folder is flushed too. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(join(folder, '.'), constants.O_RDONLY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function nodeFile(handle: FileHandle): DiskFile {
  return {
    async write(bytes, offset) {
      for (let done = 0; done < bytes.length; ) {
        done += (await handle.write(bytes, done, bytes.length - done, offset + done)).bytesWritten
      }
    },
    async read(offset, length) {
      const buffer = new Uint8Array(length)
      let done = 0
      while (done < length) {
        const { bytesRead } = await handle.read(buffer, done, length - done, offset + done)
        if (bytesRead === 0) return buffer.subarray(0, done)
        done += bytesRead
      }
      return buffer
    },
    sync: () => handle.datasync(),
    truncate: (size) => handle.truncate(size),
    size: async () => (await handle.stat()).size,
    close: () => handle.close(),
  }
}
