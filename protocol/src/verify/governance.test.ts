import nodeCrypto from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { sampleObjectEvent } from '../_events.ts'
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
} from '../_governance.ts'
import { MemoryLedger, type TestSigner } from '../_memory-ledger.ts'
import { decodeBundle, encodeBundle } from '../bundle.ts'
import { buildBundle } from '../bundle-builder.ts'
import { toHex } from '../bytes.ts'
import type { Json } from '../canonical-json.ts'
import { type Verify, verifyOnNode } from '../ed25519.ts'
import type { Role } from '../event/governance-types.ts'
import { keyUri } from '../key.ts'
import type { Verdict } from './verdict.ts'
import { verify } from './verify.ts'

// What a reader finds out by itself about keys that ended, and about a ledger that carries out governance as it likes.

const PACK = 'https://id.gs1.org/01/09506000134352/21/PACK'
const ROLES: Role[] = ['commission', 'observe']
const onNode = verifyOnNode(nodeCrypto)
const check: Verify = async (...args) => onNode(...args)

function consortium(): { ledger: MemoryLedger; gateway: TestSigner } {
  const ledger = new MemoryLedger('ledger.example/read', ['ann', 'bob', 'cy'], 2)
  const gateway = gatewayKey('gw1')
  carry(ledger, FARM, enrolment(gateway, 'gw1', ROLES))
  return { ledger, gateway }
}

/** Records a step of the pack, or the test fails. */
function stamp(ledger: MemoryLedger, signer: TestSigner): void {
  const { ilmd: _, ...event } = sampleObjectEvent({ epcList: [PACK], action: 'OBSERVE', bizStep: 'inspecting' })
  const { statement, events } = signer.statement('batch', [event as unknown as Json])
  const admission = ledger.submit(statement, events)
  if (!admission.ok) throw new Error(admission.message)
}

async function read(ledger: MemoryLedger): Promise<Verdict> {
  ledger.seal()
  return verify(await buildBundle(PACK, ledger.source()), PACK, { policy: ledger.policy }, check)
}

function failed(verdict: Verdict): string {
  const check = verdict.checks.find((c) => c.status === 'failed')
  return check === undefined ? 'none failed' : `${check.id} ${check.code}`
}

/** What a dishonest ledger does to its own state before it admits something. */
function forge(ledger: MemoryLedger, key: TestSigner, change: object): void {
  const id = toHex(key.kid)
  ledger.state.keys.set(id, { ...ledger.state.keys.get(id)!, ...change })
}

describe('a key that ended', () => {
  it('by rotation: its stamps stand and are marked, its successor’s stand beside them', async () => {
    const { ledger, gateway } = consortium()
    const next = gatewayKey('next')
    next.iss = gateway.iss
    stamp(ledger, gateway)
    carry(ledger, rotation(gateway, next))
    stamp(ledger, next)
    const verdict = await read(ledger)
    expect(failed(verdict)).toBe('none failed')
    expect(verdict.state).toBe('consistent')
    expect(verdict.events.map(({ signer }) => [signer.gateway, signer.endedLater, signer.ended])).toEqual([
      ['gw1', true, 'rotated'],
      ['gw1', false, undefined],
    ])
    forge(ledger, gateway, { status: 'active' })
    stamp(ledger, gateway)
    expect(failed(await read(ledger))).toBe('signatures KEY_INACTIVE')
  })

  it('by a contradiction: suspended, restored, and what it signed meanwhile refused', async () => {
    const { ledger, gateway } = consortium()
    stamp(ledger, gateway)
    expect(ledger.decide(ledger.ledgerKey, accusation(gateway))).toBe('effective')
    const suspended = await read(ledger)
    expect(failed(suspended)).toBe('none failed')
    expect(suspended.events[0]?.signer).toMatchObject({ endedLater: true, ended: 'suspended' })
    carry(ledger, restoration(gateway))
    stamp(ledger, gateway)
    const restored = await read(ledger)
    expect(restored.state).toBe('consistent')
    expect(restored.events.map((e) => e.signer.endedLater)).toEqual([false, false])
    ledger.decide(ledger.administrators[0]!, suspension(gateway))
    forge(ledger, gateway, { status: 'active' })
    stamp(ledger, gateway)
    expect(failed(await read(ledger))).toBe('signatures KEY_INACTIVE')
  })

  it('cannot be kept secret: the history of the key is proven whole', async () => {
    const { ledger, gateway } = consortium()
    stamp(ledger, gateway)
    for (const end of [suspension(gateway), restoration(gateway), revocation(gateway)]) {
      carry(ledger, end)
      ledger.seal()
      const bundle = decodeBundle(await buildBundle(PACK, ledger.source()))
      const history = bundle.histories.find((h) => h.subject === keyUri(gateway.kid))!
      history.links.pop()
      const verdict = await verify(encodeBundle(bundle), PACK, { policy: ledger.policy }, check)
      expect(failed(verdict), end.op).toBe('completeness HISTORY_PROOF')
    }
  })

  it('and those that had its name before and after it at the same station do not confuse the reader', async () => {
    const { ledger, gateway } = consortium()
    const [second, third] = [gatewayKey('second'), gatewayKey('third')]
    stamp(ledger, gateway)
    carry(ledger, revocation(gateway))
    carry(ledger, enrolment(second, 'gw1', ROLES))
    carry(ledger, revocation(second))
    carry(ledger, enrolment(third, 'gw1', ROLES))
    stamp(ledger, third)
    const verdict = await read(ledger)
    expect(failed(verdict)).toBe('none failed')
    expect(verdict.events.map((e) => e.signer.ended)).toEqual(['revoked', undefined])
  })

  it('an administrator’s new key governs on', async () => {
    const { ledger, gateway } = consortium()
    const [ann, bob, cy] = ledger.administrators as [TestSigner, TestSigner, TestSigner]
    const newAnn = gatewayKey('new-ann')
    Object.assign(newAnn, { iss: keyUri(newAnn.kid), sub: ann.sub })
    ledger.decide(bob, rotation(ann, newAnn, 'administrator'))
    ledger.decide(cy, rotation(ann, newAnn, 'administrator'))
    const second = gatewayKey('second')
    for (const admin of [newAnn, bob]) ledger.decide(admin, revocation(gateway))
    for (const admin of [newAnn, bob]) ledger.decide(admin, enrolment(second, 'gw1', ROLES))
    stamp(ledger, second)
    const verdict = await read(ledger)
    expect(failed(verdict)).toBe('none failed')
    expect(verdict.events).toHaveLength(1)
  })
})

