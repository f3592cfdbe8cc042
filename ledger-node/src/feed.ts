import { join } from 'node:path'
import { isSeal, LIMITS, ProtocolError, parseStatement, SALT_BYTES, type SaltedEvent } from '@tristamp/protocol'
import type { Disk } from './disk.ts'
import { LedgerError } from './error.ts'
import { frameSize } from './frame.ts'
import { type Fault, FIRST_PLACE, type Place, type Scanned, SegmentSeries } from './segment.ts'

/** One entry of the ledger as it is written: a statement with its events, or a seal with none. */
export interface FeedItem {
  bytes: Uint8Array
  events: readonly SaltedEvent[]
}

/** Where the feed stands: `entries.index` is the number of the next entry, `bodies.index` that of the next event. */
export interface FeedPlace {
  entries: Place
  bodies: Place
}

export const FEED_BEGIN: FeedPlace = { entries: FIRST_PLACE, bodies: FIRST_PLACE }

/** Where one entry and its events lie, small enough to keep a row of it for each entry. */
export interface EntryPlace {
  entry: Place
  length: number
  /** The first event's record. */
  bodies: Place
  /** Byte length of each event's record. */
  lengths: number[]
}

export type FeedRead =
  | { kind: 'entry'; entry: number; item: FeedItem; place: EntryPlace; next: FeedPlace }
  | { kind: 'end'; place: FeedPlace; fault?: Fault }

/**
 * The ordered feed of batches: what the ledger is a function of. This is its form for one machine, on segment files; an
 * existing replicated log can stand behind the same interface.
 */
export interface Feed {
  /** Durable when it returns, all of them or none. */
  append(items: readonly FeedItem[]): Promise<EntryPlace[]>
  /** Everything from a place on, in order. */
  read(from: FeedPlace): AsyncIterable<FeedRead>
  /** Entries held: first ≤ n < next. */
  bounds(): { first: number; next: number }
}

/** An event's body on disk is its salt and its bytes; the salt has a fixed length. */
const BODY_BYTES = SALT_BYTES + LIMITS.eventBytes
export const FILE_BYTES: number = 256 * 1024 * 1024

/**
 * The feed in two series of segment files: `entries` (statements and seals, public for ever) and `bodies` (salted events, one
 * record each, so that one can be erased without touching the rest).
 */
export class LocalFeed implements Feed {
  readonly entries: SegmentSeries
  readonly bodies: SegmentSeries
  #damage: LedgerError | undefined

  private constructor(entries: SegmentSeries, bodies: SegmentSeries) {
    this.entries = entries
    this.bodies = bodies
  }

  static async open(disk: Disk, folder: string, fileBytes: number = FILE_BYTES): Promise<LocalFeed> {
    const entries = await SegmentSeries.open(disk, join(folder, 'entries'), {
      fileBytes,
      recordBytes: LIMITS.entryBytes,
    })
    const bodies = await SegmentSeries.open(disk, join(folder, 'bodies'), { fileBytes, recordBytes: BODY_BYTES })
    return new LocalFeed(entries, bodies)
  }

  get end(): FeedPlace {
    return { entries: this.entries.end, bodies: this.bodies.end }
  }

  bounds(): { first: number; next: number } {
    return { first: 0, next: this.entries.end.index }
  }

  /** Goes on writing at `place`; what stands behind it in the last files is cut off. */
  async resume(place: FeedPlace): Promise<void> {
    await this.entries.resume(place.entries)
    await this.bodies.resume(place.bodies)
  }

  async append(items: readonly FeedItem[]): Promise<EntryPlace[]> {
    const before = this.end
    const [entries, bodies] = await Promise.allSettled([
      this.entries.append(items.map((item) => [item.bytes])),
      this.bodies.append(items.flatMap((item) => item.events.map((e) => [e.salt, e.event]))),
    ])
    if (entries.status === 'rejected' || bodies.status === 'rejected') {
      // One half may be on disk: both must go, now or before the next append.
      await Promise.allSettled([this.entries.takeBack(before.entries), this.bodies.takeBack(before.bodies)])
      throw entries.status === 'rejected' ? entries.reason : (bodies as PromiseRejectedResult).reason
    }
    let event = 0
    return items.map((item, i) => {
      const first = bodies.value[event] ?? this.bodies.end
      event += item.events.length
      return {
        entry: entries.value[i]!,
        length: item.bytes.length,
        bodies: first,
        lengths: item.events.map(bodyLength),
      }
    })
  }

