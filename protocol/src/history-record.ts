import { putBigEndian } from './bytes.ts'
import { HASH_BYTES, putHash, sha256, ZERO_HASH } from './hash.ts'

/** What the history map holds of one subject: how many events name it, and the hash chain over all of them. */
export interface HistoryRecord {
  count: number
  chain: Uint8Array
}

/** A subject that no event has named yet. */
export const NO_HISTORY: HistoryRecord = { count: 0, chain: ZERO_HASH }

/** `02 ‖ chain ‖ u64be(entry) ‖ u32be(position) ‖ eventLeaf`, filled anew for each link. */
const link = Uint8Array.of(2, ...new Uint8Array(HASH_BYTES + 8 + 4 + HASH_BYTES))

/** `H(02 ‖ chain ‖ u64be(entry) ‖ u32be(position) ‖ eventLeaf)`; the first link hangs on 32 zero bytes. */
export function chainNext(chain: Uint8Array, entry: number, position: number, eventLeaf: Uint8Array): Uint8Array {
  putHash(link, 1, chain)
  putBigEndian(link, 33, 8, entry)
  putBigEndian(link, 41, 4, position)
  putHash(link, 45, eventLeaf)
  return sha256(link)
}

/** The record after one more event. */
export function extended(record: HistoryRecord, entry: number, position: number, eventLeaf: Uint8Array): HistoryRecord {
  return { count: record.count + 1, chain: chainNext(record.chain, entry, position, eventLeaf) }
}

/** `u64be(count) ‖ chain`: a record's bytes in the map's leaf. */
export function putRecord(into: Uint8Array, at: number, { count, chain }: HistoryRecord): void {
  putBigEndian(into, at, 8, count)
  putHash(into, at + 8, chain)
}
