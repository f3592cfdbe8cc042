import nodeCrypto from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { SAMPLE, sampleAggregation, sampleObjectEvent } from '../_events.ts'
import { enrolment, FARM, gatewayKey, groundedHold, HOLD_ID, holdOf, recallOf, release } from '../_governance.ts'
import { governanceEvent, MemoryLedger, type TestSigner } from '../_memory-ledger.ts'
import { buildBundle } from '../bundle-builder.ts'
import type { Json } from '../canonical-json.ts'
import { type Verify, verifyOnNode } from '../ed25519.ts'
import type { HoldGround, Operation, RegisterProduct } from '../event/governance-types.ts'
import type { SensorElement } from '../event/types.ts'
import { holdUri } from '../subject.ts'
import type { Verdict } from './verdict.ts'
import { verify } from './verify.ts'

const onNode = verifyOnNode(nodeCrypto)
const check: Verify = async (...args) => onNode(...args)
const CASE = 'https://id.gs1.org/00/095060001343520031'
const OTHER = SAMPLE.item.replace('A001', 'A002')
const LIMITS = { minMilliC: 0, maxMilliC: 4000 }
const text = { zh: '鲜肉', en: 'Meat' }
const product: RegisterProduct = {
  ...{ op: 'register-product', org: 'farm', product: SAMPLE.product, name: text, spec: text },
  limits: LIMITS,
}

/** Minutes on one day. */
const at = (minute: number): string => new Date(Date.UTC(2026, 10, 20, 0, minute)).toISOString()

const placeOf = ({ entry, position }: { entry: number; position: number }): string => `${entry}.${position}`

/** A series of one reading a minute. */
function measured(fromMinute: number, ...milli: number[]): SensorElement[] {
  const [low, high] = [Math.min(...milli), Math.max(...milli)].map((one) => one / 1000)
  return [
    {
      sensorMetadata: { deviceID: SAMPLE.device, startTime: at(fromMinute), endTime: at(fromMinute + milli.length) },
      sensorReport: [{ type: 'Temperature', minValue: low, maxValue: high, uom: 'CEL' }],
      'tristamp:series': { everyMs: 60_000, milli },
    } as SensorElement,
  ]
}

