import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sampleObjectEvent } from './_events.ts'
import {
  accusation,
  carry,
  contradiction,
  enrolment,
  FARM,
  gatewayKey,
  restoration,
  revocation,
  rotation,
  suspension,
} from './_governance.ts'
import { governanceEvent, MemoryLedger, TestSigner } from './_memory-ledger.ts'
import { fromBase64, toBase64Url, toHex } from './bytes.ts'
import type { Json } from './canonical-json.ts'
import { evidenceOf } from './contradiction.ts'
import type { Operation, SuspendKey } from './event/governance-types.ts'
import { LIMITS } from './limits.ts'
import { ledgerUri } from './signer.ts'

const ORIGIN = 'ledger.example/governed'
const WINDOW_S = 604_800
type Three = [TestSigner, TestSigner, TestSigner]

function consortium(): { ledger: MemoryLedger; admins: Three; gateway: TestSigner } {
  const ledger = new MemoryLedger(ORIGIN, ['ann', 'bob', 'cy'], 2)
  const gateway = gatewayKey('gw1')
  carry(ledger, FARM, enrolment(gateway, 'gw1'))
  return { ledger, admins: ledger.administrators as Three, gateway }
}

function stamp(ledger: MemoryLedger, signer: TestSigner): string {
  const { seq, prev } = signer
  const { statement, events } = signer.statement('batch', [sampleObjectEvent() as unknown as Json])
  const admission = ledger.submit(statement, events)
  if (!admission.ok) Object.assign(signer, { seq, prev })
  return admission.ok ? 'ok' : admission.code
}

/** A gateway's enrolment under another name, with someone else's key. */
function takenOver(gateway: TestSigner, by: TestSigner): Operation {
  return { ...enrolment(gateway, 'taken'), key: toBase64Url(by.publicKey) }
}

function forged(statement: Uint8Array): Uint8Array {
  const bytes = statement.slice()
  bytes[bytes.length - 40]! ^= 1
  return bytes
}

const statusOf = (ledger: MemoryLedger, key: TestSigner): string | undefined =>
  ledger.state.keys.get(toHex(key.kid))?.status

describe('a gateway’s TLS key', () => {
  const [one, two] = [1, 2].map((n) => toBase64Url(new Uint8Array(32).fill(n))) as [string, string]
  const pinned = (ledger: MemoryLedger, key: TestSigner): string | undefined =>
    ledger.state.keys.get(toHex(key.kid))?.tls

  it('is what the last enrolment says, and goes over to the key that takes its place', () => {
    const { ledger, gateway } = consortium()
    expect(pinned(ledger, gateway)).toBeUndefined()
    carry(ledger, { ...enrolment(gateway, 'gw1'), tls: one })
    expect(pinned(ledger, gateway)).toBe(one)
    const [next, third] = [gatewayKey('next'), gatewayKey('third')]
    carry(ledger, rotation(gateway, next))
    expect(pinned(ledger, next)).toBe(one)
    carry(ledger, { ...rotation(next, third), tls: two } as Operation)
    expect(pinned(ledger, third)).toBe(two)
    carry(ledger, enrolment(third, 'gw1'))
    expect(pinned(ledger, third)).toBeUndefined()
  })

  it('is not an administrator’s', () => {
    const { ledger, admins } = consortium()
    const turn = { ...rotation(admins[0], gatewayKey('next'), 'administrator'), tls: one } as Operation
    expect(() => carry(ledger, turn)).toThrow('GOVERNANCE_CONFLICT')
  })
})

