import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { scanRegion, sha256, toBase64Url, toHex, utf8 } from '@tristamp/protocol'
import { syncFolder } from '../disk.ts'
import { LedgerError } from '../error.ts'
import { ifThere } from '../if-there.ts'
import type { Machine } from '../machine.ts'
import { notTaken } from '../unsigned/record-book.ts'
import { AsOfTheHour } from './as-of-the-hour.ts'
import { OpeningShard } from './opening-shard.ts'

const HOUR_MS = 3_600_000
const MAX_TIMES = 1_000_000
/** Reveals that wait for the disk. */
const MAX_WAITING = 64
/** Hexadecimal digits of a shard's name: 4,096 files, of half a megabyte each for ten million openings. */
const SHARD_DIGITS = 3

/** What is kept of a sealed code that was revealed. */
interface Opening {
  /** Hours since 1970 of the first reveal, and where as far as it was told. */
  first: number
  region: string
  /** Reveals, once for each network and day, without those of the first. */
  times: number
  /** By which the first knows itself again: a hash of what its device made up for this code. */
  mark?: string
}

/** As it is answered: the hour of the first, YYYY-MM-DDThhZ. */
export interface Opened {
  firstAt: string
  region?: string
  times: number
}

/** A reveal: what its device made up for this code, and whether it is one more or its network has been counted today. */
export interface Reveal {
  region: string | undefined
  mark: string | undefined
  counts: boolean
}

export interface Revealed {
  isFirst: boolean
  /** The first was of the same device: its answer may have been lost. */
  isOwn: boolean
  opened: Opened
}

/**
 * Which sealed codes were revealed to this node, when first, and how often: never the secret, never who (docs/spec/scans.md). It forgets nothing: a code
 * that was forgotten would make a copy look new. Each line in it has cost a secret of the ledger's.
 */
export class OpeningBook {
  readonly #folder: string
  readonly #disk: Machine['disk']
  readonly #now: () => number
  readonly #there: Set<string>
  readonly #shards = new Map<string, OpeningShard<Opening>>()
  readonly #told: AsOfTheHour<Opening>
  #waiting = 0

  private constructor(folder: string, { disk, now }: Pick<Machine, 'disk' | 'now'>, names: readonly string[]) {
    this.#folder = folder
    this.#disk = disk
    this.#now = now
    this.#there = new Set(names)
    this.#told = new AsOfTheHour(now)
  }

  /** @throws LedgerError NODE_DEGRADED */
  static async open(data: string, machine: Pick<Machine, 'disk' | 'now'>): Promise<OpeningBook> {
    const folder = join(data, 'unsigned', 'openings')
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await syncFolder(join(data, 'unsigned'))
      const names = (await machine.disk.list(folder)).filter((name) => name.endsWith('.jsonl'))
      const book = new OpeningBook(folder, machine, names)
      await book.#takeOver(join(data, 'unsigned', 'openings.jsonl'))
      return book
    } catch (error) {
      throw notTaken(error)
    }
  }

  /** @throws LedgerError NODE_DEGRADED */
  async of(subject: string): Promise<Opened | undefined> {
    const known = await this.#get(subject)
    return known && told(known)
  }

  /** What everyone may know of it: neither where, nor what this hour brought. @throws LedgerError NODE_DEGRADED */
  async ofForAll(subject: string): Promise<Opened | undefined> {
    const known = this.#told.of(subject, await this.#get(subject))
    return known && told({ ...known, region: '' })
  }

  /** A reveal, of now. @throws LedgerError NODE_BUSY, NODE_DEGRADED: it was not recorded */
  async reveal(subject: string, { region, mark, counts }: Reveal): Promise<Revealed> {
    if (this.#waiting >= MAX_WAITING) throw new LedgerError('NODE_BUSY', `${this.#folder} is behind`)
    this.#waiting++
    try {
      const hash = mark === undefined ? undefined : toBase64Url(sha256(utf8(`${subject} ${mark}`))).slice(0, 22)
      let before: Opening | undefined
      let after: Opening | undefined
      const shard = shardOf(subject)
      this.#there.add(shard)
      await this.#shard(shard).say(subject, (known) => {
        before = known
        const isOwn = known?.mark !== undefined && known.mark === hash
        if (known === undefined)
          after = { first: this.#hour, region: region ?? '', times: 1, ...(hash !== undefined && { mark: hash }) }
        else after = counts && !isOwn ? { ...known, times: Math.min(MAX_TIMES, known.times + 1) } : undefined
        return after
      })
      if (after !== undefined) this.#told.changes(subject, before)
      const isOwn = before?.mark !== undefined && before.mark === hash
      return { isFirst: before === undefined, isOwn, opened: told((after ?? before)!) }
    } catch (error) {
      throw notTaken(error)
    } finally {
      this.#waiting--
    }
  }

  async close(): Promise<void> {
    for (const shard of this.#shards.values()) await shard.close()
  }

  get #hour(): number {
    return Math.floor(this.#now() / HOUR_MS)
  }

  async #get(subject: string): Promise<Opening | undefined> {
    const shard = shardOf(subject)
    // No file is made by asking.
    if (!this.#there.has(shard)) return undefined
    try {
      return await this.#shard(shard).get(subject)
    } catch (error) {
      throw notTaken(error)
    }
  }

  #shard(name: string): OpeningShard<Opening> {
    const known = this.#shards.get(name) ?? new OpeningShard(this.#disk, join(this.#folder, name), readOpening)
    this.#shards.set(name, known)
    return known
  }

  /** The one file that versions before this one kept. Once more does no harm, should it be interrupted. What cannot be read is kept for people. */
  async #takeOver(path: string): Promise<void> {
    const text = await ifThere(readFile(path, 'utf8'))
    if (text === undefined) return
    // The last line was not whole when the node ended: nobody was told of it.
    const lines = text.split('\n').slice(0, -1)
    let unread = 0
    for (const line of lines) {
      const earlier = earlierOf(line)
      if (earlier === undefined) {
        unread++
        continue
      }
      const { subject, opening } = earlier
      const shard = shardOf(subject)
      this.#there.add(shard)
      await this.#shard(shard).say(subject, (known) => (known && known.times >= opening.times ? undefined : opening))
    }
    if (unread > 0) await rename(path, `${path}.unread`)
    else await rm(path)
  }
}

function shardOf(subject: string): string {
  return `${toHex(sha256(utf8(subject))).slice(0, SHARD_DIGITS)}.jsonl`
}

function told({ first, region, times }: Opening): Opened {
  const firstAt = `${new Date(first * HOUR_MS).toISOString().slice(0, 13)}Z`
  return { firstAt, ...(region !== '' && { region }), times }
}

function readOpening(value: unknown): Opening | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { first, region, times, mark } = value as Partial<Opening>
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(times)) return undefined
  if (mark !== undefined && typeof mark !== 'string') return undefined
  // A region that is in the table no more makes no code unopened.
  return { first: first!, region: scanRegion(region) ?? '', times: times!, ...(mark !== undefined && { mark }) }
}

function earlierOf(line: string): { subject: string; opening: Opening } | undefined {
  try {
    const { record } = JSON.parse(line) as { record?: { subject?: unknown } }
    const [subject, opening] = [record?.subject, readOpening(record)]
    return typeof subject === 'string' && opening !== undefined ? { subject, opening } : undefined
  } catch {
    return undefined
  }
}
