import { equal } from './bytes.ts'
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts'
import type { Verify } from './ed25519.ts'
import { ProtocolError } from './error.ts'
import { LIMITS } from './limits.ts'
import { verifyConsistency } from './merkle.ts'
import { proveConsistency, type ReadNodes, readRoot } from './merkle-tree.ts'
import { parseNote, verifyNote } from './note.ts'
import { formatHashes, parseHash, parseHashes } from './proof-lines.ts'
import type { VerifierKey } from './verifier-key.ts'

/**
 * Two checkpoints that one log signed and that cannot both be true: it showed different ledgers to different readers (docs/spec/proof-files.md).
 * The proof stands on the log's key alone. That a ledger became *smaller* is not provable like this: a checkpoint carries no time.
 */
export interface ForkProof {
  /** Signed notes, as published; the second tree is as large as the first or larger. */
  checkpoints: [string, string]
  /** When the second is larger: how it contradicts the first. Without it nothing is proven yet, and the log owes the proof that it only grew. */
  prefix?: TreePrefix
}

/** What the larger tree itself holds at the smaller size. */
export interface TreePrefix {
  /** Its root at that size. */
  root: Uint8Array
  /** Consistency proof from there to the whole of the larger tree. */
  path: Uint8Array[]
}

/** A contradiction that was checked. */
export interface Fork {
  origin: string
  checkpoints: [Checkpoint, Checkpoint]
}

const HEADER = 'tristamp-fork/1'
const SAME_SIZE = 'One log signed both checkpoints below: two trees of the same size with different roots.'
const NOT_A_PREFIX =
  'One log signed both checkpoints below. Next: the root that the second tree has at the size of the first, and its consistency proof.'
const UNEXPLAINED = 'One log signed both checkpoints below, and gave no proof that the one continues the other.'
const KINDS: readonly (string | undefined)[] = [SAME_SIZE, NOT_A_PREFIX, UNEXPLAINED]

/** Room for two checkpoints with every signature, and 64 hashes. */
export const MAX_FORK_PROOF_BYTES: number = 2 * LIMITS.noteBytes + 4 * 1024

/** The text of a fork proof, for people and programs. Throws FORK_MALFORMED on what could not be read back. */
export function formatForkProof(proof: ForkProof): string {
  const text = write(proof)
  parseForkProof(text)
  return text
}

/** Reads a fork proof without believing it; `formatForkProof` gives back the same text. Throws FORK_MALFORMED. */
export function parseForkProof(text: string): ForkProof {
  if (text.length > MAX_FORK_PROOF_BYTES) throw malformed('too long')
  // A checkpoint has no blank line but the one before its signatures.
  const [head, claim1, signatures1, claim2, signatures2, ...more] = text.split('\n\n')
  if (head === undefined || signatures2 === undefined || more.length > 0) throw malformed('not two checkpoints')
  const [header, kind, root, ...path] = head.split('\n')
  if (header !== HEADER || !KINDS.includes(kind)) throw malformed('not a fork proof')
  const checkpoints: [string, string] = [`${claim1}\n\n${signatures1}\n`, `${claim2}\n\n${signatures2}`]
  let proof: ForkProof
  try {
    const prefix = root === undefined ? undefined : { root: parseHash(root), path: parseHashes(path) }
    proof = { checkpoints, ...(prefix && { prefix }) }
  } catch (cause) {
    throw malformed('a line that is not as it must be', cause)
  }
  if (write(proof) !== text) throw malformed('not in canonical form')
  return proof
}

/**
 * Returns the contradiction when the text proves that the holder of `logKey` signed one.
 * Throws FORK_MALFORMED; NOTE_UNSIGNED or NOTE_SIGNATURE when the key did not sign both; CHECKPOINT_ORIGIN when they are not both of the key's log;
 * FORK_UNPROVEN when both can be true.
 */
