import { type Disk, type DiskFile, nodeDisk } from './disk.ts'

export type DiskCall = 'open' | 'write' | 'sync' | 'truncate' | 'replace'

/** The real disk, with failures where a test wants them. */
export class FaultyDisk implements Disk {
  /** Asked before every call that changes something: an error name to fail with, or undefined to go on. */
  fault: (call: DiskCall, path: string) => 'ENOSPC' | 'EIO' | undefined = () => undefined
  calls = 0

  async open(path: string): Promise<DiskFile> {
    this.#check('open', path)
    const file = await nodeDisk.open(path)
    return {
      ...file,
      write: async (bytes, offset) => {
        const fault = this.#faultAt('write', path)
        // A full disk takes what still fits.
        if (fault !== undefined) await file.write(bytes.subarray(0, bytes.length >> 1), offset)
        if (fault !== undefined) throw failure(fault)
        await file.write(bytes, offset)
      },
      sync: async () => {
        this.#check('sync', path)
        await file.sync()
      },
      truncate: async (size) => {
        this.#check('truncate', path)
        await file.truncate(size)
      },
    }
  }

  list(folder: string): Promise<string[]> {
    return nodeDisk.list(folder)
  }

  async replace(path: string, bytes: Uint8Array): Promise<void> {
    this.#check('replace', path)
    await nodeDisk.replace(path, bytes)
  }

  #check(call: DiskCall, path: string): void {
    const fault = this.#faultAt(call, path)
    if (fault !== undefined) throw failure(fault)
  }

  #faultAt(call: DiskCall, path: string): 'ENOSPC' | 'EIO' | undefined {
    this.calls++
    return this.fault(call, path)
  }
}

function failure(code: string): Error {
  return Object.assign(new Error(`${code}: injected`), { code })
}
