import { Point } from '@noble/ed25519'
import { describe, expect, it } from 'vitest'
import { sampleObjectEvent } from './_events.ts'
import { governanceEvent, MemoryLedger, TestSigner } from './_memory-ledger.ts'
import { emptyState } from './admission-state.ts'
import { type Admission, admit } from './admit.ts'
import type { SaltedEvent } from './batch.ts'
import { toBase64Url, utf8 } from './bytes.ts'
import type { Json } from './canonical-json.ts'
import { verifyOnNoble } from './ed25519-curve.ts'
import type { EnrolGateway, Operation, Role } from './event/governance-types.ts'
import { ledgerUri } from './signer.ts'

const STATION = 'https://id.gs1.org/414/9506000134017'
const DEVICE = 'https://id.gs1.org/8004/9506000134FARM1'
const ORG: Operation = {
  op: 'enrol-organisation',
  org: 'farm',
  party: 'https://id.gs1.org/417/9506000134000',
  name: { zh: '农场', en: 'Farm' },
}

function enrolment(signer: TestSigner, roles: Role[] = ['commission', 'observe'], gateway = 'gw1'): EnrolGateway {
  const key = toBase64Url(signer.publicKey)
  return {
    op: 'enrol-gateway',
    org: 'farm',
    gateway,
    uri: DEVICE,
    key,
    station: STATION,
    roles,
    login: toBase64Url(new Uint8Array(32)),
  }
}

function ledgerWithGateway(): { ledger: MemoryLedger; gateway: TestSigner } {
  const ledger = new MemoryLedger()
  const gateway = new TestSigner('gateway', DEVICE, STATION)
  ledger.govern(ORG)
  ledger.govern(enrolment(gateway))
  return { ledger, gateway }
}

const event = (): Json => sampleObjectEvent() as unknown as Json
/** A sample without what only a commissioning has. */
function shipment(): Json {
  const { ilmd: _, ...event } = sampleObjectEvent({ bizStep: 'shipping', action: 'OBSERVE' })
  return event as unknown as Json
}

const codeOf = (admission: Admission): string => (admission.ok ? 'ok' : admission.code)

/** Submits one statement of `signer` with these events and says what became of it. */
function submit(
  ledger: MemoryLedger,
  signer: TestSigner,
  values: Json[] = [event()],
  kind: 'batch' | 'governance' = 'batch',
): string {
  const { statement, events } = signer.statement(kind, values)
  return codeOf(ledger.submit(statement, events))
}

