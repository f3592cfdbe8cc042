import { formatCheckpoint, isSeal, readRoot, signNote } from '@tristamp/protocol'
import type { LogKey } from '../keys.ts'
import type { Ledger } from '../ledger.ts'

/**
 * The log's signature over a state that ended in a seal, as it was published then: the same bytes, as Ed25519 is deterministic, but
 * without cosignatures. So a follower can check a long ledger piece by piece. Undefined where there was no such state, or where the
 * log is another's and its signature was not kept.
 */
export async function earlierCheckpoint(
  ledger: Ledger,
  { publicKey, sign }: LogKey,
  size: number,
): Promise<string | undefined> {
  const { latest } = ledger
  if (latest === undefined || size > latest.size || size < 1) return undefined
  if (size === latest.size) return latest.checkpoint
  if (sign === undefined || !isSeal(await ledger.feed.readEntry(await ledger.placeOf(size - 1)))) return undefined
  const { origin } = ledger.state.genesis!
  const root = await readRoot(size, ledger.tiles.nodes)
  return signNote(formatCheckpoint({ origin, size, root }), [{ name: origin, type: 1, publicKey, sign }])
}