describe('a hold in the ledger', () => {
  let ledger: MemoryLedger
  let gateway: TestSigner
  /** Records events; the entry that they stand in. */
  const record = (...events: object[]): number => {
    const { statement, events: salted } = gateway.statement('batch', events as unknown as Json[])
    const admission = ledger.submit(statement, salted)
    if (!admission.ok) throw new Error(admission.message)
    return ledger.entries.length - 1
  }
  const govern = (...operations: Operation[]): void => {
    for (const operation of operations) ledger.govern(operation)
  }
  const byLedger = (operation: Operation): void => {
    const { statement, events } = ledger.ledgerKey.statement('governance', [governanceEvent(operation)])
    const admission = ledger.submit(statement, events)
    if (!admission.ok) throw new Error(admission.code)
  }
  const read = async (subject: string): Promise<Verdict> => {
    ledger.seal()
    return verify(await buildBundle(subject, ledger.source()), subject, { policy: ledger.policy }, check)
  }
  const packing = (action: 'ADD' | 'DELETE', minute: number, ...things: string[]): object => ({
    ...sampleAggregation({
      action,
      parentID: CASE,
      childEPCs: things,
      bizStep: action === 'ADD' ? 'packing' : 'unpacking',
    }),
    eventTime: at(minute),
    sensorElementList: measured(minute, 2000),
  })
  const seen = (thing: string, minute: number, ...milli: number[]): object => {
    const { ilmd: _, ...event } = sampleObjectEvent({ action: 'OBSERVE', bizStep: 'inspecting', epcList: [thing] })
    return { ...event, eventTime: at(minute), sensorElementList: measured(minute - milli.length, ...milli) }
  }
  /** The ground of what one event measured beside a way. */
  const groundOf = (event: object, entry: number, fields: Partial<HoldGround>): Partial<HoldGround> => ({
    limits: LIMITS,
    readings: [{ entry, position: 0, eventID: (event as { eventID: string }).eventID }],
    ...fields,
  })

  beforeEach(() => {
    ledger = new MemoryLedger()
    gateway = gatewayKey('gw1')
    govern(FARM, enrolment(gateway, 'gw1', ['commission', 'pack', 'observe']), product)
    record({
      ...sampleObjectEvent({ epcList: [SAMPLE.item, OTHER], ilmd: { 'cbvmda:lotNumber': 'L7' } }),
      eventTime: at(0),
      sensorElementList: measured(0, 2000),
    })
  })

  it('by a person turns the verdict of the lot and its items, and its release turns it back', async () => {
    govern(holdOf([SAMPLE.lot]))
    const { sealedAtMs } = await read(SAMPLE.item)
    for (const subject of [SAMPLE.item, SAMPLE.lot]) {
      const verdict = await read(subject)
      expect(verdict).toMatchObject({ state: 'held', holds: [{ about: SAMPLE.lot, byLedger: false, ground: 'none' }] })
      expect(verdict.holds[0]!.sealedAtMs).toBe(sealedAtMs)
    }
    govern(release)
    expect(await read(SAMPLE.item)).toMatchObject({
      state: 'consistent',
      holds: [{ hold: { id: HOLD_ID }, released: { reason: 'it is dry and sound' } }],
    })
  })

  it('is told under its own name, too, and of many the newest are reckoned again', async () => {
    const warm = seen(SAMPLE.item, 8, 9000)
    const ground = groundOf(warm, record(warm), { way: [SAMPLE.item], lowestMilliC: 9000, highestMilliC: 9000 })
    const ids = Array.from({ length: 40 }, (_, i) => HOLD_ID.replace('6a0c', `6a${String(i).padStart(2, '0')}`))
    for (const id of ids) byLedger({ ...groundedHold({ ...ground, outsideMs: 60_000 }), id })
    expect((await read(holdUri(ids[0]!))).holds[0]).toMatchObject({ hold: { id: ids[0] }, about: holdUri(ids[0]!) })
    const { holds } = await read(SAMPLE.item)
    expect(holds.map(({ ground }) => ground)).toEqual([...Array(32).fill('shown'), ...Array(8).fill('unchecked')])
    expect(holds.map(({ hold }) => hold.id)).toEqual(ids.reverse())
  })

  it('tells others of the lot nothing that only the ground rests on: whoever copies one pack and warms it does not make the others copies', async () => {
    ledger.timeMs = Date.parse(at(1440))
    const far = { ...sampleObjectEvent()['tristamp:geo'], latE7: 200_000_000 }
    const warm = { ...seen(SAMPLE.item, 8, 9000), 'tristamp:geo': far }
    const entry = record(warm)
    expect(await read(SAMPLE.item)).toMatchObject({ state: 'elsewhere' })
    const before = { [OTHER]: await read(OTHER), [SAMPLE.lot]: await read(SAMPLE.lot) }
    const ground = groundOf(warm, entry, { way: [SAMPLE.item], lowestMilliC: 9000, highestMilliC: 9000 })
    const hold = groundedHold({ ...ground, outsideMs: 60_000 })
    byLedger(hold)
    for (const state of ['held', 'consistent'] as const) {
      for (const [subject, { events, findings }] of Object.entries(before)) {
        const after = await read(subject)
        expect(after).toMatchObject({ state, holds: [{ ground: 'shown' }] })
        expect(after.events.map(placeOf)).toEqual(events.map(placeOf))
        expect(after.findings).toEqual(findings)
        expect(after.grounds.map(placeOf)).toEqual([`${entry}.0`])
        expect(after.lineage).not.toContain(SAMPLE.item)
      }
      // What is told of the pack itself is told of it while it is held, and is its verdict again behind that.
      const own = await read(SAMPLE.item)
      expect(own).toMatchObject({ state: state === 'held' ? 'held' : 'elsewhere', grounds: [] })
      expect(own.findings.map(({ code }) => code)).toEqual(['TWO_PLACES', 'TEMPERATURE_LIMITS'])
      // The hold's own history is read for its ground.
      expect((await read(holdUri(hold.id))).events.map(placeOf)).toContain(`${entry}.0`)
      if (state === 'held') govern({ ...release, id: hold.id })
    }
  })

  it('gives way to a recall, and says nothing of goods that it does not name', async () => {
    govern(holdOf([SAMPLE.lot]), recallOf([SAMPLE.item]))
    expect((await read(SAMPLE.item)).state).toBe('recalled')
    expect((await read(OTHER)).state).toBe('held')
    expect((await read('https://id.gs1.org/01/09506000134352/21/NEW')).state).toBe('none')
  })

  it('by the ledger itself shows its ground to readers of the whole lot: a unit that was warm while an item was in it', async () => {
    record(packing('ADD', 5, SAMPLE.item))
    // Three of the five minutes above 4 °C; the first of them before the item was in the case.
    const warm = seen(CASE, 8, 5000, 3000, 3000, 9000, 8000)
    const entry = record(warm)
    const ground = groundOf(warm, entry, {
      way: [SAMPLE.item, CASE],
      lowestMilliC: 3000,
      highestMilliC: 9000,
      outsideMs: 120_000,
    })
    byLedger(groundedHold(ground))
    for (const subject of [SAMPLE.item, OTHER, SAMPLE.lot])
      expect(await read(subject)).toMatchObject({ state: 'held', holds: [{ byLedger: true, ground: 'shown' }] })
  })

  it.each<[string, Partial<HoldGround>]>([
    ['other numbers', { highestMilliC: 9001 }],
    ['longer', { outsideMs: 180_000 }],
    ['other limits', { limits: { minMilliC: 0, maxMilliC: 3000 } }],
    ['limits with a tolerance that is not registered', { limits: { ...LIMITS, toleranceS: 1 } }],
    ['a way on which nothing was', { way: [OTHER, CASE] }],
    ['another lot’s goods', { way: ['https://id.gs1.org/01/09506000134352/21/NEW', CASE] }],
    ['another product', { product: 'https://id.gs1.org/01/09506000134369' }],
    ['an event that is not there', { readings: [{ entry: 2, position: 0, eventID: `urn:uuid:${HOLD_ID}` }] }],
  ])('of which the records do not show the ground stands, and is told as one: %s', async (_, wrong) => {
    record(packing('ADD', 4, SAMPLE.item))
    const warm = seen(CASE, 8, 9000, 8000, 3000)
    const entry = record(warm)
    const right = { way: [SAMPLE.item, CASE], lowestMilliC: 3000, highestMilliC: 9000, outsideMs: 120_000 }
    byLedger(groundedHold({ ...groundOf(warm, entry, right), ...wrong }))
    expect(await read(SAMPLE.item)).toMatchObject({ state: 'held', holds: [{ byLedger: true, ground: 'missing' }] })
  })

  it('has no ground within the tolerance, nor in readings that persons have settled', async () => {
    govern({ ...product, limits: { ...LIMITS, toleranceS: 120 } })
    const short = seen(SAMPLE.item, 8, 9000, 8000)
    const first = record(short)
    const numbers = { way: [SAMPLE.item], limits: { ...LIMITS, toleranceS: 120 } }
    const extremes = { lowestMilliC: 8000, highestMilliC: 9000 }
    byLedger(groundedHold({ ...groundOf(short, first, { ...extremes, outsideMs: 120_000 }), ...numbers }))
    expect(await read(SAMPLE.item)).toMatchObject({ holds: [{ ground: 'missing' }] })
    const { id } = groundedHold()
    govern({ ...release, id })

    const long = seen(SAMPLE.item, 20, 9000, 8000, 8000)
    const second = record(long)
    const again = groundedHold({ ...groundOf(long, second, { ...extremes, outsideMs: 180_000 }), ...numbers })
    byLedger({ ...again, id: HOLD_ID.replace('6a', '6c') })
    expect(await read(SAMPLE.item)).toMatchObject({ state: 'held', holds: [{ ground: 'shown' }, { released: {} }] })

    govern({ ...release, id: HOLD_ID.replace('6a', '6c') })
    byLedger({ ...again, id: HOLD_ID.replace('6a', '6d') })
    expect((await read(SAMPLE.item)).holds[0]).toMatchObject({ ground: 'missing' })
  })
})
