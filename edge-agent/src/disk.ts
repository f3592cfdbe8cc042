import { existsSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AgentError } from './error.ts'

/** LevelDB needs room to rewrite its files before it can delete: with less than this, no more is accepted. */
const STOP_BYTES = 4 << 20
/** A file of no use but its size: deleted when the disk is full, so that the database opens again and can be emptied. */
const BALLAST_BYTES = 4 << 20
/** Space is measured at most this often. */
const CHECK_MS = 1000

/** The space under the data folder. */
export class Disk {
  readonly #folder: string
  readonly #ballast: string
  #checkedMs = Number.NEGATIVE_INFINITY
  #free = Number.POSITIVE_INFINITY

  constructor(folder: string) {
    this.#folder = folder
    this.#ballast = join(folder, 'ballast')
  }

  /** Free bytes; unlimited where the system does not tell. */
  free(nowMs: number): number {
    if (nowMs - this.#checkedMs < CHECK_MS) return this.#free
    this.#checkedMs = nowMs
    try {
      const { bavail, bsize } = statfsSync(this.#folder)
      this.#free = bavail * bsize
    } catch {
      this.#free = Number.POSITIVE_INFINITY
    }
    return this.#free
  }

  /** Why nothing more may be accepted, if so. */
  refusal(nowMs: number): AgentError | undefined {
    return this.free(nowMs) < STOP_BYTES ? this.fullError(nowMs) : undefined
  }

  fullError(nowMs: number): AgentError {
    return new AgentError('DISK_FULL', { path: this.#folder, free: Math.floor(this.free(nowMs) / 1024) })
  }

  /** Puts the ballast there while there is plenty of space. */
  load(nowMs: number): void {
    if (existsSync(this.#ballast) || this.free(nowMs) < STOP_BYTES + 4 * BALLAST_BYTES) return
    try {
      writeFileSync(this.#ballast, new Uint8Array(BALLAST_BYTES), { mode: 0o600 })
    } catch {
      // Then there is none: it is a reserve, not a need.
      this.drop()
    }
  }

  drop(): void {
    rmSync(this.#ballast, { force: true })
    this.#checkedMs = Number.NEGATIVE_INFINITY
  }
}
