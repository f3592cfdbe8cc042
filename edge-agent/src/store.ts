import { mkdirSync } from 'node:fs'
import { Level } from 'level'
import type { AgentError } from './error.ts'
import { openError, readError, writeError } from './store-error.ts'

/** The kinds of records, each a key space of its own. */
export const SPACES = ['event', 'batch', 'link', 'orphan', 'doubt', 'head', 'holding', 'station', 'reading'] as const
export type Space = (typeof SPACES)[number]

export type Write =
  | { type: 'put'; space: Space; key: string; value: Uint8Array }
  | { type: 'del'; space: Space; key: string }

/** Which keys, and how many at most. */
export interface Range {
  gte?: string
  lt?: string
  limit?: number
}

type Database = Level<string, Uint8Array>
type Sublevel = ReturnType<typeof sublevelOf>

/** What LevelDB can do beside what every store can. */
interface Compacting {
  compactRange(from: string, to: string): Promise<void>
}

interface Waiting {
  writes: Write[]
  resolve: () => void
  reject: (error: unknown) => void
}

/**
 * LevelDB's own default is 4 MiB twice; a gateway's traffic needs less, and memory is short. What is compacted together is some tables at a time,
 * mapped into memory: smaller tables, less of it.
 */
const OPTIONS = {
  keyEncoding: 'utf8',
  valueEncoding: 'view',
  writeBufferSize: 1_048_576,
  cacheSize: 1_048_576,
  maxFileSize: 1_048_576,
} as const

/**
 * The gateway's one database: the only file that knows `level`. Every commit is synced to the disk before it resolves, and commits that come
 * while one is being written share the next write (group commit).
 */
export class Store {
  readonly #folder: string
  #database: Database
  #sublevels: Map<Space, Sublevel>
  #waiting: Waiting[] = []
  #writing: Promise<void> | undefined
  #failed: AgentError | undefined
  #releasing: Promise<void> | undefined

  private constructor(folder: string, database: Database) {
    this.#folder = folder
    this.#database = database
    this.#sublevels = sublevelsOf(database)
  }

  /** Makes a new, empty store. Only `init` does this: a store that is missing later was lost, and must not be replaced in silence. */
  static async create(folder: string): Promise<Store> {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    return new Store(folder, await openDatabase(folder, true))
  }

  /** @throws AgentError OUTBOX_MISSING, OUTBOX_LOCKED, OUTBOX_DAMAGED, DISK_FULL */
  static async open(folder: string): Promise<Store> {
    return new Store(folder, await openDatabase(folder, false))
  }

  /**
   * Writes all of it or nothing, synced. @throws AgentError DISK_FULL, OUTBOX_WRITE. After a failure the database takes nothing more
   * until {@link reopen}.
   */
  commit(writes: Write[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ writes, resolve, reject })
      this.#writing ??= this.#drain()
    })
  }

  /** Writes without waiting for the disk, for what may be lost in a power cut but not by a stop of the program. */
  async note(writes: Write[]): Promise<void> {
    if (this.#failed) return
    try {
      await this.#batch(writes, false)
    } catch (cause) {
      this.#failed = writeError(cause, this.#folder)
    }
  }

  /** @throws AgentError OUTBOX_DAMAGED, like every other read */
  get(space: Space, key: string): Promise<Uint8Array | undefined> {
    return this.#read(this.#sublevel(space).get(key))
  }

  getMany(space: Space, keys: string[]): Promise<(Uint8Array | undefined)[]> {
    return this.#read(this.#sublevel(space).getMany(keys))
  }

  /** Records in key order. */
  entries(space: Space, range: Range = {}): AsyncIterable<[string, Uint8Array]> {
    return this.#each(this.#sublevel(space).iterator(range))
  }

  keys(space: Space, range: Range = {}): AsyncIterable<string> {
    return this.#each(this.#sublevel(space).keys(range))
  }

  /**
   * Gives back the room of what was deleted in a space from one key to another. LevelDB does so by itself only when enough is written, and keeps
   * the tables that it has read mapped into memory until then.
   * @returns false while that is under way for something else
   */
  release(space: Space, from: string, to: string): boolean {
    if (this.#failed || this.#releasing) return false
    const prefix = this.#sublevel(space).prefix
    const database = this.#database as Database & Compacting
    this.#releasing = database
      .compactRange(prefix + from, prefix + to)
      // It is no more than tidiness: what is wrong shows at the next write.
      .catch(() => undefined)
      .finally(() => {
        this.#releasing = undefined
      })
    return true
  }

  /** Resolves when no room is being given back: whoever reads much waits for it, so that memory stays bounded. */
  async released(): Promise<void> {
    await this.#releasing
  }

  /** Why the store takes no writes just now. */
  get failure(): AgentError | undefined {
    return this.#failed
  }

  /** Takes nothing more until it is reopened: something in it is not as it was written. */
  fail(error: AgentError): void {
    this.#failed ??= error
  }

  /**
   * After a failure: closes the database and opens it again. What was rejected may be on the disk after all: read everything anew.
   * @param closed what is to be done to the folder in between
   */
  async reopen(closed?: () => Promise<void>): Promise<void> {
    await this.#writing
    await this.#releasing
    await this.#database.close()
    await closed?.()
    this.#database = await openDatabase(this.#folder, false)
    this.#sublevels = sublevelsOf(this.#database)
    this.#failed = undefined
  }

  async close(): Promise<void> {
    await this.#writing
    await this.#releasing
    await this.#database.close()
  }

  async #drain(): Promise<void> {
    // What else is brought in this turn goes along.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const group = this.#waiting
      this.#waiting = []
      try {
        if (this.#failed) throw this.#failed
        await this.#batch(
          group.flatMap(({ writes }) => writes),
          true,
        )
        for (const { resolve } of group) resolve()
      } catch (cause) {
        // LevelDB keeps refusing after one failed write, even deletes (measured): nothing more is tried until it is reopened.
        this.#failed = writeError(cause, this.#folder)
        for (const { reject } of group) reject(this.#failed)
      }
    }
    // In the same breath as the last look: who was just answered may already bring the next.
    this.#writing = undefined
  }

  async #batch(writes: readonly Write[], sync: boolean): Promise<void> {
    const operations = writes.map((write) => ({ ...write, sublevel: this.#sublevel(write.space) }))
    await this.#database.batch(operations, { sync })
  }

  async #read<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (cause) {
      throw readError(cause, this.#folder)
    }
  }

  async *#each<T>(records: AsyncIterable<T>): AsyncGenerator<T> {
    try {
      yield* records
    } catch (cause) {
      throw readError(cause, this.#folder)
    }
  }

  #sublevel(space: Space): Sublevel {
    return this.#sublevels.get(space)!
  }
}

async function openDatabase(folder: string, createIfMissing: boolean): Promise<Database> {
  const database: Database = new Level<string, Uint8Array>(folder, {
    ...OPTIONS,
    createIfMissing,
    errorIfExists: createIfMissing,
  })
  try {
    await database.open()
    return database
  } catch (cause) {
    throw openError(cause, folder)
  }
}

function sublevelOf(database: Database, space: Space) {
  return database.sublevel<string, Uint8Array>(space, { keyEncoding: 'utf8', valueEncoding: 'view' })
}

function sublevelsOf(database: Database): Map<Space, Sublevel> {
  return new Map(SPACES.map((space) => [space, sublevelOf(database, space)]))
}
