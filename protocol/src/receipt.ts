import { equal } from './bytes.ts'
import { decodeCbor, encodeCbor } from './cbor.ts'
import type { Checkpoint } from './checkpoint.ts'
import { sigStructure } from './cose.ts'
import {
  type DetachedReceipt,
  decodeDetachedReceipt,
  encodeDetachedReceipt,
  receiptRoot,
  receiptSigned,
} from './detached-receipt.ts'
import type { Sign, Verify } from './ed25519.ts'
import { ProtocolError } from './error.ts'
import { HASH_BYTES } from './hash.ts'
import { keyThumbprint } from './key.ts'
import { verifyInclusion } from './merkle.ts'
import { isBytes, isUint, isUri } from './shape.ts'
import { ledgerUri } from './signer.ts'
import { parseStatement, statementLeaf } from './statement.ts'
import type { VerifierKey } from './verifier-key.ts'

/** The ledger's receipt that it has a statement as an entry (RFC 9942; docs/spec/proof-files.md), for tools that read COSE. */
export interface Receipt extends DetachedReceipt {
  header: ReceiptHeader
}

/** The protected header of a receipt. */
export interface ReceiptHeader {
  /** COSE algorithm: -8 (EdDSA) is what we write; -19 (Ed25519, RFC 9864) is read as the same thing. */
  alg: -8 | -19
  /** SHA-256 COSE Key Thumbprint of the log's key. */
  kid: Uint8Array
  /** URI of the ledger. */
  iss: string
  /** The statement's own subject. */
  sub: string
  /** Seconds since 1970, by the ledger's clock. */
  iat: number
  /** Of the tree whose root is signed: RFC 9942 leaves it outside the signature, where one receipt would hold for many sizes. */
  treeSize: number
}

/** A receipt that holds, with the root of the tree that the log signed by it. */
export interface VerifiedReceipt extends Receipt {
  root: Uint8Array
}

/** Who issues receipts: the key that signs the log's checkpoints, which says the same thing about the same roots. */
export interface ReceiptIssuer {
  publicKey: Uint8Array
  sign: Sign
}

/** Two URIs of at most 512 characters, a path of 63 hashes and some 200 bytes around them. */
export const MAX_RECEIPT_BYTES = 8_192

const ALG = 1
const KID = 4
const CLAIMS = 15
const TYPE = 16
const VDS = 395
const RFC9162_SHA256 = 1
/** application/scitt-receipt+cose as a CoAP number (RFC 9943). */
const SCITT_RECEIPT = 278

const ISS = 1
const SUB = 2
const IAT = 6
const TREE_SIZE = -65541

/**
 * The receipt for a statement that is entry `index` of the tree of a published checkpoint. The path is checked first, so that the ledger
 * never signs a root that is not its own.
 * Throws STATEMENT_*, PROOF_*.
 */
export function buildReceipt(
  statement: Uint8Array,
  { index, path }: { index: number; path: Uint8Array[] },
  { origin, size, root }: Checkpoint,
  issuer: ReceiptIssuer,
  timeS: number,
): Uint8Array {
  const { sub } = parseStatement(statement).header
  verifyInclusion(statementLeaf(statement), index, size, path, root)
  const kid = keyThumbprint(issuer.publicKey)
  const protectedBytes = encodeHeader({ alg: -8, kid, iss: ledgerUri(origin), sub, iat: timeS, treeSize: size })
  const signature = issuer.sign(sigStructure(protectedBytes, root))
  return encodeDetachedReceipt({ protectedBytes, treeSize: size, index, path, signature })
}

/** Reads a receipt of this profile. Its signature has not been checked. Throws RECEIPT_SIZE, RECEIPT_MALFORMED, RECEIPT_HEADER. */
export function parseReceipt(bytes: Uint8Array): Receipt {
  const receipt = decodeDetachedReceipt(bytes, MAX_RECEIPT_BYTES)
  const header = parseHeader(receipt.protectedBytes)
  if (header.treeSize !== receipt.treeSize) bad('tree size (-65541): not that of the proof')
  return { ...receipt, header }
}

