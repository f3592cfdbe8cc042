import { type BundleSource, MAX_HISTORY_EVENTS, ProtocolError, type SaltedEvent, subjectHash } from '@tristamp/protocol'
import { Cache } from '../cache.ts'
import { LedgerError } from '../error.ts'
import type { EntryPlace } from '../feed.ts'
import type { Ledger, Sealed } from '../ledger.ts'
import {
  blockKey,
  eventKeys,
  historyKey,
  type Posting,
  rangeOf,
  readBlockSize,
  readEventKey,
  readHistoryRow,
} from '../row.ts'

/** Statements and batches kept in memory: the events of a few thousand products. */
const STATEMENT_BYTES = 16 * 1024 * 1024
const BATCH_BYTES = 32 * 1024 * 1024
const POSTING_BYTES = 16 * 1024 * 1024
const BLOCK_BYTES = 4 * 1024 * 1024
/** In memory, about: one posting, and a list of them with its subject. */
const BYTES_EACH = 48
const BYTES_AROUND = 400

/** Reads the sealed entries of a ledger, for all queries. An entry never changes, so what was read once may be kept. */
export class Entries {
  readonly #ledger: Ledger
  readonly #statements = new Cache<number, Uint8Array>(STATEMENT_BYTES)
  readonly #batches = new Cache<number, SaltedEvent[]>(BATCH_BYTES)
  readonly #postings = new Cache<string, readonly Posting[]>(POSTING_BYTES)

  /** Tree sizes by height: the upper steps of a search are the same for all. */
  readonly #blocks = new Cache<number, number>(BLOCK_BYTES)

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  async bytes(entry: number): Promise<Uint8Array> {
    const known = this.#statements.get(entry)
    if (known !== undefined) return known
    const place = await this.#ledger.placeOf(entry)
    const bytes = await this.#ledger.feed.readEntry(place)
    this.#statements.set(entry, bytes, place.length)
    return bytes
  }

  async events(entry: number): Promise<SaltedEvent[]> {
    const known = this.#batches.get(entry)
    if (known !== undefined) return known
    const place = await this.#ledger.placeOf(entry)
    const events = await this.#ledger.feed.readEvents(place)
    this.#batches.set(entry, events, bodyBytes(place))
    return events
  }

  /** Where a subject's events stand, ascending, up to a seal. @throws ProtocolError HISTORY_SIZE */
  async postings(subject: string, height: number): Promise<Posting[]> {
    const hash = subjectHash(subject)
    const postings: Posting[] = []
    for await (const [, value] of this.#ledger.store.rows({
      gte: historyKey(hash, 0),
      lt: historyKey(hash, height + 1),
    })) {
      postings.push(...readHistoryRow(value).postings)
      if (postings.length > MAX_HISTORY_EVENTS) tooLong(subject)
    }
    return postings
  }

  /** Whether anything names the subject up to a seal: one step into the store, however long its history is. */
  async isRecorded(subject: string, height: number): Promise<boolean> {
    const hash = subjectHash(subject)
    const range = { gte: historyKey(hash, 0), lt: historyKey(hash, height + 1), limit: 1 }
    for await (const _ of this.#ledger.store.keys(range)) return true
    return false
  }

  /** The same postings as of the state that the history map is in, which tells how many there must be: a list of as many is the list. */
  async #latestPostings(subject: string, height: number): Promise<readonly Posting[]> {
    const count = this.#ledger.historyMap.get(subjectHash(subject))?.count ?? 0
    if (count === 0) return []
    if (count > MAX_HISTORY_EVENTS) tooLong(subject)
    const known = this.#postings.get(subject)
    if (known?.length === count) return known
    const postings = await this.postings(subject, height)
    this.#postings.set(subject, postings, BYTES_AROUND + postings.length * BYTES_EACH)
    return postings
  }

  /** Where the events with this eventID stand, ascending. */
  async withId(uuid: Uint8Array): Promise<Posting[]> {
    const found: Posting[] = []
    for await (const key of this.#ledger.store.keys({ ...rangeOf(eventKeys(uuid)), limit: 100 }))
      found.push(readEventKey(key))
    return found
  }

  /** The first seal at an entry or after it, looked for among the blocks up to a height. */
  async sealAfter(entry: number, height: number): Promise<number> {
    let [low, high] = [0, height]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((await this.#sizeAt(middle)) > entry) high = middle
      else low = middle + 1
    }
    return (await this.#sizeAt(low)) - 1
  }

  async #sizeAt(height: number): Promise<number> {
    const known = this.#blocks.get(height)
    if (known !== undefined) return known
    const row = await this.#ledger.store.get(blockKey(height))
    if (row === undefined) throw new LedgerError('STORE_CORRUPT', `the row of block ${height} is missing`)
    const size = readBlockSize(row)
    this.#blocks.set(height, size, BYTES_EACH)
    return size
  }

  /** What a proof bundle is built from. Valid within one `Ledger.read` only. */
  source(sealed: Sealed): BundleSource {
    const { size, checkpoint, seal } = sealed
    return {
      size,
      checkpoint,
      entry: (index) => this.bytes(index),
      batch: (entry) => this.events(entry),
      sealAfter: (entry) => this.sealAfter(entry, seal.height),
      postings: (subject) => this.#latestPostings(subject, seal.height),
      mapProof: async (subject) => this.#ledger.historyMap.prove(subjectHash(subject)),
      readNodes: this.#ledger.tiles.nodes,
    }
  }
}

function tooLong(subject: string): never {
  throw new ProtocolError('HISTORY_SIZE', `more than ${MAX_HISTORY_EVENTS} events of ${subject}`)
}

function bodyBytes(place: EntryPlace): number {
  return place.lengths.reduce((sum, length) => sum + length, 0)
}
