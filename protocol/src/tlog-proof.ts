import { fromBase64, toBase64 } from './bytes.ts'
import { parseCheckpoint } from './checkpoint.ts'
import type { Verify } from './ed25519.ts'
import { ProtocolError } from './error.ts'
import { LIMITS } from './limits.ts'
import { leafHash, verifyInclusion } from './merkle.ts'
import { parseNote } from './note.ts'
import { checkPolicy, type Policy, type PolicyVerdict } from './policy.ts'
import { formatHashes, parseDecimal, parseHashes } from './proof-lines.ts'

/** C2SP tlog-proof@v1: that an entry is in a log, checkable offline by anyone who holds the entry and a policy (docs/spec/proof-files.md). */
export interface TlogProof {
  /** Of the entry in the log, from 0. */
  index: number
  /** Inclusion proof, from the leaf's sibling to the root's child. */
  path: Uint8Array[]
  /** The signed note, as published. */
  checkpoint: string
  /** Whatever the maker of the file added. Nobody signed it. */
  extra?: Uint8Array
}

const HEADER = 'c2sp.org/tlog-proof@v1'

/** A statement is the most that `extra` could usefully carry. */
export const MAX_EXTRA_BYTES: number = LIMITS.entryBytes
/** Room for a checkpoint with every signature, 63 hashes and the extra data in base64. */
export const MAX_TLOG_PROOF_BYTES: number = LIMITS.noteBytes + 96 * 1024

/** The text of a `.tlog-proof` file. Throws TLOG_PROOF_MALFORMED on what could not be read back. */
export function formatTlogProof(proof: TlogProof): string {
  const text = write(proof)
  parseTlogProof(text)
  return text
}

/** Reads a proof without trusting it; `formatTlogProof` gives back the same text. Throws TLOG_PROOF_MALFORMED. */
export function parseTlogProof(text: string): TlogProof {
  if (text.length > MAX_TLOG_PROOF_BYTES) throw malformed('too long')
  // The lines before the checkpoint are not empty, so the first blank line is the one that ends them.
  const blank = text.indexOf('\n\n')
  if (blank < 0) throw malformed('no blank line before the checkpoint')
  const lines = text.slice(0, blank).split('\n')
  if (lines.shift() !== HEADER) throw malformed('not a tlog-proof@v1')
  const checkpoint = text.slice(blank + 2)
  let proof: TlogProof
  try {
    const extra = lines[0]?.startsWith('extra ') ? fromBase64(lines.shift()!.slice('extra '.length)) : undefined
    const [, index] = /^index (\d+)$/.exec(lines.shift() ?? '') ?? []
    proof = { index: parseDecimal(index ?? ''), path: parseHashes(lines), checkpoint, ...(extra && { extra }) }
    parseCheckpoint(parseNote(checkpoint).text)
  } catch (cause) {
    throw malformed('a line that is not as it must be', cause)
  }
  if (proof.extra !== undefined && proof.extra.length > MAX_EXTRA_BYTES) throw malformed('too much extra data')
  if (write(proof) !== text) throw malformed('not in canonical form')
  return proof
}

/**
 * Returns what the policy makes of the checkpoint when `entry` (the exact bytes of the log's entry) is in that log.
 * Throws as `checkPolicy`; POLICY_QUORUM when too few witnesses signed; PROOF_INDEX, PROOF_LENGTH or PROOF_ROOT when the entry is not there.
 */
export async function verifyTlogProof(
  { index, path, checkpoint }: TlogProof,
  entry: Uint8Array,
  policy: Policy,
  verify: Verify,
): Promise<PolicyVerdict> {
  const verdict = await checkPolicy(parseNote(checkpoint), policy, verify)
  if (!verdict.quorum) throw new ProtocolError('POLICY_QUORUM', 'too few witnesses of the policy signed the checkpoint')
  verifyInclusion(leafHash(entry), index, verdict.checkpoint.size, path, verdict.checkpoint.root)
  return verdict
}

function write({ index, path, checkpoint, extra }: TlogProof): string {
  const extraLine = extra === undefined ? '' : `extra ${toBase64(extra)}\n`
  return `${HEADER}\n${extraLine}index ${index}\n${formatHashes(path)}\n${checkpoint}`
}

function malformed(why: string, cause?: unknown): ProtocolError {
  return new ProtocolError('TLOG_PROOF_MALFORMED', why, { cause })
}
