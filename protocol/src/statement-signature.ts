import { equal } from './bytes.ts'
import type { Verify } from './ed25519.ts'
import { ProtocolError } from './error.ts'
import { keyThumbprint } from './key.ts'
import type { Statement } from './statement.ts'

/** Returns when the statement names this key and is signed with it; whether the key was enrolled is another question. Throws KEY_UNKNOWN, SIGNATURE. */
export async function verifyStatementSignature(
  { header, signed, signature }: Statement,
  publicKey: Uint8Array,
  verify: Verify,
): Promise<void> {
  if (!equal(header.kid, keyThumbprint(publicKey)))
    throw new ProtocolError('KEY_UNKNOWN', 'the statement names another key')
  if (!(await verify(publicKey, signed, signature)))
    throw new ProtocolError('SIGNATURE', 'the statement is not signed with the key that it names')
}