describe('thresholds', () => {
  const names = ['ann', 'bob', 'cy', 'dee', 'eve']

  it('any administrators in any order reach effect exactly when enough distinct active ones signed within the window', () => {
    const plan = fc.record({
      threshold: fc.integer({ min: 1, max: 5 }),
      revoked: fc.uniqueArray(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
      signers: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 8 }),
      apart: fc.constantFrom(0, 1, Math.floor(WINDOW_S / 5), WINDOW_S, WINDOW_S + 1),
    })
    fc.assert(
      fc.property(plan, ({ threshold, revoked, signers, apart }) => {
        const ledger = new MemoryLedger(ORIGIN, names, threshold)
        // As many as must stay, stay.
        const gone = revoked.slice(0, 5 - threshold)
        for (const i of gone) carryBy(ledger, gone, revocation(ledger.administrators[i]!))
        const model = new Model(threshold)
        let iat = 1_795_100_000
        for (const i of signers) {
          const signer = ledger.administrators[i]!
          signer.iat = iat
          const expected = gone.includes(i) ? 'KEY_INACTIVE' : model.sign(i, iat)
          expect(ledger.decide(signer, FARM)).toBe(expected)
          expect(ledger.state.organisations.has('farm')).toBe(model.effective)
          iat += apart
        }
      }),
      { numRuns: 150 },
    )
  })

  it('the same content has one id, whoever signs it; a letter changed is another operation', () => {
    const { ledger, admins } = consortium()
    const shop: Operation = { ...FARM, org: 'shop' }
    expect(ledger.decide(admins[0], shop)).toBe('pending')
    expect(ledger.decide(admins[1], { ...shop, name: { zh: '农场', en: 'Farm.' } })).toBe('pending')
    expect(ledger.state.pending.size).toBe(2)
    expect([...ledger.state.pending.values()].map((p) => p.operation)).toContainEqual(shop)
    expect(ledger.decide(admins[0], shop)).toBe('GOVERNANCE_REPEATED')
    expect(ledger.decide(admins[2], shop)).toBe('effective')
    expect(ledger.state.pending.size).toBe(1)
  })

  it('one administrator cannot fill the ledger with what nobody signs', () => {
    const { ledger, admins } = consortium()
    const many = Array.from({ length: LIMITS.pendingOperations }, (_, i) => ({ ...FARM, org: `org-${i}` }))
    expect(ledger.decide(admins[0], ...many)).toBe('pending')
    expect(ledger.decide(admins[0], { ...FARM, org: 'one-more' })).toBe('GOVERNANCE_CONFLICT')
    expect(ledger.decide(admins[1], { ...FARM, org: 'one-more' })).toBe('pending')
    expect(ledger.decide(admins[0], { ...FARM, org: 'one-more' })).toBe('effective')
    expect(ledger.decide(admins[1], many[0]!)).toBe('effective')
    expect(ledger.decide(admins[0], { ...FARM, org: 'another' })).toBe('pending')
  })

  it('one statement is taken whole or not at all', () => {
    const { ledger, admins } = consortium()
    expect(ledger.decide(admins[0], suspension(gatewayKey('gw1')), { ...FARM, org: 'shop' })).toBe('pending')
    expect(ledger.decide(admins[1], { ...FARM, org: 'b' }, { ...FARM, org: 'b' })).toBe('GOVERNANCE_REPEATED')
    expect(ledger.state.pending.size).toBe(1)
  })
})

/** The rule in other words: who signed since the first signature of this round, and when that was. */
class Model {
  effective = false
  readonly #threshold: number
  #round: { first: number; who: Set<number> } | undefined

  constructor(threshold: number) {
    this.#threshold = threshold
  }

