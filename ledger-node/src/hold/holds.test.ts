import * as crypto from 'node:crypto'
import {
  bestVerify,
  type Hold,
  type Json,
  parsePolicy,
  type RegisterProduct,
  toBase64Url,
  type Verdict,
  verify,
} from '@tristamp/protocol'
import { afterEach, describe, expect, it } from 'vitest'
import { itemUri, TestGateway, TestLedger, until } from '../_harness.ts'

const PRODUCT = 'https://id.gs1.org/01/09506000134352'
const LOT = `${PRODUCT}/10/L7`
const OTHER = `${PRODUCT}/10/L8`
const CASE = 'https://id.gs1.org/00/095060001343520017'
const PALLET = 'https://id.gs1.org/00/095060001343520031'
const DEVICE = 'https://id.gs1.org/8004/9506000134COLD1'
const PLACE = 'https://id.gs1.org/414/9506000134307'
const WAIT_MS = 60_000

const at = (minute: number): string => new Date(Date.UTC(2026, 10, 20, 0, minute)).toISOString()

let ledger: TestLedger
afterEach(() => ledger.remove())

/** A reading a minute that end at `minute`. */
function measured(minute: number, milli: readonly number[]): object {
  if (milli.length === 0) return { 'tristamp:quality': 'none' }
  const [low, high] = [Math.min(...milli) / 1000, Math.max(...milli) / 1000]
  return {
    sensorElementList: [
      {
        sensorMetadata: { deviceID: DEVICE, startTime: at(minute - milli.length), endTime: at(minute) },
        sensorReport: [{ type: 'Temperature', value: high, minValue: low, maxValue: high, meanValue: low, uom: 'CEL' }],
        'tristamp:series': { everyMs: 60_000, milli },
        'tristamp:summary': { Temperature: { ok: milli.length } },
      },
    ],
  }
}

function stepOf(minute: number, fields: object, milli: readonly number[] = []): Json {
  return {
    eventID: `urn:uuid:${crypto.randomUUID()}`,
    eventTime: at(minute),
    eventTimeZoneOffset: '+08:00',
    readPoint: { id: PLACE },
    bizLocation: { id: PLACE },
    ...measured(minute, milli),
    'tristamp:geo': { source: 'site', latE7: 302_700_000, lonE7: 1_094_800_000, accuracyM: 5 },
    'tristamp:clock': { source: 'ntp', uncertaintyMs: 20, bootId: crypto.randomUUID(), monotonicMs: minute * 60_000 },
    'tristamp:origin': 'device',
    ...fields,
  } as Json
}

const born = (minute: number, lot: string, ...items: string[]): Json =>
  stepOf(minute, {
    ...{ type: 'ObjectEvent', action: 'ADD', epcList: items.map(itemUri), bizStep: 'commissioning' },
    ...{ disposition: 'active', ilmd: { 'cbvmda:lotNumber': lot } },
  })
const packed = (minute: number, unit: string, ...children: string[]): Json =>
  stepOf(minute, {
    ...{ type: 'AggregationEvent', action: 'ADD', parentID: unit, childEPCs: children },
    ...{ bizStep: 'packing', disposition: 'in_progress' },
  })
const seen = (minute: number, thing: string, ...milli: number[]): Json =>
  stepOf(
    minute,
    { type: 'ObjectEvent', action: 'OBSERVE', epcList: [thing], bizStep: 'inspecting', disposition: 'in_progress' },
    milli,
  )

const product = (limits: RegisterProduct['limits']): RegisterProduct => ({
  ...{ op: 'register-product', org: 'org', product: PRODUCT },
  ...{ name: { zh: '鲜肉', en: 'Meat' }, spec: { zh: '一', en: 'one' } },
  ...(limits !== undefined && { limits }),
})

async function started(limits: RegisterProduct['limits'] = { minMilliC: 0, maxMilliC: 4000 }): Promise<TestGateway> {
  ledger = await TestLedger.start()
  const [gateway] = (await ledger.enrolGateways('one')) as [TestGateway]
  await ledger.enrol({ ...gateway.operation, roles: ['commission', 'pack', 'observe'] } as typeof gateway.operation)
  await ledger.sealed(await ledger.enrol(product(limits)))
  return gateway
}

