import { join } from 'node:path'
import { type ScanCounts, scanRegion } from '@tristamp/protocol'
import type { Machine } from '../machine.ts'
import { RecordBook } from '../unsigned/record-book.ts'

const HOUR_MS = 3_600_000
const DAY_HOURS = 24
const MAX_BYTES = 32 * 1024 * 1024
const MAX_AGE_MS = 400 * DAY_HOURS * HOUR_MS
/** Days of which it is told where and when; older ones are in the total alone. */
const DAYS = 35
/** Regions of one day; what comes from more is counted without one. */
const REGIONS = 12
/** Days and regions in all: a line of the book has room for them. */
const CELLS = 120
const MAX_TIMES = 1_000_000
/** In memory: about as many as the book has room for. */
const MAX_SERIALS = 300_000

/** One region on one day: days since 1970, region ('' for none), how many networks, and the hours as bits. */
type Cell = [day: number, region: string, times: number, hours: number]

/** All that is kept of a serial. */
export interface SerialCount {
  subject: string
  /** Hours since 1970. */
  first: number
  times: number
  cells: Cell[]
}

/** What was counted of each serial: by hour and coarse region, without anything about who looked (docs/spec/scans.md). */
export class ScanBook {
  readonly #book: RecordBook<SerialCount>
  readonly #now: () => number
  readonly #counts = new Map<string, SerialCount>()
  /** The day of the start, and what was counted on it before: which networks looked is forgotten with a stop. */
  readonly #startDay: number
  readonly #countedBefore: ReadonlySet<string>

  private constructor(book: RecordBook<SerialCount>, now: () => number) {
    this.#book = book
    this.#now = now
    for (const { record } of book.records) this.#keep(record)
    this.#startDay = this.#day
    const today = [...this.#counts.values()].filter(({ cells }) => cells.some(([day]) => day === this.#startDay))
    this.#countedBefore = new Set(today.map(({ subject }) => subject))
  }

  /** @throws LedgerError NODE_DEGRADED */
  static async open(data: string, { disk, now }: Pick<Machine, 'disk' | 'now'>): Promise<ScanBook> {
    const book = await RecordBook.open({
      folder: join(data, 'unsigned'),
      kind: 'scans',
      read: readSerialCount,
      maxBytes: MAX_BYTES,
      maxAgeMs: MAX_AGE_MS,
      keyOf: ({ subject }) => subject,
      disk,
      now,
    })
    return new ScanBook(book, now)
  }

  /** Whether looks of today were counted before this start: whoever looks may be among them, and is not counted twice. */
  mayBeCounted(subject: string): boolean {
    return this.#day === this.#startDay && this.#countedBefore.has(subject)
  }

  get #day(): number {
    return Math.floor(this.#now() / HOUR_MS / DAY_HOURS)
  }

  /** Counts one look, of now. @throws LedgerError NODE_BUSY, NODE_DEGRADED: it was not counted */
  async count(subject: string, region: string | undefined): Promise<void> {
    const before = this.#counts.get(subject)
    const after = counted(before, subject, Math.floor(this.#now() / HOUR_MS), region ?? '')
    // Others that come meanwhile count on; what the disk does not take is taken back.
    this.#keep(after)
    try {
      await this.#book.append(after)
    } catch (error) {
      if (this.#counts.get(subject) === after) {
        if (before === undefined) this.#counts.delete(subject)
        else this.#counts.set(subject, before)
      }
      throw error
    }
  }

  of(subject: string): ScanCounts {
    const known = this.#counts.get(subject)
    if (known === undefined) return { times: 0, lastDays: [] }
    return {
      firstSeen: `${new Date(known.first * HOUR_MS).toISOString().slice(0, 13)}Z`,
      times: known.times,
      lastDays: known.cells.map(([day, region, times, hours]) => ({
        day: new Date(day * DAY_HOURS * HOUR_MS).toISOString().slice(0, 10),
        ...(region !== '' && { region }),
        times,
        hours: Array.from({ length: DAY_HOURS }, (_, hour) => hour).filter((hour) => (hours >> hour) & 1),
      })),
    }
  }

  close(): Promise<void> {
    return this.#book.close()
  }

  /** The last that changed stand last: beyond what the book holds the first go. */
  #keep(count: SerialCount): void {
    this.#counts.delete(count.subject)
    this.#counts.set(count.subject, count)
    if (this.#counts.size > MAX_SERIALS) this.#counts.delete(this.#counts.keys().next().value!)
  }
}

/** A serial's counts with one look more. */
export function counted(before: SerialCount | undefined, subject: string, hour: number, region: string): SerialCount {
  const day = Math.floor(hour / DAY_HOURS)
  const bit = 1 << (hour % DAY_HOURS)
  const cells = (before?.cells ?? []).filter(([of]) => of > day - DAYS)
  const known = (where: string): number => cells.findIndex(([of, at]) => of === day && at === where)
  const isFull = known(region) < 0 && cells.filter(([of]) => of === day).length >= REGIONS
  const where = isFull ? '' : region
  const at = known(where)
  const [, , times = 0, hours = 0] = cells[at] ?? []
  const cell: Cell = [day, where, Math.min(MAX_TIMES, times + 1), hours | bit]
  const others = cells.filter((_, i) => i !== at)
  return {
    subject,
    first: before?.first ?? hour,
    times: Math.min(MAX_TIMES, (before?.times ?? 0) + 1),
    cells: [...others, cell].sort((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1)).slice(-CELLS),
  }
}

/** One as it was kept, or undefined for what is none. */
export function readSerialCount(value: unknown): SerialCount | undefined {
  const { subject, first, times, cells } = value as Partial<SerialCount>
  if (typeof subject !== 'string' || !isCount(first) || !isCount(times) || !Array.isArray(cells)) return undefined
  return cells.length <= CELLS && cells.every(isCell) ? { subject, first, times, cells } : undefined
}

function isCell(value: unknown): value is Cell {
  if (!Array.isArray(value) || value.length !== 4) return false
  const [day, region, times, hours] = value as unknown[]
  const isRegion = region === '' || scanRegion(region) !== undefined
  return isCount(day) && isRegion && isCount(times) && isCount(hours) && hours < 2 ** DAY_HOURS
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
