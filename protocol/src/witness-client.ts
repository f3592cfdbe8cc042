import type { Verify } from './ed25519.ts'
import { ProtocolError } from './error.ts'
import { formatNote, type NoteSignature, parseNote, parseSignatures, verifyNote } from './note.ts'
import { parseDecimal } from './proof-lines.ts'
import { ED25519_COSIGNATURE, type VerifierKey } from './verifier-key.ts'
import { TREE_SIZE_TYPE } from './witness.ts'

/**
 * The published checkpoint with what a witness answered to it (the body of a 200). Only good cosignatures by `keys` are taken over; each
 * replaces an older one by the same key.
 * Throws NOTE_MALFORMED; NOTE_UNSIGNED when none of the keys answered; NOTE_SIGNATURE when one of them answered with a bad one.
 */
export async function withCosignatures(
  checkpoint: string,
  answer: string,
  keys: readonly VerifierKey[],
  verify: Verify,
): Promise<string> {
  const { text, signatures } = parseNote(checkpoint)
  const answered = parseSignatures(answer)
  const witnesses = keys.filter(({ type }) => type === ED25519_COSIGNATURE)
  const good = await verifyNote({ text, signatures: answered }, witnesses, verify)
  // The first line of a key is the one that was verified.
  const fresh = good.map(({ key }) => answered.find((line) => isBy(line, key))!)
  const kept = signatures.filter((line) => !good.some(({ key }) => isBy(line, key)))
  return formatNote({ text, signatures: [...kept, ...fresh] })
}

/** The size that a 409 tells, to start over from. Throws WITNESS_MALFORMED for any other 409: some witnesses explain in words. */
export function parseTreeSize(contentType: string | null, body: string): number {
  const [, size = ''] = /^(\d+)\n$/.exec(body) ?? []
  try {
    if (contentType?.split(';')[0] === TREE_SIZE_TYPE) return parseDecimal(size)
  } catch (cause) {
    throw new ProtocolError('WITNESS_MALFORMED', 'not a tree size', { cause })
  }
  throw new ProtocolError('WITNESS_MALFORMED', 'a conflict without a tree size')
}

function isBy(line: NoteSignature, key: VerifierKey): boolean {
  return line.name === key.name && line.keyId === key.keyId
}
