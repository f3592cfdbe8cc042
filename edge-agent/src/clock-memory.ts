import { readFileSync, renameSync, writeFileSync } from 'node:fs'

/** UTC at a count of this boot, and how far it may be off. */
export interface TimeBase {
  utcMs: number
  monotonicMs: number
  errorMs: number
}

/** What the clock must not forget when the program is started again. */
interface Remembered {
  bootId: string
  /** Something was stamped in doubt in this boot, and no anchor has been signed since. */
  doubtful: boolean
  /** Doubt of the best anchor of this boot, and how many there are. */
  anchoredMs?: number
  anchors: number
  /** The last fix of this boot. */
  base?: TimeBase
  /** Entry of the last acknowledgement: it holds for later boots too. */
  entry?: number
}

/** Cards do not like many small writes; a minute of drift is 3 ms. */
const WRITE_EVERY_MS = 60_000

/** The clock's memory, one small file. Losing it costs an anchor or a lower bound, never a wrong claim: so it is written without fsync, and unread where it is odd. */
export class ClockMemory {
  readonly #path: string | undefined
  #is: Remembered
  #dirty: boolean = false
  #writtenMs = Number.NEGATIVE_INFINITY

  /** Without a path it forgets with the program. */
  constructor(bootId: string, path?: string) {
    this.#path = path
    const before = path === undefined ? undefined : read(path)
    this.#is =
      before?.bootId === bootId
        ? before
        : { bootId, doubtful: false, anchors: 0, ...(before?.entry !== undefined && { entry: before.entry }) }
  }

  get entry(): number | undefined {
    return this.#is.entry
  }

  get base(): TimeBase | undefined {
    return this.#is.base
  }

  get doubtful(): boolean {
    return this.#is.doubtful
  }

  get anchors(): { count: number; bestMs: number } {
    return { count: this.#is.anchors, bestMs: this.#is.anchoredMs ?? Number.POSITIVE_INFINITY }
  }

  stampedInDoubt(): void {
    if (this.#is.doubtful) return
    this.#is.doubtful = true
    this.#write()
  }

  anchored(errorMs: number): void {
    this.#is.anchors++
    this.#is.anchoredMs = Math.min(errorMs, this.anchors.bestMs)
    this.#is.doubtful = false
    this.#write()
  }

  acknowledged(entry: number): void {
    if (entry <= (this.#is.entry ?? -1)) return
    this.#is.entry = entry
    this.#dirty = true
  }

  setBase(base: TimeBase): void {
    this.#is.base = base
    this.#dirty = true
  }

  /** Writes what has changed, when it is time. */
  tick(nowMs: number): void {
    if (nowMs - this.#writtenMs < WRITE_EVERY_MS) return
    this.#writtenMs = nowMs
    this.save()
  }

  /** Writes what has changed. */
  save(): void {
    if (this.#dirty) this.#write()
  }

  #write(): void {
    this.#dirty = false
    if (this.#path === undefined) return
    try {
      writeFileSync(`${this.#path}.new`, `${JSON.stringify(this.#is)}\n`, { mode: 0o600 })
      renameSync(`${this.#path}.new`, this.#path)
    } catch {
      // A full disk is told by the outbox; here it only costs a better stamp after the next start.
    }
  }
}

function read(path: string): Remembered | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return isRemembered(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isRemembered(value: unknown): value is Remembered {
  if (typeof value !== 'object' || value === null) return false
  const { bootId, doubtful, anchors, anchoredMs, base, entry } = value as { [name: string]: unknown }
  if (typeof bootId !== 'string' || typeof doubtful !== 'boolean' || !isCount(anchors)) return false
  if (![anchoredMs, entry].every((one) => one === undefined || isCount(one))) return false
  if (base === undefined) return true
  if (typeof base !== 'object' || base === null) return false
  const { utcMs, monotonicMs, errorMs } = base as { [name: string]: unknown }
  return [utcMs, monotonicMs, errorMs].every(isCount)
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
