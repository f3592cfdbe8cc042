import {
  type AdmissionState,
  applyChanges,
  encodeSeal,
  equal,
  HistoryMap,
  leafHash,
  parseSeal,
  type Seal,
  sealHash,
  ZERO_HASH,
} from '@tristamp/protocol'
import { type Admitted, Block } from './apply.ts'
import { Chains } from './chains.ts'
import { LedgerError } from './error.ts'
import type { EntryPlace, FeedPlace, LocalFeed } from './feed.ts'
import { loadMap, type MapSources } from './load-map.ts'
import { LogEdge, Tiles } from './log.ts'
import type { Row } from './row.ts'
import type { Mark, Store } from './store.ts'
import { storedMap, storedState } from './stored.ts'

/** A seal with its bytes. */
export interface LastSeal {
  seal: Seal
  sealBytes: Uint8Array
}

interface TipParts {
  store: Store
  tiles: Tiles
  chains: Chains
  state: AdmissionState
  map: HistoryMap
  edge: LogEdge
  last: LastSeal | undefined
}

/**
 * The growing end of the ledger: what its entries add up to, in memory, and in the store up to the last seal. It follows the feed
 * and never leads it: what it takes in is on disk.
 */
export class Tip {
  readonly store: Store
  readonly tiles: Tiles
  readonly chains: Chains
  readonly #edge: LogEdge
  #state: AdmissionState
  #map: HistoryMap
  #block: Block
  #last: LastSeal | undefined

  private constructor({ store, tiles, chains, state, map, edge, last }: TipParts) {
    this.store = store
    this.tiles = tiles
    this.chains = chains
    this.#state = state
    this.#map = map
    this.#edge = edge
    this.#last = last
    this.#block = this.#nextBlock()
  }

  /** As the store knows it. @throws LedgerError STORE_CORRUPT */
  static async load(store: Store, mark: Mark | undefined, sources: Omit<MapSources, 'store' | 'chains'>): Promise<Tip> {
    const tiles = new Tiles(store)
    const chains = new Chains(store, tiles)
    const state = await storedState(store)
    const last = mark && (await sealAt(mark, sources.feed, chains))
    const map =
      mark === undefined || last === undefined
        ? new HistoryMap()
        : await loadMap({ ...sources, store, chains }, mark, last.seal.historyRoot)
    return new Tip({ store, tiles, chains, state, map, edge: await LogEdge.load(mark?.size ?? 0, tiles), last })
  }

  /** As admission sees it: with everything that was taken in, and what is staged. */
  get state(): AdmissionState {
    return this.#state
  }

  get map(): HistoryMap {
    return this.#map
  }

  /** The last seal on disk, to which the next one is chained. */
  get last(): LastSeal | undefined {
    return this.#last
  }

  /** What no seal covers yet. */
  get block(): Block {
    return this.#block
  }

  /** Entries up to the last seal. */
  get size(): number {
    return this.#edge.size
  }

  /** Root of the log up to the last seal. */
  root(): Uint8Array {
    return this.#edge.root()
  }

  /** The root that the log would have with these leaves behind the last seal. */
  rootWith(leaves: readonly Uint8Array[]): Uint8Array {
    return this.#edge.rootWith(leaves)
  }

  /** Takes in the next entry, which is on disk at `place`. */
  take(place: EntryPlace, admitted: Admitted): void {
    this.#block.add(place, admitted)
    this.chains.extend(place, admitted)
  }

  /** Puts the admission state back to what is on disk: nothing is staged any more. */
  async unstage(): Promise<void> {
    const state = await storedState(this.store)
    applyChanges(state, [...this.#block.changes])
    this.#state = state
  }

  /** The seal that ends the block; from here on the map is ahead of the last one. */
  nextSeal(nowMs: number): Seal {
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
      timeMs: Math.max(nowMs, last?.seal.timeMs ?? 0),
      historyRoot: this.#map.root(),
    }
  }

  /**
   * Puts the history map back to an earlier seal, or to before the first; the block stays as it is. Of later seals there may be rows.
   * @throws LedgerError STORE_CORRUPT
   */
  async unseal(seal: Seal | undefined): Promise<void> {
    const map = await storedMap(this.store, seal?.height ?? -1)
    if (seal !== undefined && !equal(map.root(), seal.historyRoot))
      throw new LedgerError('STORE_CORRUPT', 'the history map is not the one in the seal')
    this.#map = map
  }

  /** Ends the block with its seal, and begins the next; answers what the block adds to the store. */
  close(place: EntryPlace, seal: Seal, sealBytes: Uint8Array): Iterable<Row> {
    const rows = this.#block.rows(this.#edge, place, sealBytes, seal.timeMs)
    this.#last = { seal, sealBytes }
    this.#block = this.#nextBlock()
    return rows
  }

  /** The same with a seal that was made earlier or elsewhere; undefined when it does not say what was derived here. */
  adopt(place: EntryPlace, { timeMs, ...found }: Seal, bytes: Uint8Array): Iterable<Row> | undefined {
    const { timeMs: _, ...expected } = this.nextSeal(timeMs)
    if (!equal(encodeSeal({ ...found, timeMs: 0 }), encodeSeal({ ...expected, timeMs: 0 }))) return undefined
    return this.close(place, { ...found, timeMs }, bytes)
  }

  /** Writes the rows of closed blocks, after which the feed goes on at `next`. */
  derive(rows: Iterable<Row>, next: FeedPlace): Promise<void> {
    return this.store.commit(rows, { height: this.#last!.seal.height, size: this.#edge.size, next })
  }

  #nextBlock(): Block {
    const height = this.#last === undefined ? 0 : this.#last.seal.height + 1
    return new Block(height, this.#edge.size, (subject) => this.#map.get(subject))
  }
}

/** The seal that the mark names, which must fit the tiles that were read from the store. */
async function sealAt(mark: Mark, feed: LocalFeed, chains: Chains): Promise<LastSeal> {
  const sealBytes = await feed.readEntry(await chains.placeOf(mark.size - 1))
  const seal = parseSeal(sealBytes)
  if (!equal(leafHash(sealBytes), await chains.leaf(mark.size - 1)) || seal.height !== mark.height) {
    throw new LedgerError('STORE_CORRUPT', `the seal at entry ${mark.size - 1} is not the one in the tiles`)
  }
  return { seal, sealBytes }
}