  async *read(from: FeedPlace): AsyncGenerator<FeedRead> {
    const bodies = this.bodies.scan(from.bodies)
    let next = from
    for await (const found of this.entries.scan(from.entries)) {
      if (found.kind === 'end') {
        const behind = (await bodies.next()).value as Scanned
        // Bodies without an entry are the other half of a group that was cut short.
        const entriesLost = (await this.entries.size(found.place.file)) === undefined
        const unheld = entriesLost ? missing(this.entries, found.place) : missing(this.bodies, behind.place)
        const orphan = behind.kind === 'end' ? behind.fault : unheld
        const fault = found.fault ?? orphan
        yield { kind: 'end', place: { entries: found.place, bodies: behind.place }, ...(fault && { fault }) }
        return
      }
      const count = eventCount(found)
      if (count === undefined) {
        const fault = { ...missing(this.entries, found.place), field: 'statement', atEnd: false } as const
        yield { kind: 'end', place: { entries: found.place, bodies: next.bodies }, fault }
        return
      }
      const { events, first = next.bodies, fault, end = next.bodies } = await takeBodies(bodies, this.bodies, count)
      if (fault !== undefined) {
        yield { kind: 'end', place: { entries: found.place, bodies: first }, fault }
        return
      }
      next = { entries: found.next, bodies: end }
      const place = { entry: found.place, length: found.bytes.length, bodies: first, lengths: events.map(bodyLength) }
      yield { kind: 'entry', entry: found.place.index, item: { bytes: found.bytes, events }, place, next }
    }
  }

  /** The first damage that a reader met. */
  get damage(): LedgerError | undefined {
    return this.#damage
  }

  async readEntry(place: EntryPlace): Promise<Uint8Array> {
    return (await this.#watched(this.entries.read(place.entry, frameSize(place.length), 1)))[0]!
  }

  async readEvents(place: EntryPlace): Promise<SaltedEvent[]> {
    if (place.lengths.length === 0) return []
    const bytes = place.lengths.reduce((sum, length) => sum + frameSize(length), 0)
    return (await this.#watched(this.bodies.read(place.bodies, bytes, place.lengths.length))).map(bodyFrom)
  }

  async #watched<T>(reading: Promise<T>): Promise<T> {
    try {
      return await reading
    } catch (error) {
      if (error instanceof LedgerError && error.code === 'SEGMENT_CORRUPT') this.#damage ??= error
      throw error
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.entries.close(), this.bodies.close()])
  }
}

function bodyLength({ salt, event }: SaltedEvent): number {
  return salt.length + event.length
}

function bodyFrom(record: Uint8Array): SaltedEvent {
  return { salt: record.subarray(0, SALT_BYTES), event: record.subarray(SALT_BYTES) }
}

/** How many records of the other series belong to an entry; undefined for one that is no entry at all. */
function eventCount({ bytes }: Scanned & { kind: 'record' }): number | undefined {
  if (isSeal(bytes)) return 0
  try {
    return parseStatement(bytes).header.count
  } catch (error) {
    if (error instanceof ProtocolError) return undefined
    throw error
  }
}

/** An entry's events: where the first stands and where the next one would. */
interface Taken {
  events: SaltedEvent[]
  first?: Place
  end?: Place
  fault?: Fault
}

async function takeBodies(bodies: AsyncGenerator<Scanned>, series: SegmentSeries, count: number): Promise<Taken> {
  const taken: Taken = { events: [] }
  while (taken.events.length < count) {
    const found = (await bodies.next()).value as Scanned
    taken.first ??= found.place
    if (found.kind === 'end') return { ...taken, fault: found.fault ?? missing(series, found.place) }
    taken.events.push(bodyFrom(found.bytes))
    taken.end = found.next
  }
  return taken
}

/** The other series says that something should be here, or should not. */
function missing(series: SegmentSeries, { file, offset }: Place): Fault {
  return { file: series.path(file), offset, field: 'missing', atEnd: true }
}
