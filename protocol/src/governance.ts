import type { AdmissionState, Change, KeyState } from './admission-state.ts'
import { fromBase64Url, toHex, utf8 } from './bytes.ts'
import { canonicalJson, type Json } from './canonical-json.ts'
import { assertEnrollableKey } from './ed25519.ts'
import { ProtocolError } from './error.ts'
import type { EnrolGateway, Genesis, Operation } from './event/governance-types.ts'
import { sha256, ZERO_HASH } from './hash.ts'
import { keyThumbprint, keyUri } from './key.ts'

/** Who signs a governance operation, and when by their clock (seconds). */
export interface Approval {
  administrator: KeyState
  iat: number
}

/** The hash that several administrators sign the same content of: SHA-256 of the operation's canonical JSON. */
export function operationHash(operation: Operation): Uint8Array {
  return sha256(utf8(canonicalJson(operation as unknown as Json)))
}

/**
 * What an administrator's signature under an operation changes: it takes effect when `threshold` distinct administrators
 * have signed the same content within the window, and is remembered as pending until then (docs/spec/governance.md).
 * @throws ProtocolError GOVERNANCE_REPEATED (this administrator signed it already), GOVERNANCE_CONFLICT (it contradicts the state)
 */
export function approve(
  state: AdmissionState,
  operation: Operation,
  { administrator, iat }: Approval,
): { changes: Change[]; effective: boolean } {
  const genesis = state.genesis ?? refuse('GOVERNANCE_GENESIS', 'a ledger begins with its genesis')
  if (operation.op === 'genesis') refuse('GOVERNANCE_GENESIS', 'a ledger has one genesis')
  const id = toHex(operationHash(operation))
  const before = state.pending.get(id)
  const alive = before !== undefined && Math.abs(iat - before.firstIat) <= genesis.windowS ? before : undefined
  const signer = toHex(administrator.kid)
  // A signature counts as long as its administrator does.
  const standing = (alive?.signers ?? []).filter((kid) => state.keys.get(kid)?.status === 'active')
  if (standing.includes(signer)) refuse('GOVERNANCE_REPEATED', 'this administrator has signed this operation already')
  const signers = [...standing, signer]
  if (signers.length < genesis.threshold) {
    return { changes: [{ set: 'pending', id, value: { signers, firstIat: alive?.firstIat ?? iat } }], effective: false }
  }
  const changes = effectOf(state, operation)
  return {
    changes: before === undefined ? changes : [...changes, { set: 'pending', id, value: undefined }],
    effective: true,
  }
}

/** The state that a genesis founds. Each administrator's key begins its own chain at seq 0. */
export function found(genesis: Genesis): Change[] {
  const administrators = genesis.administrators.map(({ key, name }): Change => {
    const publicKey = publicKeyFrom(key)
    const kid = keyThumbprint(publicKey)
    return {
      set: 'key',
      value: { ...FRESH_KEY, kid, publicKey, kind: 'administrator', uri: keyUri(kid), gateway: name },
    }
  })
  if (new Set(genesis.administrators.map((a) => a.key)).size !== administrators.length) {
    refuse('GOVERNANCE_GENESIS', 'two administrators have the same key')
  }
  if (genesis.threshold > administrators.length)
    refuse('GOVERNANCE_GENESIS', 'the threshold is higher than the number of administrators')
  return [{ set: 'genesis', value: genesis }, ...administrators]
}

const FRESH_KEY = { status: 'active', roles: [], nextSeq: 0, prev: ZERO_HASH } as const

function effectOf(state: AdmissionState, operation: Exclude<Operation, Genesis>): Change[] {
  switch (operation.op) {
    case 'enrol-organisation':
      return [{ set: 'organisation', value: operation }]
    case 'enrol-gateway':
      return [enrolled(state, operation)]
    case 'revoke-key':
      return [revoked(state, operation.key)]
    case 'register-place':
    case 'register-product':
      // Names and limits are read from the events; admission does not depend on them beyond the organisation.
      knownOrganisation(state, operation.org)
      return []
  }
}

function enrolled(state: AdmissionState, operation: EnrolGateway): Change {
  knownOrganisation(state, operation.org)
  const publicKey = publicKeyFrom(operation.key)
  const kid = keyThumbprint(publicKey)
  const { org, gateway, uri, station, roles, login } = operation
  const before = state.keys.get(toHex(kid))
  if (before !== undefined && (before.status !== 'active' || before.org !== org || before.gateway !== gateway)) {
    refuse('GOVERNANCE_CONFLICT', 'this key is enrolled for another gateway, or has been revoked')
  }
  // A topic belongs to one key at a time, or the acks of two would overwrite each other.
  for (const other of state.keys.values()) {
    if (other !== before && other.status === 'active' && other.org === org && other.gateway === gateway) {
      refuse('GOVERNANCE_CONFLICT', `gateway ${org}/${gateway} has an active key: revoke it first`)
    }
  }
  return {
    set: 'key',
    value: { ...(before ?? FRESH_KEY), kid, publicKey, kind: 'gateway', org, gateway, uri, station, roles, login },
  }
}

function revoked(state: AdmissionState, key: string): Change {
  const kid = bytesFrom(key, 32)
  const before = state.keys.get(toHex(kid)) ?? refuse('GOVERNANCE_CONFLICT', 'no such key is enrolled')
  if (before.status === 'revoked') refuse('GOVERNANCE_CONFLICT', 'this key is revoked already')
  const left = [...state.keys.values()].filter(
    (k) => k !== before && k.kind === 'administrator' && k.status === 'active',
  )
  if (before.kind === 'administrator' && left.length < (state.genesis?.threshold ?? 1)) {
    refuse('GOVERNANCE_CONFLICT', 'too few administrators would be left to govern')
  }
  return { set: 'key', value: { ...before, status: 'revoked' } }
}

function knownOrganisation(state: AdmissionState, org: string): void {
  if (!state.organisations.has(org)) refuse('GOVERNANCE_CONFLICT', `organisation ${org} is not enrolled`)
}

function publicKeyFrom(text: string): Uint8Array {
  const publicKey = bytesFrom(text, 32)
  assertEnrollableKey(publicKey)
  return publicKey
}

function bytesFrom(text: string, length: number): Uint8Array {
  const bytes = fromBase64Url(text)
  return bytes.length === length ? bytes : refuse('GOVERNANCE_SHAPE', `expected ${length} bytes in base64url`)
}

function refuse(
  code: 'GOVERNANCE_GENESIS' | 'GOVERNANCE_CONFLICT' | 'GOVERNANCE_REPEATED' | 'GOVERNANCE_SHAPE',
  message: string,
): never {
  throw new ProtocolError(code, message)
}
