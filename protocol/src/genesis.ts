import type { Change, KeyState } from './admission-state.ts'
import { fromBase64Url } from './bytes.ts'
import { assertKeyBytes } from './ed25519.ts'
import { ProtocolError } from './error.ts'
import type { Genesis } from './event/governance-types.ts'
import { ZERO_HASH } from './hash.ts'
import { keyThumbprint, keyUri } from './key.ts'

/** A key at the beginning of its chain. */
export const FRESH_KEY: Pick<KeyState, 'status' | 'roles' | 'nextSeq' | 'prev'> = {
  status: 'active',
  roles: [],
  nextSeq: 0,
  prev: ZERO_HASH,
}

/**
 * The state that a genesis founds: its administrators, and the ledger's own key (the one that acks are signed by), each with a
 * chain of its own. @throws ProtocolError GOVERNANCE_GENESIS, KEY_MALFORMED, KEY_WEAK
 */
export function found(genesis: Genesis): Change[] {
  const { administrators, ackKey, threshold } = genesis
  if (new Set([ackKey, ...administrators.map(({ key }) => key)]).size !== administrators.length + 1)
    refuse('each administrator has a key of its own, and so has the ledger')
  if (threshold > administrators.length) refuse('the threshold is higher than the number of administrators')
  return [
    { set: 'genesis', value: genesis },
    ...administrators.map(({ key, name }): Change => ({ set: 'key', value: keyAt(key, 'administrator', name) })),
    { set: 'key', value: keyAt(ackKey, 'ledger') },
  ]
}

/** A public key as governance writes it. Whether it is a point of prime order is for admission (`admit.ts`). @throws ProtocolError BYTES_BASE64, KEY_MALFORMED, KEY_WEAK */
export function enrollableKey(text: string): { publicKey: Uint8Array; kid: Uint8Array } {
  const publicKey = fromBase64Url(text)
  assertKeyBytes(publicKey)
  return { publicKey, kid: keyThumbprint(publicKey) }
}

function keyAt(text: string, kind: KeyState['kind'], name?: string): KeyState {
  const { publicKey, kid } = enrollableKey(text)
  return { ...FRESH_KEY, kid, publicKey, kind, uri: keyUri(kid), ...(name !== undefined && { gateway: name }) }
}

function refuse(message: string): never {
  throw new ProtocolError('GOVERNANCE_GENESIS', message)
}
