import { existsSync, readdirSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AgentError } from './error.ts'

/** LevelDB needs room to rewrite its files before it can delete: with less than this, no more is accepted. */
const STOP_BYTES = 4 << 20
/** A file of no use but its size: deleted when the disk is full, so that the database opens again and can be emptied. */
const BALLAST_BYTES = 4 << 20
/** Space is measured at most this often. */
const CHECK_MS = 1000
/** From here on periodic readings are recorded less often: 4 and 16 times their interval apart. Goods as always. */
const THIN: readonly [fill: number, factor: number][] = [
  [0.9, 16],
  [0.85, 4],
]
/** From here on nothing is accepted any more: what is left is for getting out what is in. */
const STOP = 0.95
/** A small outbox fills any share of a disk at once: below this only the free space counts. */
const SMALL_BYTES = 8 << 20
const MIB = 2 ** 20

/** The space under the data folder, and how much of it the outbox may take. */
export class Disk {
  readonly #folder: string
  readonly #outbox: string
  readonly #most: number
  readonly #ballast: string
  #checkedMs = Number.NEGATIVE_INFINITY
  #free = Number.POSITIVE_INFINITY
  #used = 0

  /** @param maxMiB what the outbox may take; without it the disk alone sets the limit */
  constructor(folder: string, outbox: string = join(folder, 'outbox'), maxMiB?: number) {
    this.#folder = folder
    this.#outbox = outbox
    this.#most = maxMiB === undefined ? Number.POSITIVE_INFINITY : maxMiB * MIB
    this.#ballast = join(folder, 'ballast')
  }

  /** Free bytes; unlimited where the system does not tell. */
  free(nowMs: number): number {
    this.#measure(nowMs)
    return Math.min(this.#free, Math.max(0, this.#most - this.#used))
  }

  /** How full the outbox is, 0 to 1, of what it may take and can take. */
  fill(nowMs: number): number {
    const room = this.free(nowMs)
    if (this.#used < SMALL_BYTES && this.#most === Number.POSITIVE_INFINITY) return room < STOP_BYTES ? 1 : 0
    return this.#used / (this.#used + room)
  }

  /** So many times their interval apart may periodic readings be recorded: 1 while there is room. */
  thinning(nowMs: number): number {
    const fill = this.fill(nowMs)
    return THIN.find(([from]) => fill >= from)?.[1] ?? 1
  }

  /** Why nothing more may be accepted, if so. */
  refusal(nowMs: number): AgentError | undefined {
    return this.free(nowMs) < STOP_BYTES || this.fill(nowMs) >= STOP ? this.fullError(nowMs) : undefined
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

  #measure(nowMs: number): void {
    if (nowMs - this.#checkedMs < CHECK_MS) return
    this.#checkedMs = nowMs
    try {
      const { bavail, bsize } = statfsSync(this.#folder)
      this.#free = bavail * bsize
    } catch {
      this.#free = Number.POSITIVE_INFINITY
    }
    this.#used = bytesIn(this.#outbox)
  }
}

/** Files come and go while they are counted. */
function bytesIn(folder: string): number {
  try {
    return readdirSync(folder).reduce((sum, name) => {
      const found = statSync(join(folder, name), { throwIfNoEntry: false })
      return sum + (found?.size ?? 0)
    }, 0)
  } catch {
    return 0
  }
}
