import { describe, expect, it } from 'vitest'
import { sampleAggregation, sampleObjectEvent, sampleTransformation } from './_events.ts'
import {
  accusation,
  carry,
  enrolment,
  FARM,
  gatewayKey,
  groundedHold,
  holdOf,
  lift,
  RECALL_ID,
  recallOf,
  release,
  restoration,
  revocation,
  rotation,
  suspension,
} from './_governance.ts'
import { governanceEvent, MemoryLedger, TestSigner } from './_memory-ledger.ts'
import { type AdmissionState, applyChanges, draftOf } from './admission-state.ts'
import { admit } from './admit.ts'
import type { Json } from './canonical-json.ts'
import { verifyOnNoble } from './ed25519-curve.ts'
import type { Operation, Role } from './event/governance-types.ts'
import { ledgerUri } from './signer.ts'
import type { StatementKind } from './statement.ts'

// Who may do what: every kind of signer against every operation and every step of goods, each cell with its one answer.

type Six = [TestSigner, TestSigner, TestSigner, TestSigner, TestSigner, TestSigner]

const ledger = new MemoryLedger('ledger.example/matrix', ['ann', 'bob', 'cy', 'old', 'away', 'gone'], 2)
const [ann, bob, cy, old, away, gone] = ledger.administrators as Six
const gateways: Record<Role, TestSigner> = {
  commission: gatewayKey('commission'),
  transform: gatewayKey('transform'),
  pack: gatewayKey('pack'),
  ship: gatewayKey('ship'),
  receive: gatewayKey('receive'),
  observe: gatewayKey('observe'),
  sell: gatewayKey('sell'),
}
const ROLES = Object.keys(gateways) as Role[]
const [stopped, retired, dead] = [gatewayKey('stopped'), gatewayKey('retired'), gatewayKey('dead')]
const newOld = new TestSigner('new-old', undefined, ledgerUri(ledger.origin))
const stranger = new TestSigner('stranger', undefined, ledgerUri(ledger.origin))

carry(ledger, FARM, ...ROLES.map((role) => enrolment(gateways[role], role, [role])))
carry(ledger, ...[stopped, retired, dead].map((key, i) => enrolment(key, `ended-${i}`, ROLES)))
carry(ledger, rotation(retired, gatewayKey('successor')), revocation(dead))
carry(ledger, rotation(old, newOld, 'administrator'), suspension(away), revocation(gone))
ledger.decide(ann, suspension(stopped))
carry(ledger, recallOf(['https://id.gs1.org/01/09506000134352']))
carry(ledger, holdOf(['https://id.gs1.org/01/09506000134352']))

const place = 'https://id.gs1.org/414/9506000134024'
const text = { zh: '甲', en: 'A' }
const OPERATIONS = {
  genesis: ledger.state.genesis!,
  'enrol-organisation': { ...FARM, org: 'shop' },
  'enrol-gateway': enrolment(gatewayKey('fresh'), 'fresh'),
  'rotate-key': rotation(gateways.sell, gatewayKey('next')),
  'revoke-key': revocation(gateways.sell),
  'suspend-key': suspension(gateways.sell),
  'suspend-key of an administrator': suspension(cy),
  'suspend-key with evidence': accusation(gateways.sell),
  'restore-key': restoration(stopped),
  'register-place': { op: 'register-place', org: 'farm', place, name: text, address: text, zone: 'Asia/Shanghai' },
  'register-product': {
    op: 'register-product',
    org: 'farm',
    product: 'https://id.gs1.org/01/09506000134352',
    name: text,
    spec: text,
  },
  recall: recallOf(['https://id.gs1.org/01/09506000134352/10/L7'], { id: RECALL_ID.replace('5f', '60') }),
  'recall, corrected': recallOf(['https://id.gs1.org/01/09506000134352/10/L7']),
  lift,
  hold: holdOf(['https://id.gs1.org/01/09506000134352/10/L7'], { id: RECALL_ID.replace('5f', '61') }),
  'hold with its ground': groundedHold(),
  'hold, known': holdOf(['https://id.gs1.org/01/09506000134352/10/L7']),
  release,
} satisfies Record<Operation['op'], Operation> & Record<string, Operation>

type Column = keyof typeof OPERATIONS
type Row = Record<Column, string>
const COLUMNS = Object.keys(OPERATIONS) as Column[]

const [GENESIS, CONFLICT, REPEATED] = ['GOVERNANCE_GENESIS', 'GOVERNANCE_CONFLICT', 'GOVERNANCE_REPEATED']

/** A row of one answer; `alone`: for what one administrator is enough for. */
function row(answer: string, alone = answer, genesis = answer): Row {
  const cells = Object.fromEntries(COLUMNS.map((column) => [column, answer])) as Row
  const known = alone === 'effective' ? CONFLICT : alone
  const stops = { hold: alone, 'hold with its ground': alone, 'hold, known': known }
  return { ...cells, genesis, 'suspend-key': alone, 'suspend-key with evidence': alone, ...stops }
}

