import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type AdmissionState, type EvidenceId, parseCheckpoint, parseNote } from '@tristamp/protocol'
import { nodeDisk } from '../disk.ts'
import { LedgerError } from '../error.ts'
import { EvidenceFolder, type Found } from '../evidence/evidence-folder.ts'
import { type EntryPlace, FEED_BEGIN, type FeedRead, LocalFeed } from '../feed.ts'
import { ifThere } from '../if-there.ts'
import { lockData } from '../lock.ts'
import { checkSnapshot, snapshotPath } from '../map-snapshot.ts'
import type { Row } from '../row.ts'
import { RowAudit } from '../row-audit.ts'
import { type Mark, Store } from '../store.ts'
import { keptPolicyPath } from '../witness/kept-policy.ts'
import { Flawed } from './flaw.ts'
import { checkKeyFiles } from './key-files.ts'
import { checkTables } from './level-table.ts'
import type { AuditSource, Derived } from './source.ts'

/** A node's data folder, of which this process has the only hold. */
export class FolderSource implements AuditSource, AsyncDisposable {
  readonly name: string
  readonly expected: number | undefined
  readonly derived: Derived
  readonly #feed: LocalFeed
  readonly #checkpoint: { note: string; file: string } | undefined
  readonly #behind: () => number
  readonly #close: () => Promise<void>

  private constructor(
    name: string,
    parts: { feed: LocalFeed; store: OpenStore; checkpoint: { note: string; file: string } | undefined },
    close: () => Promise<void>,
  ) {
    this.name = name
    this.#feed = parts.feed
    this.derived = parts.store.derived
    this.#behind = parts.store.behind
    this.#checkpoint = parts.checkpoint
    this.expected = sizeIn(parts.checkpoint?.note)
    this.#close = close
  }

  /** @throws LedgerError DATA_LOCKED */
  static async open(folder: string): Promise<FolderSource> {
    const unlock = await lockData(folder)
    try {
      const feed = await LocalFeed.open(nodeDisk, folder)
      const store = await openStore(join(folder, 'derived'))
      const file = join(folder, 'checkpoint')
      const note = await ifThere(readFile(file, 'utf8'))
      const close = async (): Promise<void> => {
        await Promise.all([store.close(), feed.close()])
        await unlock()
      }
      const checkpoint = note === undefined ? undefined : { note, file }
      return new FolderSource(folder, { feed, store, checkpoint }, close)
    } catch (error) {
      await unlock()
      throw error
    }
  }

  read(): AsyncIterable<FeedRead> {
    return this.#feed.read(FEED_BEGIN)
  }

  locate({ entry }: EntryPlace): { file: string; offset: number } {
    return { file: this.#feed.entries.path(entry.file), offset: entry.offset }
  }

  locateEnd({ place }: FeedRead & { kind: 'end' }): { file: string; offset: number } {
    return { file: this.#feed.entries.path(place.entries.file), offset: place.entries.offset }
  }

  async checkpoint(): Promise<{ note: string; file: string } | undefined> {
    return this.#checkpoint
  }

  async policy(): Promise<{ text: string; file: string } | undefined> {
    const file = keptPolicyPath(this.name)
    const text = await ifThere(readFile(file, 'utf8'))
    return text === undefined ? undefined : { text, file }
  }

  async evidence(id: EvidenceId): Promise<{ found: Found; file: string }> {
    const folder = new EvidenceFolder(nodeDisk, this.name)
    return { found: await folder.find(id), file: folder.pathOf(id) }
  }

  async beside(state: AdmissionState): Promise<string[]> {
    const behind = this.#behind()
    const notes =
      behind === 0 ? [] : [`${join(this.name, 'derived')} lacks ${behind} blocks, which the next start adds`]
    await checkSnapshot(snapshotPath(this.name))
    return [...notes, ...(await checkKeyFiles(this.name, state))]
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close()
  }
}

/** Tiles and indexes. What LevelDB itself finds wrong is a flaw like others. */
class StoredRows implements Derived {
  readonly #file: string
  readonly #rows: RowAudit

  constructor(file: string, rows: RowAudit) {
    this.#file = file
    this.#rows = rows
  }

  add(rows: Iterable<Row>, mark: Mark): Promise<void> {
    return asFlaw(this.#file, () => this.#rows.add(rows, mark))
  }

  end(): Promise<void> {
    return asFlaw(this.#file, () => this.#rows.end())
  }
}

interface OpenStore {
  derived: Derived
  /** Blocks that it lacks. */
  behind: () => number
  close: () => Promise<void>
}

async function openStore(folder: string): Promise<OpenStore> {
  try {
    const checkUnfinished = await checkTables(folder)
    const store = await Store.open(folder)
    try {
      await checkUnfinished()
      const rows = new RowAudit(store, await store.mark(), (field, detail) => {
        throw new Flawed({ file: folder, field, detail })
      })
      return { derived: new StoredRows(folder, rows), behind: () => rows.behind, close: () => store.close() }
    } catch (error) {
      await store.close()
      throw error
    }
  } catch (error) {
    const damaged = error instanceof Flawed || (error instanceof LedgerError && error.code === 'STORE_CORRUPT')
    if (!damaged) throw error
    const refuse = (): Promise<void> => asFlaw(folder, () => Promise.reject(error))
    return { derived: { add: refuse, end: refuse }, behind: () => 0, close: () => Promise.resolve() }
  }
}

async function asFlaw(file: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (error instanceof LedgerError && error.code === 'STORE_CORRUPT')
      throw new Flawed({ file, field: 'store', detail: error.message })
    throw error
  }
}

/** What an unchecked note claims; undefined for one that cannot be read. */
function sizeIn(note: string | undefined): number | undefined {
  try {
    return note === undefined ? undefined : parseCheckpoint(parseNote(note).text).size
  } catch {
    return undefined
  }
}
