import { encodeCbor } from './cbor.ts'
import { decodeSign1, encodeSign1, sigStructure } from './cose.ts'
import type { Sign } from './ed25519.ts'
import { ProtocolError } from './error.ts'
import { HASH_BYTES } from './hash.ts'
import { LIMITS } from './limits.ts'
import { leafHash } from './merkle.ts'
import { isBytes, isUint, isUri } from './shape.ts'

/** What a statement's payload is the root of: events of goods, or governance of the ledger itself. */
export type StatementKind = 'batch' | 'governance'

/** The protected header of a statement (docs/spec/statement.md). */
export interface StatementHeader {
  /** COSE algorithm: -8 (EdDSA) is what we write; -19 (Ed25519, RFC 9864) is read as the same thing. */
  alg: -8 | -19
  kind: StatementKind
  /** SHA-256 COSE Key Thumbprint (RFC 9679) of the signing key. */
  kid: Uint8Array
  /** URI of the gateway or administrator that signs. */
  iss: string
  /** URI of the station (or of the ledger, for governance) that the statement speaks for. */
  sub: string
  /** Signing time by the signer's own clock, seconds since 1970. */
  iat: number
  /** Place in the key's own chain, from 0. */
  seq: number
  /** Leaf hash of the key's previous statement; 32 zero bytes at seq 0. */
  prev: Uint8Array
  /** Events under the root. */
  count: number
}

/** A statement that is well formed. Its signature has not been checked by parsing it. */
export interface Statement {
  bytes: Uint8Array
  header: StatementHeader
  /** RFC 6962 root of the batch: the payload. */
  root: Uint8Array
  signature: Uint8Array
  /** The exact bytes that the signature is over (RFC 9052 §4.4). */
  signed: Uint8Array
}

const MEDIA: Record<StatementKind, string> = {
  batch: 'application/vnd.tristamp.batch',
  governance: 'application/vnd.tristamp.governance',
}

const ALG = 1
const CONTENT_TYPE = 3
const KID = 4
const CLAIMS = 15
const TYPE = 16
const VDS = 395
/** application/scitt-statement+cose as a CoAP number (RFC 9943). */
const SCITT_STATEMENT = 277
/** RFC 9942: the tree is RFC 9162 with SHA-256, so a disclosed event is a standard receipt. */
const RFC9162_SHA256 = 1

const ISS = 1
const SUB = 2
const IAT = 6
const SEQ = -65537
const PREV = -65538
const COUNT = -65539

/** Builds and signs a statement: a COSE_Sign1 (tag 18) with an empty unprotected header. */
export function buildStatement(header: StatementHeader, root: Uint8Array, sign: Sign): Uint8Array {
  const protectedBytes = encodeHeader(header)
  return encodeSign1(protectedBytes, root, sign(sigStructure(protectedBytes, root)))
}

/**
 * Reads a statement of this profile.
 * @throws ProtocolError STATEMENT_SIZE, STATEMENT_MALFORMED (not our COSE form) or STATEMENT_HEADER (a header we do not accept)
 */
export function parseStatement(bytes: Uint8Array): Statement {
  if (bytes.length > LIMITS.entryBytes) {
    throw new ProtocolError(
      'STATEMENT_SIZE',
      `a statement has at most ${LIMITS.entryBytes} bytes, this one ${bytes.length}`,
    )
  }
  const sign1 = decodeOuter(bytes)
  if (sign1.payload.length !== HASH_BYTES)
    throw new ProtocolError('STATEMENT_MALFORMED', 'the payload is a 32-byte root')
  if (sign1.signature.length !== 64) throw new ProtocolError('STATEMENT_MALFORMED', 'an Ed25519 signature has 64 bytes')
  return {
    bytes,
    header: parseHeader(sign1.header),
    root: sign1.payload,
    signature: sign1.signature,
    signed: sigStructure(sign1.protectedBytes, sign1.payload),
  }
}

/** The ledger's entry for a statement is its exact bytes: this is the entry's leaf hash, and the next statement's `prev`. */
export function statementLeaf(bytes: Uint8Array): Uint8Array {
  return leafHash(bytes)
}

function decodeOuter(bytes: Uint8Array): ReturnType<typeof decodeSign1> {
  try {
    return decodeSign1(bytes, LIMITS.entryBytes)
  } catch (cause) {
    throw new ProtocolError('STATEMENT_MALFORMED', 'not a canonical COSE_Sign1', { cause })
  }
}

function encodeHeader(h: StatementHeader): Uint8Array {
  const claims = new Map<number, unknown>([
    [ISS, h.iss],
    [SUB, h.sub],
    [IAT, h.iat],
    [SEQ, h.seq],
    [PREV, h.prev],
    [COUNT, h.count],
  ])
  return encodeCbor(
    new Map<number, unknown>([
      [ALG, h.alg],
      [CONTENT_TYPE, MEDIA[h.kind]],
      [KID, h.kid],
      [CLAIMS, claims],
      [TYPE, SCITT_STATEMENT],
      [VDS, RFC9162_SHA256],
    ]),
  )
}

function parseHeader(header: Map<number, unknown>): StatementHeader {
  const media = header.get(CONTENT_TYPE)
  const kind = media === MEDIA.batch ? 'batch' : media === MEDIA.governance ? 'governance' : bad('content type (3)')
  const alg = header.get(ALG)
  const claims = header.get(CLAIMS)
  // Unknown header labels could change the meaning, so exactly these six are accepted; unknown claims could too.
  if (header.size !== 6 || header.get(TYPE) !== SCITT_STATEMENT || header.get(VDS) !== RFC9162_SHA256) bad('labels')
  if (!(claims instanceof Map) || claims.size !== 6) return bad('claims (15)')
  return {
    alg: alg === -8 || alg === -19 ? alg : bad('algorithm (1)'),
    kind,
    kid: hash(header.get(KID), 'kid (4)'),
    iss: uri(claims.get(ISS), 'iss (1)'),
    sub: uri(claims.get(SUB), 'sub (2)'),
    iat: uint(claims.get(IAT), 'iat (6)'),
    seq: uint(claims.get(SEQ), 'seq (-65537)'),
    prev: hash(claims.get(PREV), 'prev (-65538)'),
    count: uint(claims.get(COUNT), 'count (-65539)'),
  }
}

function bad(what: string): never {
  throw new ProtocolError('STATEMENT_HEADER', `unexpected ${what} in the protected header`)
}

function uint(value: unknown, what: string): number {
  return isUint(value) ? value : bad(what)
}

function hash(value: unknown, what: string): Uint8Array {
  return isBytes(value, HASH_BYTES) ? value : bad(what)
}

function uri(value: unknown, what: string): string {
  return isUri(value) ? value : bad(what)
}
