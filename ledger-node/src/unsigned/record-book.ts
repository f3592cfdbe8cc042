import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fromUtf8, utf8 } from '@tristamp/protocol'
import { type Disk, type DiskFile, nodeDisk, syncFolder } from '../disk.ts'
import { isDiskFull, LedgerError } from '../error.ts'

/** A record with the time at which this node took it, ms since 1970. */
export interface Kept<T> {
  at: number
  record: T
}

export interface BookOptions<T> {
  /** `<data>/unsigned`: made when it is not there, for the node alone. */
  folder: string
  /** The book's name: `<kind>.jsonl`. */
  kind: string
  /** What a value read back from the disk is, or undefined for what is no record of this book. */
  read: (value: unknown) => T | undefined
  maxBytes: number
  maxAgeMs: number
  /** What a record is the last word of: when the file is written anew, older records of the same key go. */
  keyOf?: (record: T) => string
  /** How fine the times are that are kept, ms: 1 unless told. */
  everyMs?: number
  /** The better to keep one of several is, where not all fit: by the whole list, once for each rewriting. The newest unless told. */
  rank?: (lines: readonly Line<T>[]) => readonly number[]
  /** Told of what is the last word of its key and is kept no more. */
  forgot?: (record: T) => void
  disk?: Disk
  now?: () => number
}

/** A record and what it takes on the disk. */
export interface Line<T> {
  kept: Kept<T>
  bytes: number
}

type Settled<T> = BookOptions<T> & Required<Pick<BookOptions<T>, 'disk' | 'now'>>

/** The longest line: what one stranger may say. */
export const LINE_BYTES = 8192
/** Records that wait for the disk. */
const MAX_WAITING = 64
/** How often the book is looked through for what is too old to be kept. */
const TIDY_MS = 3_600_000

/**
 * What people without a key tell this node: never in the log, never called signed. JSON lines in one file; a record is on the disk when `append`
 * resolves. Beyond `maxBytes` half of it goes, the oldest unless ranked otherwise, beyond `maxAgeMs` everything older: what strangers write must end
 * somewhere. A line that a crash has cut is dropped at the next start, and a line that nobody wrote so is counted and left out.
 */
export class RecordBook<T> {
  readonly path: string
  readonly #options: Settled<T>
  readonly #tidying: NodeJS.Timeout
  #file: DiskFile
  #lines: Line<T>[] = []
  #size = 0
  #damaged = 0
  /** The end of the file is not what it should be; or the file may be another one by now. */
  #doubt: 'end' | 'file' | undefined
  #waiting = 0
  #queue: Promise<unknown> = Promise.resolve()

  private constructor(options: Settled<T>, file: DiskFile) {
    this.#options = options
    this.path = pathOf(options)
    this.#file = file
    this.#tidying = setInterval(() => void this.tidy().catch(() => undefined), TIDY_MS)
    this.#tidying.unref()
  }

  /** @throws LedgerError NODE_DEGRADED when the disk does not give it */
  static async open<T>(options: BookOptions<T>): Promise<RecordBook<T>> {
    const whole = { disk: nodeDisk, now: Date.now, ...options }
    try {
      const made = await mkdir(whole.folder, { recursive: true, mode: 0o700 })
      if (made !== undefined) await syncFolder(dirname(made))
      const book = new RecordBook<T>(whole, await whole.disk.open(pathOf(whole)))
      await book.#readBack()
      await book.tidy()
      return book
    } catch (error) {
      throw notTaken(error)
    }
  }

  /** Oldest first; none that is too old. */
  get records(): readonly Kept<T>[] {
    const since = this.#since
    return this.#lines.flatMap(({ kept }) => (kept.at >= since ? [kept] : []))
  }

  /** Lines on the disk that are no records. */
  get damaged(): number {
    return this.#damaged
  }

  /**
   * On the disk when it resolves.
   * @throws LedgerError NODE_BUSY, NODE_DEGRADED: it was not taken; REQUEST_TOO_LARGE
   */
  append(record: T): Promise<Kept<T>> {
    if (this.#waiting >= MAX_WAITING) return Promise.reject(new LedgerError('NODE_BUSY', `${this.path} is behind`))
    this.#waiting++
    return this.#inTurn(async () => {
      const { everyMs = 1, now } = this.#options
      const kept = { at: now() - (now() % everyMs), record }
      const line = lineOf(kept)
      if (line.length > LINE_BYTES) throw new LedgerError('REQUEST_TOO_LARGE', `at most ${LINE_BYTES} bytes`)
      await this.#mend()
      if (this.#size + line.length > this.#options.maxBytes) await this.#rewrite(this.#options.maxBytes >> 1)
      try {
        await this.#file.write(line, this.#size)
        await this.#file.sync()
      } catch (error) {
        this.#doubt = 'end'
        await this.#mend().catch(() => undefined)
        throw error
      }
      this.#lines.push({ kept, bytes: line.length })
      this.#size += line.length
      return kept
    }).finally(() => {
      this.#waiting--
    })
  }