/** `after`: when bob has signed the same before, so that what one is enough for has happened. */
const GOVERNANCE: { who: string; signer: TestSigner; after?: 'bob'; answers: Row }[] = [
  { who: 'an administrator, first', signer: ann, answers: row('pending', 'effective', GENESIS) },
  { who: 'an administrator, second', signer: ann, after: 'bob', answers: row('effective', CONFLICT, GENESIS) },
  { who: 'the same administrator again', signer: bob, after: 'bob', answers: row(REPEATED, CONFLICT, GENESIS) },
  { who: 'an administrator’s new key', signer: newOld, after: 'bob', answers: row('effective', CONFLICT, GENESIS) },
  { who: 'an administrator’s rotated key', signer: old, after: 'bob', answers: row('KEY_INACTIVE') },
  { who: 'a suspended administrator', signer: away, after: 'bob', answers: row('KEY_INACTIVE') },
  { who: 'a revoked administrator', signer: gone, after: 'bob', answers: row('KEY_INACTIVE') },
  {
    who: 'the ledger’s own key',
    signer: ledger.ledgerKey,
    answers: {
      ...row('ROLE', 'ROLE', GENESIS),
      'suspend-key with evidence': 'effective',
      'hold with its ground': 'effective',
    },
  },
  {
    who: 'the ledger’s own key',
    signer: ledger.ledgerKey,
    after: 'bob',
    answers: {
      ...row('ROLE', 'ROLE', GENESIS),
      'suspend-key with evidence': CONFLICT,
      'hold with its ground': CONFLICT,
    },
  },
  ...ROLES.map((role) => ({ who: `a gateway that may ${role}`, signer: gateways[role], answers: row('ROLE') })),
  { who: 'a suspended gateway', signer: stopped, answers: row('KEY_INACTIVE') },
  { who: 'a gateway’s rotated key', signer: retired, answers: row('KEY_INACTIVE') },
  { who: 'a revoked gateway', signer: dead, answers: row('KEY_INACTIVE') },
  { who: 'a stranger', signer: stranger, answers: row('KEY_UNKNOWN') },
]

const json = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json
function moved(bizStep: string, action: 'OBSERVE' | 'DELETE' = 'OBSERVE'): Json {
  const { ilmd: _, ...event } = sampleObjectEvent({ bizStep, action })
  return json(event)
}
/** A step, and the role that it needs. */
const STEPS: [string, Json, Role][] = [
  ['commissioning', json(sampleObjectEvent()), 'commission'],
  ['transforming', json(sampleTransformation()), 'transform'],
  ['packing', json(sampleAggregation()), 'pack'],
  ['unpacking', json(sampleAggregation({ action: 'DELETE', bizStep: 'unpacking' })), 'pack'],
  ['shipping', moved('shipping'), 'ship'],
  ['receiving', moved('receiving'), 'receive'],
  ['inspecting', moved('inspecting'), 'observe'],
  ['selling', moved('retail_selling', 'DELETE'), 'sell'],
]
/** Everyone who may take no step at all. */
const NO_STEPS: { who: string; signer: TestSigner; answer: string }[] = [
  { who: 'an administrator', signer: ann, answer: 'ROLE' },
  { who: 'an administrator’s rotated key', signer: old, answer: 'KEY_INACTIVE' },
  { who: 'a suspended administrator', signer: away, answer: 'KEY_INACTIVE' },
  { who: 'a revoked administrator', signer: gone, answer: 'KEY_INACTIVE' },
  { who: 'the ledger’s own key', signer: ledger.ledgerKey, answer: 'ROLE' },
  { who: 'a suspended gateway', signer: stopped, answer: 'KEY_INACTIVE' },
  { who: 'a gateway’s rotated key', signer: retired, answer: 'KEY_INACTIVE' },
  { who: 'a revoked gateway', signer: dead, answer: 'KEY_INACTIVE' },
  { who: 'a stranger', signer: stranger, answer: 'KEY_UNKNOWN' },
]

/** Signs one event and takes it in where it is admitted. */
function sign(state: AdmissionState, signer: TestSigner, kind: StatementKind, value: Json): string {
  const { prev } = signer
  const { statement, events } = signer.statement(kind, [value])
  const admission = admit(state, statement, events, verifyOnNoble)
  if (!admission.ok) signer.prev = prev
  if (!admission.ok) return admission.code
  applyChanges(state, admission.changes)
  return admission.events[0]!.effective ? 'effective' : 'pending'
}

/** Does something on a copy of the ledger, and leaves the signers where they were for the next cell. */
function trial(work: (state: AdmissionState) => string, ...signers: TestSigner[]): string {
  const before = signers.map(({ seq, prev }) => ({ seq, prev }))
  const answer = work(draftOf(ledger.state))
  signers.forEach((signer, i) => {
    Object.assign(signer, before[i])
  })
  return answer
}

describe('governance', () => {
  for (const { who, signer, after, answers } of GOVERNANCE) {
    it.each(COLUMNS)(`${who}${after ? ' (after bob)' : ''}: %s`, (column) => {
      const answer = trial(
        (state) => {
          if (after) sign(state, bob, 'governance', governanceEvent(OPERATIONS[column]))
          return sign(state, signer, 'governance', governanceEvent(OPERATIONS[column]))
        },
        bob,
        signer,
      )
      expect(answer).toBe(answers[column])
    })
  }
})

describe('steps of goods', () => {
  for (const [step, event, needed] of STEPS) {
    it.each(ROLES)(`${step} by a gateway that may %s`, (role) => {
      const answer = trial((state) => sign(state, gateways[role], 'batch', event), gateways[role])
      expect(answer).toBe(role === needed ? 'effective' : 'ROLE')
    })
    it.each(NO_STEPS)(`${step} by $who`, ({ signer, answer }) => {
      expect(trial((state) => sign(state, signer, 'batch', event), signer)).toBe(answer)
    })
  }
})