export async function proveFork(text: string, logKey: VerifierKey, verify: Verify): Promise<Fork> {
  const { checkpoints, prefix } = parseForkProof(text)
  const [first, second] = await Promise.all([
    openCheckpoint(checkpoints[0], logKey, verify),
    openCheckpoint(checkpoints[1], logKey, verify),
  ])
  if (prefix === undefined) {
    if (first.size !== second.size) throw unproven('both are signed, but nothing shows that they exclude each other')
    if (equal(first.root, second.root)) throw unproven('the two checkpoints say the same')
  } else {
    try {
      verifyConsistency(first.size, prefix.root, second.size, second.root, prefix.path)
    } catch (cause) {
      throw unproven('the root is not shown to be one of the second tree', cause)
    }
    if (equal(first.root, prefix.root)) throw unproven('the first tree is a prefix of the second')
  }
  return { origin: logKey.name, checkpoints: [first, second] }
}

/**
 * The fork proof for two checkpoints of a log, in any order, with the nodes of the larger tree at hand; undefined when the smaller is a prefix
 * of it. Signatures are `proveFork`'s matter. Throws NOTE_MALFORMED, CHECKPOINT_MALFORMED; PROOF_ROOT when the nodes are not the larger tree's.
 */
export async function findFork(a: string, b: string, read: ReadNodes): Promise<string | undefined> {
  const claims = [a, b].map((note) => ({ note, ...parseCheckpoint(parseNote(note).text) }))
  const [first, second] = claims.sort((x, y) => x.size - y.size) as [SignedClaim, SignedClaim]
  const checkpoints: [string, string] = [first.note, second.note]
  if (first.size === second.size) return equal(first.root, second.root) ? undefined : formatForkProof({ checkpoints })
  // Every tree extends the empty one.
  if (first.size === 0) return undefined
  const root = await readRoot(first.size, read)
  if (equal(root, first.root)) return undefined
  const path = await proveConsistency(first.size, second.size, read)
  verifyConsistency(first.size, root, second.size, second.root, path)
  return formatForkProof({ checkpoints, prefix: { root, path } })
}

/**
 * What to keep of two checkpoints that a reader could not bring together: the fork proof if the nodes of the larger tree can be had and
 * give one, else both notes as they are. Undefined when the smaller is a prefix of the larger after all.
 * Throws FORK_MALFORMED when one of them is no checkpoint.
 */
export async function forkEvidence(a: string, b: string, read: ReadNodes): Promise<string | undefined> {
  const [first, second] = [a, b].sort((x, y) => sizeOf(x) - sizeOf(y)) as [string, string]
  try {
    return await findFork(first, second, read)
  } catch {
    // Whoever cannot or will not show its tree still signed both.
    return formatForkProof({ checkpoints: [first, second] })
  }
}

interface SignedClaim extends Checkpoint {
  note: string
}

async function openCheckpoint(text: string, logKey: VerifierKey, verify: Verify): Promise<Checkpoint> {
  const note = parseNote(text)
  const checkpoint = parseCheckpoint(note.text)
  if (checkpoint.origin !== logKey.name)
    throw new ProtocolError('CHECKPOINT_ORIGIN', `a checkpoint of ${checkpoint.origin}`)
  await verifyNote(note, [logKey], verify)
  return checkpoint
}

function write({ checkpoints: [first, second], prefix }: ForkProof): string {
  const kind = prefix !== undefined ? NOT_A_PREFIX : sizeOf(first) === sizeOf(second) ? SAME_SIZE : UNEXPLAINED
  const hashes = prefix === undefined ? '' : formatHashes([prefix.root, ...prefix.path])
  return `${HEADER}\n${kind}\n${hashes}\n${first}\n${second}`
}

/** Throws FORK_MALFORMED when the note is no checkpoint. */
function sizeOf(note: string): number {
  try {
    return parseCheckpoint(parseNote(note).text).size
  } catch (cause) {
    throw malformed('not a checkpoint', cause)
  }
}

function unproven(why: string, cause?: unknown): ProtocolError {
  return new ProtocolError('FORK_UNPROVEN', why, { cause })
}

function malformed(why: string, cause?: unknown): ProtocolError {
  return new ProtocolError('FORK_MALFORMED', why, { cause })
}
