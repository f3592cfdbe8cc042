import { getPublicKey, hashes, Point, sign } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import { concat, copy, equal, toHex } from './bytes.ts'
import { assertKeyBytes, checkSeed, rulePBytes, type Sign, type VerifySync } from './ed25519.ts'
import { ProtocolError } from './error.ts'

// What needs arithmetic on the curve in JavaScript. A reader's page with WebCrypto never loads this file.

hashes.sha512 = sha512

/** The order of the group. */
const L = 2n ** 252n + 27742317777372353535851937790883648493n

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes.toReversed())}`)
}

/** Undefined when the bytes are no point of the curve. */
function decodePoint(publicKey: Uint8Array): Point | undefined {
  try {
    return Point.fromBytes(publicKey)
  } catch {
    return undefined
  }
}

/** The rule of `ed25519.ts` in JavaScript alone, for pages without WebCrypto's Ed25519 (plain http, older browsers): about 1 ms a signature. */
export const verifyOnNoble: VerifySync = (publicKey, message, signature) => {
  if (!rulePBytes(publicKey, signature)) return false
  const a = decodePoint(publicKey)
  if (a === undefined) return false
  const r = signature.subarray(0, 32)
  const s = littleEndian(signature.subarray(32))
  const k = littleEndian(sha512(concat(r, publicKey, message))) % L
  // `false`: variable time, as every number here is public; and zero is allowed.
  const expected = Point.BASE.multiply(s, false).add(a.negate().multiply(k, false))
  return equal(expected.toBytes(), r)
}

/**
 * Whether a key may be enrolled: as `assertKeyBytes`, on the curve (else KEY_MALFORMED), of prime order (else KEY_WEAK). A key with a torsion
 * part would make signatures that cofactored verifiers elsewhere accept and ours refuse. Admission asks this; readers need not, as
 * their rule gives one answer for every key.
 */
export function assertEnrollableKey(publicKey: Uint8Array): void {
  assertKeyBytes(publicKey)
  const point = decodePoint(publicKey)
  if (point === undefined) throw new ProtocolError('KEY_MALFORMED', 'not the canonical encoding of a curve point')
  if (!point.isTorsionFree()) throw new ProtocolError('KEY_WEAK', 'not of prime order')
}

/** The 32-byte public key of a 32-byte seed (RFC 8032 §5.1.5). */
export function publicKeyOf(seed: Uint8Array): Uint8Array {
  checkSeed(seed)
  return getPublicKey(seed)
}

/** Signs in JavaScript: about 0.4 ms a signature. */
export function signOnNoble(seed: Uint8Array): Sign {
  checkSeed(seed)
  const secret = copy(seed)
  return (message) => sign(message, secret)
}