describe('admit', () => {
  it('enrols no key with a torsion part', () => {
    const { ledger, gateway } = ledgerWithGateway()
    const order8 = Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa')
    const mixed = toBase64Url(Point.fromBytes(gateway.publicKey).add(order8).toBytes())
    const operation = { ...enrolment(gateway, ['observe'], 'gw2'), key: mixed }
    expect(submit(ledger, ledger.administrators[0]!, [governanceEvent(operation)], 'governance')).toBe('KEY_WEAK')
    expect([...ledger.state.keys.values()].some(({ gateway: name }) => name === 'gw2')).toBe(false)
  })

  it('takes what an enrolled gateway signs, and moves its chain on', () => {
    const { ledger, gateway } = ledgerWithGateway()
    expect(submit(ledger, gateway)).toBe('ok')
    expect(submit(ledger, gateway)).toBe('ok')
    const key = [...ledger.state.keys.values()].find((k) => k.kind === 'gateway')
    expect(key).toMatchObject({ nextSeq: 2, prev: gateway.prev })
  })

  it('changes nothing itself: the same question has the same answer', () => {
    const { ledger, gateway } = ledgerWithGateway()
    const { statement, events } = gateway.statement('batch', [event()])
    const before = JSON.stringify([...ledger.state.keys])
    expect(codeOf(admit(ledger.state, statement, events, verifyOnNoble))).toBe('ok')
    expect(codeOf(admit(ledger.state, statement, events, verifyOnNoble))).toBe('ok')
    expect(JSON.stringify([...ledger.state.keys])).toBe(before)
  })

  const attacks: [string, string, (l: MemoryLedger, g: TestSigner) => string][] = [
    ['a key that nobody enrolled', 'KEY_UNKNOWN', (l) => submit(l, new TestSigner('stranger', DEVICE, STATION))],
    [
      'a replay',
      'SEQ_REPEATED',
      (l, g) => {
        const { statement, events } = g.statement('batch', [event()])
        l.submit(statement, events)
        return codeOf(l.submit(statement, events))
      },
    ],
    [
      'a statement left out',
      'SEQ_EXPECTED',
      (l, g) => {
        g.statement('batch', [event()])
        return submit(l, g)
      },
    ],
    [
      'a chain that hangs elsewhere',
      'PREV_MISMATCH',
      (l, g) => {
        g.prev = new Uint8Array(32).fill(7)
        return submit(l, g)
      },
    ],
    [
      "another station's name",
      'STATEMENT_HEADER',
      (l, g) => {
        g.sub = 'https://id.gs1.org/414/9506000134024'
        return submit(l, g)
      },
    ],
    [
      'an event that was not signed',
      'BATCH_ROOT',
      (l, g) => {
        const { statement, events } = g.statement('batch', [event()])
        const other: SaltedEvent = { ...events[0]!, salt: new Uint8Array(16) }
        return codeOf(l.submit(statement, [other]))
      },
    ],
    [
      'two events swapped',
      'BATCH_ROOT',
      (l, g) => {
        const { statement, events } = g.statement('batch', [event(), event()])
        return codeOf(l.submit(statement, [...events].reverse()))
      },
    ],
    [
      'an event dropped',
      'BATCH_ROOT',
      (l, g) => {
        const { statement, events } = g.statement('batch', [event(), event()])
        return codeOf(l.submit(statement, events.slice(1)))
      },
    ],
    ['a step that it is not enrolled for', 'ROLE', (l, g) => submit(l, g, [shipment()])],
    [
      'JSON that is not its own canonical form',
      'JSON_NOT_CANONICAL',
      (l, g) => {
        const raw = ` ${JSON.stringify(event())}`
        return codeOf(l.submit(...spread(rawStatement(g, utf8(raw)))))
      },
    ],
    [
      'governance by a gateway',
      'ROLE',
      (l, g) => {
        const { statement, events } = g.statement('governance', [governanceEvent(ORG)])
        return codeOf(l.submit(statement, events))
      },
    ],
    [
      'goods by an administrator',
      'ROLE',
      (l) => {
        const { statement, events } = l.administrators[0]!.statement('batch', [event()])
        return codeOf(l.submit(statement, events))
      },
    ],
    [
      'a revoked key',
      'KEY_INACTIVE',
      (l, g) => {
        l.govern({ op: 'revoke-key', key: toBase64Url(g.kid), reason: 'lost' })
        return submit(l, g)
      },
    ],
  ]
  it.each(attacks)('refuses %s: %s', (_name, code, attack) => {
    const { ledger, gateway } = ledgerWithGateway()
    expect(attack(ledger, gateway)).toBe(code)
  })

  it('refuses a forged signature, whatever byte of it is wrong', () => {
    const { ledger, gateway } = ledgerWithGateway()
    const { statement, events } = gateway.statement('batch', [event()])
    for (let i = statement.length - 64; i < statement.length; i += 7) {
      const forged = statement.slice()
      forged[i]! ^= 0x10
      expect(codeOf(ledger.submit(forged, events))).toBe('SIGNATURE')
    }
  })

  it('a ledger begins with its genesis alone, once', () => {
    const empty = new MemoryLedger().state
    const stranger = new TestSigner('nobody', undefined, ledgerUri('ledger.example/test'))
    const { statement, events } = stranger.statement('governance', [governanceEvent(ORG)])
    expect(codeOf(admit({ ...empty, genesis: undefined }, statement, events, verifyOnNoble))).toBe('GOVERNANCE_GENESIS')
    const state = emptyState()
    const founder = new TestSigner('admin', undefined, ledgerUri('ledger.example/test'))
    const wrong = founder.statement('batch', [governanceEvent(new MemoryLedger().state.genesis!)])
    expect(codeOf(admit(state, wrong.statement, wrong.events, verifyOnNoble))).toBe('ROLE')
    expect(state).toEqual(emptyState())
    const ledger = new MemoryLedger()
    expect(() => ledger.govern(ledger.state.genesis!)).toThrow('GOVERNANCE_GENESIS')
  })
})

