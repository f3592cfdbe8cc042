import { join } from 'node:path'
import {
  type Admission,
  type AdmissionState,
  applyChanges,
  encodeSeal,
  type HistoryMap,
  type Seal,
  type VerifySync,
} from '@tristamp/protocol'
import { type Admitted, essenceOf, type RecordedStatement } from './apply.ts'
import type { ChainEnd } from './chains.ts'
import { CheckpointFile } from './checkpoint-file.ts'
import type { Contents } from './contents.ts'
import { openDerived } from './derived.ts'
import type { Disk } from './disk.ts'
import { LedgerError } from './error.ts'
import { type EntryPlace, type FeedItem, LocalFeed } from './feed.ts'
import type { LogKey } from './keys.ts'
import type { Tiles } from './log.ts'
import { type SnapshotFile, snapshotPath } from './map-snapshot.ts'
import { type Cosigners, Publication, type Sealed } from './publication.ts'
import { Readers } from './readers.ts'
import { replay } from './replay.ts'
import { checkSpace } from './space.ts'
import type { Store } from './store.ts'
import type { LastSeal, Tip } from './tip.ts'

/** A statement that is admitted and waits to be written. */
export interface Staged {
  item: FeedItem
  admitted: Admitted
}

/** An entry of a log that is followed: a statement that is staged, or a seal that was examined. */
export type Taken = Staged | { item: FeedItem; seal: Seal }

export interface LedgerParts {
  disk: Disk
  folder: string
  /** Signs checkpoints. Without its private half the log is another's, which is followed. */
  logKey: LogKey
  verify: VerifySync
  now: () => number
  /** Called with what an operator should know of. */
  note: (text: string) => void
  fileBytes?: number
  /** Who signs checkpoints beside the log, before readers see them. */
  cosigners?: Cosigners | undefined
}

export type { Sealed } from './publication.ts'

/**
 * The ledger on one disk: the feed is the truth, everything else follows from it. One caller writes (`stage`, `commit`,
 * `restore`, `seal`, one after another); readers come in through `read`.
 */
export class Ledger {
  /** Of the history map; a `SnapshotWriter` keeps it young. */
  readonly snapshot: SnapshotFile
  readonly #parts: LedgerParts
  readonly #checkpointFile: CheckpointFile
  readonly #feed: LocalFeed
  readonly #publication: Publication
  readonly #readers: Readers
  readonly #store: Store
  #tip!: Tip
  /** A seal failed half-way: memory is ahead of the disk until the tip has been loaded again. */
  #astray: boolean = false
  /** Nor could the history map be put back to what readers are shown. */
  #blind: boolean = false

  private constructor(parts: LedgerParts, feed: LocalFeed, store: Store) {
    this.#parts = parts
    this.snapshot = { file: snapshotPath(parts.folder), height: undefined }
    this.#checkpointFile = new CheckpointFile(parts.disk, parts.folder, parts.verify)
    const { logKey, cosigners, note } = parts
    this.#publication = new Publication({ file: this.#checkpointFile, logKey, cosigners, note })
    this.#readers = new Readers(this.#publication, () => this.#blind)
    this.#feed = feed
    this.#store = store
  }

  /**
   * Opens the ledger in a folder, empty if there is none: cuts a torn tail, replays what the derived data lack, and compares
   * with the last signed checkpoint. @throws LedgerError SEGMENT_CORRUPT, LEDGER_ROOT, STORE_CORRUPT, DISK_FULL
   */
  static async open(parts: LedgerParts): Promise<Ledger> {
    const feed = await LocalFeed.open(parts.disk, parts.folder, parts.fileBytes)
    const ledger = new Ledger(parts, feed, await openDerived(join(parts.folder, 'derived'), parts.note))
    try {
      await ledger.#load()
      return ledger
    } catch (error) {
      await ledger.close()
      throw error
    }
  }

  /** As admission sees it: with everything staged. */
  get state(): AdmissionState {
    return this.#tip.state
  }

  /** What readers see. */
  get sealed(): Sealed | undefined {
    return this.#publication.shown
  }

  /** What was sealed and signed last; readers see it once it is cosigned, or has waited long enough. */
  get latest(): Sealed | undefined {
    return this.#publication.latest
  }

  /** The last seal on disk. */
  get lastSeal(): LastSeal | undefined {
    return this.#tip.last
  }

  /** Entries on disk. */
  get size(): number {
    return this.#feed.bounds().next
  }

  /** Whether entries wait for a seal. */
  get unsealed(): boolean {
    return this.#tip.block.entries > 0
  }

  /** Whether the ledger must first find back to what is on disk. */
  get astray(): boolean {
    return this.#astray
  }

  get tiles(): Tiles {
    return this.#tip.tiles
  }

  get feed(): LocalFeed {
    return this.#feed
  }

  get store(): Store {
    return this.#store
  }

  get historyMap(): HistoryMap {
    return this.#tip.map
  }

