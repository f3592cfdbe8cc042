import type { AdmissionState, Change, HoldState, KeyState, RecallState } from './admission-state.ts'
import { fromBase64Url, toHex } from './bytes.ts'
import { contradictionIn, type IsSigned, isProven } from './contradiction.ts'
import { ProtocolError } from './error.ts'
import type {
  EnrolGateway,
  Genesis,
  Hold,
  Lift,
  Operation,
  Recall,
  Release,
  RotateKey,
  SuspendKey,
} from './event/governance-types.ts'
import { enrollableKey, FRESH_KEY } from './genesis.ts'
import { keyUri } from './key.ts'

/**
 * What an operation changes when it takes effect (docs/spec/governance.md, Effects).
 * @throws ProtocolError GOVERNANCE_CONFLICT (it contradicts the state), GOVERNANCE_EVIDENCE, KEY_MALFORMED, KEY_WEAK
 */
export function effectOf(state: AdmissionState, operation: Exclude<Operation, Genesis>, isSigned: IsSigned): Change[] {
  switch (operation.op) {
    case 'enrol-organisation':
      return [{ set: 'organisation', value: operation }]
    case 'enrol-gateway':
      return [keyChange(enrolled(state, operation))]
    case 'rotate-key':
      return rotated(state, operation).map(keyChange)
    case 'revoke-key':
      return [keyChange(revoked(state, operation))]
    case 'suspend-key':
      return [keyChange(suspended(state, operation, isSigned))]
    case 'restore-key':
      return [keyChange(restored(state, operation))]
    case 'register-place':
    case 'register-product':
      // Names and limits are read from the events; admission does not depend on them beyond the organisation.
      knownOrganisation(state, operation.org)
      return []
    case 'recall':
      return [{ set: 'recall', value: recalled(state, operation) }]
    case 'lift':
      return [{ set: 'recall', value: lifted(state, operation) }]
    case 'hold':
      return [{ set: 'hold', value: held(state, operation) }]
    case 'release':
      return [{ set: 'hold', value: released(state, operation) }]
  }
}

function enrolled(state: AdmissionState, operation: EnrolGateway): KeyState {
  knownOrganisation(state, operation.org)
  const { publicKey, kid } = enrollableKey(operation.key)
  const { org, gateway, uri, station, roles, login, tls } = operation
  const before = state.keys.get(toHex(kid))
  if (before !== undefined && (before.status !== 'active' || before.org !== org || before.gateway !== gateway))
    conflict('this key is enrolled for something else, or is not active')
  freeName(state, org, gateway, before)
  const { tls: _, ...known }: Partial<KeyState> & typeof FRESH_KEY = before ?? FRESH_KEY
  const key = { ...known, kid, publicKey, kind: 'gateway', org, gateway, uri, station, roles, login } as const
  return tls === undefined ? key : { ...key, tls }
}

/** The old key, ended, and the new one in its place. */
function rotated(state: AdmissionState, { key, newKey, login, tls }: RotateKey): [KeyState, KeyState] {
  const before = keyNamed(state, key)
  if (before.status !== 'active' && before.status !== 'suspended') conflict(`this key is ${before.status} already`)
  if ((before.kind === 'gateway') !== (login !== undefined))
    conflict('a gateway has a login, an administrator has none')
  if (before.kind !== 'gateway' && tls !== undefined) conflict('an administrator has no TLS key')
  const { publicKey, kid } = enrollableKey(newKey)
  if (state.keys.has(toHex(kid))) conflict('the new key is known already')
  const { org, gateway, station, kind, roles } = before
  if (kind === 'gateway') freeName(state, org, gateway, before)
  const pinned = tls ?? before.tls
  const successor: KeyState = {
    ...FRESH_KEY,
    kid,
    publicKey,
    kind,
    uri: kind === 'gateway' ? before.uri : keyUri(kid),
    roles,
    ...(org !== undefined && { org }),
    ...(gateway !== undefined && { gateway }),
    ...(station !== undefined && { station }),
    ...(login !== undefined && { login }),
    ...(pinned !== undefined && { tls: pinned }),
  }
  return [{ ...before, status: 'rotated' }, successor]
}

