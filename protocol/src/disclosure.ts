import { batchPath, eventLeaf, type SaltedEvent } from './batch.ts'
import { equal } from './bytes.ts'
import { decodeSign1, encodeSign1 } from './cose.ts'
import { decodeDetachedReceipt, encodeDetachedReceipt, receiptRoot } from './detached-receipt.ts'
import type { Verify } from './ed25519.ts'
import { ProtocolError } from './error.ts'
import { LIMITS } from './limits.ts'
import { treeRoot } from './merkle-tree.ts'
import { parseStatement, type Statement } from './statement.ts'
import { verifyStatementSignature } from './statement-signature.ts'

/**
 * One event shown without its siblings: the gateway's own RFC 9942 receipt for it (docs/spec/proof-files.md). It is the statement with its payload,
 * the batch root, taken out and the event's path put in; whoever holds the event and its salt gets the root back, and with it the statement.
 */

/** A statement, and a path of at most ten hashes. */
export const MAX_DISCLOSURE_BYTES: number = LIMITS.entryBytes + 1_024

/** An event that a gateway signed, and the exact statement by which it did: the log's entry. */
export interface DisclosedBy {
  statement: Statement
  /** Of the event in the batch, from 0. */
  position: number
}

/**
 * The receipt for the event at `position`, out of the statement and all of its batch's leaf hashes (`eventLeaf`; of an erased event the leaf is
 * enough). Throws STATEMENT_*, PROOF_INDEX; BATCH_ROOT when the leaves are not the statement's.
 */
export function buildDisclosure(statement: Uint8Array, leaves: readonly Uint8Array[], position: number): Uint8Array {
  const { header, root } = parseStatement(statement)
  if (header.count !== leaves.length || !equal(treeRoot(leaves), root))
    throw new ProtocolError('BATCH_ROOT', 'these are not the leaves of the statement')
  const path = batchPath(leaves, position)
  const { protectedBytes, signature } = decodeSign1(statement, LIMITS.entryBytes)
  return encodeDetachedReceipt({ protectedBytes, treeSize: leaves.length, index: position, path, signature })
}

/**
 * Returns the statement when it is signed with `publicKey` and is over this event. That the statement is in a log is another proof's matter
 * (`verifyTlogProof`, `verifyReceipt`), and so is whose key it is.
 * Throws RECEIPT_SIZE, RECEIPT_MALFORMED, PROOF_*, STATEMENT_*, BATCH_ROOT, KEY_UNKNOWN, SIGNATURE.
 */
export async function verifyDisclosure(
  bytes: Uint8Array,
  event: SaltedEvent,
  publicKey: Uint8Array,
  verify: Verify,
): Promise<DisclosedBy> {
  const receipt = decodeDetachedReceipt(bytes, MAX_DISCLOSURE_BYTES)
  const root = receiptRoot(receipt, eventLeaf(event))
  const statement = parseStatement(encodeSign1(receipt.protectedBytes, root, receipt.signature))
  // The signed count binds the size of the tree, and so the position, which RFC 9942 leaves open.
  if (statement.header.count !== receipt.treeSize)
    throw new ProtocolError('BATCH_ROOT', `a proof for ${receipt.treeSize} events of ${statement.header.count}`)
  await verifyStatementSignature(statement, publicKey, verify)
  return { statement, position: receipt.index }
}
