import { concat, copy, fromBase64, fromBigEndian, isWellFormed, toBase64, u32be, utf8 } from './bytes.ts'
import { cosignatureMessage, encodeCosignature } from './cosignature.ts'
import type { Sign, Verify } from './ed25519.ts'
import { ProtocolError } from './error.ts'
import { LIMITS } from './limits.ts'
import { ED25519_COSIGNATURE, hasControl, isKeyName, noteKeyId, type VerifierKey } from './verifier-key.ts'

export { formatVerifierKey, noteKeyId, parseVerifierKey, type VerifierKey } from './verifier-key.ts'

/** C2SP signed-note: a text that ends in a newline, a blank line, and signature lines `— name base64(key id ‖ signature)`. */
export interface Note {
  /** With its last newline: these are the bytes that are signed. */
  text: string
  signatures: NoteSignature[]
}

export interface NoteSignature {
  name: string
  keyId: number
  /** What the key's type makes of it; for type 4 an eight-byte time stands before the signature. */
  signature: Uint8Array
}

/** A key that can sign a note. */
export interface NoteSigner {
  name: string
  type: 1 | 4
  publicKey: Uint8Array
  sign: Sign
}

/** A known key whose signature is good; `timeS` (seconds since 1970) for type 4. */
export interface VerifiedSignature {
  key: VerifierKey
  timeS?: number
}

/** Reads a note without trusting it; `formatNote` gives back the same text. Throws NOTE_MALFORMED. */
export function parseNote(note: string): Note {
  if (note.length > LIMITS.noteBytes) throw malformed('too long')
  if (!isWellFormed(note) || hasControl(note)) throw malformed('control character or lone surrogate')
  // The text may hold blank lines itself: the last one ends it.
  const blank = note.lastIndexOf('\n\n')
  if (blank < 0) throw malformed('no blank line')
  return { text: note.slice(0, blank + 1), signatures: parseSignatures(note.slice(blank + 2)) }
}

/** Reads one or more signature lines, each with its newline (also what a witness answers). Throws NOTE_MALFORMED. */
export function parseSignatures(block: string): NoteSignature[] {
  const lines = block.split('\n')
  if (lines.pop() !== '' || lines.length === 0) throw malformed('no signature line, or no newline at the end')
  if (lines.length > LIMITS.noteSignatures) throw malformed(`${lines.length} signatures`)
  return lines.map((line) => {
    const [, name, base64] = /^— ([^ ]+) ([^ ]+)$/.exec(line) ?? []
    if (name === undefined || base64 === undefined || !isKeyName(name)) throw malformed('not a signature line')
    let bytes: Uint8Array
    try {
      bytes = fromBase64(base64)
    } catch (cause) {
      throw malformed('not canonical base64', cause)
    }
    if (bytes.length < 5) throw malformed('no signature after the key id')
    return { name, keyId: fromBigEndian(bytes.subarray(0, 4)), signature: copy(bytes, 4) }
  })
}

/** The note as it is published. Throws NOTE_MALFORMED. */
export function formatNote({ text, signatures }: Note): string {
  const note = `${text}\n${formatSignatures(signatures)}`
  // A text without its last newline would be read back as another.
  if (parseNote(note).text !== text) throw malformed('the text does not end in a newline')
  return note
}

/** The signature lines alone. Throws NOTE_MALFORMED. */
export function formatSignatures(signatures: readonly NoteSignature[]): string {
  return signatures
    .map(({ name, keyId, signature }) => {
      // A name with a newline could smuggle lines in.
      if (!isKeyName(name)) throw malformed('not a key name')
      return `— ${name} ${toBase64(concat(u32be(keyId), signature))}\n`
    })
    .join('')
}

/** The published form of a text signed by each of the signers; type 4 needs the time. Throws NOTE_MALFORMED, NOTE_KEY, BYTES_RANGE. */
export function signNote(text: string, signers: readonly NoteSigner[], timeS?: number): string {
  const signatures = signers.map(({ name, type, publicKey, sign }) => {
    const keyId = noteKeyId(name, type, publicKey)
    if (type !== ED25519_COSIGNATURE) return { name, keyId, signature: sign(utf8(text)) }
    const time = timeS ?? Number.NaN
    return { name, keyId, signature: encodeCosignature(time, sign(cosignatureMessage(time, text))) }
  })
  return formatNote({ text, signatures })
}

/**
 * The signatures by known keys, all of them good, in the order of the note; unknown ones are ignored, a key's second line is too.
 * Throws NOTE_SIGNATURE when one of a known key is bad, NOTE_UNSIGNED when there is none, NOTE_KEY when two keys share name and id.
 */
export async function verifyNote(
  note: Note,
  keys: readonly VerifierKey[],
  verify: Verify,
): Promise<VerifiedSignature[]> {
  const known = new Map<string, VerifierKey>()
  for (const key of keys) {
    if (known.has(label(key))) throw new ProtocolError('NOTE_KEY', `two keys are ${label(key)}`)
    known.set(label(key), key)
  }
  const checks: Promise<VerifiedSignature>[] = []
  for (const line of note.signatures) {
    const key = known.get(label(line))
    if (key === undefined) continue
    known.delete(label(line))
    checks.push(verifySignature(note.text, line.signature, key, verify))
  }
  if (checks.length === 0) throw new ProtocolError('NOTE_UNSIGNED', 'no signature by a known key')
  return Promise.all(checks)
}

async function verifySignature(
  text: string,
  bytes: Uint8Array,
  key: VerifierKey,
  verify: Verify,
): Promise<VerifiedSignature> {
  if (key.type !== ED25519_COSIGNATURE) {
    if (await verify(key.publicKey, utf8(text), bytes)) return { key }
  } else if (bytes.length > TIME_BYTES) {
    const timeS = bytes.subarray(0, TIME_BYTES).reduce((value, byte) => value * 256 + byte, 0)
    const signature = bytes.subarray(TIME_BYTES)
    if (Number.isSafeInteger(timeS) && (await verify(key.publicKey, cosignatureMessage(timeS, text), signature)))
      return { key, timeS }
  }
  throw new ProtocolError('NOTE_SIGNATURE', `the signature of ${label(key)} is bad`)
}

const TIME_BYTES = 8

/** Name and id together name a key; a name has no plus sign. */
function label({ name, keyId }: { name: string; keyId: number }): string {
  return `${name}+${keyId}`
}

function malformed(why: string, cause?: unknown): ProtocolError {
  return new ProtocolError('NOTE_MALFORMED', why, { cause })
}
