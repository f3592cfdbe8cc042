import { join } from 'node:path'
import {
  type AdmissionState,
  admit,
  applyChanges,
  type Checkpoint,
  emptyState,
  encodeSeal,
  equal,
  formatVerifierKey,
  HASH_BYTES,
  HistoryMap,
  isSeal,
  leafHash,
  ProtocolError,
  parseSeal,
  readRoot,
  type Seal,
  sealHash,
  toHex,
  type VerifySync,
  ZERO_HASH,
} from '@tristamp/protocol'
import { type Admitted, Block, essenceOf, type RecordedStatement } from './apply.ts'
import { CheckpointFile, checkLogKey } from './checkpoint-file.ts'
import { openDerived } from './derived.ts'
import type { Disk } from './disk.ts'
import { LedgerError } from './error.ts'
import { type EntryPlace, FEED_BEGIN, type FeedItem, type FeedPlace, LocalFeed } from './feed.ts'
import { Gate } from './gate.ts'
import type { LogKey } from './keys.ts'
import { LogEdge, Tiles } from './log.ts'
import { type Cosigners, Publication, type Sealed } from './publication.ts'
import { chainKey, entryKey, type Row, rangeOf, readChainRow, readEntryRow } from './row.ts'
import { type Mark, Store } from './store.ts'
import { checkHeights, storedMap, storedState } from './stored.ts'
import { checkSegments } from './whole.ts'

/** A statement that is admitted and waits to be written. */
export interface Staged {
  item: FeedItem
  admitted: Admitted
}

/** An entry of a log that is followed: a statement that is staged, or a seal that was examined. */
export type Taken = Staged | { item: FeedItem; seal: Seal }