describe('a ledger that governs as it likes is found out', () => {
  it('a contradiction that the key never signed', async () => {
    const { ledger, gateway } = consortium()
    stamp(ledger, gateway)
    const impostor = gatewayKey('impostor')
    Object.assign(impostor, { kid: gateway.kid })
    const honest = ledger.state.keys.get(toHex(gateway.kid))!.publicKey
    forge(ledger, gateway, { publicKey: impostor.publicKey })
    expect(ledger.decide(ledger.ledgerKey, accusation(gateway, contradiction(impostor)))).toBe('effective')
    forge(ledger, gateway, { publicKey: honest })
    expect(failed(await read(ledger))).toBe('signatures GOVERNANCE_EVIDENCE')
  })

  it('its own key that governs', async () => {
    const { ledger, gateway } = consortium()
    stamp(ledger, gateway)
    forge(ledger, ledger.ledgerKey, { kind: 'administrator' })
    ledger.decide(ledger.ledgerKey, suspension(gateway))
    expect(failed(await read(ledger))).toBe('signatures ROLE')
  })

  it('a key enrolled by fewer than the threshold', async () => {
    const { ledger } = consortium()
    const ghost = gatewayKey('ghost')
    ledger.state.genesis = { ...ledger.state.genesis!, threshold: 1 }
    expect(ledger.decide(ledger.administrators[0]!, enrolment(ghost, 'ghost', ROLES))).toBe('effective')
    stamp(ledger, ghost)
    expect(failed(await read(ledger))).toBe('signatures KEY_UNKNOWN')
  })

  it('signatures gathered beyond the window', async () => {
    const { ledger } = consortium()
    const [ann, bob] = ledger.administrators as [TestSigner, TestSigner]
    const ghost = gatewayKey('ghost')
    ledger.state.genesis = { ...ledger.state.genesis!, windowS: 31_536_000 }
    ledger.decide(ann, enrolment(ghost, 'ghost', ROLES))
    bob.iat += 604_801
    expect(ledger.decide(bob, enrolment(ghost, 'ghost', ROLES))).toBe('effective')
    stamp(ledger, ghost)
    expect(failed(await read(ledger))).toBe('signatures KEY_UNKNOWN')
  })

  it('an administrator who was suspended', async () => {
    const { ledger, gateway } = consortium()
    const [ann, bob, cy] = ledger.administrators as [TestSigner, TestSigner, TestSigner]
    stamp(ledger, gateway)
    ledger.decide(bob, suspension(ann))
    expect(ledger.decide(cy, suspension(ann))).toBe('effective')
    forge(ledger, ann, { status: 'active' })
    expect(ledger.decide(ann, suspension(gateway))).toBe('effective')
    expect(failed(await read(ledger))).toBe('signatures KEY_INACTIVE')
  })
})
