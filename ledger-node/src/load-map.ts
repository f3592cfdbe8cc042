import {
  type AnyEvent,
  equal,
  eventLeaf,
  extended,
  fromUtf8,
  HistoryMap,
  isSeal,
  keyUri,
  NO_HISTORY,
  ProtocolError,
  parseSeal,
  parseStatement,
  subjectHash,
  subjectsOf,
} from '@tristamp/protocol'
import { describeFlaw, Flawed } from './audit/flaw.ts'
import type { Chains } from './chains.ts'
import { LedgerError } from './error.ts'
import type { FeedPlace, LocalFeed } from './feed.ts'
import { readSnapshot, type SnapshotFile, type SnapshotHead, type SnapshotPart } from './map-snapshot.ts'
import type { Mark, Store } from './store.ts'
import { storedMap } from './stored.ts'

export interface MapSources {
  store: Store
  chains: Chains
  feed: LocalFeed
  snapshot: SnapshotFile
  note: (text: string) => void
}

/** To read an event again costs about three times as much as to read a row. So many are read even where the rows are few. */
const EVENTS_ALWAYS = 50_000
const EVENT_IN_ROWS = 3

/**
 * The history map as of the mark, whose seal names its root: from the snapshot and the entries after it, or from all the rows.
 * What is wrong with a snapshot is told, and it is left aside. @throws LedgerError STORE_CORRUPT when the rows give another root too
 */
export async function loadMap(sources: MapSources, mark: Mark, root: Uint8Array): Promise<HistoryMap> {
  const map = (await fromSnapshot(sources, mark, root)) ?? (await storedMap(sources.store))
  if (!equal(map.root(), root)) throw new LedgerError('STORE_CORRUPT', 'the history map is not the one in the seal')
  return map
}

async function fromSnapshot(sources: MapSources, mark: Mark, root: Uint8Array): Promise<HistoryMap | undefined> {
  try {
    const restored = new Restored()
    sources.snapshot.height = undefined
    for await (const piece of readSnapshot(sources.snapshot.file)) {
      if (piece.kind === 'head') await restored.begin(piece, sources, mark)
      else if (piece.kind === 'part') restored.add(piece, mark)
    }
    if (restored.head === undefined) return undefined
    await restored.catchUp(sources, mark)
    if (!equal(restored.map.root(), root)) throw new Unfit('it gives another root than the seal’s')
    sources.snapshot.height = restored.head.height
    return restored.map
  } catch (error) {
    const why = reasonIn(error)
    if (why === undefined) throw error
    sources.note(`the snapshot of the history map is left aside, the map is read from the rows: ${why}`)
    return undefined
  }
}

/** Why a snapshot is not used, whole as it may be. */
class Unfit extends Error {}

function reasonIn(error: unknown): string | undefined {
  if (error instanceof Flawed) return describeFlaw(error.flaw)
  // An entry that cannot be read is refused by whoever needs it.
  const known = error instanceof Unfit || error instanceof LedgerError || error instanceof ProtocolError
  return known || error instanceof SyntaxError ? error.message : undefined
}

/** A map as it comes from a snapshot. */
class Restored {
  readonly map: HistoryMap = new HistoryMap()
  head: SnapshotHead | undefined
  /** Of each part its last key, and the height as of which it stands. */
  readonly #parts: { last: Uint8Array; height: number }[] = []

  async begin(head: SnapshotHead, { chains }: MapSources, mark: Mark): Promise<void> {
    if (head.height > mark.height || head.size > mark.size || head.size < 1)
      throw new Unfit(`it was begun at height ${head.height}, the rows end at ${mark.height}`)
    if (!equal(await chains.leaf(head.size - 1), head.seal)) throw new Unfit('it is of another ledger')
    const behind = mark.size === head.size ? 0 : mark.next.bodies.index - (await nextAfter(head, chains)).bodies.index
    if (behind > EVENTS_ALWAYS && behind * EVENT_IN_ROWS > head.subjects)
      throw new Unfit(`${behind} events came after it`)
    this.head = head
  }

  add({ height, records }: SnapshotPart, mark: Mark): void {
    if (height > mark.height) throw new Unfit(`a part of it is of height ${height}, the rows end at ${mark.height}`)
    let last = this.#parts.at(-1)?.last ?? new Uint8Array(0)
    for (const { key, record } of records) {
      this.map.set(key, record)
      last = key
    }
    this.#parts.push({ last: new Uint8Array(last), height })
    // What lies together is hashed together, while it is near.
    this.map.root()
  }

  /** Carries in what each part does not have yet, from the entries. */
  async catchUp({ chains, feed }: MapSources, mark: Mark): Promise<void> {
    const head = this.head!
    if (head.size === mark.size) return
    let height = head.height + 1
    for await (const found of feed.read(await nextAfter(head, chains))) {
      if (found.kind === 'end' || found.entry >= mark.size) return
      const { bytes, events } = found.item
      if (isSeal(bytes)) height = parseSeal(bytes).height + 1
      else this.#take(parseStatement(bytes).header.kid, found.entry, events, height)
    }
  }

  #take(
    kid: Uint8Array,
    entry: number,
    events: readonly { salt: Uint8Array; event: Uint8Array }[],
    height: number,
  ): void {
    const signer = keyUri(kid)
    events.forEach((salted, position) => {
      // Admission has checked it, and the root will tell.
      const event = JSON.parse(fromUtf8(salted.event)) as AnyEvent
      const leaf = eventLeaf(salted)
      for (const subject of subjectsOf(event, signer)) {
        const key = subjectHash(subject)
        if (this.#heightOf(key) >= height) continue
        this.map.set(key, extended(this.map.get(key) ?? NO_HISTORY, entry, position, leaf))
      }
    })
  }

  #heightOf(key: Uint8Array): number {
    let [low, high] = [0, this.#parts.length - 1]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (Buffer.compare(this.#parts[middle]!.last, key) >= 0) high = middle
      else low = middle + 1
    }
    return this.#parts[low]?.height ?? -1
  }
}

/** Where the feed goes on after the seal of a snapshot's beginning. */
async function nextAfter({ size }: SnapshotHead, chains: Chains): Promise<FeedPlace> {
  const { entry, bodies } = await chains.placeOf(size)
  return { entries: entry, bodies }
}
