import { type MemoryLedger, TestSigner } from './_memory-ledger.ts'
import { toBase64Url } from './bytes.ts'
import type { Json } from './canonical-json.ts'
import { evidenceOf } from './contradiction.ts'
import type {
  EnrolGateway,
  EnrolOrganisation,
  Hold,
  Lift,
  Operation,
  Recall,
  Release,
  Role,
} from './event/governance-types.ts'

// Operations for tests of governance.

export const FARM: EnrolOrganisation = {
  op: 'enrol-organisation',
  org: 'farm',
  party: 'https://id.gs1.org/417/9506000134000',
  name: { zh: '农场', en: 'Farm' },
}

const STATION = 'https://id.gs1.org/414/9506000134017'
const LOGIN = toBase64Url(new Uint8Array(32))

/** A gateway's key, which speaks for the farm's station. */
export function gatewayKey(name: string): TestSigner {
  return new TestSigner(
    name,
    `https://id.gs1.org/8004/9506000134${name.toUpperCase().replace(/[^A-Z0-9]/g, '')}`,
    STATION,
  )
}

export function enrolment(key: TestSigner, gateway: string, roles: Role[] = ['commission', 'observe']): EnrolGateway {
  const publicKey = toBase64Url(key.publicKey)
  return {
    op: 'enrol-gateway',
    org: 'farm',
    gateway,
    uri: key.iss,
    key: publicKey,
    station: key.sub,
    roles,
    login: LOGIN,
  }
}

const about = (key: TestSigner) => ({ key: toBase64Url(key.kid), reason: 'a test' })
export const revocation = (key: TestSigner): Operation => ({ op: 'revoke-key', ...about(key) })
export const suspension = (key: TestSigner): Operation => ({ op: 'suspend-key', ...about(key) })
export const restoration = (key: TestSigner): Operation => ({ op: 'restore-key', ...about(key) })

/** A new key for a gateway, or for an administrator. */
export function rotation(from: TestSigner, to: TestSigner, kind: 'gateway' | 'administrator' = 'gateway'): Operation {
  const operation = { op: 'rotate-key', key: toBase64Url(from.kid), newKey: toBase64Url(to.publicKey) } as const
  return kind === 'gateway' ? { ...operation, login: LOGIN } : operation
}

/** Two statements of a key under the number that its chain is at; the key stays where it is. */
export function contradiction(key: TestSigner, values: [Json, Json] = [1, 2]): [Uint8Array, Uint8Array] {
  const { seq, prev } = key
  const [a, b] = values.map((value) => {
    Object.assign(key, { seq, prev })
    return key.statement('batch', [value]).statement
  }) as [Uint8Array, Uint8Array]
  Object.assign(key, { seq, prev })
  return [a, b]
}

/** A suspension with two contradicting statements as evidence. */
export function accusation(key: TestSigner, [a, b] = contradiction(key)): Operation {
  return { op: 'suspend-key', ...about(key), evidence: evidenceOf(a, b) }
}

/** An id that tests know recalls by. */
export const RECALL_ID = '5f0c9d1e-8a51-4c39-9a58-2f6f6a1f0b11'

/** The farm calls goods back. */
export function recallOf(subjects: string[], fields: Partial<Recall> = {}): Recall {
  return {
    op: 'recall',
    id: RECALL_ID,
    org: 'farm',
    subjects,
    class: 1,
    reason: { zh: '部分包装封口不严。', en: 'Some packs are not tightly sealed.' },
    hazard: { zh: '肉可能变质。', en: 'The meat may spoil.' },
    consumer: { zh: '不要食用，退回购买处。', en: 'Do not eat it. Take it back to where you got it.' },
    holder: { zh: '停止销售，单独存放。', en: 'Stop selling it. Keep it apart.' },
    ...fields,
  }
}

export const lift: Lift = { op: 'lift', id: RECALL_ID, reason: 'all of it is back' }

/** An id that tests know holds by. */
export const HOLD_ID = '6a0c9d1e-8a51-4c39-9a58-2f6f6a1f0b11'

/** Somebody of the farm stops goods. */
export function holdOf(subjects: string[], fields: Partial<Hold> = {}): Hold {
  const reason = { zh: '包装受潮，待查。', en: 'The packs got wet; to be looked at.' }
  return { op: 'hold', id: HOLD_ID, org: 'farm', subjects, reason, ...fields }
}

/** The ledger stops a lot, for readings that it names. */
export function groundedHold(fields: Partial<Hold['ground'] & object> = {}): Hold {
  const lot = 'https://id.gs1.org/01/09506000134352/10/L7'
  const eventID = 'urn:uuid:00000000-0000-4000-8000-000000000001'
  const ground = {
    product: 'https://id.gs1.org/01/09506000134352',
    limits: { minMilliC: 0, maxMilliC: 4000 },
    way: [lot],
    readings: [{ entry: 1, position: 0, eventID }],
    lowestMilliC: 3000,
    highestMilliC: 9000,
    outsideMs: 60_000,
    ...fields,
  }
  return { op: 'hold', id: HOLD_ID.replace('6a', '6b'), org: 'farm', subjects: [lot], ground }
}

export const release: Release = { op: 'release', id: HOLD_ID, reason: 'it is dry and sound' }

/** Carries an operation through, with as many administrators as it takes; or the test fails. */
export function carry(ledger: MemoryLedger, ...operations: Operation[]): void {
  for (const administrator of ledger.administrators) {
    const outcome = ledger.decide(administrator, ...operations)
    if (outcome === 'effective') return
    if (outcome !== 'pending') throw new Error(`${operations[0]?.op}: ${outcome}`)
  }
  throw new Error('not enough administrators')
}
