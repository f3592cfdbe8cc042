import { concat, u32be, u64be } from './bytes.ts'
import { sha256, ZERO_HASH } from './hash.ts'

/** What the history map holds of one subject: how many events name it, and the hash chain over all of them. */
export interface HistoryRecord {
  count: number
  chain: Uint8Array
}

/** A subject that no event has named yet. */
export const NO_HISTORY: HistoryRecord = { count: 0, chain: ZERO_HASH }

const CHAIN_LINK = Uint8Array.of(2)

/** `H(02 ‖ chain ‖ u64be(entry) ‖ u32be(position) ‖ eventLeaf)`; the first link hangs on 32 zero bytes. */
export function chainNext(chain: Uint8Array, entry: number, position: number, eventLeaf: Uint8Array): Uint8Array {
  return sha256(CHAIN_LINK, chain, u64be(entry), u32be(position), eventLeaf)
}

/** The record after one more event. */
export function extended(record: HistoryRecord, entry: number, position: number, eventLeaf: Uint8Array): HistoryRecord {
  return { count: record.count + 1, chain: chainNext(record.chain, entry, position, eventLeaf) }
}

/** A record's bytes, in the map's leaf and on disk: `u64be(count) ‖ chain`. */
export function encodeRecord(record: HistoryRecord): Uint8Array {
  return concat(u64be(record.count), record.chain)
}
