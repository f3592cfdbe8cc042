import { type AdmissionState, applyChanges, emptyState, type KeyState } from '../admission-state.ts'
import { equal, fromBase64Url, toHex } from '../bytes.ts'
import { contradictionIn, type IsSigned, isProven } from '../contradiction.ts'
import type { Verify } from '../ed25519.ts'
import { ProtocolError } from '../error.ts'
import { found as foundingOf } from '../genesis.ts'
import { approve } from '../governance.ts'
import { checkRole, signerOf } from '../signer.ts'
import type { Statement } from '../statement.ts'
import { Chains } from './check-chains.ts'
import type { OpenedEvent } from './check-contents.ts'
import { at, type Where } from './failure.ts'
import type { LimitsAct } from './holds.ts'
import { isOrder, type OrderAct } from './orders.ts'
import type { Names, ProvenEvent, ProvenReport, Signer } from './verdict.ts'

/** A proven event whose time has yet to be weighed. */
export type Untimed = Omit<ProvenEvent, 'time'>

/** What was signed, by whom, and what was ordered and registered, each in the order of the log. */
export interface Signed {
  proven: Untimed[]
  reports: ProvenReport[]
  names: Names
  orders: OrderAct[]
  limits: LimitsAct[]
}

/**
 * Replays the governance of the signers' keys in the order of the log, from the genesis on, and checks every statement
 * against the keys as they stood at its entry.
 * @throws ProtocolError KEY_UNKNOWN, KEY_INACTIVE, SIGNATURE, SEQ_*, PREV_MISMATCH, ROLE, GOVERNANCE_*, with entry and position
 */
export async function checkSigners(
  statements: ReadonlyMap<number, Statement>,
  events: Iterable<OpenedEvent>,
  origin: string,
  verify: Verify,
): Promise<Signed> {
  const state = emptyState()
  const names: Names = { products: new Map(), places: new Map(), organisations: new Map() }
  const found: Signed = { proven: [], reports: [], names, orders: [], limits: [] }
  const chains = new Chains()
  const byEntry = groupByEntry(events)
  for (const [entry, statement] of [...statements].sort(([a], [b]) => a - b)) {
    const opened = byEntry.get(entry) ?? []
    if (entry === 0) at({ entry }, () => foundLedger(state, opened, origin))
    const key = at({ entry }, () => signerOf(state, statement))
    if (entry === 0 && key.kind !== 'administrator')
      at({ entry }, () => refuse('ROLE', 'a genesis is signed by one of its administrators'))
    if (!(await verify(key.publicKey, statement.signed, statement.signature))) {
      at({ entry }, () => refuse('SIGNATURE', 'the signature does not fit the key'))
    }
    for (const { event, position } of opened) {
      if (event.type !== 'TristampReport') continue
      const { report } = event
      if (report.kind === 'gap') at({ entry, position }, () => chains.lost(statement, report))
    }
    at({ entry }, () => chains.follow(statement))
    for (const one of opened) {
      const where = { entry, position: one.position }
      const isSigned = await checkedAhead(where, one, state, verify)
      at(where, () => carryOut(one, { key, isSigned }, state, found))
    }
  }
  const ended = <T extends { signer: Signer }>(one: T): T => ({ ...one, signer: asItEnded(one.signer, state) })
  return { ...found, proven: found.proven.map(ended), reports: found.reports.map(ended) }
}

/** What is brought as evidence is checked before it is weighed: a browser's engine answers later. */
async function checkedAhead(
  where: Where,
  { event }: OpenedEvent,
  state: AdmissionState,
  verify: Verify,
): Promise<IsSigned> {
  const operation = event.type === 'TristampGovernance' ? event.operation : undefined
  if (operation === undefined || !isProven(operation)) return () => false
  const key = state.keys.get(toHex(fromBase64Url(operation.key)))
  const { statements } = at(where, () => contradictionIn(operation))
  const good: Uint8Array[] = []
  for (const { bytes, signed, signature } of statements) {
    if (key !== undefined && (await verify(key.publicKey, signed, signature))) good.push(bytes)
  }
  return ({ bytes }) => good.some((one) => equal(one, bytes))
}

function groupByEntry(events: Iterable<OpenedEvent>): Map<number, OpenedEvent[]> {
  const groups = new Map<number, OpenedEvent[]>()
  for (const event of events) groups.set(event.entry, [...(groups.get(event.entry) ?? []), event])
  for (const group of groups.values()) group.sort((a, b) => a.position - b.position)
  return groups
}

function foundLedger(state: AdmissionState, [first]: OpenedEvent[], origin: string): void {
  const operation = first?.event.type === 'TristampGovernance' ? first.event.operation : undefined
  if (operation?.op !== 'genesis' || operation.origin !== origin || first!.statement.header.count !== 1)
    refuse('GOVERNANCE_GENESIS', 'the first entry is not the genesis of this ledger')
  applyChanges(state, foundingOf(operation))
}

function carryOut(
  opened: OpenedEvent,
  { key, isSigned }: { key: KeyState; isSigned: IsSigned },
  state: AdmissionState,
  { names, proven, reports, orders, limits }: Signed,
): void {
  const { entry, position, event, subjects, statement } = opened
  if (event.type !== 'TristampGovernance') {
    checkRole(key, event)
    if (event.type === 'TristampReport') reports.push({ entry, position, event, signer: signerFor(key) })
    else proven.push({ entry, position, event, subjects, signer: signerFor(key) })
    return
  }
  const { operation } = event
  if (entry === 0) return
  const { changes, effective } = approve(state, operation, { signer: key, iat: statement.header.iat, isSigned })
  applyChanges(state, changes)
  if (!effective) return
  if (operation.op === 'register-product') {
    names.products.set(operation.product, operation)
    limits.push({ entry, product: operation.product, limits: operation.limits })
  }
  if (operation.op === 'register-place') names.places.set(operation.place, operation)
  if (isOrder(operation))
    orders.push({ entry, position, at: event.eventTime, operation, byLedger: key.kind === 'ledger' })
  if (operation.op === 'enrol-organisation') names.organisations.set(operation.org, operation)
}

function signerFor({ kid, uri, org, gateway, station }: KeyState): Signer {
  return { kid: toHex(kid), uri, org: org ?? '', gateway: gateway ?? '', station: station ?? '', endedLater: false }
}

/** With what became of the key after everything that is shown. */
function asItEnded(signer: Signer, state: AdmissionState): Signer {
  const status = state.keys.get(signer.kid)?.status ?? 'active'
  return status === 'active' ? signer : { ...signer, endedLater: true, ended: status }
}

function refuse(code: 'GOVERNANCE_GENESIS' | 'ROLE' | 'SIGNATURE', message: string): never {
  throw new ProtocolError(code, message)
}
