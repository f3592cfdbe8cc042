/** Room on the disk that the ledger's folder is on, for this program. */
export interface DiskSpace {
  freeBytes: number
  totalBytes: number
}

export interface DiskState extends DiskSpace {
  /** By how much the free space has gone down a day, at the pace seen; null while that was too short to say. */
  bytesPerDay: number | null
  daysLeft: number | null
  state: 'ok' | 'low' | 'nearly-full'
}

interface Sample {
  atMs: number
  freeBytes: number
}

const DAY_MS = 86_400_000
/** Below these nothing should wait any longer: a seal, a snapshot and the trace's memory want room at once. */
const NEARLY_BYTES = 32 * 1024 * 1024
const NEARLY_PART = 0.03
const LOW_PART = 0.1
const LOW_DAYS = 14
/** A pace of less than this is no pace. */
const SHORTEST_MS = 600_000
const LONGEST_MS = DAY_MS
/** Samples kept: one in five minutes over a day. */
const APART_MS = 300_000

/** The free space of the last day, and where it is going. */
export class DiskWatch {
  #samples: Sample[] = []
  #last: (DiskSpace & { atMs: number }) | undefined

  see(space: DiskSpace, nowMs: number): void {
    this.#last = { ...space, atMs: nowMs }
    const before = this.#samples.at(-1)
    if (before === undefined || nowMs - before.atMs >= APART_MS)
      this.#samples.push({ atMs: nowMs, freeBytes: space.freeBytes })
    this.#samples = this.#samples.filter(({ atMs }) => nowMs - atMs <= LONGEST_MS && atMs <= nowMs)
  }

  get state(): DiskState | null {
    if (this.#last === undefined) return null
    const { atMs, freeBytes, totalBytes } = this.#last
    const first = this.#samples[0]
    const overMs = first === undefined ? 0 : atMs - first.atMs
    const pace = overMs < SHORTEST_MS ? null : Math.round(((first!.freeBytes - freeBytes) * DAY_MS) / overMs)
    const daysLeft = pace === null || pace <= 0 ? null : Math.floor(freeBytes / pace)
    return { freeBytes, totalBytes, bytesPerDay: pace, daysLeft, state: stateOf(freeBytes, totalBytes, daysLeft) }
  }
}

function stateOf(free: number, total: number, daysLeft: number | null): DiskState['state'] {
  if (free < NEARLY_BYTES || free < total * NEARLY_PART || daysLeft === 0) return 'nearly-full'
  return free < total * LOW_PART || (daysLeft !== null && daysLeft < LOW_DAYS) ? 'low' : 'ok'
}
