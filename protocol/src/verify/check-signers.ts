import { type AdmissionState, applyChanges, emptyState, type KeyState } from '../admission-state.ts'
import { toHex } from '../bytes.ts'
import type { Verify } from '../ed25519.ts'
import { ProtocolError } from '../error.ts'
import { approve, found } from '../governance.ts'
import { checkRole, signerOf } from '../signer.ts'
import type { Statement } from '../statement.ts'
import type { OpenedEvent } from './check-contents.ts'
import { at } from './failure.ts'
import type { Names, ProvenEvent, Signer } from './verdict.ts'

/**
 * Replays the governance of the signers' keys in the order of the log, from the genesis on, and checks every statement
 * against the keys as they stood at its entry.
 * @throws ProtocolError KEY_UNKNOWN, KEY_INACTIVE, SIGNATURE, ROLE, GOVERNANCE_*, with entry and position
 */
export async function checkSigners(
  statements: ReadonlyMap<number, Statement>,
  events: Iterable<OpenedEvent>,
  origin: string,
  verify: Verify,
): Promise<{ proven: ProvenEvent[]; names: Names }> {
  const state = emptyState()
  const names: Names = { products: new Map(), places: new Map(), organisations: new Map() }
  const proven: ProvenEvent[] = []
  const byEntry = groupByEntry(events)
  for (const [entry, statement] of [...statements].sort(([a], [b]) => a - b)) {
    const opened = byEntry.get(entry) ?? []
    if (entry === 0) at({ entry }, () => foundLedger(state, opened, origin))
    const key = at({ entry }, () => signerOf(state, statement))
    if (!(await verify(key.publicKey, statement.signed, statement.signature))) {
      at({ entry }, () => {
        throw new ProtocolError('SIGNATURE', 'the signature does not fit the key')
      })
    }
    for (const one of opened) at({ entry, position: one.position }, () => carryOut(one, key, state, names, proven))
  }
  return {
    proven: proven.map((p) => ({
      ...p,
      signer: { ...p.signer, endedLater: state.keys.get(p.signer.kid)?.status !== 'active' },
    })),
    names,
  }
}

function groupByEntry(events: Iterable<OpenedEvent>): Map<number, OpenedEvent[]> {
  const groups = new Map<number, OpenedEvent[]>()
  for (const event of events) groups.set(event.entry, [...(groups.get(event.entry) ?? []), event])
  for (const group of groups.values()) group.sort((a, b) => a.position - b.position)
  return groups
}

function foundLedger(state: AdmissionState, [first]: OpenedEvent[], origin: string): void {
  const operation = first?.event.type === 'TristampGovernance' ? first.event.operation : undefined
  if (operation?.op !== 'genesis' || operation.origin !== origin) {
    throw new ProtocolError('GOVERNANCE_GENESIS', 'the first entry is not the genesis of this ledger')
  }
  applyChanges(state, found(operation))
}

function carryOut(
  opened: OpenedEvent,
  key: KeyState,
  state: AdmissionState,
  names: Names,
  proven: ProvenEvent[],
): void {
  const { entry, position, event, subjects, statement } = opened
  if (event.type !== 'TristampGovernance') {
    checkRole(key, event)
    proven.push({ entry, position, event, subjects, signer: signerFor(key) })
    return
  }
  const { operation } = event
  if (operation.op === 'genesis') return
  const { changes, effective } = approve(state, operation, { administrator: key, iat: statement.header.iat })
  applyChanges(state, changes)
  if (!effective) return
  if (operation.op === 'register-product') names.products.set(operation.product, operation)
  if (operation.op === 'register-place') names.places.set(operation.place, operation)
  if (operation.op === 'enrol-organisation') names.organisations.set(operation.org, operation)
}

function signerFor({ kid, uri, org, gateway, station }: KeyState): Signer {
  return { kid: toHex(kid), uri, org: org ?? '', gateway: gateway ?? '', station: station ?? '', endedLater: false }
}
