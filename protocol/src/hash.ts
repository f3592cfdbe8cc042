import { concat, toHex, utf8 } from './bytes.ts'
import { ProtocolError } from './error.ts'
import { sha256InJavaScript } from './sha256.ts'

/** SHA-256 of one byte string: 32 bytes. It does not keep its input, which may be overwritten once it has returned. */
export type Sha256 = (data: Uint8Array) => Uint8Array

export const HASH_BYTES = 32

/** Thirty-two zero bytes: the hash that stands for "nothing before". Never write to it. */
export const ZERO_HASH: Uint8Array = new Uint8Array(HASH_BYTES)

// FIPS 180-4 examples: nothing, one block, and a message whose padding spills into a second block.
const KNOWN_ANSWERS = [
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  [
    'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  ],
] as const

let implementation: Sha256 = sha256InJavaScript

// Parts are gathered in one place: new memory for each tree node would cost more than its hash. Holds the largest entry.
const gathered = new Uint8Array(64 * 1024)

/** Puts a hash at its place in a record that is to be hashed. @throws ProtocolError PROOF_LENGTH for what cannot be one */
export function putHash(into: Uint8Array, at: number, hash: Uint8Array): void {
  if (hash.length !== HASH_BYTES) throw new ProtocolError('PROOF_LENGTH', `a hash of ${hash.length} bytes`)
  into.set(hash, at)
}

/** SHA-256 (FIPS 180-4) of the parts one after another. */
export function sha256(...parts: Uint8Array[]): Uint8Array {
  const digest = implementation(parts.length === 1 ? parts[0]! : gather(parts))
  // A Buffer must not leak out: its `slice` aliases where a Uint8Array's copies.
  return digest.constructor === Uint8Array ? digest : new Uint8Array(digest.buffer, digest.byteOffset, HASH_BYTES)
}

function gather(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  if (length > gathered.length) return concat(...parts)
  let at = 0
  for (const part of parts) {
    gathered.set(part, at)
    at += part.length
  }
  return gathered.subarray(0, length)
}

/**
 * Installs the platform's SHA-256 (a Node program passes node:crypto's, about four times as fast as the default in JavaScript).
 * Throws when it does not give the known answers, and then the one in use stays.
 */
export function useSha256(impl: Sha256): void {
  for (const [message, digest] of KNOWN_ANSWERS)
    if (toHex(impl(utf8(message))) !== digest) throw new Error('not a SHA-256 implementation')
  implementation = impl
}
