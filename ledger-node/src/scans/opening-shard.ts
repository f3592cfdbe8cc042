import { fromUtf8, utf8 } from '@tristamp/protocol'
import type { Disk } from '../disk.ts'
import { LedgerError } from '../error.ts'

const NEWLINE = 0x0a
/** A shard is not written anew before it is so large, and twice as large as it was then. */
const REWRITE_BYTES = 256 * 1024

/**
 * One file of JSON lines, each the last word of its key until a later one comes. Nothing is ever left out of it but a line of which a later one with the
 * same key is there: a line that cannot be read stays, and where its key can be, that is an error rather than something new. No index is in memory: a file
 * stays small, for there are thousands of them.
 */
export class OpeningShard<T> {
  readonly #disk: Disk
  readonly #path: string
  readonly #read: (value: unknown) => T | undefined
  #rewriteAt = REWRITE_BYTES
  #queue: Promise<unknown> = Promise.resolve()

  constructor(disk: Disk, path: string, read: (value: unknown) => T | undefined) {
    this.#disk = disk
    this.#path = path
    this.#read = read
  }

  /** @throws LedgerError NODE_DEGRADED: lines of it are there, and none can be read */
  async get(key: string): Promise<T | undefined> {
    return this.#lastOf((await this.#bytes()).whole, key)
  }

  /**
   * Says what `word` makes of the last word of the key. One after the other: of two at once the second sees what the first said. On the disk when it
   * resolves; what `word` leaves as it is, is not written.
   */
  say(key: string, word: (before: T | undefined) => T | undefined): Promise<void> {
    const done = this.#queue.then(async () => {
      const { whole, size } = await this.#bytes()
      const after = word(this.#lastOf(whole, key))
      if (after === undefined) return
      const line = utf8(`${JSON.stringify([key, after])}\n`)
      if (whole.length + line.length > this.#rewriteAt) await this.#rewrite(whole, line)
      else await this.#append(line, whole.length, size)
    })
    this.#queue = done.catch(() => undefined)
    return done
  }

  close(): Promise<unknown> {
    return this.#queue
  }

  /** Everything up to the last whole line: what a crash has cut off behind it was never confirmed. */
  async #bytes(): Promise<{ whole: Buffer; size: number }> {
    const file = await this.#disk.open(this.#path)
    try {
      const size = await file.size()
      const bytes = Buffer.from(await file.read(0, size))
      return { whole: bytes.subarray(0, bytes.lastIndexOf(NEWLINE) + 1), size }
    } finally {
      await file.close()
    }
  }

  async #append(line: Uint8Array, at: number, size: number): Promise<void> {
    const file = await this.#disk.open(this.#path)
    try {
      if (size > at) await file.truncate(at)
      try {
        await file.write(line, at)
        await file.sync()
      } catch (error) {
        await file.truncate(at).catch(() => undefined)
        throw error
      }
    } finally {
      await file.close()
    }
  }

  /** The file anew without what was said again later. */
  async #rewrite(whole: Buffer, line: Uint8Array): Promise<void> {
    const last = new Map<string, Uint8Array>()
    let damaged = 0
    for (const one of [...linesOf(whole), line]) {
      // No key begins so: what cannot be read stays as it is.
      const key = pairOf(one)?.[0] ?? `?${damaged++}`
      last.delete(key)
      last.set(key, one)
    }
    const bytes = Buffer.concat([...last.values()])
    await this.#disk.replace(this.#path, bytes)
    this.#rewriteAt = Math.max(REWRITE_BYTES, 2 * bytes.length)
  }

  #lastOf(whole: Buffer, key: string): T | undefined {
    const needle = Buffer.from(`[${JSON.stringify(key)},`)
    let damaged = false
    for (let at = whole.lastIndexOf(needle); at >= 0; at = at === 0 ? -1 : whole.lastIndexOf(needle, at - 1)) {
      if (at > 0 && whole[at - 1] !== NEWLINE) continue
      const pair = pairOf(whole.subarray(at, whole.indexOf(NEWLINE, at)))
      const value = pair && this.#read(pair[1])
      if (value !== undefined) return value
      damaged = true
    }
    if (damaged) throw new LedgerError('NODE_DEGRADED', `a line of ${this.#path} is damaged`)
    return undefined
  }
}

function* linesOf(whole: Buffer): Generator<Uint8Array> {
  for (let at = 0; at < whole.length; ) {
    const next = whole.indexOf(NEWLINE, at) + 1
    yield whole.subarray(at, next)
    at = next
  }
}

function pairOf(line: Uint8Array): [string, unknown] | undefined {
  try {
    const pair: unknown = JSON.parse(fromUtf8(line))
    return Array.isArray(pair) && typeof pair[0] === 'string' ? [pair[0], pair[1]] : undefined
  } catch {
    return undefined
  }
}
