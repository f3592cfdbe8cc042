import { decodeCbor, encodeCbor, Tagged } from './cbor.ts'
import { sigStructure } from './cose.ts'
import { ProtocolError } from './error.ts'
import { HASH_BYTES } from './hash.ts'
import { rootFromInclusion } from './merkle.ts'
import { MAX_PATH } from './proof-lines.ts'
import { isBytes, isUint } from './shape.ts'

/**
 * The envelope of an RFC 9942 COSE receipt: a COSE_Sign1 over a Merkle root, of which the root itself is left out. Who checks it must make the
 * root anew from an entry and the inclusion proof, so that a receipt says nothing without its entry.
 */
export interface DetachedReceipt {
  /** The protected header as signed; its meaning is the profile's matter (`receipt.ts`, `disclosure.ts`). */
  protectedBytes: Uint8Array
  /** Of the proof. Not signed: a profile binds it by a claim. */
  treeSize: number
  index: number
  /** From the leaf's sibling to the root's child. */
  path: Uint8Array[]
  signature: Uint8Array
}

const SIGN1 = 18
/** vdp, "verifiable data structure proofs", and the inclusion proofs in it. */
const PROOFS = 396
const INCLUSION = -1

export function encodeDetachedReceipt(receipt: DetachedReceipt): Uint8Array {
  const { protectedBytes, treeSize, index, path, signature } = receipt
  const proof = encodeCbor([treeSize, index, path])
  const unprotected = new Map([[PROOFS, new Map([[INCLUSION, [proof]]])]])
  return encodeCbor(new Tagged(SIGN1, [protectedBytes, unprotected, null, signature]))
}

/**
 * Reads an envelope with exactly one inclusion proof; nothing is verified here. An empty path, which a tree of one leaf has, is read.
 * Throws RECEIPT_SIZE, RECEIPT_MALFORMED.
 */
export function decodeDetachedReceipt(bytes: Uint8Array, maxBytes: number): DetachedReceipt {
  if (bytes.length > maxBytes)
    throw new ProtocolError('RECEIPT_SIZE', `a receipt has at most ${maxBytes} bytes, this one ${bytes.length}`)
  const tagged = decode(bytes)
  const parts = tagged instanceof Tagged && tagged.tag === SIGN1 ? tagged.value : undefined
  const [protectedBytes, unprotected, payload, signature] = list(parts, 4)
  if (!(protectedBytes instanceof Uint8Array) || !isBytes(signature, 64)) throw malformed('header and signature')
  if (payload !== null) throw malformed('the payload, the root, is detached')
  const [proof] = list(only(only(unprotected, PROOFS), INCLUSION), 1)
  if (!(proof instanceof Uint8Array)) throw malformed('the proof is a byte string')
  const [treeSize, index, path] = list(decode(proof), 3)
  if (!isUint(treeSize) || !isUint(index) || !isPath(path)) throw malformed('a proof is [size, index, path]')
  return { protectedBytes, treeSize, index, path, signature }
}

/** The root that the receipt's signature is over if `leaf` (a leaf hash) is the one that it is about. Throws PROOF_INDEX, PROOF_LENGTH. */
export function receiptRoot({ index, treeSize, path }: DetachedReceipt, leaf: Uint8Array): Uint8Array {
  return rootFromInclusion(leaf, index, treeSize, path)
}

/** The bytes that are signed, for that root. */
export function receiptSigned({ protectedBytes }: DetachedReceipt, root: Uint8Array): Uint8Array {
  return sigStructure(protectedBytes, root)
}

function decode(bytes: Uint8Array): unknown {
  try {
    return decodeCbor(bytes, { maxBytes: bytes.length })
  } catch (cause) {
    throw malformed('not canonical CBOR', cause)
  }
}

/** The value under the one label that the map may have. */
function only(map: unknown, label: number): unknown {
  if (!(map instanceof Map) || map.size !== 1 || !map.has(label)) throw malformed(`expected ${label} and nothing else`)
  return map.get(label)
}

function list(value: unknown, length: number): unknown[] {
  if (!Array.isArray(value) || value.length !== length) throw malformed(`expected a list of ${length}`)
  return value
}

function isPath(value: unknown): value is Uint8Array[] {
  return Array.isArray(value) && value.length <= MAX_PATH && value.every((hash) => isBytes(hash, HASH_BYTES))
}

function malformed(why: string, cause?: unknown): ProtocolError {
  return new ProtocolError('RECEIPT_MALFORMED', why, { cause })
}
