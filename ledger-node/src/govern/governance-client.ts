import { checkOperation, type Json, operationHash, toHex } from '@tristamp/protocol'
import * as v from 'valibot'
import { LedgerError } from '../error.ts'
import { fetchFrom } from '../peer.ts'
import type { GovernanceView, PendingView } from '../query/governance.ts'
import type { KeyView } from '../query/key.ts'
import type { NameOf } from './in-words.ts'

/** A consortium with thousands of gateways. */
const ANSWER_BYTES = 16 * 1024 * 1024

const KID = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/))
const ID = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))
const TEXT = v.pipe(v.string(), v.maxLength(512))
const COUNT = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const NAMED = v.object({ kid: KID, name: TEXT })
const KEY = v.looseObject({
  kid: KID,
  kind: v.picklist(['administrator', 'gateway', 'ledger']),
  status: v.picklist(['active', 'suspended', 'rotated', 'revoked']),
  reason: v.optional(TEXT),
  org: v.optional(TEXT),
  gateway: v.optional(TEXT),
})
const OPERATION = v.record(v.string(), v.unknown())
const GOVERNANCE = v.object({
  origin: TEXT,
  logKey: TEXT,
  threshold: COUNT,
  windowS: COUNT,
  administrators: v.array(KEY),
  keys: v.array(KEY),
  pending: v.array(
    v.object({
      id: ID,
      operation: OPERATION,
      signed: v.array(NAMED),
      missing: v.array(NAMED),
      needed: COUNT,
      closesAt: v.pipe(v.string(), v.isoTimestamp()),
    }),
  ),
  recalls: v.optional(v.array(v.object({ recall: OPERATION, lifted: v.optional(TEXT) })), []),
  holds: v.optional(v.array(v.object({ hold: OPERATION, released: v.optional(TEXT) })), []),
  recent: v.array(
    v.object({
      entry: COUNT,
      position: COUNT,
      id: ID,
      operation: OPERATION,
      signer: NAMED,
      signedAt: v.pipe(v.string(), v.isoTimestamp()),
      effective: v.boolean(),
    }),
  ),
})

/**
 * How a node says that its ledger is governed. Its word is taken for who waits for whom; what an operation says is not: the id that it
 * is shown under must be its own. @throws LedgerError PEER_UNREACHABLE, PEER_REFUSED, OPERATION_ALTERED; ProtocolError GOVERNANCE_SHAPE
 */
export async function askGovernance(node: string): Promise<GovernanceView> {
  const url = `${node.replace(/\/+$/, '')}/v1/governance`
  const bytes = await fetchFrom(url, ANSWER_BYTES)
  let answer: unknown
  try {
    answer = JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch (cause) {
    throw new LedgerError('PEER_REFUSED', `${url}: no JSON`, { cause })
  }
  const read = v.safeParse(GOVERNANCE, answer)
  if (!read.success) throw new LedgerError('PEER_REFUSED', `${url}: ${v.getDotPath(read.issues[0]) ?? 'the answer'}`)
  const governance = read.output as unknown as GovernanceView
  for (const { id, operation } of [...governance.pending, ...governance.recent]) {
    if (toHex(operationHash(checkOperation(operation as unknown as Json))) !== id)
      throw new LedgerError('OPERATION_ALTERED', `${id}, as ${url} shows it`)
  }
  for (const { recall } of governance.recalls) checkOperation(recall as unknown as Json)
  for (const { hold } of governance.holds) checkOperation(hold as unknown as Json)
  return governance
}

/** A pending operation by its id, or by the beginning of it. @throws LedgerError OPERATION_UNKNOWN */
export function pendingBy({ pending }: GovernanceView, id: string): PendingView {
  const found = id.length < 4 ? [] : pending.filter((one) => one.id.startsWith(id))
  if (found.length !== 1) throw new LedgerError('OPERATION_UNKNOWN', id)
  return found[0]!
}

/** The key that goes by a kid, by `ORG/GATEWAY`, or by an administrator's name, in one of these states. @throws LedgerError KEY_NAME */
export function keyBy(governance: GovernanceView, who: string, states: readonly KeyView['status'][]): KeyView {
  const fitting = [...governance.administrators, ...governance.keys].filter(({ status }) => states.includes(status))
  // A rotated key shares its name with the one that took its place.
  const found = fitting.filter((key) => key.kid === who || (key.status !== 'rotated' && nameOf(key) === who))
  if (found.length === 1) return found[0]!
  const several = found.map(({ kid, status }) => `${kid} (${status})`).join(', ')
  throw new LedgerError('KEY_NAME', several === '' ? `${who}, ${states.join(' or ')}` : `${who} is one of ${several}`)
}

export function namesIn({ administrators, keys }: GovernanceView): NameOf {
  const names = new Map([...administrators, ...keys].map((key) => [key.kid, nameOf(key)]))
  return (kid) => names.get(kid)
}

export function nameOf({ kind, org, gateway }: KeyView): string {
  if (kind === 'ledger') return 'the ledger'
  return org === undefined ? (gateway ?? '') : `${org}/${gateway}`
}