async function record(gateway: TestGateway, ...events: Json[]): Promise<void> {
  const batch = gateway.batchOf(events)
  gateway.seq++
  const answer = await ledger.post(batch)
  if (!answer.ok) throw new Error(await answer.text())
}

async function holds(): Promise<{ hold: Hold; state: string }[]> {
  return ((await (await ledger.get('/v1/holds')).json()) as { holds: { hold: Hold; state: string }[] }).holds
}

async function read(subject: string): Promise<Verdict> {
  const policy = parsePolicy(await (await ledger.get('/v1/policy')).text())
  const bundle = await ledger.get(`/v1/history?subject=${encodeURIComponent(subject)}`)
  return verify(new Uint8Array(await bundle.arrayBuffer()), subject, { policy }, await bestVerify())
}

const held = (count: number): Promise<void> => until(async () => (await holds()).length >= count, WAIT_MS)

describe('the ledger by itself', () => {
  it('holds the lot of what was in a warm unit, once, with a ground that readers reckon again', async () => {
    const gateway = await started()
    await record(gateway, born(0, 'L7', 'A1', 'A2'), born(0, 'L8', 'B1'))
    await record(gateway, packed(5, CASE, itemUri('A1')), packed(6, PALLET, CASE))
    await record(gateway, seen(10, PALLET, 3000, 9000, 8000))
    await held(1)
    const [one] = await holds()
    expect(one).toMatchObject({
      state: 'standing',
      hold: {
        subjects: [LOT],
        org: 'org',
        ground: { way: [itemUri('A1'), CASE, PALLET], lowestMilliC: 3000, highestMilliC: 9000, outsideMs: 120_000 },
      },
    })
    for (const subject of [itemUri('A1'), itemUri('A2'), LOT])
      expect(await read(subject)).toMatchObject({ state: 'held', holds: [{ byLedger: true, ground: 'shown' }] })
    expect((await read(itemUri('B1'))).holds).toEqual([])

    // The same lot again, and after a start that looks at everything once more.
    await record(gateway, seen(20, PALLET, 9000, 9000), seen(21, OTHER, 9000))
    await held(2)
    await ledger.stop()
    await ledger.run()
    await record(gateway, seen(30, `${PRODUCT}/10/L9`, 9000))
    await held(3)
    expect((await holds()).map(({ hold }) => hold.subjects)).toEqual([[`${PRODUCT}/10/L9`], [OTHER], [LOT]])
  }, 120_000)

  it('bears what the product bears, however it is divided, and holds for more', async () => {
    const gateway = await started({ minMilliC: 0, maxMilliC: 4000, toleranceS: 240 })
    await record(gateway, born(0, 'L7', 'A1'), seen(5, itemUri('A1'), 9000, 9000), seen(9, itemUri('A1'), 9000, 9000))
    await record(gateway, seen(20, OTHER, 9000, 9000, 9000, 9000, 9000))
    await held(1)
    expect((await holds()).map(({ hold }) => hold.subjects)).toEqual([[OTHER]])
    await record(gateway, seen(30, itemUri('A1'), 9000))
    await held(2)
    expect((await holds())[0]).toMatchObject({ hold: { subjects: [LOT], ground: { outsideMs: 300_000 } } })
    expect(await read(LOT)).toMatchObject({ holds: [{ ground: 'shown' }] })
  }, 120_000)

  it('notices goods that are told of after the readings about them', async () => {
    const gateway = await started()
    await record(gateway, seen(10, PALLET, 9000, 8000))
    await record(gateway, packed(6, PALLET, CASE))
    await record(gateway, packed(5, CASE, itemUri('A1'), itemUri('B1')))
    await record(gateway, born(0, 'L7', 'A1'))
    await held(1)
    await record(gateway, born(12, 'L8', 'B1'))
    await held(2)
    expect(new Set((await holds()).map(({ hold }) => hold.subjects[0]))).toEqual(new Set([LOT, OTHER]))
    expect(await read(LOT)).toMatchObject({ holds: [{ ground: 'shown' }] })
  }, 120_000)

  it('holds again after a release only for what comes after it', async () => {
    const gateway = await started()
    await record(gateway, born(0, 'L7', 'A1'), seen(5, itemUri('A1'), 9000))
    await held(1)
    const { hold } = (await holds())[0]!
    await ledger.sealed(await ledger.enrol({ op: 'release', id: hold.id, reason: 'tested and sound' }))
    await record(gateway, seen(9, itemUri('A1'), 3000), seen(20, OTHER, 9000))
    await held(2)
    expect(await read(LOT)).toMatchObject({ holds: [{ released: { reason: 'tested and sound' } }] })
    await record(gateway, seen(30, itemUri('A1'), 9000))
    await held(3)
    expect(await read(LOT)).toMatchObject({ state: 'held', holds: [{ ground: 'shown' }, { released: {} }] })
  }, 120_000)

  it('holds for what a stranger alone measured, tells only of it by whom, and lets go for good when that key is stopped', async () => {
    const gateway = await started()
    const stranger = new TestGateway('rival', 'probe')
    await ledger.enrol(
      {
        ...{ op: 'enrol-organisation', org: 'rival', party: 'https://id.gs1.org/417/9506000134314' },
        name: { zh: '对手', en: 'Rival' },
      },
      { ...stranger.operation, roles: ['observe'] } as typeof stranger.operation,
    )
    // Two good instruments say otherwise, before and after it.
    await record(gateway, born(0, 'L7', 'A1', 'A2'), seen(9, itemUri('A1'), 3000), seen(11, itemUri('A1'), 3000))
    await record(stranger, seen(10, itemUri('A1'), 40_000))
    await held(1)
    const [one] = await holds()
    const own = await read(itemUri('A1'))
    expect(own).toMatchObject({ state: 'held', grounds: [], holds: [{ byLedger: true, ground: 'shown' }] })
    expect(own.findings).toContainEqual(expect.objectContaining({ code: 'TEMPERATURE_LIMITS' }))
    // The rest of the lot is held with it, and nothing else is said of it.
    const other = await read(itemUri('A2'))
    expect(other.state).toBe('held')
    expect(other.grounds.map(({ signer }) => signer.org)).toEqual(['org', 'rival', 'org'])
    expect(other.events.map(({ subjects }) => subjects)).toEqual([[LOT, itemUri('A1'), itemUri('A2')]])
    expect(other.findings.map(({ code }) => code)).not.toContain('TEMPERATURE_LIMITS')

    await ledger.enrol({ op: 'suspend-key', key: toBase64Url(stranger.kid), reason: 'its probe lies' })
    await ledger.sealed(await ledger.enrol({ op: 'release', id: one!.hold.id, reason: 'measured again' }))
    await expect(record(stranger, seen(30, itemUri('A1'), 40_000))).rejects.toThrow('KEY_INACTIVE')
    await record(gateway, seen(31, itemUri('A1'), 3000), seen(31, OTHER, 9000))
    await held(2)
    expect((await holds()).map(({ hold, state }) => [hold.subjects, state])).toEqual([
      [[OTHER], 'standing'],
      [[LOT], 'released'],
    ])
    for (const item of ['A1', 'A2']) expect((await read(itemUri(item))).state).toBe('consistent')
  }, 120_000)

  it('holds nothing that stayed within its limits, was out before, or has none', async () => {
    const gateway = await started()
    const unit = stepOf(8, {
      ...{ type: 'AggregationEvent', action: 'DELETE', parentID: CASE, childEPCs: [itemUri('A1')] },
      ...{ bizStep: 'unpacking', disposition: 'in_progress' },
    })
    await record(gateway, born(0, 'L7', 'A1'), packed(5, CASE, itemUri('A1')), unit)
    await record(gateway, seen(5, itemUri('A1'), 0, 4000), seen(12, CASE, 9000, 9000))
    await record(gateway, seen(5, 'https://id.gs1.org/01/09506000134369/10/M1', 9000))
    await record(gateway, seen(20, OTHER, 9000))
    await held(1)
    expect((await holds()).map(({ hold }) => hold.subjects)).toEqual([[OTHER]])
  }, 120_000)
})