  sign(who: number, iat: number): string {
    if (this.#round === undefined || iat - this.#round.first > WINDOW_S) this.#round = { first: iat, who: new Set() }
    if (this.#round.who.has(who)) return 'GOVERNANCE_REPEATED'
    this.#round.who.add(who)
    if (this.#round.who.size < this.#threshold) return 'pending'
    this.#round = undefined
    this.effective = true
    return 'effective'
  }
}

/** Carries an operation through by administrators who stay. */
function carryBy(ledger: MemoryLedger, without: readonly number[], operation: Operation): void {
  const stay = ledger.administrators.filter((_, i) => !without.includes(i))
  for (const signer of stay) if (ledger.decide(signer, operation) === 'effective') return
  throw new Error('not enough administrators')
}

describe('the life of a key', () => {
  it('is suspended at once by any administrator, and restored by as many as the threshold', () => {
    const { ledger, admins, gateway } = consortium()
    expect(stamp(ledger, gateway)).toBe('ok')
    expect(ledger.decide(admins[2], suspension(gateway))).toBe('effective')
    expect(stamp(ledger, gateway)).toBe('KEY_INACTIVE')
    expect(ledger.state.keys.get(toHex(gateway.kid))).toMatchObject({ status: 'suspended', reason: 'a test' })
    expect(ledger.decide(admins[0], restoration(gateway))).toBe('pending')
    expect(stamp(ledger, gateway)).toBe('KEY_INACTIVE')
    expect(ledger.decide(admins[1], restoration(gateway))).toBe('effective')
    expect(ledger.state.keys.get(toHex(gateway.kid))).not.toHaveProperty('reason')
    expect(stamp(ledger, gateway)).toBe('ok')
  })

  it('is rotated: the new key speaks for the same gateway and begins its own chain, the old one is silent for ever', () => {
    const { ledger, gateway } = consortium()
    const next = gatewayKey('next')
    Object.assign(next, { iss: gateway.iss })
    expect(stamp(ledger, gateway)).toBe('ok')
    carry(ledger, rotation(gateway, next))
    expect(stamp(ledger, gateway)).toBe('KEY_INACTIVE')
    expect(stamp(ledger, next)).toBe('ok')
    const [before, after] = [gateway, next].map((key) => ledger.state.keys.get(toHex(key.kid))!)
    expect(before).toMatchObject({ status: 'rotated', nextSeq: 1 })
    const { org, gateway: name, uri, station, roles } = before!
    expect(after).toMatchObject({
      status: 'active',
      kind: 'gateway',
      nextSeq: 1,
      org,
      gateway: name,
      uri,
      station,
      roles,
    })
    expect(() => carry(ledger, enrolment(gateway, 'gw1'))).toThrow('GOVERNANCE_CONFLICT')
    expect(() => carry(ledger, restoration(gateway))).toThrow('GOVERNANCE_CONFLICT')
    // Found out to have been stolen before: it may still be revoked, for its marks to say so.
    carry(ledger, revocation(gateway))
    expect(statusOf(ledger, gateway)).toBe('revoked')
    expect(statusOf(ledger, next)).toBe('active')
  })

  const conflicts: [string, (l: MemoryLedger, g: TestSigner, admins: Three) => Operation][] = [
    ['a key that nobody knows is revoked', () => revocation(gatewayKey('nobody'))],
    ['a key that nobody knows is rotated', () => rotation(gatewayKey('nobody'), gatewayKey('next'))],
    ['an active key is restored', (_, g) => restoration(g)],
    ['a gateway is given a key that is known', (_, g, [ann]) => rotation(g, ann)],
    ['a gateway is given its own key', (_, g) => rotation(g, g)],
    ['a gateway is given a key without a login', (_, g) => rotation(g, gatewayKey('next'), 'administrator')],
    ['an administrator is given a login', (_, _g, [ann]) => rotation(ann, gatewayKey('next'))],
    ['the ledger’s own key is revoked', (l) => revocation(l.ledgerKey)],
    ['the ledger’s own key is suspended', (l) => suspension(l.ledgerKey)],
    ['the ledger’s own key is rotated', (l) => rotation(l.ledgerKey, gatewayKey('next'), 'administrator')],
    ['the ledger’s own key becomes a gateway', (l, g) => takenOver(g, l.ledgerKey)],
    ['an administrator’s key becomes a gateway', (_, g, [ann]) => takenOver(g, ann)],
    ['a second key takes a gateway’s name', () => enrolment(gatewayKey('second'), 'gw1')],
  ]
  it.each(conflicts)('conflict: %s', (_, operation) => {
    const { ledger, admins, gateway } = consortium()
    expect(() => carry(ledger, operation(ledger, gateway, admins))).toThrow('GOVERNANCE_CONFLICT')
  })

  it('restored only when nobody else has its name meanwhile', () => {
    const { ledger, admins, gateway } = consortium()
    ledger.decide(admins[0], suspension(gateway))
    const other = gatewayKey('other')
    carry(ledger, enrolment(other, 'gw1'))
    expect(() => carry(ledger, restoration(gateway))).toThrow('GOVERNANCE_CONFLICT')
    expect(() => carry(ledger, rotation(gateway, gatewayKey('third')))).toThrow('GOVERNANCE_CONFLICT')
    carry(ledger, revocation(other))
    // The first signature still stands; the second one was refused, and is now worth something.
    expect(ledger.decide(admins[1], restoration(gateway))).toBe('effective')
    expect(stamp(ledger, gateway)).toBe('ok')
  })
})

describe('administrators', () => {
  it('are suspended, revoked and rotated by as many as the threshold, and enough of them always stay', () => {
    const { ledger, admins } = consortium()
    const [ann, bob, cy] = admins
    expect(ledger.decide(cy, suspension(ann))).toBe('pending')
    expect(ledger.decide(bob, suspension(ann))).toBe('effective')
    expect(ledger.decide(ann, restoration(ann))).toBe('KEY_INACTIVE')
    for (const operation of [suspension(cy), revocation(cy)]) {
      expect(ledger.decide(bob, operation)).toBe('pending')
      expect(ledger.decide(cy, operation)).toBe('GOVERNANCE_CONFLICT')
    }
    const newAnn = new TestSigner('new-ann', undefined, ledgerUri(ORIGIN))
    const turn = rotation(ann, newAnn, 'administrator')
    expect(ledger.decide(bob, turn)).toBe('pending')
    expect(ledger.decide(cy, turn)).toBe('effective')
    expect(ledger.state.keys.get(toHex(newAnn.kid))).toMatchObject({
      kind: 'administrator',
      gateway: 'ann',
      status: 'active',
    })
    expect(ledger.decide(newAnn, { ...FARM, org: 'shop' })).toBe('pending')
  })

  it('one person with a new key is still one person', () => {
    const { ledger, admins } = consortium()
    const [ann, bob, cy] = admins
    const shop: Operation = { ...FARM, org: 'shop' }
    expect(ledger.decide(ann, shop)).toBe('pending')
    const newAnn = new TestSigner('new-ann', undefined, ledgerUri(ORIGIN))
    ledger.decide(bob, rotation(ann, newAnn, 'administrator'))
    expect(ledger.decide(cy, rotation(ann, newAnn, 'administrator'))).toBe('effective')
    expect(ledger.decide(newAnn, shop)).toBe('pending')
    expect(ledger.decide(bob, shop)).toBe('effective')
  })
})

describe('contradictions', () => {
  it('suspend the key, whoever brings them: the ledger’s own key or any administrator', () => {
    for (const bring of [(l: MemoryLedger) => l.ledgerKey, (l: MemoryLedger) => l.administrators[1]!]) {
      const { ledger, gateway } = consortium()
      stamp(ledger, gateway)
      expect(ledger.decide(bring(ledger), accusation(gateway))).toBe('effective')
      expect(stamp(ledger, gateway)).toBe('KEY_INACTIVE')
      expect(ledger.decide(bring(ledger), accusation(gateway))).toBe('GOVERNANCE_CONFLICT')
    }
  })

  it('suspend an administrator too, as long as enough are left', () => {
    const { ledger, admins } = consortium()
    const [ann, bob] = admins
    const [one, two] = [ann, bob].map((admin) => accusation(admin)) as [Operation, Operation]
    expect(ledger.decide(ledger.ledgerKey, one)).toBe('effective')
    expect(statusOf(ledger, ann)).toBe('suspended')
    expect(ledger.decide(ledger.ledgerKey, two)).toBe('GOVERNANCE_CONFLICT')
    expect(statusOf(ledger, bob)).toBe('active')
  })

  it('that were known when the key was restored do not suspend it again; a later one does', () => {
    const { ledger, gateway } = consortium()
    const known = accusation(gateway)
    expect(stamp(ledger, gateway)).toBe('ok')
    expect(ledger.decide(ledger.ledgerKey, known)).toBe('effective')
    carry(ledger, restoration(gateway))
    expect(ledger.decide(ledger.ledgerKey, known)).toBe('GOVERNANCE_CONFLICT')
    expect(ledger.decide(ledger.ledgerKey, accusation(gateway))).toBe('effective')
  })

  const forgeries: [string, (g: TestSigner, other: TestSigner) => [Uint8Array, Uint8Array]][] = [
    ['the same statement twice', (g) => [contradiction(g)[0], contradiction(g)[0]]],
    ['two numbers of its chain', (g) => [g.statement('batch', [1]).statement, g.statement('batch', [2]).statement]],
    ['another key’s contradiction', (_, other) => contradiction(other)],
    ['one of its own and one of another key', (g, other) => [contradiction(g)[0], contradiction(other)[0]]],
    ['a statement that it did not sign', (g) => [contradiction(g)[0], forged(contradiction(g)[1])]],
    ['two that it did not sign', (g) => [forged(contradiction(g)[0]), forged(contradiction(g)[1])]],
    ['what is no statement', (g) => [contradiction(g)[0], new Uint8Array([1, 2, 3])]],
  ]
  it.each(forgeries)('that are none: %s', (_, evidence) => {
    const { ledger, gateway } = consortium()
    const other = gatewayKey('other')
    carry(ledger, enrolment(other, 'other'))
    const operation = accusation(gateway, evidence(gateway, other))
    expect(ledger.decide(ledger.ledgerKey, operation)).toBe('GOVERNANCE_EVIDENCE')
    expect(ledger.decide(ledger.administrators[0]!, operation)).toBe('GOVERNANCE_EVIDENCE')
    expect(statusOf(ledger, gateway)).toBe('active')
  })

  it('in any order are the same evidence, and any bit turned in it is none', () => {
    const { ledger, gateway } = consortium()
    const [a, b] = contradiction(gateway)
    const { evidence } = accusation(gateway, [a, b]) as SuspendKey & { evidence: [string, string] }
    expect(evidenceOf(b, a)).toEqual(evidence)
    for (let bit = 0; bit < a.length * 8; bit += 31) {
      const turned = a.slice()
      turned[bit >> 3]! ^= 1 << (bit & 7)
      expect(ledger.decide(ledger.ledgerKey, accusation(gateway, [turned, b])), `bit ${bit}`).toBe(
        'GOVERNANCE_EVIDENCE',
      )
    }
    expect(fromBase64(evidence[0]).length).toBeGreaterThan(300)
  })

  it.each([
    ['one statement', ['AAAA']],
    ['three', ['AAAA', 'AAAA', 'AAAA']],
    ['no base64', ['AAAA', 'A*AA']],
    ['too much', ['AAAA', 'A'.repeat(8196)]],
  ])('have the form of evidence: not %s', (_, evidence) => {
    const { ledger, gateway } = consortium()
    const operation = { ...suspension(gateway), evidence } as unknown as Operation
    expect(ledger.decide(ledger.ledgerKey, operation)).toBe('GOVERNANCE_SHAPE')
  })
})

describe('the numbers of an administrator', () => {
  it('are used once: that of a refused statement is left out, and the statement can never come back', () => {
    const { ledger, admins } = consortium()
    const [ann] = admins
    const { prev } = ann
    const refused = ann.statement('governance', [governanceEvent(ledger.state.genesis!)])
    expect(ledger.submit(refused.statement, refused.events)).toMatchObject({ code: 'GOVERNANCE_GENESIS' })
    ann.prev = prev
    expect(ledger.decide(ann, { ...FARM, org: 'shop' })).toBe('pending')
    expect(ledger.submit(refused.statement, refused.events)).toMatchObject({ code: 'SEQ_REPEATED' })
  })

  it('do not run away', () => {
    const { ledger, admins } = consortium()
    const [ann] = admins
    const { seq } = ann
    ann.seq = seq + LIMITS.seqGap + 1
    expect(ledger.decide(ann, { ...FARM, org: 'shop' })).toBe('SEQ_EXPECTED')
    ann.seq = seq + LIMITS.seqGap
    expect(ledger.decide(ann, { ...FARM, org: 'shop' })).toBe('pending')
  })

  it('still hang on the last recorded statement, and a gateway leaves none out', () => {
    const { ledger, admins, gateway } = consortium()
    admins[0].prev = new Uint8Array(32).fill(7)
    expect(ledger.decide(admins[0], { ...FARM, org: 'shop' })).toBe('PREV_MISMATCH')
    gateway.seq++
    expect(stamp(ledger, gateway)).toBe('SEQ_EXPECTED')
  })
})
