import nodeCrypto from 'node:crypto'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { SAMPLE, sampleAggregation, sampleObjectEvent } from '../_events.ts'
import { enrolment, FARM, gatewayKey, lift, RECALL_ID, recallOf } from '../_governance.ts'
import { MemoryLedger, type TestSigner } from '../_memory-ledger.ts'
import { sampleReport } from '../_reports.ts'
import { decodeBundle, encodeBundle } from '../bundle.ts'
import { buildBundle } from '../bundle-builder.ts'
import type { Json } from '../canonical-json.ts'
import { type Verify, verifyOnNode } from '../ed25519.ts'
import type { Operation, Recall } from '../event/governance-types.ts'
import { recallUri } from '../subject.ts'
import { namesOf } from './orders.ts'
import { recallsOf } from './recalls.ts'
import type { ProvenEvent, Verdict } from './verdict.ts'
import { verify } from './verify.ts'

const onNode = verifyOnNode(nodeCrypto)
const check: Verify = async (...args) => onNode(...args)
const OTHER_LOT = 'https://id.gs1.org/01/09506000134352/10/L8'
const CASE = 'https://id.gs1.org/00/095060001343520031'

describe('a recall in the ledger', () => {
  let ledger: MemoryLedger
  let gateway: TestSigner
  let minutes = 0
  const record = (...events: unknown[]): void => {
    const { statement, events: salted } = gateway.statement('batch', events as Json[])
    const admission = ledger.submit(statement, salted)
    if (!admission.ok) throw new Error(admission.message)
  }
  const step = <E extends object>(event: E): E & { eventTime: string } => ({
    ...event,
    eventTime: new Date(Date.UTC(2026, 10, 20, 0, minutes++)).toISOString(),
  })
  const born = (item: string = SAMPLE.item, lot = 'L7'): unknown =>
    step(sampleObjectEvent({ epcList: [item], ilmd: { 'cbvmda:lotNumber': lot } }))
  const packing = (action: 'ADD' | 'DELETE', unit: string, ...things: string[]): unknown =>
    step(
      sampleAggregation({
        action,
        parentID: unit,
        childEPCs: things,
        bizStep: action === 'ADD' ? 'packing' : 'unpacking',
      }),
    )
  const govern = (...operations: Operation[]): void => {
    for (const operation of operations) ledger.govern(operation)
  }
  const bundle = (subject: string): Promise<Uint8Array> => buildBundle(subject, ledger.source())
  const read = async (subject: string = SAMPLE.item, bytes?: Uint8Array): Promise<Verdict> => {
    if (ledger.entries.length === 0 || bytes === undefined) ledger.seal()
    return verify(bytes ?? (await bundle(subject)), subject, { policy: ledger.policy }, check)
  }

  beforeEach(() => {
    ledger = new MemoryLedger()
    gateway = gatewayKey('gw1')
    govern(FARM, enrolment(gateway, 'gw1', ['commission', 'pack']))
    record(born())
  })

  it('turns the verdict of the item, its lot and its product, and says who and why', async () => {
    for (const named of [SAMPLE.item, SAMPLE.lot, SAMPLE.product]) {
      const other = new MemoryLedger()
      ledger = other
      gateway = gatewayKey('gw1')
      govern(FARM, enrolment(gateway, 'gw1', ['commission', 'pack']))
      record(born())
      govern(recallOf([named, OTHER_LOT]))
      const verdict = await read()
      expect(verdict.state, named).toBe('recalled')
      expect(verdict.recalls).toMatchObject([{ about: named, entry: 4, recall: { class: 1, org: 'farm' } }])
      expect(verdict.recalls[0]?.sealedAtMs).toBeGreaterThan(0)
      expect(verdict.names.organisations.get('farm')?.name.en).toBe('Farm')
      expect(verdict.checks.every(({ status }) => status !== 'failed')).toBe(true)
    }
  })

  it('is not about goods of another lot', async () => {
    govern(recallOf([OTHER_LOT]))
    expect(await read()).toMatchObject({ state: 'consistent', recalls: [] })
  })

  it('ends when it is lifted, and stays in the record', async () => {
    govern(recallOf([SAMPLE.lot]), lift)
    const verdict = await read()
    expect(verdict).toMatchObject({ state: 'consistent', recalls: [{ lifted: { reason: lift.reason } }] })
    // Its own history says the same of it.
    const own = await read(recallUri(lift.id))
    expect(own.recalls).toMatchObject([{ about: recallUri(lift.id), lifted: { reason: lift.reason } }])
  })

  it('is told as a drill and turns nothing', async () => {
    govern(recallOf([SAMPLE.lot], { drill: true }))
    expect(await read()).toMatchObject({ state: 'consistent', recalls: [{ recall: { drill: true } }] })
  })

  it('is corrected by another wording of the same id, also for goods that it no longer names', async () => {
    govern(recallOf([SAMPLE.lot]))
    expect((await read()).state).toBe('recalled')
    govern(recallOf([OTHER_LOT], { class: 2 }))
    expect(await read()).toMatchObject({ state: 'consistent', recalls: [] })
    govern(recallOf([SAMPLE.item], { class: 3 }))
    expect(await read()).toMatchObject({ state: 'recalled', recalls: [{ about: SAMPLE.item, recall: { class: 3 } }] })
  })

  it('refuses what contradicts it', () => {
    const [admin] = ledger.administrators
    expect(ledger.decide(admin!, lift)).toBe('GOVERNANCE_CONFLICT')
    expect(ledger.decide(admin!, recallOf([SAMPLE.lot], { org: 'nobody' }))).toBe('GOVERNANCE_CONFLICT')
    expect(ledger.decide(admin!, recallOf([SAMPLE.lot]))).toBe('effective')
    expect(ledger.decide(admin!, recallOf([SAMPLE.lot], { drill: true }))).toBe('GOVERNANCE_CONFLICT')
    expect(ledger.decide(admin!, lift)).toBe('effective')
    expect(ledger.decide(admin!, lift)).toBe('GOVERNANCE_CONFLICT')
    expect(ledger.decide(admin!, recallOf([SAMPLE.lot]))).toBe('GOVERNANCE_CONFLICT')
  })

  it('needs two persons where there are two, even where one governs', async () => {
    ledger = new MemoryLedger('ledger.example/two', ['ann', 'bob'], 1)
    gateway = gatewayKey('gw1')
    govern(FARM, enrolment(gateway, 'gw1', ['commission']))
    record(born())
    const [ann, bob] = ledger.administrators
    const recall = recallOf([SAMPLE.lot])
    expect(ledger.decide(ann!, recall)).toBe('pending')
    expect(await read()).toMatchObject({ state: 'consistent', recalls: [] })
    expect(ledger.decide(bob!, recall)).toBe('effective')
    expect((await read()).state).toBe('recalled')
    expect(ledger.decide(bob!, lift)).toBe('pending')
    expect((await read()).state).toBe('recalled')
    expect(ledger.decide(ann!, lift)).toBe('effective')
    expect((await read()).state).toBe('consistent')
  })

  it('cannot be left out, nor its end be invented by leaving out', async () => {
    govern(recallOf([SAMPLE.lot]), lift)
    ledger.seal()
    const whole = decodeBundle(await bundle(SAMPLE.item))
    const without = (subject: string): Uint8Array =>
      encodeBundle({ ...whole, histories: whole.histories.filter((h) => h.subject !== subject) })
    const shortened = (subject: string): Uint8Array => {
      const histories = whole.histories.map((h) => (h.subject === subject ? { ...h, links: h.links.slice(0, -1) } : h))
      return encodeBundle({ ...whole, histories })
    }
    for (const bytes of [SAMPLE.lot, recallUri(RECALL_ID)].flatMap((s) => [without(s), shortened(s)])) {
      const verdict = await read(SAMPLE.item, bytes)
      expect(verdict.state).toBe('mismatch')
      expect(verdict.checks.find(({ status }) => status === 'failed')?.code).toMatch(/^HISTORY_/)
    }
  })

  it('of a unit is about what was in it when it was recorded, or came into it later', async () => {
    const [inside, gone, late] = ['IN', 'GONE', 'LATE'].map((serial) => `${SAMPLE.product}/21/${serial}`) as [
      string,
      string,
      string,
    ]
    record(...[inside, gone, late].map((item) => born(item)))
    record(packing('ADD', CASE, inside, gone), packing('ADD', SAMPLE.unit, CASE))
    record(packing('DELETE', CASE, gone))
    govern(recallOf([SAMPLE.unit]))
    expect((await read(inside)).state).toBe('recalled')
    expect((await read(gone)).state).toBe('consistent')
    expect((await read(late)).state).toBe('consistent')
    record(packing('ADD', CASE, late))
    // Taking it out afterwards does not make it safe.
    record(packing('DELETE', CASE, inside))
    expect((await read(late)).state).toBe('recalled')
    expect((await read(inside)).state).toBe('recalled')
  })

  it('that is frozen at a trace grows only by its rule', async () => {
    const late = `${SAMPLE.product}/21/LATE`
    const trace = { treeSize: ledger.entries.length, digest: 'A'.repeat(43) }
    govern(recallOf([SAMPLE.lot], { trace }))
    record(born(late))
    expect((await read()).state).toBe('recalled')
    expect((await read(late)).state).toBe('consistent')
    govern(recallOf([SAMPLE.lot], { trace, after: 'same-lot' }))
    expect((await read(late)).state).toBe('recalled')
  })

  it('of a thing that nobody recorded is recalled all the same, and lifted it is no record', async () => {
    const unknown = `${SAMPLE.product}/21/NOBODY`
    govern(recallOf([unknown]))
    expect((await read(unknown)).state).toBe('recalled')
    govern(lift)
    record(
      sampleReport(
        { kind: 'blocked', subject: unknown, recall: RECALL_ID },
        { bizLocation: { id: 'https://id.gs1.org/414/9506000134017' } },
      ),
    )
    expect(await read(unknown)).toMatchObject({ state: 'none', reports: [{ event: { report: { kind: 'blocked' } } }] })
  })
})

