import { toHex } from './bytes.ts'
import { decodeCbor, encodeCbor } from './cbor.ts'
import type { EnrolOrganisation, Genesis, Hold, Operation, Recall, Role } from './event/governance-types.ts'

/** What the ledger knows of a key. Immutable: a change puts another in its place. */
export interface KeyState {
  kid: Uint8Array
  publicKey: Uint8Array
  /** `ledger` is the key that acks are signed by: it may suspend a key that contradicted itself, and nothing else. */
  kind: 'administrator' | 'gateway' | 'ledger'
  /** The device, or the key's own URI for an administrator and the ledger. */
  uri: string
  org?: string
  /** The gateway's short name, or the administrator's name. */
  gateway?: string
  station?: string
  roles: readonly Role[]
  status: 'active' | 'suspended' | 'rotated' | 'revoked'
  /** Why it is suspended or revoked. */
  reason?: string
  /** The seq that the key's next statement must carry. */
  nextSeq: number
  /** The prev that it must carry: leaf hash of the last statement. */
  prev: Uint8Array
  login?: string
  /** base64url SHA-256 of the gateway's TLS client key; over TLS it logs in with this key alone. */
  tls?: string
  /** Contradictions below this seq were known when the key was restored: they do not suspend it again. */
  settledSeq?: number
}

/** An operation that waits for more administrators. `signers`: kids in hex. */
export interface Pending {
  operation: Operation
  signers: string[]
  firstIat: number
}

/** A recall as it stands: its last wording, and why it was lifted if it was. */
export interface RecallState {
  recall: Recall
  lifted?: string
}

/** A hold, and why it was released if it was. */
export interface HoldState {
  hold: Hold
  released?: string
}

/** Everything that admission depends on; a function of the earlier entries alone. */
export interface AdmissionState {
  genesis: Genesis | undefined
  organisations: Map<string, EnrolOrganisation>
  /** By kid in hex. */
  keys: Map<string, KeyState>
  /** By operation hash in hex. */
  pending: Map<string, Pending>
  /** By the recall's id. */
  recalls: Map<string, RecallState>
  /** By the hold's id. */
  holds: Map<string, HoldState>
}

/** One replacement in the state. A log of changes, last one wins by `changeId`, is a copy of the state. */
export type Change =
  | { set: 'genesis'; value: Genesis }
  | { set: 'organisation'; value: EnrolOrganisation }
  | { set: 'key'; value: KeyState }
  | { set: 'recall'; value: RecallState }
  | { set: 'hold'; value: HoldState }
  | { set: 'pending'; id: string; value: Pending | undefined }

export function emptyState(): AdmissionState {
  return {
    genesis: undefined,
    organisations: new Map(),
    keys: new Map(),
    pending: new Map(),
    recalls: new Map(),
    holds: new Map(),
  }
}

/** A copy that can be changed without the original noticing. */
export function draftOf(state: AdmissionState): AdmissionState {
  return {
    genesis: state.genesis,
    organisations: new Map(state.organisations),
    keys: new Map(state.keys),
    pending: new Map(state.pending),
    recalls: new Map(state.recalls),
    holds: new Map(state.holds),
  }
}

/** Carries changes into the state, in order. */
export function applyChanges(state: AdmissionState, changes: readonly Change[]): void {
  for (const change of changes) {
    if (change.set === 'genesis') state.genesis = change.value
    else if (change.set === 'organisation') state.organisations.set(change.value.org, change.value)
    else if (change.set === 'key') state.keys.set(toHex(change.value.kid), change.value)
    else if (change.set === 'recall') state.recalls.set(change.value.recall.id, change.value)
    else if (change.set === 'hold') state.holds.set(change.value.hold.id, change.value)
    else if (change.value === undefined) state.pending.delete(change.id)
    else state.pending.set(change.id, change.value)
  }
}

/** The row that a change replaces, for a store that keeps one row for each. */
export function changeId(change: Change): string {
  if (change.set === 'genesis') return 'genesis'
  if (change.set === 'organisation') return `organisation/${change.value.org}`
  if (change.set === 'key') return `key/${toHex(change.value.kid)}`
  if (change.set === 'recall') return `recall/${change.value.recall.id}`
  if (change.set === 'hold') return `hold/${change.value.hold.id}`
  return `pending/${change.id}`
}

/** A change as bytes, for a store of ours. */
export function encodeChange(change: Change): Uint8Array {
  return encodeCbor(change.value === undefined ? { ...change, value: null } : change)
}

/** @param bytes made by encodeChange; not for bytes from outside */
export function decodeChange(bytes: Uint8Array): Change {
  const change = plain(decodeCbor(bytes, { maxBytes: bytes.length, maxDepth: 8 })) as Change & { value: unknown }
  return change.value === null ? ({ ...change, value: undefined } as Change) : change
}

function plain(value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([k, v]) => [k, plain(v)]))
  return Array.isArray(value) ? value.map(plain) : value
}
