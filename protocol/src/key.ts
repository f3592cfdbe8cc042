import { toBase64Url } from './bytes.ts'
import { encodeCbor } from './cbor.ts'
import { ProtocolError } from './error.ts'
import { HASH_BYTES, sha256 } from './hash.ts'

/** The name of an Ed25519 key: SHA-256 COSE Key Thumbprint (RFC 9679 §3) of {1: OKP, -1: Ed25519, -2: x}. 32 bytes. */
export function keyThumbprint(publicKey: Uint8Array): Uint8Array {
  if (publicKey.length !== 32) throw new ProtocolError('KEY_MALFORMED', `${publicKey.length} bytes`)
  return sha256(
    encodeCbor(
      new Map<number, unknown>([
        [1, 1],
        [-1, 6],
        [-2, publicKey],
      ]),
    ),
  )
}

/** The thumbprint as a subject (RFC 9679 §6). */
export function keyUri(kid: Uint8Array): string {
  if (kid.length !== HASH_BYTES) throw new ProtocolError('KEY_MALFORMED', `a thumbprint of ${kid.length} bytes`)
  return `urn:ietf:params:oauth:ckt:sha-256:${toBase64Url(kid)}`
}
