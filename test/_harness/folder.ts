import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder for one test; disposing of it removes it with all that is in it. */
export interface Folder extends Disposable {
  path: string
}

const folders = new Set<Folder>()
// A run that is broken off leaves nothing behind either.
process.on('exit', () => {
  for (const folder of folders) folder[Symbol.dispose]()
})

export function temporaryFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'tristamp-test-'))
  const folder: Folder = {
    path,
    [Symbol.dispose]() {
      folders.delete(folder)
      rmSync(path, { recursive: true, force: true, maxRetries: 3 })
    },
  }
  folders.add(folder)
  return folder
}

export function copyOf(folder: string): Folder {
  const copy = temporaryFolder()
  cpSync(folder, copy.path, { recursive: true })
  return copy
}

/** A disk of so many MiB of its own, to be filled; undefined where none can be mounted, which takes root on Linux. */
export function smallDisk(mebibytes: number): Folder | undefined {
  const folder = temporaryFolder()
  const path = join(folder.path, 'disk')
  mkdirSync(path)
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', path])
  if (mount.status !== 0) {
    folder[Symbol.dispose]()
    return undefined
  }
  return {
    path,
    [Symbol.dispose]() {
      spawnSync('umount', ['-l', path])
      folder[Symbol.dispose]()
    },
  }
}
