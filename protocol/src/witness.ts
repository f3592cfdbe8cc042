import { equal } from './bytes.ts'
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts'
import type { Verify } from './ed25519.ts'
import { ProtocolError } from './error.ts'
import { LIMITS } from './limits.ts'
import { EMPTY_ROOT, verifyConsistency } from './merkle.ts'
import { formatSignatures, type Note, type NoteSigner, parseNote, signNote, verifyNote } from './note.ts'
import { formatHashes, parseDecimal, parseHashes } from './proof-lines.ts'
import type { VerifierKey } from './verifier-key.ts'

/** C2SP tlog-witness, `add-checkpoint`: a log asks a witness to cosign its newest tree (docs/spec/witness.md). */
export interface AddCheckpoint {
  /** Size of the tree that the witness cosigned last, as far as the client knows; 0 for none. */
  oldSize: number
  /** Consistency proof from that tree to the new one; empty from size 0. */
  path: Uint8Array[]
  /** The signed note, as published. */
  checkpoint: string
}

/** A request that is well formed. Its signatures have not been checked by parsing it. */
export interface AddCheckpointRequest extends AddCheckpoint {
  note: Note
  /** What the note says. */
  claim: Checkpoint
}

/** Room for a checkpoint with every signature, and 63 hashes. */
export const MAX_ADD_CHECKPOINT_BYTES: number = LIMITS.noteBytes + 4 * 1024

/** The body of a request. Throws WITNESS_MALFORMED on what could not be read back. */
export function formatAddCheckpoint(request: AddCheckpoint): string {
  const body = write(request)
  parseAddCheckpoint(body)
  return body
}

/** Reads the body of a request; `formatAddCheckpoint` gives back the same text. Throws WITNESS_MALFORMED, to which a witness answers 400. */
export function parseAddCheckpoint(body: string): AddCheckpointRequest {
  if (body.length > MAX_ADD_CHECKPOINT_BYTES) throw malformed('too long')
  // The lines before the checkpoint are not empty, so the first blank line is the one that ends them.
  const blank = body.indexOf('\n\n')
  if (blank < 0) throw malformed('no blank line before the checkpoint')
  const [first = '', ...lines] = body.slice(0, blank).split('\n')
  const [, old = ''] = /^old (\d+)$/.exec(first) ?? []
  const checkpoint = body.slice(blank + 2)
  let request: AddCheckpointRequest
  try {
    const note = readNote(checkpoint)
    const claim = parseCheckpoint(note.text)
    request = { oldSize: parseDecimal(old), path: parseHashes(lines), checkpoint, note, claim }
  } catch (cause) {
    throw malformed('a line that is not as it must be', cause)
  }
  if (write(request) !== body) throw malformed('not in canonical form')
  return request
}

/** The largest tree that a witness has cosigned of one log. */
export interface WitnessState {
  size: number
  root: Uint8Array
}

/** What a witness answers. On 200 the body is its cosignature, once `next` is persisted. */
export type WitnessDecision =
  | { status: 200; next: WitnessState }
  | { status: 400 | 403 | 404 | 409 | 422; contentType: string; body: string }

/** The content type of a 409 whose body is a tree size: other 409s exist in the wild. */
export const TREE_SIZE_TYPE = 'text/x.tlog.size'

/**
 * Decides on a request, changing nothing. `state` is what the witness persisted for this origin (undefined: nothing yet), `logKey` the key that it
 * trusts for it (undefined: unknown origin). On 200 the server replaces `state` by `next`, durably and only if it is still `state`, and then
 * answers `cosign(…)`; if another request was faster, it decides again.
 */
export async function witnessDecision(
  state: WitnessState | undefined,
  { oldSize, path, note, claim }: AddCheckpointRequest,
  logKey: VerifierKey | undefined,
  verify: Verify,
): Promise<WitnessDecision> {
  if (oldSize > claim.size) return refusal(400, 'the old size is beyond the checkpoint')
  if (logKey?.name !== claim.origin) return refusal(404, 'unknown log')
  if (!(await isSigned(note, logKey, verify))) return refusal(403, 'not signed by the log')
  const known = state?.size ?? 0
  if (oldSize !== known) return { status: 409, contentType: TREE_SIZE_TYPE, body: `${known}\n` }
  const why = whyNotNext(state, path, claim)
  if (why !== undefined) return refusal(422, why)
  return { status: 200, next: { size: claim.size, root: claim.root } }
}

/** The body of a 200: the witness's signature line over the checkpoint. Throws BYTES_RANGE. */
export function cosign({ text }: Note, witness: NoteSigner & { type: 4 }, timeS: number): string {
  return formatSignatures(parseNote(signNote(text, [witness], timeS)).signatures)
}

async function isSigned(note: Note, logKey: VerifierKey, verify: Verify): Promise<boolean> {
  try {
    await verifyNote(note, [logKey], verify)
    return true
  } catch (error) {
    if (error instanceof ProtocolError) return false
    throw error
  }
}

/** Why the claimed tree does not extend the one that was cosigned last; undefined when it does. */
function whyNotNext(
  state: WitnessState | undefined,
  path: readonly Uint8Array[],
  { size, root }: Checkpoint,
): string | undefined {
  if (size === 0 && !equal(root, EMPTY_ROOT)) return 'an empty tree with the root of another'
  if (state === undefined || state.size === 0) return path.length > 0 ? 'a proof from the empty tree' : undefined
  try {
    verifyConsistency(state.size, state.root, size, root, path)
    return undefined
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    return size === state.size ? 'another root at the same size' : 'the consistency proof does not hold'
  }
}

function refusal(status: 400 | 403 | 404 | 422, why: string): WitnessDecision {
  return { status, contentType: 'text/plain; charset=utf-8', body: `${why}\n` }
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/**
 * The note; as one that nobody signed when all that ails it is set pad bits in the base64 of a signature line. Witnesses in use decode such a
 * line and answer a bad signature by 403; ours answers the same, but takes no second spelling for a good one.
 */
function readNote(checkpoint: string): Note {
  const cleared = checkpoint.replace(/^(— .*)([\w+/])(==?)$/gm, (_, line: string, digit: string, pad: string) => {
    const mask = pad.length === 1 ? 0b111100 : 0b110000
    return `${line}${DIGITS[DIGITS.indexOf(digit) & mask] ?? digit}${pad}`
  })
  const note = parseNote(cleared)
  return cleared === checkpoint ? note : { ...note, signatures: [] }
}

function write({ oldSize, path, checkpoint }: AddCheckpoint): string {
  return `old ${oldSize}\n${formatHashes(path)}\n${checkpoint}`
}

function malformed(why: string, cause?: unknown): ProtocolError {
  return new ProtocolError('WITNESS_MALFORMED', why, { cause })
}
