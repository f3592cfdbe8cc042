import type { AdmissionState, Change, KeyState } from './admission-state.ts'
import { fromBase64Url, toHex, utf8 } from './bytes.ts'
import { canonicalJson, type Json } from './canonical-json.ts'
import { type IsSigned, isProven } from './contradiction.ts'
import { ProtocolError } from './error.ts'
import type { Operation } from './event/governance-types.ts'
import { effectOf } from './governance-effect.ts'
import { sha256 } from './hash.ts'
import { LIMITS } from './limits.ts'

/** Who signs a governance operation, and when by their clock (seconds). */
export interface Approval {
  signer: KeyState
  iat: number
  /** For statements that an operation brings as evidence. */
  isSigned: IsSigned
}

/** The hash that several administrators sign the same content of: SHA-256 of the operation's canonical JSON. */
export function operationHash(operation: Operation): Uint8Array {
  return sha256(utf8(canonicalJson(operation as unknown as Json)))
}

/**
 * How many administrators an operation needs. To stop a gateway must be quick, and a contradiction speaks for itself; an
 * administrator's key needs the threshold, or one stolen key could lock out the others. What empties shelves is the word of two persons
 * wherever there are two, and so is what puts goods back on them; that goods wait is one's (docs/spec/governance.md, Thresholds).
 */
export function signaturesNeeded(state: AdmissionState, operation: Operation): number {
  const alone =
    operation.op === 'suspend-key' &&
    (isProven(operation) || state.keys.get(toHex(fromBase64Url(operation.key)))?.kind === 'gateway')
  const threshold = state.genesis?.threshold ?? 1
  if (operation.op === 'hold') return 1
  if (operation.op === 'recall' || operation.op === 'lift' || operation.op === 'release')
    return Math.max(threshold, Math.min(2, active(state)))
  return alone ? 1 : threshold
}

/**
 * What a signature under an operation changes: it takes effect when as many distinct administrators as it needs have signed the
 * same content within the window, and is remembered as pending until then (docs/spec/governance.md).
 * @throws ProtocolError GOVERNANCE_REPEATED (this administrator signed it already), GOVERNANCE_CONFLICT (too much of it waits), ROLE (not an administrator's signature), and what effectOf throws
 */
export function approve(
  state: AdmissionState,
  operation: Operation,
  { signer, iat, isSigned }: Approval,
): { changes: Change[]; effective: boolean } {
  const { genesis } = state
  if (genesis === undefined) throw new ProtocolError('GOVERNANCE_GENESIS', 'a ledger begins with its genesis')
  if (operation.op === 'genesis') throw new ProtocolError('GOVERNANCE_GENESIS', 'a ledger has one genesis')
  if (signer.kind === 'ledger' && !speaksForItself(operation))
    throw new ProtocolError('ROLE', 'the ledger’s own key may only suspend and hold for what the log itself shows')
  const id = toHex(operationHash(operation))
  const before = state.pending.get(id)
  const open = before !== undefined && Math.abs(iat - before.firstIat) <= genesis.windowS ? before : undefined
  const kid = toHex(signer.kid)
  // A signature counts as long as its administrator does.
  const standing = (open?.signers ?? []).filter((one) => state.keys.get(one)?.status === 'active')
  if (standing.includes(kid))
    throw new ProtocolError('GOVERNANCE_REPEATED', 'this administrator has signed this operation already')
  const signers = [...standing, kid]
  if (signers.length < signaturesNeeded(state, operation)) {
    if (open === undefined && openedBy(state, kid) >= LIMITS.pendingOperations)
      throw new ProtocolError('GOVERNANCE_CONFLICT', 'too many operations of this administrator wait for others')
    const value = { operation, signers, firstIat: open?.firstIat ?? iat }
    return { changes: [{ set: 'pending', id, value }], effective: false }
  }
  const changes = effectOf(state, operation, isSigned)
  return {
    changes: before === undefined ? changes : [...changes, { set: 'pending', id, value: undefined }],
    effective: true,
  }
}

/** It says what in the log it rests on, so that nobody's word is needed. */
function speaksForItself(operation: Operation): boolean {
  return isProven(operation) || (operation.op === 'hold' && operation.ground !== undefined)
}

/** Administrators who can sign. */
function active({ keys }: AdmissionState): number {
  let count = 0
  for (const { kind, status } of keys.values()) if (kind === 'administrator' && status === 'active') count++
  return count
}

/** How many operations wait that this administrator signed first. Lapsed ones count: whether they have depends on who asks. */
function openedBy({ pending }: AdmissionState, kid: string): number {
  let count = 0
  for (const { signers } of pending.values()) if (signers[0] === kid) count++
  return count
}
