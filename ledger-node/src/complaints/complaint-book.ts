import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Machine } from '../machine.ts'
import { type Kept, type Line, RecordBook } from '../unsigned/record-book.ts'
import { type Complaint, type Contact, readComplaint, readContact } from './complaint.ts'

const DAY_MS = 86_400_000
const MAX_BYTES = 16 * 1024 * 1024
const MAX_AGE_MS = 730 * DAY_MS
const CONTACT_BYTES = 4 * 1024 * 1024
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

/** What people report of goods, and in a book of its own how to reach them: personal data end sooner (docs/operate.md). */
export class ComplaintBook {
  readonly #complaints: RecordBook<Complaint>
  readonly #contacts: RecordBook<Contact>
  readonly #now: () => number
  /** Of the last week, oldest first. */
  #week: { at: number; subject: string }[] = []
  #lastAtMs: number | null = null

  private constructor(complaints: RecordBook<Complaint>, contacts: RecordBook<Contact>, now: () => number) {
    this.#complaints = complaints
    this.#contacts = contacts
    this.#now = now
    for (const one of complaints.records) this.#count(one)
  }

  /** @throws LedgerError NODE_DEGRADED */
  static async open(data: string, { disk, now }: Pick<Machine, 'disk' | 'now'>): Promise<ComplaintBook> {
    const common = { folder: join(data, 'unsigned'), disk, now }
    const complaints = await RecordBook.open({
      ...common,
      ...{ kind: 'reports', read: readComplaint, maxBytes: MAX_BYTES, maxAgeMs: MAX_AGE_MS },
      rank: byDay(({ subject, recorded }) => ({ goods: subject, isLater: !recorded })),
    })
    const contacts = await RecordBook.open({
      ...common,
      ...{ kind: 'report-contacts', read: readContact, maxBytes: CONTACT_BYTES, maxAgeMs: CONTACT_DAYS * DAY_MS },
      rank: byDay(() => ({ goods: '', isLater: false })),
    }).catch(async (error: unknown) => {
      await complaints.close()
      throw error
    })
    return new ComplaintBook(complaints, contacts, now)
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

  /** Takes a report and how to reach its writer off the disk. @returns false when there is none of this id @throws LedgerError NODE_DEGRADED */
  async remove(id: string): Promise<boolean> {
    const contacts = await this.#contacts.remove((record) => record.id === id)
    const reports = await this.#complaints.remove((record) => record.id === id)
    if (reports > 0) {
      this.#week = []
      for (const one of this.#complaints.records) this.#count(one)
    }
    return reports + contacts > 0
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

  #count({ at, record: { subject } }: Kept<Complaint>): void {
    this.#lastAtMs = Math.max(this.#lastAtMs ?? 0, at)
    if (this.#now() - at < 7 * DAY_MS) this.#week.push({ at, subject })
  }

  /** The newest first. */
  newest(): KeptComplaint[] {
    const contacts = new Map(this.#contacts.records.map(({ record }) => [record.id, record.contact]))
    const told = this.#complaints.records.map(({ at, record }) => {
      const contact = contacts.get(record.id)
      return { at: new Date(at).toISOString(), ...record, ...(contact !== undefined && { contact }) }
    })
    return told.reverse()
  }

  async close(): Promise<void> {
    await this.#complaints.close()
    await this.#contacts.close()
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