function revoked(state: AdmissionState, { key, reason }: { key: string; reason: string }): KeyState {
  const before = keyNamed(state, key)
  if (before.status === 'revoked') conflict('this key is revoked already')
  stillGovernable(state, before)
  return { ...before, status: 'revoked', reason }
}

function suspended(state: AdmissionState, operation: SuspendKey, isSigned: IsSigned): KeyState {
  const before = keyNamed(state, operation.key)
  if (before.status !== 'active') conflict(`this key is ${before.status} already`)
  if (isProven(operation)) {
    const { seq, statements } = contradictionIn(operation)
    if (!statements.every((statement) => isSigned(statement, before.publicKey)))
      throw new ProtocolError('GOVERNANCE_EVIDENCE', 'the key did not sign both statements')
    if (seq < (before.settledSeq ?? 0)) conflict('the key was restored after this contradiction')
  }
  stillGovernable(state, before)
  return { ...before, status: 'suspended', reason: operation.reason }
}

function restored(state: AdmissionState, { key }: { key: string }): KeyState {
  const { reason: _, ...before } = keyNamed(state, key)
  if (before.status !== 'suspended') conflict(`only a suspended key is restored; this one is ${before.status}`)
  if (before.kind === 'gateway') freeName(state, before.org, before.gateway)
  return { ...before, status: 'active', settledSeq: before.nextSeq }
}

/** A recall, or another wording of one that stands. It stays its owner's, and an exercise stays one. */
function recalled(state: AdmissionState, recall: Recall): RecallState {
  knownOrganisation(state, recall.org)
  const before = state.recalls.get(recall.id)
  if (before === undefined) return { recall }
  if (before.lifted !== undefined) conflict('this recall was lifted: a new one has a new id')
  if (before.recall.org !== recall.org) conflict('this recall is another organisation’s')
  if (before.recall.drill !== recall.drill) conflict('a drill stays a drill: a new recall has a new id')
  return { recall }
}

function lifted(state: AdmissionState, { id, reason }: Lift): RecallState {
  const before = state.recalls.get(id) ?? conflict('no such recall')
  if (before.lifted !== undefined) conflict('this recall was lifted already')
  return { ...before, lifted: reason }
}

/** A hold has one wording: what is to be said anew is a new hold. */
function held(state: AdmissionState, hold: Hold): HoldState {
  knownOrganisation(state, hold.org)
  if (state.holds.has(hold.id)) conflict('there is a hold of this id')
  return { hold }
}

function released(state: AdmissionState, { id, reason }: Release): HoldState {
  const before = state.holds.get(id) ?? conflict('no such hold')
  if (before.released !== undefined) conflict('this hold was released already')
  return { ...before, released: reason }
}

/** The key that an operation is about. The ledger's own lives as long as the ledger. */
function keyNamed(state: AdmissionState, key: string): KeyState {
  const found = state.keys.get(toHex(fromBase64Url(key))) ?? conflict('no such key is enrolled')
  return found.kind === 'ledger' ? conflict('the ledger’s own key cannot be changed') : found
}

/** A topic belongs to one key at a time, or the acks of two would overwrite each other. */
function freeName(state: AdmissionState, org?: string, gateway?: string, holder?: KeyState): void {
  for (const other of state.keys.values()) {
    if (other !== holder && other.status === 'active' && other.org === org && other.gateway === gateway)
      conflict(`gateway ${org}/${gateway} has an active key: revoke or rotate that one`)
  }
}

/** Without this key as many administrators must be left as are needed to govern, or nobody could ever bring one back. */
function stillGovernable(state: AdmissionState, without: KeyState): void {
  if (without.kind !== 'administrator') return
  const left = [...state.keys.values()].filter(
    (key) => key !== without && key.kind === 'administrator' && key.status === 'active',
  )
  if (left.length < (state.genesis?.threshold ?? 1)) conflict('too few administrators would be left to govern')
}

function knownOrganisation(state: AdmissionState, org: string): void {
  if (!state.organisations.has(org)) conflict(`organisation ${org} is not enrolled`)
}

function keyChange(value: KeyState): Change {
  return { set: 'key', value }
}

function conflict(message: string): never {
  throw new ProtocolError('GOVERNANCE_CONFLICT', message)
}
