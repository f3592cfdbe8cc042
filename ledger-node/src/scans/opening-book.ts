import { join } from 'node:path'
import { scanRegion } from '@tristamp/protocol'
import type { Machine } from '../machine.ts'
import { RecordBook } from '../unsigned/record-book.ts'

const HOUR_MS = 3_600_000
const MAX_BYTES = 32 * 1024 * 1024
/** Longer than anything sealed is kept in a cupboard. */
const MAX_AGE_MS = 5 * 366 * 24 * HOUR_MS
const MAX_TIMES = 1_000_000

/** What is kept of a sealed code that was revealed. */
interface Opening {
  subject: string
  /** Hours since 1970 of the first reveal, and where as far as it was told. */
  first: number
  region: string
  /** Reveals, once for each network and day. */
  times: number
}

/** As it is answered: the hour of the first, YYYY-MM-DDThhZ. */
export interface Opened {
  firstAt: string
  region?: string
  times: number
}

/** Which sealed codes were revealed to this node, when first, and how often: never the secret, never who (docs/spec/scans.md). */
export class OpeningBook {
  readonly #book: RecordBook<Opening>
  readonly #now: () => number
  readonly #openings = new Map<string, Opening>()

  private constructor(book: RecordBook<Opening>, now: () => number) {
    this.#book = book
    this.#now = now
    for (const { record } of book.records) this.#openings.set(record.subject, record)
  }

  /** @throws LedgerError NODE_DEGRADED */
  static async open(data: string, { disk, now }: Pick<Machine, 'disk' | 'now'>): Promise<OpeningBook> {
    const book = await RecordBook.open({
      folder: join(data, 'unsigned'),
      kind: 'openings',
      read: readOpening,
      maxBytes: MAX_BYTES,
      maxAgeMs: MAX_AGE_MS,
      keyOf: ({ subject }) => subject,
      disk,
      now,
    })
    return new OpeningBook(book, now)
  }

  of(subject: string): Opened | undefined {
    const known = this.#openings.get(subject)
    return known === undefined ? undefined : told(known)
  }

  /** A reveal, of now. @returns whether it was the first @throws LedgerError NODE_BUSY, NODE_DEGRADED: it was not recorded */
  async reveal(subject: string, region: string | undefined): Promise<{ isFirst: boolean; opened: Opened }> {
    const before = this.#openings.get(subject)
    const after =
      before === undefined
        ? { subject, first: Math.floor(this.#now() / HOUR_MS), region: region ?? '', times: 1 }
        : { ...before, times: Math.min(MAX_TIMES, before.times + 1) }
    // Two that come at once: one of them is the first.
    this.#openings.set(subject, after)
    try {
      await this.#book.append(after)
    } catch (error) {
      if (before === undefined) this.#openings.delete(subject)
      else this.#openings.set(subject, before)
      throw error
    }
    return { isFirst: before === undefined, opened: told(after) }
  }

  close(): Promise<void> {
    return this.#book.close()
  }
}

function told({ first, region, times }: Opening): Opened {
  const firstAt = `${new Date(first * HOUR_MS).toISOString().slice(0, 13)}Z`
  return { firstAt, ...(region !== '' && { region }), times }
}

function readOpening(value: unknown): Opening | undefined {
  const { subject, first, region, times } = value as Partial<Opening>
  const isRegion = region === '' || scanRegion(region) !== undefined
  if (typeof subject !== 'string' || !Number.isSafeInteger(first) || !isRegion || !Number.isSafeInteger(times))
    return undefined
  return { subject, first: first!, region: region!, times: times! }
}