/** Where a key's chain stands on disk. */
export interface ChainEnd {
  seq: number
  /** Leaf hash of that statement: the next one's `prev`. */
  leaf: Uint8Array
  entry: number
}

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
  readonly #parts: LedgerParts
  readonly #gate = new Gate()
  readonly #checkpointFile: CheckpointFile
  readonly #feed: LocalFeed
  #store: Store
  #state: AdmissionState = emptyState()
  #map = new HistoryMap()
  #tiles: Tiles
  #edge!: LogEdge
  #block!: Block
  /** The last seal on disk, to which the next one is chained. */
  #last: { seal: Seal; sealBytes: Uint8Array } | undefined
  readonly #publication: Publication
  #chains = new Map<string, ChainEnd>()
  /** A seal failed half-way: memory is ahead of the disk until `#load` has run again. */
  #astray: boolean = false
  /** Whether the derived data of an earlier run are built upon, which may then be what is wrong. */
  #resumed: boolean = false

  private constructor(parts: LedgerParts, feed: LocalFeed, store: Store) {
    this.#parts = parts
    this.#checkpointFile = new CheckpointFile(parts.disk, parts.folder, parts.verify)
    const { logKey, cosigners, note } = parts
    this.#publication = new Publication({ file: this.#checkpointFile, logKey, cosigners, note })
    this.#feed = feed
    this.#store = store
    this.#tiles = new Tiles(store)
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
    return this.#state
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
  get lastSeal(): { seal: Seal; sealBytes: Uint8Array } | undefined {
    return this.#last
  }

  /** Entries on disk. */
  get size(): number {
    return this.#feed.bounds().next
  }

  /** Whether entries wait for a seal. */
  get unsealed(): boolean {
    return this.#block.entries > 0
  }

  /** Whether the ledger must first find back to what is on disk. */
  get astray(): boolean {
    return this.#astray
  }

  get tiles(): Tiles {
    return this.#tiles
  }

  get feed(): LocalFeed {
    return this.#feed
  }

  get store(): Store {
    return this.#store
  }

  get historyMap(): HistoryMap {
    return this.#map
  }

  /** Writes what was staged, durably; answers each statement's entry. After a failure nothing was written: call `restore`. */
  async commit(staged: readonly Staged[]): Promise<number[]> {
    if (this.#astray) throw new LedgerError('NODE_DEGRADED', 'the last seal could not be written')
    const places = await this.#feed.append(staged.map((s) => s.item))
    places.forEach((place, i) => {
      this.#take(place, staged[i]!.admitted)
    })
    return places.map((place) => place.entry.index)
  }

  /** Puts the admission state back to what is on disk, after a commit that failed. */
  async restore(): Promise<void> {
    const state = await storedState(this.#store)
    applyChanges(state, [...this.#block.changes])
    this.#state = state
  }

  /** Closes the block: seal, derived data, signed checkpoint. Readers see it when it is published, for which nobody here waits. */
  async seal(): Promise<void> {
    if (this.#publication.waiting) await this.#publication.settle()
    await this.#gate.write(async () => {
      if (this.#astray) return this.#findBack()
      this.#astray = true
      const seal = this.#nextSeal()
      const bytes = encodeSeal(seal)
      const [place] = await this.#feed.append([{ bytes, events: [] }]).catch((error: unknown) => this.#unseal(error))
      await this.#derive(this.#close(place!, seal, bytes), this.#feed.end)
      await this.#publish()
      this.#astray = false
    })
  }

  /** No seal was written: histories are served as of the last one, and the block stays as it is. */
  async #unseal(error: unknown): Promise<never> {
    this.#map = await storedMap(this.#store)
    this.#astray = false
    throw error
  }

  /** The root that the log would have with these leaves behind the last seal. */
  rootWith(leaves: readonly Uint8Array[]): Uint8Array {
    return this.#edge.rootWith(leaves)
  }

  /**
   * Takes over blocks of the log that is followed, all of them or none: what was staged and examined, up to the state that the note
   * signs. A history root that is not the map's throws what `misfit` makes of the seal's number among `taken`.
   */
  async takeOver(taken: readonly Taken[], note: string, misfit: (i: number) => Error): Promise<void> {
    if (this.#publication.waiting) await this.#publication.settle()
    await this.#gate.write(async () => {
      if (this.#astray) {
        await this.#findBack()
        throw new LedgerError('NODE_DEGRADED', 'what was staged is lost; it has to be examined again')
      }
      const places = await this.#feed.append(taken.map(({ item }) => item))
      this.#astray = true
      try {
        const rows = taken.map((one, i) => {
          if ('admitted' in one) this.#take(places[i]!, one.admitted)
          else return this.#adopt(places[i]!, one.seal, one.item.bytes) ?? raise(misfit(i))
          return []
        })
        // Behind what is signed a start cuts off what it finds, so the note comes before what is derived.
        await this.#publication.keep(note)
        await this.#derive(
          rows.flatMap((each) => [...each]),
          this.#feed.end,
        )
        await this.#publish(note)
        this.#astray = false
      } catch (error) {
        // What does not come back now comes back with the next call.
        await this.#findBack().catch(() => undefined)
        throw error
      }
    })
  }

  /** Runs a query on the state that readers see, which does not change meanwhile; the history map may be one seal ahead of it. */
  async read<T>(work: (sealed: Sealed) => Promise<T>): Promise<T> {
    return this.#gate.read(async () => work(this.#readable(this.sealed)))
  }

  /** The same for queries of the history map, of which only the latest state is there: they wait until it is published. */
  async readMap<T>(work: (sealed: Sealed) => Promise<T>): Promise<T> {
    const none = Symbol('waits')
    for (let waits = 0; ; waits++) {
      await this.#publication.settled
      const result = await this.#gate.read(async () => {
        // Another seal came between; a reader that has waited twice is shown it as it is.
        if (this.#publication.waiting && waits < 2) return none
        return work(this.#readable(this.latest))
      })
      if (result !== none) return result as T
    }
  }

  #readable(sealed: Sealed | undefined): Sealed {
    if (sealed === undefined || this.#astray)
      throw new LedgerError('NODE_DEGRADED', 'no sealed state can be read at present')
    return sealed
  }

  /** Where a key's chain stands on disk, sealed or not. */
  async chainEnd(kid: Uint8Array): Promise<ChainEnd | undefined> {
    const known = this.#chains.get(toHex(kid))
    if (known !== undefined) return known
    for await (const [key, value] of this.#store.rows({
      ...rangeOf(chainKey(kid, 0).subarray(0, 1 + HASH_BYTES)),
      reverse: true,
      limit: 1,
    })) {
      const { seq, entry } = readChainRow(key, value)
      const end = { seq, entry, leaf: await this.#leaf(entry) }
      this.#chains.set(toHex(kid), end)
      return end
    }
    return undefined
  }

  /** The statement that a key made with this seq. */
  async statementAt(kid: Uint8Array, seq: number): Promise<RecordedStatement | undefined> {
    const unsealed = this.#block.statement(kid, seq)
    if (unsealed !== undefined) return unsealed
    const key = chainKey(kid, seq)
    const value = await this.#store.get(key)
    if (value === undefined) return undefined
    const { entry } = readChainRow(key, value)
    return { entry, leaf: await this.#leaf(entry), place: await this.placeOf(entry) }
  }

  /** Where a sealed entry lies. */
  async placeOf(entry: number): Promise<EntryPlace> {
    const value = await this.#store.get(entryKey(entry))
    if (value === undefined) throw new LedgerError('STORE_CORRUPT', `no row for entry ${entry}`)
    return readEntryRow(entry, value)
  }

  async close(): Promise<void> {
    await this.#publication.close()
    await this.#gate.write(async () => {
      await Promise.allSettled([this.#store.close(), this.#feed.close()])
    })
  }

  /** Stages one statement: from here on admission counts with it. */
  stage(item: FeedItem, admitted: Admitted): Staged {
    applyChanges(this.#state, admitted.changes)
    return { item, admitted: essenceOf(admitted) }
  }

  async #leaf(entry: number): Promise<Uint8Array> {
    return (await this.#tiles.nodes([{ level: 0, index: entry }]))[0]!
  }

  #take(place: EntryPlace, admitted: Admitted): void {
    this.#block.add(place, admitted)
    const { kid, seq } = admitted.statement.header
    this.#chains.set(toHex(kid), { seq, entry: place.entry.index, leaf: leafHash(admitted.statement.bytes) })
  }

  #nextSeal(): Seal {
    const block = this.#block
    block.extendMap(this.#map)
    const last = this.#last
    return {
      height: block.height,
      previous: last === undefined ? ZERO_HASH : sealHash(last.sealBytes),
      firstEntry: block.firstEntry,
      entryCount: block.entries,
      eventCount: block.events,
      // A clock that was set back must not make blocks go back in time.
      timeMs: Math.max(this.#parts.now(), last?.seal.timeMs ?? 0),
      historyRoot: this.#map.root(),
    }
  }

  /** Ends the block with its seal, and begins the next; answers what the block adds to the store. */
  #close(place: EntryPlace, seal: Seal, bytes: Uint8Array): Iterable<Row> {
    const rows = this.#block.rows(this.#edge, place, bytes, seal.timeMs)
    this.#last = { seal, sealBytes: bytes }
    this.#beginBlock(seal.height + 1)
    return rows
  }

  /** The same with a seal that was made earlier or elsewhere; undefined when it does not say what was derived here. */
  #adopt(place: EntryPlace, { timeMs, ...found }: Seal, bytes: Uint8Array): Iterable<Row> | undefined {
    const { timeMs: _, ...expected } = this.#nextSeal()
    if (!equal(encodeSeal({ ...found, timeMs: 0 }), encodeSeal({ ...expected, timeMs: 0 }))) return undefined
    return this.#close(place, { ...found, timeMs }, bytes)
  }

  /** Writes the rows of closed blocks, after which the feed goes on at `next`. */
  #derive(rows: Iterable<Row>, next: FeedPlace): Promise<void> {
    return this.#store.commit(rows, { height: this.#last!.seal.height, size: this.#edge.size, next })
  }

  #beginBlock(height: number): void {
    this.#block = new Block(height, this.#edge.size, (subject) => this.#map.get(subject))
  }

  /** @param note by the log that is followed, which signs for itself */
  async #publish(note?: string): Promise<void> {
    const state = { size: this.#edge.size, root: this.#edge.root(), ...this.#last! }
    await this.#publication.publish(this.#state.genesis!.origin, state, this.#tiles.nodes, note)
  }

  async #findBack(): Promise<void> {
    await this.#store.close().catch(() => undefined)
    this.#store = await Store.open(join(this.#parts.folder, 'derived'))
    await this.#load()
    this.#astray = false
  }

  async #load(): Promise<void> {
    try {
      await this.#loadDerived()
    } catch (error) {
      if (!this.#resumed || !doubtful(error)) throw error
      this.#parts.note(`derived data are rebuilt from the segment files: ${String(error)}`)
      await this.#store.clear()
      await this.#loadDerived()
    }
  }

  async #loadDerived(): Promise<void> {
    this.#resumed = true
    const mark = await this.#store.mark()
    this.#resumed = mark !== undefined
    if (mark === undefined) await this.#store.clear()
    else {
      await checkHeights(this.#store, mark)
      await checkSegments(this.#feed, mark.next, (entry) => this.placeOf(entry))
    }
    this.#state = await storedState(this.#store)
    this.#map = await storedMap(this.#store)
    this.#tiles = new Tiles(this.#store)
    this.#edge = await LogEdge.load(mark?.size ?? 0, this.#tiles)
    this.#chains = new Map()
    this.#last = mark && (await this.#sealAt(mark))
    this.#beginBlock(mark === undefined ? 0 : mark.height + 1)
    const end = await this.#replay(mark?.next ?? FEED_BEGIN)
    await this.#checkAgainstSigned()
    await this.#feed.resume(end)
    if (this.#last !== undefined) await this.#publish(this.#follows ? await this.#checkpointFile.text() : undefined)
  }

  /** The seal that the mark names, which must fit the tiles and the map that were read from the store. */
  async #sealAt(mark: Mark): Promise<{ seal: Seal; sealBytes: Uint8Array }> {
    const sealBytes = await this.#feed.readEntry(await this.placeOf(mark.size - 1))
    const seal = parseSeal(sealBytes)
    if (!equal(leafHash(sealBytes), await this.#leaf(mark.size - 1)) || seal.height !== mark.height) {
      throw new LedgerError('STORE_CORRUPT', `the seal at entry ${mark.size - 1} is not the one in the tiles`)
    }
    if (!equal(seal.historyRoot, this.#map.root()))
      throw new LedgerError('STORE_CORRUPT', 'the history map is not the one in the seal')
    return { seal, sealBytes }
  }

  get #follows(): boolean {
    return this.#parts.logKey.sign === undefined
  }

  async #replay(from: FeedPlace): Promise<FeedPlace> {
    // What a follower has not taken over to the end is not examined to the end either: it is brought again.
    const limit = this.#follows ? ((await this.#signed())?.size ?? 0) : Number.POSITIVE_INFINITY
    if (from.entries.index > limit)
      throw this.#misfit(`derived data of more than the ${limit} entries that were signed`)
    for await (const found of this.#feed.read(from)) {
      if (found.kind === 'entry' && found.entry >= limit)
        return { entries: found.place.entry, bodies: found.place.bodies }
      if (found.kind === 'end') {
        const signed = await this.#signed()
        const { place, fault } = found
        if (signed !== undefined && place.entries.index < signed.size) {
          const where = fault ? `${fault.file} offset ${fault.offset}: ${fault.field}; ` : ''
          throw new LedgerError(
            'SEGMENT_CORRUPT',
            `${where}${place.entries.index} entries can be read, ${signed.size} were signed`,
          )
        }
        if (fault !== undefined && !fault.atEnd) {
          throw new LedgerError(
            'SEGMENT_CORRUPT',
            `${fault.file} offset ${fault.offset} entry ${place.entries.index}: ${fault.field}`,
          )
        }
        if (fault !== undefined)
          this.#parts.note(
            `torn tail after entry ${place.entries.index - 1} cut off (${fault.file} offset ${fault.offset}); it was never acknowledged`,
          )
        return place
      }
      if (isSeal(found.item.bytes)) await this.#replaySeal(found.place, found.item.bytes, found.next)
      else this.#replayStatement(found.place, found.item)
    }
    throw new Error('a feed ends with its end')
  }

  #replayStatement(place: EntryPlace, item: FeedItem): void {
    // The signature was checked before the entry was written; `verify` checks all of them again.
    const admitted = admit(this.#state, item.bytes, item.events, () => true)
    if (!admitted.ok) throw this.#misfit(`entry ${place.entry.index} is not admitted: ${admitted.message}`)
    applyChanges(this.#state, admitted.changes)
    this.#take(place, admitted)
  }

  async #replaySeal(place: EntryPlace, bytes: Uint8Array, next: FeedPlace): Promise<void> {
    const rows = this.#adopt(place, parseSeal(bytes), bytes)
    if (rows === undefined)
      throw this.#misfit(`the seal at entry ${place.entry.index} does not fit the entries before it`)
    await this.#derive(rows, next)
  }

  /** @throws LedgerError LEDGER_ROOT when the entries on disk are not those that the last checkpoint was signed over */
  async #checkAgainstSigned(): Promise<void> {
    const signed = await this.#signed()
    if (signed === undefined) return
    const root = signed.size <= this.#edge.size ? await readRoot(signed.size, this.#tiles.nodes) : undefined
    if (root === undefined || !equal(root, signed.root)) {
      throw this.#misfit(`the checkpoint over ${signed.size} entries was signed with another root`)
    }
  }

  async #signed(): Promise<Checkpoint | undefined> {
    const { genesis } = this.#state
    const { logKey } = this.#parts
    if (genesis !== undefined) checkLogKey(genesis.origin, logKey, genesis.logKey)
    // Where the genesis itself cannot be read, the log's own key still says whether something was signed here.
    return this.#checkpointFile.read((origin) => genesis?.logKey ?? formatVerifierKey(origin, 1, logKey.publicKey))
  }

  /** What is found does not fit together: the derived data are doubted first, as they can be made again. */
  #misfit(message: string): LedgerError {
    return new LedgerError(this.#resumed ? 'STORE_CORRUPT' : 'LEDGER_ROOT', message)
  }
}

/** Whether an error may come from derived data that are not as they were written. */
function doubtful(error: unknown): boolean {
  if (error instanceof LedgerError) return error.code === 'STORE_CORRUPT'
  return error instanceof ProtocolError || error instanceof RangeError
}

function raise(error: Error): never {
  throw error
}
