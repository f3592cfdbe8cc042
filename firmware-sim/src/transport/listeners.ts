import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'

/** An answer "nobody" holds for so long, or for so many times as long as it took to find out: looking through /proc costs milliseconds. */
const RECHECK_MS = 100
const RECHECK_COSTS = 20

/** What was last found, for all terminals alike. */
const last = { atMs: Number.NEGATIVE_INFINITY, costMs: 0, holders: new Map<string, string[]>() }

/**
 * Tells whether a process other than `own` holds a terminal open, from /proc. Bytes that a pseudo-terminal buffers while nobody reads would
 * reach the next reader late, which no wire does. A process of another user is seen through the lock that serial programs take (/proc/locks);
 * where there is no /proc, somebody is presumed to listen.
 */
export class Listeners {
  readonly #path: string
  readonly #own: ReadonlySet<string>
  #seen: string | undefined

  constructor(path: string) {
    this.#path = path
    look()
    this.#own = new Set(last.holders.get(path))
  }

  present(): boolean {
    if (this.#seen !== undefined && linkOf(this.#seen) === this.#path) return true
    if (performance.now() - last.atMs > Math.max(RECHECK_MS, RECHECK_COSTS * last.costMs)) look()
    this.#seen = last.holders.get(this.#path)?.find((holder) => !this.#own.has(holder))
    return this.#seen !== undefined || isLocked(this.#path)
  }

  /** Bytes have come from the terminal: whoever sent them listens, though nobody did a moment ago. */
  heard(): void {
    if (this.#seen === undefined || linkOf(this.#seen) !== this.#path) last.atMs = Number.NEGATIVE_INFINITY
  }
}

/** Whether this system can tell who holds a path open. */
export function canTell(): boolean {
  return linkOf('/proc/self/fd/0') !== undefined
}

/** Finds which descriptors, as /proc/<pid>/fd/<n>, stand for which terminal. */
function look(): void {
  const began = performance.now()
  last.holders = new Map()
  for (const pid of list('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    for (const fd of list(`/proc/${pid}/fd`)) {
      const holder = `/proc/${pid}/fd/${fd}`
      const path = linkOf(holder)
      if (!path?.startsWith('/dev/')) continue
      const holders = last.holders.get(path)
      if (holders) holders.push(holder)
      else last.holders.set(path, [holder])
    }
  }
  last.atMs = performance.now()
  last.costMs = last.atMs - began
}

/** Whether an advisory lock stands on the path: lines of /proc/locks name device and inode as major:minor:inode. */
function isLocked(path: string): boolean {
  try {
    const { dev, ino } = statSync(path)
    const hex = (value: number): string => value.toString(16).padStart(2, '0')
    return readFileSync('/proc/locks', 'utf8').includes(` ${hex((dev >> 8) & 0xfff)}:${hex(dev & 0xff)}:${ino} `)
  } catch {
    return false
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}
