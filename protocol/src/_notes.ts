import type { Sign, Verify } from './ed25519.ts'
import { publicKeyOf, signOnNoble, verifyOnNoble } from './ed25519-curve.ts'
import { formatVerifierKey, type NoteSigner, parseVerifierKey, type VerifierKey } from './note.ts'

/** For tests of notes: verification on noble, and signers with keys of fixed seeds. */
export const verify: Verify = async (publicKey, message, signature) => verifyOnNoble(publicKey, message, signature)

export interface TestSigner extends NoteSigner {
  key: VerifierKey
  vkey: string
  sign: Sign
}

export function signer(name: string, type: 1 | 4, seed: number): TestSigner {
  const secret = new Uint8Array(32).fill(seed)
  const publicKey = publicKeyOf(secret)
  const vkey = formatVerifierKey(name, type, publicKey)
  return { name, type, publicKey, sign: signOnNoble(secret), key: parseVerifierKey(vkey), vkey }
}
