import { join } from 'node:path'
import { type ScanCounts, type ScanDay, STRONG_TIMES, scanRegion } from '@tristamp/protocol'
import type { Machine } from '../machine.ts'
import { RecordBook } from '../unsigned/record-book.ts'
import { AsOfTheHour } from './as-of-the-hour.ts'

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
  readonly #told: AsOfTheHour<SerialCount>
  /** The day of the start, and what was counted on it before: which networks looked is forgotten with a stop. */
  readonly #startDay: number
  readonly #countedBefore: ReadonlySet<string>

  private constructor(book: RecordBook<SerialCount>, now: () => number) {
    this.#book = book
    this.#now = now
    this.#told = new AsOfTheHour(now)
    for (const { record } of book.records) this.#counts.set(record.subject, record)
    this.#startDay = this.#day
    const today = [...this.#counts.values()].filter(({ cells }) => cells.some(([day]) => day === this.#startDay))
    this.#countedBefore = new Set(today.map(({ subject }) => subject))
  }

  /** @throws LedgerError NODE_DEGRADED */
  static async open(
    data: string,
    { disk, now }: Pick<Machine, 'disk' | 'now'>,
    maxBytes: number = MAX_BYTES,
  ): Promise<ScanBook> {
    let forget = (_: SerialCount): void => {}
    const book = await RecordBook.open<SerialCount>({
      folder: join(data, 'unsigned'),
      kind: 'scans',
      read: readSerialCount,
      maxBytes,
      maxAgeMs: MAX_AGE_MS,
      // When exactly somebody looked is not kept here either.
      everyMs: HOUR_MS,
      keyOf: ({ subject }) => subject,
      // Whoever looks at each of a million packs once pushes nothing out that is looked at a lot.
      rank: (lines) => lines.map(({ kept }) => recentTimes(kept.record, Math.floor(now() / HOUR_MS / DAY_HOURS))),
      forgot: (record) => forget(record),
      disk,
      now,
    })
    const scans = new ScanBook(book, now)
    forget = (record) => scans.#forget(record)
    return scans
  }

  /** Whether looks of today were counted before this start: whoever looks may be among them, and is not counted twice. */
  mayBeCounted(subject: string): boolean {
    return this.#day === this.#startDay && this.#countedBefore.has(subject)
  }

  get #day(): number {
    return Math.floor(this.#now() / HOUR_MS / DAY_HOURS)
  }

  /** Counts one look, of now; what everyone is told of it changes with the next hour. @throws LedgerError NODE_BUSY, NODE_DEGRADED: it was not counted */
  async count(subject: string, region: string | undefined): Promise<void> {
    const before = this.#counts.get(subject)
    const after = counted(before, subject, Math.floor(this.#now() / HOUR_MS), region ?? '')
    // Others that come meanwhile count on; what the disk does not take is taken back.
    this.#told.changes(subject, before)
    this.#counts.set(subject, after)
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

  /**
   * What everyone is told: as it was when this hour began, and the own look of whoever asks. Of a day on which few looked it is told how many did, neither
   * where nor when: nobody learns that of one reader, and no rule needs it.
   */
  of(subject: string, own?: { region: string | undefined }): ScanCounts {
    const before = this.#told.of(subject, this.#counts.get(subject))
    const hour = Math.floor(this.#now() / HOUR_MS)
    const known = own === undefined ? before : counted(before, subject, hour, own.region ?? '')
    if (known === undefined) return { times: 0, lastDays: [] }
    const firstSeen = `${new Date(known.first * HOUR_MS).toISOString().slice(0, 13)}Z`
    return { firstSeen, times: known.times, lastDays: toldDays(known.cells) }
  }

  close(): Promise<void> {
    return this.#book.close()
  }

  /** The book has no room for it any more. What was counted since is in no line yet. */
  #forget(record: SerialCount): void {
    if (this.#counts.get(record.subject) === record) this.#counts.delete(record.subject)
  }
}

/** Looks on the days of which it is told where and when. */
function recentTimes({ cells }: SerialCount, today: number): number {
  return cells.reduce((sum, [day, , times]) => (day > today - DAYS ? sum + times : sum), 0)
}

/** What everyone is told of days: of one on which few looked how many did, neither where nor when. */
export function toldDays(cells: readonly Cell[]): ScanDay[] {
  const days = [...new Set(cells.map(([day]) => day))]
  return days.flatMap((of) => {
    const own = cells.filter(([day]) => day === of)
    const all = own.reduce((sum, [, , times]) => sum + times, 0)
    return all < STRONG_TIMES ? [toldCell([of, '', all, 0])] : own.map(toldCell)
  })
}

function toldCell([day, region, times, hours]: Cell): ScanDay {
  return {
    day: new Date(day * DAY_HOURS * HOUR_MS).toISOString().slice(0, 10),
    ...(region !== '' && { region }),
    times,
    hours: Array.from({ length: DAY_HOURS }, (_, hour) => hour).filter((hour) => (hours >> hour) & 1),
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
