import { fileURLToPath } from 'node:url'
import type { VerifySync } from '@tristamp/protocol'
import { type Disk, nodeDisk } from './disk.ts'
import { verifySignature } from './node-crypto.ts'

/** What a test may put in the place of the machine. */
export interface Machine {
  disk: Disk
  verify: VerifySync
  /** ms since 1970. */
  now: () => number
  /** Told what an operator should know of. */
  log: (text: string) => void
}

export const MACHINE: Machine = { disk: nodeDisk, verify: verifySignature, now: Date.now, log: () => undefined }

/** The built pages beside this package in the repository. */
export const PAGES: string = fileURLToPath(new URL('../../verifier-web/dist', import.meta.url))