/**
 * Returns the receipt when it is this log's word that the statement is its entry.
 * Throws RECEIPT_*; STATEMENT_*; KEY_UNKNOWN when it names another key; RECEIPT_HEADER when it is of another ledger or subject; PROOF_*; SIGNATURE.
 */
export async function verifyReceipt(
  bytes: Uint8Array,
  statement: Uint8Array,
  log: VerifierKey,
  verify: Verify,
): Promise<VerifiedReceipt> {
  const receipt = parseReceipt(bytes)
  const { iss, sub } = receipt.header
  if (!isReceiptOf(log, receipt)) throw new ProtocolError('KEY_UNKNOWN', `not signed with the key of ${log.name}`)
  if (iss !== ledgerUri(log.name)) bad('iss (1): another ledger')
  if (sub !== parseStatement(statement).header.sub) bad('sub (2): not that of the statement')
  const root = receiptRoot(receipt, statementLeaf(statement))
  if (!(await verify(log.publicKey, receiptSigned(receipt, root), receipt.signature)))
    throw new ProtocolError('SIGNATURE', 'the log did not sign a tree with this statement at this place')
  return { ...receipt, root }
}

/** Whether a receipt names this log's key. */
export function isReceiptOf(log: VerifierKey, { header }: Receipt): boolean {
  return equal(header.kid, keyThumbprint(log.publicKey))
}

function encodeHeader({ alg, kid, iss, sub, iat, treeSize }: ReceiptHeader): Uint8Array {
  const claims = new Map<number, unknown>([
    [ISS, iss],
    [SUB, sub],
    [IAT, iat],
    [TREE_SIZE, treeSize],
  ])
  return encodeCbor(
    new Map<number, unknown>([
      [ALG, alg],
      [KID, kid],
      [CLAIMS, claims],
      [TYPE, SCITT_RECEIPT],
      [VDS, RFC9162_SHA256],
    ]),
  )
}

function parseHeader(protectedBytes: Uint8Array): ReceiptHeader {
  const header = decodeHeader(protectedBytes)
  const alg = header.get(ALG)
  const kid = header.get(KID)
  const claims = header.get(CLAIMS)
  // What we do not know could change the meaning: exactly these labels, and exactly these claims.
  if (header.size !== 5 || header.get(TYPE) !== SCITT_RECEIPT || header.get(VDS) !== RFC9162_SHA256) bad('labels')
  if (!(claims instanceof Map) || claims.size !== 4) return bad('claims (15)')
  return {
    alg: alg === -8 || alg === -19 ? alg : bad('algorithm (1)'),
    kid: isBytes(kid, HASH_BYTES) ? kid : bad('kid (4)'),
    iss: uri(claims.get(ISS), 'iss (1)'),
    sub: uri(claims.get(SUB), 'sub (2)'),
    iat: uint(claims.get(IAT), 'iat (6)'),
    treeSize: uint(claims.get(TREE_SIZE), 'tree size (-65541)'),
  }
}

function decodeHeader(protectedBytes: Uint8Array): Map<unknown, unknown> {
  try {
    const header = decodeCbor(protectedBytes, { maxBytes: MAX_RECEIPT_BYTES })
    return header instanceof Map ? header : bad('value that is no map')
  } catch (cause) {
    throw new ProtocolError('RECEIPT_HEADER', 'the protected header is not canonical CBOR', { cause })
  }
}

function uint(value: unknown, what: string): number {
  return isUint(value) ? value : bad(what)
}

function uri(value: unknown, what: string): string {
  return isUri(value) ? value : bad(what)
}

function bad(what: string): never {
  throw new ProtocolError('RECEIPT_HEADER', `unexpected ${what} in the protected header`)
}
