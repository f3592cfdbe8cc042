import nodeCrypto from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { SAMPLE, sampleObjectEvent } from '../_events.ts'
import { enrolment, FARM, gatewayKey } from '../_governance.ts'
import { MemoryLedger, type TestSigner } from '../_memory-ledger.ts'
import { BOOT, sampleReport } from '../_reports.ts'
import { type Bundle, decodeBundle, encodeBundle } from '../bundle.ts'
import { buildBundle } from '../bundle-builder.ts'
import type { Json } from '../canonical-json.ts'
import { type Verify, verifyOnNode } from '../ed25519.ts'
import type { ClockStamp } from '../event/types.ts'
import { encodeSeal, parseSeal, type Seal, sealHash } from '../seal.ts'
import { LEDGER_CLOCK_MS } from '../time/interval.ts'
import type { Verdict } from './verdict.ts'
import { verify } from './verify.ts'

const onNode = verifyOnNode(nodeCrypto)
const check: Verify = async (...args) => onNode(...args)
/** Of the sample events. */
const SAMPLED = Date.parse('2026-11-22T01:02:03.004Z')
const HOUR = 3_600_000
const YEAR = 31_536_000_000
const OTHER = 'https://id.gs1.org/01/09506000134352/21/OTHER'

describe('times in a verdict', () => {
  let ledger: MemoryLedger
  let gateway: TestSigner
  const record = (...events: object[]): number => {
    const { statement, events: salted } = gateway.statement('batch', events as Json[])
    const admission = ledger.submit(statement, salted)
    if (!admission.ok) throw new Error(admission.message)
    return ledger.entries.length - 1
  }
  const seal = (timeMs: number): void => {
    ledger.timeMs = timeMs
    ledger.seal()
  }
  const step = (clock: Partial<ClockStamp> = {}): object =>
    sampleObjectEvent({
      'tristamp:clock': { source: 'gnss', uncertaintyMs: 200, bootId: BOOT, monotonicMs: 0, ...clock },
    })
  const doubtful: Partial<ClockStamp> = { source: 'none', uncertaintyMs: YEAR }
  const read = async (change: (bundle: Bundle) => void = () => {}): Promise<Verdict> => {
    const bundle = decodeBundle(await buildBundle(SAMPLE.item, ledger.source()))
    change(bundle)
    await ledger.prove(bundle)
    return verify(encodeBundle(bundle), SAMPLE.item, { policy: ledger.policy }, check)
  }
  const time = async (): Promise<object> => (await read()).events[0]!.time

  beforeEach(() => {
    ledger = new MemoryLedger()
    gateway = gatewayKey('gw1')
    ledger.govern(FARM)
    ledger.govern(enrolment(gateway, 'gw1'))
  })

  it('are the stamp’s own where its clock is good', async () => {
    record(step())
    seal(SAMPLED + HOUR)
    const span = { earliestMs: SAMPLED - 200, latestMs: SAMPLED + 200 }
    expect(await time()).toEqual({ ...span, from: 'own clock', contradicted: false })
  })

  it('are bounded by the seal over the step, not by the last one', async () => {
    record(step())
    seal(SAMPLED - HOUR)
    record(sampleObjectEvent({ epcList: ['https://id.gs1.org/01/09506000134352/21/OTHER'], ilmd: {} }))
    seal(SAMPLED + YEAR)
    const latestMs = SAMPLED - HOUR + LEDGER_CLOCK_MS + 1
    expect(await time()).toEqual({ latestMs, from: 'ledger', contradicted: true })
    expect((await read()).state).toBe('consistent')
  })

  it('of a doubtful clock lie between what the gateway knew and the seal', async () => {
    seal(SAMPLED - 2 * HOUR)
    const first = record(step({ source: 'ntp' }))
    record(step({ ...doubtful, after: first, bootId: BOOT.replace('7', '8') }))
    seal(SAMPLED + HOUR)
    const slack = LEDGER_CLOCK_MS + 1
    const placed = (await read()).events.find(({ event }) => event['tristamp:clock'].source === 'none')!
    expect(placed.time).toEqual({
      earliestMs: SAMPLED - 2 * HOUR - slack,
      latestMs: SAMPLED + HOUR + slack,
      from: 'ledger',
      contradicted: false,
    })
  })

  it('take no word for an entry that comes later than the step itself', async () => {
    seal(SAMPLED - HOUR)
    record(step({ ...doubtful, after: 1000 }))
    seal(SAMPLED + HOUR)
    expect(await time()).toEqual({
      latestMs: SAMPLED + HOUR + LEDGER_CLOCK_MS + 1,
      from: 'ledger',
      contradicted: false,
    })
  })

  it('of a doubtful clock are placed by the anchor that the gateway signs later', async () => {
    record(step(doubtful))
    const eventTime = new Date(SAMPLED + HOUR).toISOString()
    record(sampleReport({ kind: 'anchor' }, { eventTime, clock: { monotonicMs: HOUR } }))
    seal(SAMPLED + 2 * HOUR)
    const doubt = 200 + 180 + 1
    const expected = { earliestMs: SAMPLED - doubt, latestMs: SAMPLED + doubt, from: 'anchor', contradicted: false }
    expect(await time()).toEqual(expected)
  })

  it('are not placed by another key’s anchor for the same boot id', async () => {
    const other = gatewayKey('gw2')
    ledger.govern(enrolment(other, 'gw2'))
    record(step(doubtful))
    const mine = gateway
    gateway = other
    record(sampleObjectEvent(), sampleReport({ kind: 'anchor' }))
    gateway = mine
    seal(SAMPLED + HOUR)
    expect((await read()).events.find(({ signer }) => signer.gateway === 'gw1')!.time.from).toBe('ledger')
  })

  it('need the seal over every step', async () => {
    record(step())
    seal(SAMPLED + HOUR)
    seal(SAMPLED + YEAR)
    expect(decodeBundle(await buildBundle(SAMPLE.item, ledger.source())).seals).toHaveLength(1)
    const verdict = await read((bundle) => {
      bundle.seals = []
    })
    expect(verdict.checks.find(({ status }) => status === 'failed')).toMatchObject({
      id: 'completeness',
      code: 'HISTORY_MISSING',
    })
  })

  it.each<[string, (honest: Seal) => Partial<Seal>]>([
    ['a later seal over it, with another time', (honest) => ({ firstEntry: honest.firstEntry })],
    ['a seal that counts fewer entries than it spans', (honest) => ({ firstEntry: honest.firstEntry, entryCount: 1 })],
    ['a seal that is older than the one before', () => ({ timeMs: SAMPLED })],
    ['a seal of another chain', () => ({ previous: new Uint8Array(32) })],
    ['a seal of another height', () => ({ height: 7 })],
  ])('catch a ledger that shows %s', async (_, lie) => {
    record(step())
    seal(SAMPLED + HOUR)
    const sealed = ledger.entries.length - 1
    const honest = parseSeal(ledger.entries[sealed]!)
    const other = (): number => record(sampleObjectEvent({ epcList: [OTHER], ilmd: {} }))
    const firstEntry = other()
    const last = ledger.entries.length
    const forged = {
      ...honest,
      height: 1,
      previous: sealHash(ledger.entries[sealed]!),
      firstEntry,
      entryCount: 1,
      timeMs: SAMPLED + YEAR,
    }
    const seals = { ...forged, ...lie(honest) }
    ledger.entries.push(
      encodeSeal({
        ...seals,
        ...(seals.firstEntry < firstEntry && { entryCount: last - seals.firstEntry, ...lie(honest) }),
      }),
    )
    other()
    seal(SAMPLED + YEAR)
    const shown = [sealed, last].map((entry) => ({ entry, bytes: ledger.entries[entry]! }))
    const verdict = await read((bundle) => {
      bundle.seals = shown
    })
    expect(verdict.checks.find(({ status }) => status === 'failed')).toMatchObject({
      id: 'seal',
      code: 'SEAL_MALFORMED',
      detail: { entry: last },
    })
  })

  it('accept no statement for a seal', async () => {
    record(step())
    seal(SAMPLED + HOUR)
    seal(SAMPLED + YEAR)
    const verdict = await read((bundle) => {
      bundle.seals.push(bundle.statements[0]!)
    })
    expect(verdict.checks.find(({ status }) => status === 'failed')).toMatchObject({
      id: 'seal',
      code: 'SEAL_MALFORMED',
    })
  })
})
