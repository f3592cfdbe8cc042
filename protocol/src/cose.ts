import { concat, utf8 } from './bytes.ts'
import { decodeCbor, encodeCbor, Tagged } from './cbor.ts'
import { arrayHead, bytesHead } from './cbor-items.ts'
import { ProtocolError } from './error.ts'

/** COSE_Sign1 (RFC 9052 §4.2) with everything protected: tag 18, empty unprotected map, payload present. */
export interface Sign1 {
  /** The protected header as signed. */
  protectedBytes: Uint8Array
  /** The same, decoded; empty for an empty byte string. */
  header: Map<number, unknown>
  payload: Uint8Array
  /** Length and meaning are the algorithm's matter. */
  signature: Uint8Array
}

const SIGN1 = 18
// An array of four begins with a text of ten characters.
const SIGNATURE1 = concat(arrayHead(4), Uint8Array.of(0x6a), utf8('Signature1'))
const NOTHING = bytesHead(0)

/** The bytes of the envelope. */
export function encodeSign1(protectedBytes: Uint8Array, payload: Uint8Array, signature: Uint8Array): Uint8Array {
  return encodeCbor(new Tagged(SIGN1, [protectedBytes, new Map(), payload, signature]))
}

/**
 * Reads an envelope whose bytes are deterministic, outside and in the protected header; signatures are not checked here.
 * Throws CBOR_*; CBOR_SHAPE for an untagged, detached or otherwise different structure, or header labels other than integers.
 */
export function decodeSign1(bytes: Uint8Array, maxBytes: number): Sign1 {
  const tagged = decodeCbor(bytes, { maxBytes })
  const parts: unknown = tagged instanceof Tagged && tagged.tag === SIGN1 ? tagged.value : undefined
  if (!Array.isArray(parts) || parts.length !== 4) throw shape('not a tagged COSE_Sign1')
  const [protectedBytes, unprotected, payload, signature] = parts as unknown[]
  if (!(unprotected instanceof Map) || unprotected.size > 0) throw shape('the unprotected header is not an empty map')
  if (!isBytes(protectedBytes) || !isBytes(payload) || !isBytes(signature))
    throw shape('protected header, payload and signature are byte strings')
  return { protectedBytes, header: decodeHeader(protectedBytes), payload, signature }
}

function decodeHeader(bytes: Uint8Array): Map<number, unknown> {
  if (bytes.length === 0) return new Map()
  const header = decodeCbor(bytes, { maxBytes: bytes.length })
  // RFC 9052 §3: an empty protected header is the empty byte string, so that it has one encoding.
  if (!(header instanceof Map) || header.size === 0) throw shape('the protected header is not a map with members')
  for (const label of header.keys()) if (typeof label !== 'number') throw shape('a header label is not an integer')
  return header
}

/** The bytes that are signed (RFC 9052 §4.4), built anew from the parts, never cut out of a received message. */
export function sigStructure(protectedBytes: Uint8Array, payload: Uint8Array): Uint8Array {
  const [begin, end] = [bytesHead(protectedBytes.length), bytesHead(payload.length)]
  return concat(SIGNATURE1, begin, protectedBytes, NOTHING, end, payload)
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array
}

function shape(why: string): ProtocolError {
  return new ProtocolError('CBOR_SHAPE', why)
}
