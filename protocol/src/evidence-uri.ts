import { fromBase64Url } from './bytes.ts'
import { ProtocolError } from './error.ts'
import { HASH_BYTES } from './hash.ts'

// How events name evidence: a `ni:` URI (RFC 6920; docs/spec/evidence.md).

const PREFIX = 'ni:///sha-256;'
/** Characters of a SHA-256 in base64url. */
const ID = 43

/** The name of a piece of evidence as paths and files carry it: its SHA-256 in base64url. */
export type EvidenceId = string

/** `ni:///sha-256;<id>`: how an event names evidence. */
export function evidenceUri(id: EvidenceId): string {
  return PREFIX + id
}

/** Whether a text is the id of some evidence, in its one spelling. */
export function isEvidenceId(text: string): text is EvidenceId {
  if (text.length !== ID) return false
  try {
    return fromBase64Url(text).length === HASH_BYTES
  } catch (error) {
    if (error instanceof ProtocolError) return false
    throw error
  }
}

/** The id in a `ni:` URI of ours; undefined for any other text, so also for another hash, an authority or parameters. */
export function evidenceIdOf(uri: string): EvidenceId | undefined {
  if (!uri.startsWith(PREFIX)) return undefined
  const id = uri.slice(PREFIX.length)
  return isEvidenceId(id) ? id : undefined
}
