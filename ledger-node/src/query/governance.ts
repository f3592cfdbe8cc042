import {
  type AdmissionState,
  type HoldState,
  type KeyState,
  type Operation,
  operationHash,
  type Pending,
  parseRecordedEvent,
  parseStatement,
  type RecallState,
  signaturesNeeded,
  toBase64Url,
  toHex,
} from '@tristamp/protocol'
import type { Ledger } from '../ledger.ts'
import { rangeOf, readGovernanceRow, SPACE } from '../row.ts'
import { type KeyView, keyView } from './key.ts'
import type { Entries } from './source.ts'

/** Acts shown: a few weeks of a consortium's governance. */
const RECENT = 50
/** The last second that a date can say. */
const LATEST_S = 8_640_000_000_000

/** A key by its kid (base64url) and what people call it. */
export interface NamedKey {
  kid: string
  name: string
}

/** An operation that waits for more administrators. */
export interface PendingView {
  /** The hash that is signed, in hex: whoever shows another operation under it is found out. */
  id: string
  operation: Operation
  signed: NamedKey[]
  /** Administrators who have not signed. */
  missing: NamedKey[]
  /** Signatures that it needs in all. */
  needed: number
  /** Whoever signs after this begins anew. */
  closesAt: string
}

/** A signature under an operation, as it was recorded. */
export interface ActView {
  entry: number
  position: number
  id: string
  operation: Operation
  signer: NamedKey
  /** By the signer's clock. */
  signedAt: string
  /** False: it waited for others. */
  effective: boolean
}

export interface GovernanceView {
  origin: string
  logKey: string
  threshold: number
  windowS: number
  administrators: KeyView[]
  /** Every other key: gateways, and the ledger's own. */
  keys: KeyView[]
  pending: PendingView[]
  /** In their last wording, the newest first; `lifted`: why. */
  recalls: RecallState[]
  /** Those that stand, and the last that were released; the newest first. `released`: why. */
  holds: HoldState[]
  /** The last acts that are sealed, newest first. */
  recent: ActView[]
}

/** How the ledger is governed: who may, what waits for whom, and what was done lately. */
export async function governanceOf(ledger: Ledger, entries: Entries): Promise<GovernanceView> {
  const { state } = ledger
  const { origin, logKey, threshold, windowS } = state.genesis!
  const keys = byName(state.keys.values())
  return {
    origin,
    logKey,
    threshold,
    windowS,
    administrators: keys.filter(({ kind }) => kind === 'administrator').map(keyView),
    keys: keys.filter(({ kind }) => kind !== 'administrator').map(keyView),
    pending: [...state.pending].map(([id, pending]) => pendingView(state, id, pending)),
    recalls: [...state.recalls.values()].reverse(),
    holds: holdsIn(state),
    recent: await recentActs(ledger, entries),
  }
}

function holdsIn({ holds }: AdmissionState): HoldState[] {
  let released = 0
  return [...holds.values()].reverse().filter((one) => one.released === undefined || ++released <= RECENT)
}

function pendingView(state: AdmissionState, id: string, { operation, signers, firstIat }: Pending): PendingView {
  // A signature counts as long as its administrator does.
  const active = byName(state.keys.values()).filter((key) => key.kind === 'administrator' && key.status === 'active')
  const [signed, missing] = [true, false].map((has) => active.filter(({ kid }) => signers.includes(toHex(kid)) === has))
  return {
    id,
    operation,
    signed: signed!.map(named),
    missing: missing!.map(named),
    needed: signaturesNeeded(state, operation),
    closesAt: instant(firstIat + state.genesis!.windowS),
  }
}

function recentActs(ledger: Ledger, entries: Entries): Promise<ActView[]> {
  return ledger.read(async ({ size }) => {
    const acts: ActView[] = []
    const newest = { ...rangeOf(Buffer.of(SPACE.governance)), reverse: true, limit: RECENT }
    for await (const [key, value] of ledger.store.rows(newest)) {
      const { entry, position, effective } = readGovernanceRow(key, value)
      if (entry >= size) continue
      const { header } = parseStatement(await entries.bytes(entry))
      const event = parseRecordedEvent(header.kind, (await entries.events(entry))[position]!.event)
      if (event.type !== 'TristampGovernance') continue
      const { operation } = event
      acts.push({
        entry,
        position,
        id: toHex(operationHash(operation)),
        operation,
        signer: named(ledger.state.keys.get(toHex(header.kid)) ?? { kid: header.kid }),
        signedAt: instant(header.iat),
        effective,
      })
    }
    return acts
  })
}

/** In an order that stays when a node starts anew. */
function byName(keys: Iterable<KeyState>): KeyState[] {
  const order = ({ org = '', gateway = '', kid }: KeyState): string => `${org}/${gateway} ${toHex(kid)}`
  return [...keys].sort((a, b) => (order(a) < order(b) ? -1 : 1))
}

/** A signer's clock may say anything; a date may not. */
function instant(seconds: number): string {
  return new Date(Math.min(seconds, LATEST_S) * 1000).toISOString()
}

function named({ kid, gateway, kind }: Pick<KeyState, 'kid'> & Partial<KeyState>): NamedKey {
  return { kid: toBase64Url(kid), name: gateway ?? (kind === 'ledger' ? 'the ledger' : 'unknown') }
}
