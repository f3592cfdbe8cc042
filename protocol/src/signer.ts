import type { AdmissionState, KeyState } from './admission-state.ts'
import { toHex } from './bytes.ts'
import { ProtocolError } from './error.ts'
import type { Role } from './event/governance-types.ts'
import type { EventBrief, StepBrief } from './known-batch.ts'
import type { Statement } from './statement.ts'

/**
 * The key that a statement names, if it may sign it as things stand: enrolled, active, of the right kind, and speaking for the
 * station that it is enrolled for. Its signature is another question.
 * @throws ProtocolError KEY_UNKNOWN, KEY_INACTIVE, ROLE, STATEMENT_HEADER
 */
export function signerOf(state: AdmissionState, { header }: Statement): KeyState {
  const key = state.keys.get(toHex(header.kid))
  if (key === undefined) throw new ProtocolError('KEY_UNKNOWN', 'this key is not enrolled')
  if (key.status !== 'active') throw new ProtocolError('KEY_INACTIVE', `this key is ${key.status}`)
  if ((key.kind === 'gateway') !== (header.kind === 'batch')) {
    throw new ProtocolError('ROLE', 'gateways sign batches; administrators and the ledger sign governance')
  }
  const station = key.kind === 'gateway' ? key.station : ledgerUri(state.genesis?.origin ?? '')
  if (header.iss !== key.uri || header.sub !== station) {
    throw new ProtocolError('STATEMENT_HEADER', 'issuer and subject are those that the key is enrolled with')
  }
  return key
}

/** What governance statements have as their subject: the ledger itself. */
export function ledgerUri(origin: string): string {
  return `https://${origin}`
}

/** A step needs its role; of itself every gateway may report. @throws ProtocolError ROLE */
export function checkRole(key: KeyState, event: EventBrief): void {
  if (event.type === 'TristampReport') return
  const role = roleOf(event)
  if (!key.roles.includes(role)) throw new ProtocolError('ROLE', `this gateway is not enrolled to ${role}`)
}

/** The role that a step of goods needs. */
export function roleOf(event: StepBrief): Role {
  if (event.type === 'TransformationEvent') return 'transform'
  if (event.type === 'AggregationEvent' || event.type === 'AssociationEvent') return 'pack'
  if (event.bizStep === 'shipping') return 'ship'
  if (event.bizStep === 'receiving') return 'receive'
  if (event.action === 'ADD') return 'commission'
  return event.action === 'DELETE' ? 'sell' : 'observe'
}