describe('governance', () => {
  it('a gateway needs an organisation, a strong key of its own, and a free name', () => {
    const ledger = new MemoryLedger()
    const gateway = new TestSigner('gateway')
    expect(() => ledger.govern(enrolment(gateway))).toThrow('GOVERNANCE_CONFLICT')
  })

  it('an enrolled name belongs to one active key', () => {
    const { ledger } = ledgerWithGateway()
    expect(() => ledger.govern(enrolment(new TestSigner('second')))).toThrow('GOVERNANCE_CONFLICT')
  })

  it('takes effect when enough distinct administrators have signed the same content, and not before', () => {
    const ledger = new MemoryLedger('ledger.example/two', ['ann', 'bob', 'cy'], 2)
    const [ann, bob, cy] = ledger.administrators as [TestSigner, TestSigner, TestSigner]
    ledger.govern(ORG, ann)
    expect(ledger.state.organisations.size).toBe(0)
    expect(() => ledger.govern(ORG, ann)).toThrow('GOVERNANCE_REPEATED')
    ann.seq--
    ledger.govern({ ...ORG, name: { zh: '农场', en: 'Another' } }, bob)
    expect(ledger.state.organisations.size).toBe(0)
    ledger.govern(ORG, cy)
    expect(ledger.state.organisations.get('farm')).toEqual(ORG)
    expect(ledger.state.pending.size).toBe(1)
  })

  it('a signature counts no longer than its administrator, and enough of them always stay', () => {
    const ledger = new MemoryLedger('ledger.example/two', ['ann', 'bob', 'cy'], 2)
    const [ann, bob, cy] = ledger.administrators as [TestSigner, TestSigner, TestSigner]
    ledger.govern(ORG, ann)
    const dismissal: Operation = { op: 'revoke-key', key: toBase64Url(ann.kid), reason: 'left' }
    ledger.govern(dismissal, bob)
    ledger.govern(dismissal, cy)
    ledger.govern(ORG, bob)
    expect(ledger.state.organisations.size).toBe(0)
    ledger.govern(ORG, cy)
    expect(ledger.state.organisations.size).toBe(1)
    const second: Operation = { op: 'revoke-key', key: toBase64Url(bob.kid), reason: 'left' }
    ledger.govern(second, bob)
    expect(() => ledger.govern(second, cy)).toThrow('GOVERNANCE_CONFLICT')
  })

  it('signatures further apart than the window do not add up', () => {
    const ledger = new MemoryLedger('ledger.example/two', ['ann', 'bob'], 2)
    const [ann, bob] = ledger.administrators as [TestSigner, TestSigner]
    ledger.govern(ORG, ann)
    bob.iat += 604_801
    ledger.govern(ORG, bob)
    expect(ledger.state.organisations.size).toBe(0)
  })

  it('refuses an operation with a field too many, too few or of another shape', () => {
    const ledger = new MemoryLedger()
    const admin = ledger.administrators[0]!
    const tries: Json[] = [
      { ...ORG, extra: 1 },
      { ...ORG, org: 'a/b' },
      { ...ORG, name: { zh: 'x' } },
      { op: 'toString' },
      { ...ORG, name: { zh: '农场', en: 'Farm\u202emraF' } },
      { ...ORG, name: { zh: '\u200b', en: 'Farm' } },
      { ...ORG, party: 'no uri' },
    ].map((operation) => operation as unknown as Json)
    for (const operation of tries) {
      const { statement, events } = admin.statement('governance', [governanceEvent(operation as unknown as Operation)])
      expect(codeOf(ledger.submit(statement, events))).toBe('GOVERNANCE_SHAPE')
      admin.seq--
      admin.prev = [...ledger.state.keys.values()][0]!.prev
    }
  })
})

function rawStatement(signer: TestSigner, bytes: Uint8Array): { statement: Uint8Array; events: SaltedEvent[] } {
  return signer.over('batch', [{ salt: new Uint8Array(16), event: bytes }])
}

function spread({ statement, events }: { statement: Uint8Array; events: SaltedEvent[] }): [Uint8Array, SaltedEvent[]] {
  return [statement, events]
}
