import { randomBytes } from 'node:crypto'

/** A shift; then the PIN is asked for again. */
export const SESSION_MS: number = 12 * 3_600_000
/** More people do not stand at one gateway; the oldest makes room. */
const MAX_SESSIONS = 16
const TOKEN_BYTES = 32

/** Who has entered the PIN. In memory alone: a restart ends every session. */
export class Sessions {
  readonly #now: () => number
  /** Token → when it was opened; the oldest first. */
  readonly #opened = new Map<string, number>()

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  open(): string {
    const token = randomBytes(TOKEN_BYTES).toString('base64url')
    if (this.#opened.size >= MAX_SESSIONS) this.#opened.delete(this.#opened.keys().next().value!)
    this.#opened.set(token, this.#now())
    return token
  }

  has(token: string | undefined): boolean {
    const openedMs = token === undefined ? undefined : this.#opened.get(token)
    return openedMs !== undefined && this.#now() - openedMs < SESSION_MS
  }

  close(token: string | undefined): void {
    if (token !== undefined) this.#opened.delete(token)
  }
}

/** So many wrong PINs of one address cost nothing … */
const FREE = 5
/** … then each next try waits twice as long, up to this. */
const FIRST_WAIT_MS = 2_000
const LONGEST_WAIT_MS = 900_000
const FORGET_MS = 3_600_000
/** Of all addresses together in an hour: with six digits half of all PINs take years. */
const MOST_AN_HOUR = 60
const MAX_ADDRESSES = 256

interface Tries {
  count: number
  lastMs: number
}

/** Holds back who tries PINs. A try counts when it begins, so that many at once are not cheaper. */
export class Attempts {
  readonly #now: () => number
  readonly #tries = new Map<string, Tries>()
  #hour: number[] = []

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Begins a try. @returns ms to wait instead, if it must not be made now */
  begin(address: string): number | undefined {
    const now = this.#now()
    this.#hour = this.#hour.filter((ms) => now - ms < FORGET_MS)
    const before = this.#tries.get(address)
    const tries = before && now - before.lastMs < FORGET_MS ? before : { count: 0, lastMs: now }
    const waitMs = tries.count < FREE ? 0 : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (tries.count - FREE))
    const leftMs = tries.count === 0 ? 0 : tries.lastMs + waitMs - now
    if (leftMs > 0) return leftMs
    if (this.#hour.length >= MOST_AN_HOUR) return this.#hour[0]! + FORGET_MS - now
    this.#hour.push(now)
    this.#tries.delete(address)
    if (this.#tries.size >= MAX_ADDRESSES) this.#tries.delete(this.#tries.keys().next().value!)
    this.#tries.set(address, { count: tries.count + 1, lastMs: now })
    return undefined
  }

  /** It was the right one. */
  succeeded(address: string): void {
    this.#tries.delete(address)
    this.#hour.pop()
  }
}