  /** Stages one statement: from here on admission counts with it. @param contents where they are known already */
  stage(item: FeedItem, admission: Admission & { ok: true }, contents?: Contents): Staged {
    applyChanges(this.#tip.state, admission.changes)
    return { item, admitted: essenceOf(admission, contents) }
  }

  /** Writes what was staged, durably; answers each statement's entry. After a failure nothing was written: call `restore`. */
  async commit(staged: readonly Staged[]): Promise<number[]> {
    if (this.#astray) throw new LedgerError('NODE_DEGRADED', 'the last seal could not be written')
    const places = await this.#feed.append(staged.map((s) => s.item))
    places.forEach((place, i) => {
      this.#tip.take(place, staged[i]!.admitted)
    })
    return places.map((place) => place.entry.index)
  }

  /** Puts the admission state back to what is on disk, after a commit that failed. A ledger that is astray does so when it finds back. */
  async restore(): Promise<void> {
    if (!this.#astray) await this.#tip.unstage()
  }

  /** Closes the block: seal, derived data, signed checkpoint. Readers see it when it is published, for which nobody here waits. */
  async seal(): Promise<void> {
    if (this.#publication.waiting) await this.#publication.settle()
    await this.#readers.exclude(async () => {
      if (this.#astray) return this.#findBack()
      const tip = this.#tip
      const seal = tip.nextSeal(this.#parts.now())
      const bytes = encodeSeal(seal)
      try {
        const [place] = await this.#feed.append([{ bytes, events: [] }])
        // On disk it is sealed, whatever comes.
        this.#astray = true
        await tip.derive(tip.close(place!, seal, bytes), this.#feed.end)
        await this.#publish()
        this.#astray = false
      } catch (error) {
        await this.#lookBack()
        throw error
      }
    })
  }

  /** Until a seal is complete, histories are served as of the last one that was. */
  async #lookBack(): Promise<void> {
    this.#blind = true
    try {
      await this.#tip.unseal(this.#publication.latest?.seal)
      this.#blind = false
    } catch {
      // What cannot be read now is loaded again, as a whole, when it can.
      this.#astray = true
    }
  }

  /** Finds back to what is on disk, if a failure has left memory ahead of it; nothing may be staged. */
  async ready(): Promise<void> {
    await this.#readers.exclude(async () => {
      if (this.#astray) await this.#findBack()
    })
  }

  /** The root that the log would have with these leaves behind the last seal. */
  rootWith(leaves: readonly Uint8Array[]): Uint8Array {
    return this.#tip.rootWith(leaves)
  }

  /**
   * Takes over blocks of the log that is followed, all of them or none: what was staged and examined, up to the state that the note
   * signs. A history root that is not the map's throws what `misfit` makes of the seal's number among `taken`.
   */
  async takeOver(taken: readonly Taken[], note: string, misfit: (i: number) => Error): Promise<void> {
    if (this.#publication.waiting) await this.#publication.settle()
    await this.#readers.exclude(async () => {
      if (this.#astray) {
        await this.#findBack()
        throw new LedgerError('NODE_DEGRADED', 'what was staged is lost; it has to be examined again')
      }
      const places = await this.#feed.append(taken.map(({ item }) => item))
      this.#astray = true
      try {
        const tip = this.#tip
        const rows = taken.map((one, i) => {
          if ('admitted' in one) tip.take(places[i]!, one.admitted)
          else return tip.adopt(places[i]!, one.seal, one.item.bytes) ?? raise(misfit(i))
          return []
        })
        // Behind what is signed a start cuts off what it finds, so the note comes before what is derived.
        await this.#publication.keep(note)
        await tip.derive(
          rows.flatMap((each) => [...each]),
          this.#feed.end,
        )
        await this.#publish(note)
        this.#astray = false
      } catch (error) {
        await this.#lookBack()
        // What does not come back now comes back before the next step.
        await this.#findBack().catch(() => undefined)
        throw error
      }
    })
  }

  /** Runs a query on the state that readers see, which does not change meanwhile; the history map may be one seal ahead of it. */
  read<T>(work: (sealed: Sealed) => Promise<T>): Promise<T> {
    return this.#readers.read(work)
  }

  /** The same for queries of the history map, of which only the latest state is there: they wait until it is published. */
  readMap<T>(work: (sealed: Sealed) => Promise<T>): Promise<T> {
    return this.#readers.readMap(work)
  }

  /** Where a key's chain stands on disk, sealed or not. */
  chainEnd(kid: Uint8Array): Promise<ChainEnd | undefined> {
    return this.#tip.chains.end(kid)
  }

  /** The statement that a key made with this seq. */
  statementAt(kid: Uint8Array, seq: number): Promise<RecordedStatement | undefined> {
    return this.#tip.chains.statement(kid, seq, this.#tip.block)
  }

  /** Where a sealed entry lies. */
  placeOf(entry: number): Promise<EntryPlace> {
    return this.#tip.chains.placeOf(entry)
  }

  async close(): Promise<void> {
    await this.#publication.close()
    await this.#readers.exclude(async () => {
      await Promise.allSettled([this.#store.close(), this.#feed.close()])
    })
  }

  /** @param note by the log that is followed, which signs for itself */
  async #publish(note?: string): Promise<void> {
    const tip = this.#tip
    const state = { size: tip.size, root: tip.root(), ...tip.last! }
    await this.#publication.publish(tip.state.genesis!.origin, state, tip.tiles.nodes, note)
  }

  async #findBack(): Promise<void> {
    const { disk, folder } = this.#parts
    // LevelDB has to be opened again after a failed write, and on a full disk could not even be read then.
    await checkSpace(disk, folder)
    this.#blind = true
    await this.#store.reopen()
    try {
      await this.#load()
      this.#astray = false
      this.#blind = false
    } catch (error) {
      await this.#lookBack()
      throw error
    }
  }

  async #load(): Promise<void> {
    const { logKey, note } = this.#parts
    const { snapshot } = this
    const parts = { feed: this.#feed, checkpointFile: this.#checkpointFile, logKey, snapshot, note }
    this.#tip = await replay(parts, this.#store)
    if (this.#tip.last === undefined) return
    // Of a log that is followed the note is another's.
    await this.#publish(logKey.sign === undefined ? await this.#checkpointFile.text() : undefined)
  }
}

function raise(error: Error): never {
  throw error
}
