import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Disk } from './disk.ts'

/** What LevelDB may write while it is opened: its log as a table. */
const NEEDED = 8 * 1024 * 1024

/** Tries whether there is space to go on in a folder. Rejects as the disk does. */
export async function checkSpace(disk: Disk, folder: string): Promise<void> {
  const path = join(folder, 'space')
  try {
    const file = await disk.open(path)
    try {
      await file.write(new Uint8Array(NEEDED), 0)
      await file.sync()
    } finally {
      await file.close()
    }
  } finally {
    await rm(path, { force: true })
  }
}
