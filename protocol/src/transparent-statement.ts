import { decodeCbor, encodeCbor, Tagged } from './cbor.ts'
import { decodeSign1, encodeSign1 } from './cose.ts'
import type { Verify } from './ed25519.ts'
import { ProtocolError } from './error.ts'
import { LIMITS } from './limits.ts'
import { isReceiptOf, MAX_RECEIPT_BYTES, parseReceipt, type VerifiedReceipt, verifyReceipt } from './receipt.ts'
import { parseStatement, type Statement } from './statement.ts'
import { verifyStatementSignature } from './statement-signature.ts'
import type { VerifierKey } from './verifier-key.ts'

/** A statement with receipts for it in its unprotected header (RFC 9943, "Transparent Statement"): one file that travels alone. */
export interface TransparentStatement {
  /** The entry's exact bytes: without the receipts. */
  statement: Uint8Array
  /** At least one, at most `MAX_RECEIPTS`; those of other ledgers may be of a profile that we cannot read. */
  receipts: Uint8Array[]
}

/** One ledger registers a statement; others may have taken it over. */
export const MAX_RECEIPTS = 16
/** The statement, and each receipt with the head of its byte string. */
export const MAX_TRANSPARENT_BYTES: number = LIMITS.entryBytes + MAX_RECEIPTS * (MAX_RECEIPT_BYTES + 3) + 8

const SIGN1 = 18
const RECEIPTS = 394

/** The bytes of the file. Throws STATEMENT_*, RECEIPT_SIZE, RECEIPT_MALFORMED. */
export function encodeTransparentStatement({ statement, receipts }: TransparentStatement): Uint8Array {
  parseStatement(statement)
  const { protectedBytes, payload, signature } = decodeSign1(statement, LIMITS.entryBytes)
  const unprotected = new Map([[RECEIPTS, receipts]])
  const bytes = encodeCbor(new Tagged(SIGN1, [protectedBytes, unprotected, payload, signature]))
  decodeTransparentStatement(bytes)
  return bytes
}

/** Reads the file: the statement is well formed, the receipts are opaque. Throws STATEMENT_*, RECEIPT_SIZE, RECEIPT_MALFORMED. */
export function decodeTransparentStatement(bytes: Uint8Array): TransparentStatement {
  if (bytes.length > MAX_TRANSPARENT_BYTES) throw new ProtocolError('RECEIPT_SIZE', `${bytes.length} bytes`)
  const [protectedBytes, unprotected, payload, signature] = decodeParts(bytes)
  const receipts = unprotected instanceof Map && unprotected.size === 1 ? (unprotected.get(RECEIPTS) as unknown) : []
  if (!isByteStrings(receipts) || receipts.length === 0 || receipts.length > MAX_RECEIPTS)
    throw malformed(`the unprotected header holds 1 to ${MAX_RECEIPTS} receipts and nothing else`)
  const signed = [protectedBytes, payload, signature]
  if (!isByteStrings(signed)) throw malformed('header, payload and signature are byte strings')
  const [header, root, signatureBytes] = signed as [Uint8Array, Uint8Array, Uint8Array]
  const statement = encodeSign1(header, root, signatureBytes)
  parseStatement(statement)
  return { statement, receipts }
}

/**
 * Returns the statement and this log's receipt for it when the key signed the one and the log the other. Receipts of others are passed over.
 * Throws STATEMENT_*, RECEIPT_*, KEY_UNKNOWN, PROOF_*, SIGNATURE; RECEIPT_MISSING when none names this log's key.
 */
export async function verifyTransparentStatement(
  bytes: Uint8Array,
  log: VerifierKey,
  signerKey: Uint8Array,
  verify: Verify,
): Promise<{ statement: Statement; receipt: VerifiedReceipt }> {
  const { statement, receipts } = decodeTransparentStatement(bytes)
  const parsed = parseStatement(statement)
  await verifyStatementSignature(parsed, signerKey, verify)
  const own = receipts.find((receipt) => isOwn(receipt, log))
  if (own === undefined) throw new ProtocolError('RECEIPT_MISSING', `no receipt of ${log.name}`)
  return { statement: parsed, receipt: await verifyReceipt(own, statement, log, verify) }
}

function isOwn(receipt: Uint8Array, log: VerifierKey): boolean {
  try {
    return isReceiptOf(log, parseReceipt(receipt))
  } catch (error) {
    if (error instanceof ProtocolError) return false
    throw error
  }
}

function decodeParts(bytes: Uint8Array): unknown[] {
  let tagged: unknown
  try {
    tagged = decodeCbor(bytes, { maxBytes: MAX_TRANSPARENT_BYTES })
  } catch (cause) {
    throw malformed('not canonical CBOR', cause)
  }
  const parts: unknown = tagged instanceof Tagged && tagged.tag === SIGN1 ? tagged.value : undefined
  if (!Array.isArray(parts) || parts.length !== 4) throw malformed('not a tagged COSE_Sign1')
  return parts
}

function isByteStrings(values: unknown): values is Uint8Array[] {
  return Array.isArray(values) && values.every((value) => value instanceof Uint8Array)
}

function malformed(why: string, cause?: unknown): ProtocolError {
  return new ProtocolError('RECEIPT_MALFORMED', why, { cause })
}
