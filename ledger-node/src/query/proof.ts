import {
  buildReceipt,
  type Checkpoint,
  encodeTransparentStatement,
  formatTlogProof,
  isSeal,
  parseCheckpoint,
  parseNote,
  proveInclusion,
} from '@tristamp/protocol'
import { LedgerError } from '../error.ts'
import type { SigningKey } from '../keys.ts'
import type { Ledger, Sealed } from '../ledger.ts'
import type { Entries } from './source.ts'

/** That an entry is in the log, as of the last published checkpoint (docs/spec/proof-files.md §1), with the entry's bytes as extra. */
export function tlogProof(ledger: Ledger, entries: Entries, entry: number): Promise<string> {
  return ledger.read(async (sealed) => {
    const { bytes, path } = await proven(ledger, entries, sealed, entry)
    return formatTlogProof({ index: entry, path, checkpoint: sealed.checkpoint, extra: bytes })
  })
}

/** The log's receipt for a statement (§2), and the statement that carries it. */
export interface Receipted {
  receipt: Uint8Array
  transparent: Uint8Array
}

/**
 * For the size of the last published checkpoint and no other; the path is checked before the log's key signs. The time is that of the
 * checkpoint's seal, so that one state gives one receipt.
 * @throws LedgerError NOT_FOUND when the entry is a seal, or not there yet
 */
export function receipted(ledger: Ledger, entries: Entries, entry: number, logKey: SigningKey): Promise<Receipted> {
  return ledger.read(async (sealed) => {
    const { bytes, path } = await proven(ledger, entries, sealed, entry)
    if (isSeal(bytes)) throw new LedgerError('NOT_FOUND', `entry ${entry} is a seal, not a statement`)
    const timeS = Math.floor(sealed.seal.timeMs / 1000)
    const receipt = buildReceipt(bytes, { index: entry, path }, checkpointOf(sealed), logKey, timeS)
    return { receipt, transparent: encodeTransparentStatement({ statement: bytes, receipts: [receipt] }) }
  })
}

async function proven(
  ledger: Ledger,
  entries: Entries,
  { size }: Sealed,
  entry: number,
): Promise<{ bytes: Uint8Array; path: Uint8Array[] }> {
  if (entry >= size) throw new LedgerError('NOT_FOUND', `the log has ${size} entries`)
  const [bytes, path] = await Promise.all([entries.bytes(entry), proveInclusion(entry, size, ledger.tiles.nodes)])
  return { bytes, path }
}

function checkpointOf({ checkpoint }: Sealed): Checkpoint {
  return parseCheckpoint(parseNote(checkpoint).text)
}
