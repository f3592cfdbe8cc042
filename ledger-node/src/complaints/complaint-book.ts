import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Machine } from '../machine.ts'
import { type BookOptions, type Kept, type Line, RecordBook } from '../unsigned/record-book.ts'
import { type Complaint, type Contact, readComplaint, readContact } from './complaint.ts'
import { type Deletion, deletionOf, type KeptDeletion, readDeletion } from './deletion.ts'

const DAY_MS = 86_400_000
const MAX_BYTES = 16 * 1024 * 1024
const MAX_AGE_MS = 730 * DAY_MS
const CONTACT_BYTES = 4 * 1024 * 1024
const DELETION_BYTES = 4 * 1024 * 1024
/** How to reach whoever wrote is off the disk after so long. */
export const CONTACT_DAYS = 90

/** A complaint as those see it who may. */
export interface KeptComplaint extends Complaint {
  /** YYYY-MM-DDThh:mm:ss.sssZ, of the node's clock. */
  at: string
  contact?: string
}

/** How much is reported, for whoever runs the node: how many, and nothing of what was written. */
export interface ComplaintFigures {
  /** In the last 24 hours, and in the last seven days. */
  day: number
  week: number
  /** Different goods of the week's. */
  goods: number
  /** The newest, ms since 1970; null for none that is kept. */
  lastAtMs: number | null
}

interface Books {
  complaints: RecordBook<Complaint>
  contacts: RecordBook<Contact>
  deletions: RecordBook<Deletion>
}

/**
 * What people report of goods; in a book of its own how to reach them, for personal data end sooner (docs/operate.md); and in a third, which reports were
 * deleted and by whom: nobody makes what is said of his goods disappear unseen.
 */
export class ComplaintBook {
  readonly #complaints: RecordBook<Complaint>
  readonly #contacts: RecordBook<Contact>
  readonly #deletions: RecordBook<Deletion>
  readonly #now: () => number
  /** Of the last week, oldest first. */
  #week: { at: number; subject: string }[] = []
  #lastAtMs: number | null = null
  #removing: Promise<unknown> = Promise.resolve()

  private constructor({ complaints, contacts, deletions }: Books, now: () => number) {
    this.#complaints = complaints
    this.#contacts = contacts
    this.#deletions = deletions
    this.#now = now
    this.#countAll()
  }

  /** @throws LedgerError NODE_DEGRADED */
  static async open(data: string, { disk, now }: Pick<Machine, 'disk' | 'now'>): Promise<ComplaintBook> {
    const common = { folder: join(data, 'unsigned'), disk, now }
    const opened: { close(): Promise<void> }[] = []
    const open = async <T>(options: Omit<BookOptions<T>, 'folder'>): Promise<RecordBook<T>> => {
      const book = await RecordBook.open({ ...common, ...options })
      opened.push(book)
      return book
    }
    try {
      const complaints = await open({
        ...{ kind: 'reports', read: readComplaint, maxBytes: MAX_BYTES, maxAgeMs: MAX_AGE_MS },
        rank: byDay(({ subject, recorded }) => ({ goods: subject, isLater: !recorded })),
      })
      const contacts = await open({
        ...{ kind: 'report-contacts', read: readContact, maxBytes: CONTACT_BYTES, maxAgeMs: CONTACT_DAYS * DAY_MS },
        rank: byDay(() => ({ goods: '', isLater: false })),
      })
      const deletions = await open({
        ...{ kind: 'report-deletions', read: readDeletion, maxBytes: DELETION_BYTES, maxAgeMs: MAX_AGE_MS },
        rank: byDay(({ subject, recorded }) => ({ goods: subject, isLater: !recorded })),
      })
      const book = new ComplaintBook({ complaints, contacts, deletions }, now)
      // What a crash or a full disk has kept of deleted reports; a disk that is still full keeps nobody from starting.
      await book.#removeDeleted().catch(() => undefined)
      return book
    } catch (error) {
      for (const one of opened) await one.close()
      throw error
    }
  }

  /** @throws LedgerError NODE_BUSY, NODE_DEGRADED: it was not taken */
  async add(complaint: Omit<Complaint, 'id'>, contact: string | undefined): Promise<Kept<Complaint>> {
    const id = randomBytes(12).toString('base64url')
    // First: a complaint that is there has all that came with it.
    if (contact !== undefined) await this.#contacts.append({ id, contact })
    const kept = await this.#complaints.append({ id, ...complaint })
    this.#count(kept)
    return kept
  }

