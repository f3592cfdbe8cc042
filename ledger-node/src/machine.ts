import { statfs } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { VerifySync } from '@tristamp/protocol'
import type { DiskSpace } from './board/disk.ts'
import { type Disk, nodeDisk } from './disk.ts'
import { verifySignature } from './node-crypto.ts'

/** What a test may put in the place of the machine. */
export interface Machine {
  disk: Disk
  verify: VerifySync
  /** Room on the disk that a folder is on. */
  space: (folder: string) => Promise<DiskSpace>
  /** ms since 1970. */
  now: () => number
  /** Told what an operator should know of. */
  log: (text: string) => void
}

export const MACHINE: Machine = {
  disk: nodeDisk,
  verify: verifySignature,
  space: spaceOf,
  now: Date.now,
  log: () => undefined,
}

/** The built pages beside this package in the repository. */
export const PAGES: string = fileURLToPath(new URL('../../verifier-web/dist', import.meta.url))

/** What is kept for the system's own administrator is not free for this program. */
async function spaceOf(folder: string): Promise<DiskSpace> {
  const { bsize, bavail, blocks } = await statfs(folder)
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
}
