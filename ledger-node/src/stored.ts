import {
  type AdmissionState,
  applyChanges,
  decodeChange,
  emptyState,
  HistoryMap,
  type HistoryRecord,
} from '@tristamp/protocol'
import { LedgerError } from './error.ts'
import { blockKey, historyKey, historySubject, rangeOf, readHistoryRow, SPACE } from './row.ts'
import type { Mark, Store } from './store.ts'

// What a start reads back from the store into memory.

/** Heights below the mark that are looked through for gaps: more batches than LevelDB's log can hold. */
const HEIGHTS_CHECKED = 65_536

/**
 * LevelDB opens without complaint after losing batches from its log, so every block leaves a row: a gap means that more was
 * lost. @throws LedgerError STORE_CORRUPT
 */
export async function checkHeights(store: Store, { height }: Mark): Promise<void> {
  const first = Math.max(0, height + 1 - HEIGHTS_CHECKED)
  let found = 0
  for await (const _ of store.keys({ gte: blockKey(first), lt: blockKey(height + 1) })) found++
  if (found !== height + 1 - first) {
    throw new LedgerError('STORE_CORRUPT', `${height + 1 - first - found} blocks are missing below height ${height}`)
  }
}

export async function storedState(store: Store): Promise<AdmissionState> {
  const state = emptyState()
  for await (const [, value] of store.rows(rangeOf(Buffer.of(SPACE.state)))) applyChanges(state, [decodeChange(value)])
  return state
}

/** The map as of the last seal, or of an earlier one. Rows of one subject stand together, by height: the last one holds its record. */
export async function storedMap(store: Store, height: number = Number.POSITIVE_INFINITY): Promise<HistoryMap> {
  const map = new HistoryMap()
  let subject: Uint8Array | undefined
  let record: HistoryRecord | undefined
  const keep = (): void => {
    if (subject !== undefined && record !== undefined) map.set(subject, record)
  }
  for await (const [key, value] of store.rows(rangeOf(Buffer.of(SPACE.history)))) {
    const next = historySubject(key)
    if (Number.isFinite(height) && Buffer.compare(key, historyKey(next, height)) > 0) continue
    if (subject === undefined || Buffer.compare(subject, next) !== 0) keep()
    subject = next
    record = readHistoryRow(value).record
  }
  keep()
  return map
}
