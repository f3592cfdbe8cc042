import { HASH_BYTES, toHex } from '@tristamp/protocol'
import type { Admitted, Block, RecordedStatement } from './apply.ts'
import { LedgerError } from './error.ts'
import type { EntryPlace } from './feed.ts'
import type { Tiles } from './log.ts'
import { chainKey, entryKey, rangeOf, readChainRow, readEntryRow } from './row.ts'
import type { Store } from './store.ts'

/** Where a key's chain stands on disk. */
export interface ChainEnd {
  seq: number
  /** Leaf hash of that statement: the next one's `prev`. */
  leaf: Uint8Array
  entry: number
}

/** Each key's statements, sealed or not, and where they lie. */
export class Chains {
  readonly #store: Store
  readonly #tiles: Tiles
  /** By kid in hex, of the keys that were asked for or have signed since the start. */
  readonly #ends = new Map<string, ChainEnd>()

  constructor(store: Store, tiles: Tiles) {
    this.#store = store
    this.#tiles = tiles
  }

  /** Takes in the next entry of a chain, which is on disk at `place`. */
  extend(place: EntryPlace, { statement, leaf }: Admitted): void {
    const { kid, seq } = statement.header
    this.#ends.set(toHex(kid), { seq, entry: place.entry.index, leaf })
  }

  /** Where a key's chain stands on disk, sealed or not. */
  async end(kid: Uint8Array): Promise<ChainEnd | undefined> {
    const known = this.#ends.get(toHex(kid))
    if (known !== undefined) return known
    for await (const [key, value] of this.#store.rows({
      ...rangeOf(chainKey(kid, 0).subarray(0, 1 + HASH_BYTES)),
      reverse: true,
      limit: 1,
    })) {
      const { seq, entry } = readChainRow(key, value)
      const end = { seq, entry, leaf: await this.leaf(entry) }
      this.#ends.set(toHex(kid), end)
      return end
    }
    return undefined
  }

  /** The statement that a key made with this seq. `block`: those that no seal covers yet. */
  async statement(kid: Uint8Array, seq: number, block: Block): Promise<RecordedStatement | undefined> {
    const unsealed = block.statement(kid, seq)
    if (unsealed !== undefined) return unsealed
    const key = chainKey(kid, seq)
    const value = await this.#store.get(key)
    if (value === undefined) return undefined
    const { entry } = readChainRow(key, value)
    return { entry, leaf: await this.leaf(entry), place: await this.placeOf(entry) }
  }

  /** Where a sealed entry lies. */
  placeOf(entry: number): Promise<EntryPlace> {
    return placeOf(this.#store, entry)
  }

  /** The leaf hash of a sealed entry. */
  async leaf(entry: number): Promise<Uint8Array> {
    return (await this.#tiles.nodes([{ level: 0, index: entry }]))[0]!
  }
}

/** Where a sealed entry lies. @throws LedgerError STORE_CORRUPT */
export async function placeOf(store: Store, entry: number): Promise<EntryPlace> {
  const value = await store.get(entryKey(entry))
  if (value === undefined) throw new LedgerError('STORE_CORRUPT', `no row for entry ${entry}`)
  return readEntryRow(entry, value)
}
