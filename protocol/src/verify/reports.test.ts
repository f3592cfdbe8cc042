import nodeCrypto from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { SAMPLE, sampleObjectEvent } from '../_events.ts'
import { enrolment, FARM, gatewayKey } from '../_governance.ts'
import { MemoryLedger, type TestSigner } from '../_memory-ledger.ts'
import { BOOT, EVERY_REPORT, sampleReport } from '../_reports.ts'
import { decodeBundle, encodeBundle } from '../bundle.ts'
import { buildBundle } from '../bundle-builder.ts'
import type { Json } from '../canonical-json.ts'
import { type Verify, verifyOnNode } from '../ed25519.ts'
import type { StampedEvent } from '../event/types.ts'
import { keyUri } from '../key.ts'
import { bootUri } from '../subject.ts'
import type { Verdict } from './verdict.ts'
import { verify } from './verify.ts'

const onNode = verifyOnNode(nodeCrypto)
const check: Verify = async (...args) => onNode(...args)
const json = (value: unknown): Json => value as Json
const doubtful = (monotonicMs: number): StampedEvent['tristamp:clock'] => ({
  source: 'none',
  uncertaintyMs: 31_536_000_000,
  bootId: BOOT,
  monotonicMs,
})

describe('reports in the ledger', () => {
  let ledger: MemoryLedger
  let gateway: TestSigner
  const record = (...events: unknown[]): void => {
    const { statement, events: salted } = gateway.statement('batch', events.map(json))
    const admission = ledger.submit(statement, salted)
    if (!admission.ok) throw new Error(admission.message)
  }
  const read = async (subject: string = SAMPLE.item): Promise<Verdict> =>
    verify(await buildBundle(subject, ledger.source()), subject, { policy: ledger.policy }, check)

  beforeEach(() => {
    ledger = new MemoryLedger()
    gateway = gatewayKey('gw1')
    ledger.govern(FARM)
    ledger.govern(enrolment(gateway, 'gw1', ['commission']))
  })

  it('are taken from any gateway, whatever its roles, among its steps or alone', async () => {
    const reports = EVERY_REPORT.filter(({ report }) => report.kind !== 'gap')
    record(sampleObjectEvent(), ...reports)
    record(sampleReport({ kind: 'anchor' }))
    ledger.seal()
    const verdict = await read()
    expect(verdict).toMatchObject({ state: 'consistent', reports: [] })
    expect(verdict.events).toHaveLength(1)
  })

  it('are refused from one who is no gateway', () => {
    const { statement, events } = ledger.administrators[0]!.statement('governance', [json(EVERY_REPORT[1])])
    expect(ledger.submit(statement, events)).toMatchObject({ ok: false, code: 'GOVERNANCE_SHAPE' })
  })

  it('of a clock belong to the lineage of steps that it stamped in doubt', async () => {
    record(sampleObjectEvent({ 'tristamp:clock': doubtful(1000) }))
    ledger.seal()
    const boot = bootUri(keyUri(gateway.kid), BOOT)
    const before = await read()
    expect(before).toMatchObject({ state: 'consistent', reports: [] })
    expect(before.lineage).toContain(boot)
    record(sampleReport({ kind: 'anchor' }))
    ledger.seal()
    const after = await read()
    expect(after.reports).toMatchObject([{ event: { report: { kind: 'anchor' } }, signer: { gateway: 'gw1' } }])
    expect(await read(boot)).toMatchObject({ state: 'consistent', events: [], reports: [{}] })
  })

  it('cannot be left out', async () => {
    record(sampleObjectEvent({ 'tristamp:clock': doubtful(1000) }))
    record(sampleReport({ kind: 'anchor' }))
    ledger.seal()
    const boot = bootUri(keyUri(gateway.kid), BOOT)
    const bundle = decodeBundle(await buildBundle(SAMPLE.item, ledger.source()))
    bundle.histories = bundle.histories.filter(({ subject }) => subject !== boot)
    bundle.events = bundle.events.filter(({ event }) => !new TextDecoder().decode(event).includes('"anchor"'))
    await ledger.prove(bundle)
    const verdict = await verify(encodeBundle(bundle), SAMPLE.item, { policy: ledger.policy }, check)
    expect(verdict.checks.find(({ status }) => status === 'failed')).toMatchObject({
      id: 'completeness',
      code: 'HISTORY_MISSING',
      detail: { subject: boot },
    })
  })

  it('of a gap show in the history of its key, and only where the chain is interrupted', async () => {
    record(sampleObjectEvent())
    const { prev } = gateway
    const declare = (seq: number, from: number, to: number): Uint8Array => {
      Object.assign(gateway, { seq, prev })
      const batch = gateway.statement('batch', [json(sampleReport({ kind: 'gap', from, to, reason: 'disk' }))])
      ledger.force(batch.statement, batch.events)
      return batch.statement
    }
    declare(5, 1, 5)
    ledger.seal()
    expect(await read()).toMatchObject({ state: 'consistent', reports: [{ event: { report: { kind: 'gap' } } }] })

    // What a ledger that does not ask admission might let through.
    declare(9, 3, 9)
    ledger.seal()
    const repeated = await read()
    expect(repeated.checks.find(({ status }) => status === 'failed')).toMatchObject({ code: 'SEQ_REPEATED' })
  })

  it('of a gap that is not the number of its statement is caught', async () => {
    record(sampleObjectEvent())
    const batch = gateway.statement('batch', [json(sampleReport({ kind: 'gap', from: 1, to: 4, reason: 'disk' }))])
    ledger.force(batch.statement, batch.events)
    ledger.seal()
    const verdict = await read()
    expect(verdict.checks.find(({ status }) => status === 'failed')).toMatchObject({ code: 'SEQ_EXPECTED' })
  })
})
