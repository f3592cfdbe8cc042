import { fromUtf8, toBase64Url } from './bytes.ts'
import type { Json } from './canonical-json.ts'
import { type EvidenceId, evidenceIdOf, evidenceUri } from './evidence-uri.ts'
import { sha256 } from './hash.ts'

// Evidence: bytes beside an event that the event names by their digest (docs/spec/evidence.md).

/** Bytes of one piece: a spectrum of a thousand points with its references, or a model of ten components, and a broker's packet. */
export const EVIDENCE_BYTES = 65_536

const PREFIX_BYTES = /* @__PURE__ */ Uint8Array.from(evidenceUri(''), (letter) => letter.charCodeAt(0))
const SEMICOLON = 0x3b

/** The id of these bytes. */
export function evidenceId(bytes: Uint8Array): EvidenceId {
  return toBase64Url(sha256(bytes))
}

/** Whether these bytes are the evidence of this id, and no larger than evidence may be. */
export function isEvidence(id: EvidenceId, bytes: Uint8Array): boolean {
  return bytes.length > 0 && bytes.length <= EVIDENCE_BYTES && evidenceId(bytes) === id
}

/**
 * The ids of all evidence that an event names: every text value in it that is such a URI as a whole, wherever it stands, each once and in
 * order. What is no JSON names nothing.
 */
export function evidenceNamedBy(event: Uint8Array): EvidenceId[] {
  if (!mayName(event)) return []
  const found = new Set<EvidenceId>()
  try {
    gather(JSON.parse(fromUtf8(event)) as Json, found)
  } catch {
    return []
  }
  return [...found]
}

/** Most events name none: a semicolon is rare in JSON and quickly looked for. */
function mayName(bytes: Uint8Array): boolean {
  const back = PREFIX_BYTES.length - 1
  for (let at = bytes.indexOf(SEMICOLON, back); at >= 0; at = bytes.indexOf(SEMICOLON, at + 1)) {
    if (PREFIX_BYTES.every((byte, i) => bytes[at - back + i] === byte)) return true
  }
  return false
}

function gather(value: Json, found: Set<EvidenceId>): void {
  if (typeof value === 'string') {
    const id = evidenceIdOf(value)
    if (id !== undefined) found.add(id)
  } else if (value !== null && typeof value === 'object') {
    for (const item of Object.values(value)) gather(item, found)
  }
}
