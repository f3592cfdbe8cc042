import {
  type Checkpoint,
  checkPolicy,
  equal,
  type FetchTile,
  forkEvidence,
  LIMITS,
  nodesFromTiles,
  type Policy,
  ProtocolError,
  parseNote,
  proveConsistency,
  type Verify,
  verifyConsistency,
} from '@tristamp/protocol'
import { LedgerError } from './error.ts'
import { fetchFrom } from './peer.ts'

/** How the ledger of now stands to the one that was seen before. */
export type Continuity = 'first' | 'same' | 'grown' | 'rollback' | 'fork'

export interface LedgerCheck {
  continuity: Continuity
  now: Seen
  before?: Seen
  /** Witnesses of the policy that cosigned the state of now, and whether they are enough. */
  cosigned: string[]
  quorum: boolean
  /** What to keep of a rollback or a fork (`.tristamp-fork`). */
  evidence?: string
}

export interface Seen extends Checkpoint {
  /** As it was signed. */
  note: string
}

/**
 * Asks a ledger for its checkpoint, checks it under the policy, and demands that it continues the one remembered: the proof is made of
 * the ledger's own tiles.
 * @param remembered signed note of an earlier check
 * @throws ProtocolError as `checkPolicy`, for both notes; LedgerError PEER_UNREACHABLE, PEER_REFUSED
 */
export async function checkLedger(
  node: string,
  policy: Policy,
  remembered: string | undefined,
  verify: Verify,
): Promise<LedgerCheck> {
  const fetchTile: FetchTile = (path, maxBytes) => fetchFrom(`${node}/${path}`, maxBytes)
  const note = Buffer.from(await fetchFrom(`${node}/checkpoint`, utf8Limit)).toString('utf8')
  const seen = await checkPolicy(parseNote(note), policy, verify)
  const now = { ...seen.checkpoint, note }
  const check = { now, cosigned: seen.cosigned.map(({ name }) => name), quorum: seen.quorum }
  if (remembered === undefined) return { ...check, continuity: 'first' }
  const { checkpoint } = await checkPolicy(parseNote(remembered), policy, verify)
  const before = { ...checkpoint, note: remembered }
  if (before.origin !== now.origin) throw new ProtocolError('CHECKPOINT_ORIGIN', `remembered is ${before.origin}`)
  const continuity = await compare(before, now, fetchTile)
  if (continuity !== 'rollback' && continuity !== 'fork') return { ...check, before, continuity }
  const nodes = nodesFromTiles(Math.max(before.size, now.size), fetchTile)
  const evidence = await forkEvidence(before.note, now.note, nodes)
  return { ...check, before, continuity, ...(evidence !== undefined && { evidence }) }
}

/** A character has at most three bytes in UTF-8. */
const utf8Limit = 3 * LIMITS.noteBytes

async function compare(before: Checkpoint, now: Checkpoint, fetchTile: FetchTile): Promise<Continuity> {
  if (now.size < before.size) return 'rollback'
  if (now.size === before.size) return equal(now.root, before.root) ? 'same' : 'fork'
  if (before.size === 0) return 'grown'
  try {
    const path = await proveConsistency(before.size, now.size, nodesFromTiles(now.size, fetchTile))
    verifyConsistency(before.size, before.root, now.size, now.root, path)
    return 'grown'
  } catch (error) {
    // Nobody can be accused of a broken line; but a ledger that refuses its tiles owes the proof that it only grew.
    if (error instanceof ProtocolError) return 'fork'
    if (error instanceof LedgerError && error.code === 'PEER_REFUSED') return 'fork'
    throw error
  }
}
