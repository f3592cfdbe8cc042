import { decodeCbor, encodeCbor, equal } from '@tristamp/protocol'
import { Level } from 'level'
import { hasErrno, isDiskFull, LedgerError } from './error.ts'
import type { FeedPlace } from './feed.ts'
import { markKey, type Row, rangeOf, SPACE } from './row.ts'
import type { Place } from './segment.ts'
import { StateSum } from './state-sum.ts'

/** How far the derived data have come: the last seal that is in them, and where the feed goes on after it. */
export interface Mark {
  /** Height of that seal. */
  height: number
  /** Tree size that it ends. */
  size: number
  next: FeedPlace
}

/** The layout of the rows; another one means: rebuild from the segment files. */
const LAYOUT = 3
/** Measured on random index keys: 4 and 8 MB cost least time for their memory. */
const WRITE_BUFFER = 8 * 1024 * 1024

type Bytes = Uint8Array

/**
 * The derived data. Everything here can be made again from the segment files; a commit is one atomic batch that carries its
 * mark. The only file that knows `level`.
 */
export class Store {
  readonly #folder: string
  #db: Level<Bytes, Bytes>
  /** Of the rows of the admission state, as they are in the store. */
  #state = new StateSum()

  private constructor(folder: string, db: Level<Bytes, Bytes>) {
    this.#folder = folder
    this.#db = db
  }

  /** @throws LedgerError DATA_LOCKED, DISK_FULL, DISK_ERROR, STORE_CORRUPT */
  static async open(folder: string): Promise<Store> {
    return new Store(folder, await openLevel(folder))
  }

  /** After a write that failed: LevelDB takes no more of them until it has been opened again. @throws LedgerError as `open` */
  async reopen(): Promise<void> {
    await this.#db.close().catch(() => undefined)
    this.#state = new StateSum()
    this.#db = await openLevel(this.#folder)
  }

  /** Undefined when nothing has been derived yet, or in another layout. */
  async mark(): Promise<Mark | undefined> {
    const bytes = await this.get(markKey)
    const mark = bytes && decodeMark(bytes)
    if (!(mark instanceof Map) || mark.get('layout') !== LAYOUT) return undefined
    return {
      height: mark.get('height') as number,
      size: mark.get('size') as number,
      next: { entries: place(mark.get('entries')), bodies: place(mark.get('bodies')) },
    }
  }

  /**
   * Compares the rows of the admission state with what the mark says of them: whom the ledger lets in must not hang on a row that
   * nothing vouches for. Before the first commit of every opening. @throws LedgerError STORE_CORRUPT
   */
  async checkState(): Promise<void> {
    const state = new StateSum()
    for await (const [key, value] of this.rows(rangeOf(Buffer.of(SPACE.state)))) state.put(key, value)
    const bytes = await this.get(markKey)
    const told = bytes && (decodeMark(bytes) as Map<string, unknown>).get('state')
    if (!(told instanceof Uint8Array) || !equal(told, state.digest()))
      throw new LedgerError(
        'STORE_CORRUPT',
        'the rows of the admission state are not those that the mark was written with',
      )
    this.#state = state
  }

  /** Writes the rows and the mark: all or nothing. */
  async commit(rows: Iterable<Row>, mark: Mark): Promise<void> {
    await guarded(async () => {
      const batch = this.#db.batch()
      for (const { key, value } of rows) {
        if (key[0] === SPACE.state) this.#state.put(key, value)
        batch.put(key, value)
      }
      const { height, size, next } = mark
      const { entries, bodies } = next
      batch.put(markKey, encodeCbor({ layout: LAYOUT, height, size, entries, bodies, state: this.#state.digest() }))
      await batch.write()
    })
  }

  get(key: Bytes): Promise<Bytes | undefined> {
    return guarded(() => this.#db.get(key) as Promise<Bytes | undefined>)
  }

  getMany(keys: Bytes[]): Promise<(Bytes | undefined)[]> {
    return guarded(() => this.#db.getMany(keys) as Promise<(Bytes | undefined)[]>)
  }

  /** Rows from a key on, below another. */
  rows(range: { gte: Bytes; lt: Bytes; reverse?: boolean; limit?: number }): AsyncIterable<[Bytes, Bytes]> {
    return this.#db.iterator({ ...range, highWaterMarkBytes: 1 << 20 })
  }

  keys(range: { gte: Bytes; lt: Bytes; reverse?: boolean; limit?: number }): AsyncIterable<Bytes> {
    return this.#db.keys({ ...range, highWaterMarkBytes: 1 << 20 })
  }

  allKeys(): AsyncIterable<Bytes> {
    return this.keys(rangeOf(Buffer.alloc(0)))
  }

  /** Forgets everything, to be derived again. */
  clear(): Promise<void> {
    this.#state = new StateSum()
    return guarded(() => this.#db.clear())
  }

  close(): Promise<void> {
    return this.#db.close()
  }
}

async function openLevel(folder: string): Promise<Level<Bytes, Bytes>> {
  const db = new Level<Bytes, Bytes>(folder, {
    keyEncoding: 'view',
    valueEncoding: 'view',
    writeBufferSize: WRITE_BUFFER,
  })
  await opened(db)
  return db
}

/**
 * Holds a folder for this process alone, until closed or until the process ends, however it ends: LevelDB's own lock file is
 * locked through the operating system. @throws LedgerError DATA_LOCKED
 */
export async function holdFolder(folder: string): Promise<() => Promise<void>> {
  const db = new Level(folder)
  await opened(db)
  return () => db.close()
}

/** What cannot be opened is damaged, unless the system says that it did not let us. */
async function opened(db: Pick<Level, 'open'>): Promise<void> {
  try {
    await guarded(() => db.open())
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    const { message, cause } = error
    if (/permission denied|too many open files|input\/output error/i.test(message))
      throw new LedgerError('DISK_ERROR', message, { cause })
    if (error.code === 'NODE_STOPPING') throw new LedgerError('STORE_CORRUPT', 'cannot be opened', { cause })
    throw error
  }
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    const text = String((cause as Error).cause ?? cause)
    if (/already held|LEVEL_LOCKED|lock .*LOCK/i.test(text) || hasErrno(cause, 'LEVEL_LOCKED')) {
      throw new LedgerError('DATA_LOCKED', 'the data folder is held by another process', { cause })
    }
    if (isDiskFull(cause) || /no space left|quota exceeded/i.test(text))
      throw new LedgerError('DISK_FULL', 'writing the derived data', { cause })
    // An opening that failed has the same code, mostly with its cause.
    if (hasErrno(cause, 'LEVEL_DATABASE_NOT_OPEN') && (cause as Error).cause === undefined)
      throw new LedgerError('NODE_STOPPING', 'the store is closed', { cause })
    throw new LedgerError('STORE_CORRUPT', text, { cause })
  }
}

function decodeMark(bytes: Bytes): unknown {
  try {
    return decodeCbor(bytes, { maxBytes: 1024, maxDepth: 4 })
  } catch (cause) {
    throw new LedgerError('STORE_CORRUPT', 'the mark cannot be read', { cause })
  }
}

function place(value: unknown): Place {
  if (!(value instanceof Map)) throw new LedgerError('STORE_CORRUPT', 'the mark cannot be read')
  const map = value as Map<string, number>
  return { index: map.get('index')!, file: map.get('file')!, offset: map.get('offset')! }
}
