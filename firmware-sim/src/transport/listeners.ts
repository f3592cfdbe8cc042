import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'

/** How long an answer "nobody" holds before the processes are looked through again: a scan of /proc takes some milliseconds. */
const RECHECK_MS = 400

/**
 * Tells whether a process other than `own` holds a terminal open, from /proc. Bytes that a pseudo-terminal buffers while nobody reads would
 * reach the next reader late, which no wire does. A process of another user is seen through the lock that serial programs take (/proc/locks);
 * where there is no /proc, somebody is presumed to listen.
 */
export class Listeners {
  readonly #path: string
  readonly #own: ReadonlySet<string>
  #seen: string | undefined
  #checkedAt = Number.NEGATIVE_INFINITY
  #locked = false

  constructor(path: string) {
    this.#path = path
    this.#own = new Set(holders(path))
  }

  present(nowMs: number): boolean {
    if (this.#seen !== undefined && linkOf(this.#seen) === this.#path) return true
    if (nowMs - this.#checkedAt < RECHECK_MS) return this.#locked
    this.#checkedAt = nowMs
    this.#seen = holders(this.#path).find((holder) => !this.#own.has(holder))
    this.#locked = this.#seen === undefined && isLocked(this.#path)
    return this.#seen !== undefined || this.#locked
  }
}

/** Whether this system can tell who holds a path open. */
export function canTell(): boolean {
  return linkOf('/proc/self/fd/0') !== undefined
}

/** The descriptors, as /proc/<pid>/fd/<n>, that stand for the path. */
function holders(path: string): string[] {
  const found: string[] = []
  for (const pid of list('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    for (const fd of list(`/proc/${pid}/fd`)) {
      const link = `/proc/${pid}/fd/${fd}`
      if (linkOf(link) === path) found.push(link)
    }
  }
  return found
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
