import {
  admit,
  applyChanges,
  type Checkpoint,
  equal,
  formatVerifierKey,
  isSeal,
  ProtocolError,
  parseSeal,
  readRoot,
} from '@tristamp/protocol'
import { essenceOf } from './apply.ts'
import { placeOf } from './chains.ts'
import { type CheckpointFile, checkLogKey } from './checkpoint-file.ts'
import { LedgerError } from './error.ts'
import { type EntryPlace, FEED_BEGIN, type FeedItem, type FeedPlace, type FeedRead, type LocalFeed } from './feed.ts'
import type { LogKey } from './keys.ts'
import type { SnapshotFile } from './map-snapshot.ts'
import type { Store } from './store.ts'
import { checkHeights } from './stored.ts'
import { Tip } from './tip.ts'
import { checkSegments } from './whole.ts'

export interface ReplayParts {
  feed: LocalFeed
  checkpointFile: CheckpointFile
  /** Without its private half the log is another's, which is followed. */
  logKey: LogKey
  snapshot: SnapshotFile
  note: (text: string) => void
}

/**
 * Goes on from what is on disk: what the store holds, and every entry of the feed that it lacks. Derived data that do not fit are
 * made again from the feed; an entry that does not fit is an error. A torn tail is cut off, and what is left is compared with the
 * last signed checkpoint. @throws LedgerError SEGMENT_CORRUPT, LEDGER_ROOT, STORE_CORRUPT, DISK_FULL
 */
export async function replay(parts: ReplayParts, store: Store): Promise<Tip> {
  const first = new Replay(parts, store)
  try {
    return await first.run()
  } catch (error) {
    if (!first.resumed || !doubtful(error)) throw error
    parts.note(`derived data are rebuilt from the segment files: ${String(error)}`)
    await store.clear()
    return await new Replay(parts, store).run()
  }
}

class Replay {
  readonly #parts: ReplayParts
  readonly #store: Store
  /** Whether the derived data of an earlier run are built upon, which may then be what is wrong. */
  resumed: boolean = true

  constructor(parts: ReplayParts, store: Store) {
    this.#parts = parts
    this.#store = store
  }

  async run(): Promise<Tip> {
    const { feed } = this.#parts
    const mark = await this.#store.mark()
    this.resumed = mark !== undefined
    if (mark === undefined) await this.#store.clear()
    else {
      await checkHeights(this.#store, mark)
      await this.#store.checkState()
      await checkSegments(feed, mark.next, (entry) => placeOf(this.#store, entry))
    }
    const tip = await Tip.load(this.#store, mark, this.#parts)
    const end = await this.#replay(tip, mark?.next ?? FEED_BEGIN)
    await this.#checkAgainstSigned(tip)
    await feed.resume(end)
    return tip
  }

  async #replay(tip: Tip, from: FeedPlace): Promise<FeedPlace> {
    // What a follower has not taken over to the end is not examined to the end either: it is brought again.
    const follows = this.#parts.logKey.sign === undefined
    const limit = follows ? ((await this.#signed(tip))?.size ?? 0) : Number.POSITIVE_INFINITY
    if (from.entries.index > limit)
      throw this.#misfit(`derived data of more than the ${limit} entries that were signed`)
    for await (const found of this.#parts.feed.read(from)) {
      if (found.kind === 'end') return this.#end(tip, found)
      const { place, item } = found
      if (found.entry >= limit) return { entries: place.entry, bodies: place.bodies }
      if (isSeal(item.bytes)) await this.#seal(tip, place, item.bytes, found.next)
      else this.#statement(tip, place, item)
    }
    throw new Error('a feed ends with its end')
  }

  #statement(tip: Tip, place: EntryPlace, item: FeedItem): void {
    // The signature was checked before the entry was written; `verify` checks all of them again.
    const admitted = admit(tip.state, item.bytes, item.events, () => true)
    if (!admitted.ok) throw this.#misfit(`entry ${place.entry.index} is not admitted: ${admitted.message}`)
    applyChanges(tip.state, admitted.changes)
    tip.take(place, essenceOf(admitted))
  }

  async #seal(tip: Tip, place: EntryPlace, bytes: Uint8Array, next: FeedPlace): Promise<void> {
    const rows = tip.adopt(place, parseSeal(bytes), bytes)
    if (rows === undefined)
      throw this.#misfit(`the seal at entry ${place.entry.index} does not fit the entries before it`)
    await tip.derive(rows, next)
  }

  async #end(tip: Tip, { place, fault }: FeedRead & { kind: 'end' }): Promise<FeedPlace> {
    const signed = await this.#signed(tip)
    const { index } = place.entries
    if (signed !== undefined && index < signed.size) {
      const where = fault ? `${fault.file} offset ${fault.offset}: ${fault.field}; ` : ''
      throw new LedgerError('SEGMENT_CORRUPT', `${where}${index} entries can be read, ${signed.size} were signed`)
    }
    if (fault !== undefined && !fault.atEnd)
      throw new LedgerError('SEGMENT_CORRUPT', `${fault.file} offset ${fault.offset} entry ${index}: ${fault.field}`)
    if (fault !== undefined)
      this.#parts.note(
        `torn tail after entry ${index - 1} cut off (${fault.file} offset ${fault.offset}); it was never acknowledged`,
      )
    return place
  }

  /** @throws LedgerError LEDGER_ROOT when the entries on disk are not those that the last checkpoint was signed over */
  async #checkAgainstSigned(tip: Tip): Promise<void> {
    const signed = await this.#signed(tip)
    if (signed === undefined) return
    const root = signed.size <= tip.size ? await readRoot(signed.size, tip.tiles.nodes) : undefined
    if (root === undefined || !equal(root, signed.root))
      throw this.#misfit(`the checkpoint over ${signed.size} entries was signed with another root`)
  }

  async #signed({ state: { genesis } }: Tip): Promise<Checkpoint | undefined> {
    const { logKey, checkpointFile } = this.#parts
    if (genesis !== undefined) checkLogKey(genesis.origin, logKey, genesis.logKey)
    // Where the genesis itself cannot be read, the log's own key still says whether something was signed here.
    return checkpointFile.read((origin) => genesis?.logKey ?? formatVerifierKey(origin, 1, logKey.publicKey))
  }

  /** What is found does not fit together: the derived data are doubted first, as they can be made again. */
  #misfit(message: string): LedgerError {
    return new LedgerError(this.resumed ? 'STORE_CORRUPT' : 'LEDGER_ROOT', message)
  }
}

/** Whether an error may come from derived data that are not as they were written. */
function doubtful(error: unknown): boolean {
  if (error instanceof LedgerError) return error.code === 'STORE_CORRUPT'
  return error instanceof ProtocolError || error instanceof RangeError
}