  /** Takes what is too old off the disk. */
  tidy(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#mend()
      if (this.#lines.some(({ kept }) => kept.at < this.#since)) await this.#rewrite(this.#options.maxBytes)
    })
  }

  /** Takes off the disk what is asked for. @returns how many @throws LedgerError NODE_DEGRADED */
  remove(isMeant: (record: T) => boolean): Promise<number> {
    return this.#inTurn(async () => {
      await this.#mend()
      const before = this.#lines.length
      const stays = this.#lines.filter(({ kept }) => !isMeant(kept.record))
      if (stays.length < before) await this.#replace(stays)
      return before - stays.length
    })
  }

  async close(): Promise<void> {
    clearInterval(this.#tidying)
    await this.#queue
    await this.#file.close()
  }

  get #since(): number {
    return this.#options.now() - this.#options.maxAgeMs
  }

  #inTurn<R>(work: () => Promise<R>): Promise<R> {
    const done = this.#queue.then(work).catch((error: unknown) => {
      throw notTaken(error)
    })
    this.#queue = done.catch(() => undefined)
    return done
  }

  async #readBack(): Promise<void> {
    const { maxBytes, read } = this.#options
    const size = await this.#file.size()
    // Larger than this book ever gets it is not this book's: the newest of it counts.
    const from = Math.max(0, size - maxBytes)
    const bytes = await this.#file.read(from, size - from)
    const end = bytes.lastIndexOf(0x0a) + 1
    this.#lines = []
    this.#damaged = 0
    let at = from === 0 ? 0 : bytes.indexOf(0x0a) + 1
    while (at < end) {
      const next = bytes.indexOf(0x0a, at) + 1
      const kept = keptOf(bytes.subarray(at, next - 1), read)
      if (kept === undefined) this.#damaged++
      else this.#lines.push({ kept, bytes: next - at })
      at = next
    }
    this.#size = from + end
    if (from > 0 || this.#damaged > 0) await this.#rewrite(maxBytes)
    else if (this.#size < size) {
      this.#doubt = 'end'
      await this.#mend()
    }
  }

  /** What a failed write left behind is cut off; after a rewriting that failed, what lies on the disk is what counts. */
  async #mend(): Promise<void> {
    const { disk } = this.#options
    if (this.#doubt === 'file') {
      const before = this.#file
      this.#file = await disk.open(this.path)
      this.#doubt = undefined
      await before.close()
      await this.#readBack()
    } else if (this.#doubt === 'end') {
      await this.#file.truncate(this.#size)
      await this.#file.sync()
      this.#doubt = undefined
    }
  }

  /** The file anew with the records that are worth it and fit. */
  #rewrite(maxBytes: number): Promise<void> {
    return this.#replace(this.#worthKeeping(maxBytes))
  }

  /** The old file or the new one survives a crash, each of them whole. */
  async #replace(kept: Line<T>[]): Promise<void> {
    const bytes = Buffer.concat(kept.map((line) => lineOf(line.kept)))
    const { disk } = this.#options
    this.#doubt = 'file'
    await disk.replace(this.path, bytes)
    const before = this.#file
    this.#file = await disk.open(this.path)
    this.#doubt = undefined
    const [lines, stays] = [this.#lines, new Set(kept.map((line) => this.#keyOf(line)))]
    this.#lines = kept
    this.#size = bytes.length
    await before.close()
    for (const line of lines) if (!stays.has(this.#keyOf(line))) this.#options.forgot?.(line.kept.record)
  }

  /** The last word of each key that is young enough, as many as fit by their rank; in their order. */
  #worthKeeping(maxBytes: number): Line<T>[] {
    const last = new Map<string | Line<T>, Line<T>>()
    for (const line of this.#lines.filter(({ kept: { at } }) => at >= this.#since)) {
      const key = this.#keyOf(line)
      last.delete(key)
      last.set(key, line)
    }
    const lines = [...last.values()]
    const ranks = this.#options.rank?.(lines)
    const best = lines.map((_, i) => i).sort((a, b) => (ranks?.[b] ?? 0) - (ranks?.[a] ?? 0) || b - a)
    const stays = new Set<number>()
    let size = 0
    for (const i of best) {
      size += lines[i]!.bytes
      if (size > maxBytes) break
      stays.add(i)
    }
    return lines.filter((_, i) => stays.has(i))
  }

  #keyOf(line: Line<T>): string | Line<T> {
    return this.#options.keyOf?.(line.kept.record) ?? line
  }
}

function pathOf({ folder, kind }: { folder: string; kind: string }): string {
  return join(folder, `${kind}.jsonl`)
}

function lineOf<T>(kept: Kept<T>): Uint8Array {
  return utf8(`${JSON.stringify(kept)}\n`)
}

function keptOf<T>(line: Uint8Array, read: (value: unknown) => T | undefined): Kept<T> | undefined {
  try {
    const value: unknown = JSON.parse(fromUtf8(line))
    if (typeof value !== 'object' || value === null) return undefined
    const { at, record } = value as { at?: unknown; record?: unknown }
    const known = read(record)
    return Number.isSafeInteger(at) && known !== undefined ? { at: at as number, record: known } : undefined
  } catch {
    return undefined
  }
}

/** What is told of a failure to write: NODE_DEGRADED, unless it has a code. */
export function notTaken(error: unknown): unknown {
  if (error instanceof LedgerError) return error
  const what = isDiskFull(error) ? 'the disk is full' : error instanceof Error ? error.message : String(error)
  return new LedgerError('NODE_DEGRADED', `not taken: ${what}`, { cause: error })
}