  /**
   * Takes a report and how to reach its writer off the disk; that it was deleted, and by whom, stays. Whoever is told of a failure asks again.
   * @returns false when there is none of this id
   * @throws LedgerError NODE_BUSY, NODE_DEGRADED
   */
  remove(id: string, by: string): Promise<boolean> {
    const removed = this.#removing.then(async () => {
      const found = this.#complaints.records.find(({ record }) => record.id === id)
      // First: of what is gone, there is a word.
      if (found !== undefined && !this.#deleted.has(id)) await this.#deletions.append(deletionOf(found, by))
      const contacts = await this.#contacts.remove((record) => record.id === id)
      await this.#removeDeleted()
      return found !== undefined || contacts > 0
    })
    this.#removing = removed.catch(() => undefined)
    return removed
  }

  get #deleted(): Set<string> {
    return new Set(this.#deletions.records.map(({ record }) => record.id))
  }

  async #removeDeleted(): Promise<void> {
    const deleted = this.#deleted
    if (deleted.size === 0) return
    const isDeleted = ({ id }: { id: string }): boolean => deleted.has(id)
    if (this.#contacts.records.some(({ record }) => isDeleted(record))) await this.#contacts.remove(isDeleted)
    if (!this.#complaints.records.some(({ record }) => isDeleted(record))) return
    await this.#complaints.remove(isDeleted)
    this.#countAll()
  }

  get figures(): ComplaintFigures {
    const nowMs = this.#now()
    this.#week = this.#week.filter(({ at }) => nowMs - at < 7 * DAY_MS)
    return {
      day: this.#week.filter(({ at }) => nowMs - at < DAY_MS).length,
      week: this.#week.length,
      goods: new Set(this.#week.map(({ subject }) => subject)).size,
      lastAtMs: this.#lastAtMs,
    }
  }

  #countAll(): void {
    this.#week = []
    this.#lastAtMs = null
    for (const one of this.#standing) this.#count(one)
  }

  #count({ at, record: { subject } }: Kept<Complaint>): void {
    this.#lastAtMs = Math.max(this.#lastAtMs ?? 0, at)
    if (this.#now() - at < 7 * DAY_MS) this.#week.push({ at, subject })
  }

  /** Oldest first; none that is deleted, be it on the disk or not. */
  get #standing(): Kept<Complaint>[] {
    const deleted = this.#deleted
    return this.#complaints.records.filter(({ record }) => !deleted.has(record.id))
  }

  /** The newest first. */
  newest(): KeptComplaint[] {
    const contacts = new Map(this.#contacts.records.map(({ record }) => [record.id, record.contact]))
    const told = this.#standing.map(({ at, record }) => {
      const contact = contacts.get(record.id)
      return { at: new Date(at).toISOString(), ...record, ...(contact !== undefined && { contact }) }
    })
    return told.reverse()
  }

  /** Those that were deleted, the last first. */
  deletions(): KeptDeletion[] {
    return this.#deletions.records
      .map(({ at, record }) => ({ ...record, deletedAt: new Date(at).toISOString() }))
      .reverse()
  }

  async close(): Promise<void> {
    await this.#removing
    await this.#complaints.close()
    await this.#contacts.close()
    await this.#deletions.close()
  }
}

/**
 * What of a full book stays: as much of each day, so that a day on which somebody floods it takes nothing from the others; within a day the first report of
 * each of the goods before the second, those that are `isLater` after the others, and the earlier before the later.
 */
export function byDay<T>(
  about: (record: T) => { goods: string; isLater: boolean },
): (lines: readonly Line<T>[]) => number[] {
  return (lines) => {
    const nth = new Map<string, number>()
    const places = lines.map(({ kept: { at, record }, bytes }, i) => {
      const { goods, isLater } = about(record)
      const day = Math.floor(at / DAY_MS)
      const key = `${day} ${isLater} ${goods}`
      const n = (nth.get(key) ?? 0) + 1
      nth.set(key, n)
      return { i, day, isLater, n, bytes }
    })
    const used = new Map<number, number>()
    const ranks: number[] = new Array<number>(lines.length)
    places.sort((a, b) => a.n - b.n || Number(a.isLater) - Number(b.isLater) || a.i - b.i)
    for (const { i, day, bytes } of places) {
      used.set(day, (used.get(day) ?? 0) + bytes)
      ranks[i] = -used.get(day)!
    }
    return ranks
  }
}