describe('which goods a recall of a unit is about', () => {
  const units = ['U0', 'U1', 'U2']
  const acts = fc.array(
    fc.record({
      add: fc.boolean(),
      child: fc.constantFrom('item', ...units),
      unit: fc.constantFrom(...units),
      all: fc.boolean(),
    }),
    { maxLength: 12 },
  )

  it('is what a moment-by-moment account of the boxes says', () => {
    fc.assert(
      fc.property(acts, fc.nat(12), fc.constantFrom(...units), (steps, since, named) => {
        // Boxes that hold themselves are another matter.
        const tame = steps.filter(({ child, unit }) => child === 'item' || child < unit)
        const events = tame.map(
          ({ add, child, unit, all }, i) =>
            ({
              entry: i,
              position: 0,
              event: {
                ...sampleAggregation({ action: add ? 'ADD' : 'DELETE', parentID: unit, childEPCs: [child] }),
                ...(!add && all && { childEPCs: [] }),
                eventID: `urn:uuid:${i}`,
                eventTime: new Date(i * 1000).toISOString(),
              },
            }) as unknown as ProvenEvent,
        )
        const inside = new Map<string, Set<string>>()
        const holds = (unit: string): boolean => {
          for (const thing of inside.get(unit) ?? []) if (thing === 'item' || holds(thing)) return true
          return false
        }
        // Recorded between entry `since` − 1 and `since`: what was there then, or at any moment after.
        let expected = false
        for (let i = 0; i <= tame.length; i++) {
          if (i >= since || i === tame.length) expected ||= holds(named)
          if (i === tame.length) break
          const { add, child, unit, all } = tame[i]!
          const things = inside.get(unit) ?? new Set<string>()
          if (add) things.add(child)
          else if (all) things.clear()
          else things.delete(child)
          inside.set(unit, things)
        }
        const at = '2026-11-22T00:00:00.000Z'
        const operation: Recall = recallOf([named])
        const act = { entry: since - 0.5, position: 0, at, operation, byLedger: false }
        const found = recallsOf(namesOf('item', events), [act], () => undefined)
        expect(found.length > 0).toBe(expected)
      }),
      { numRuns: 2000 },
    )
  })
})
