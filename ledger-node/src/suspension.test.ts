import * as crypto from 'node:crypto'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  bestVerify,
  decodeBatch,
  encodeBatch,
  parsePolicy,
  statementLeaf,
  toBase64Url,
  toHex,
  verify,
} from '@tristamp/protocol'
import { connectAsync } from 'mqtt'
import { afterEach, describe, expect, test } from 'vitest'
import { FaultyDisk } from './_faulty-disk.ts'
import { itemUri, type TestGateway, TestLedger, until } from './_harness.ts'

let ledger: TestLedger
afterEach(() => ledger.remove())

async function started(disk = new FaultyDisk()): Promise<TestGateway> {
  ledger = await TestLedger.start({ disk })
  const [gateway] = (await ledger.enrolGateways('one')) as [TestGateway]
  return gateway
}

/** Another batch under the number of the gateway's last one. */
function contradicting(gateway: TestGateway, item: string): Uint8Array {
  const { prev } = gateway
  gateway.seq--
  const batch = gateway.batch(itemUri(item))
  gateway.prev = prev
  return batch
}

async function codeOf(batch: Uint8Array): Promise<string> {
  const answer = await ledger.post(batch)
  return answer.ok ? 'ok' : ((await answer.json()) as { code: string }).code
}

interface KeyShown {
  status: string
  reason?: string
}

async function keyOf(gateway: TestGateway): Promise<KeyShown> {
  return (await (await ledger.get(`/v1/keys/${toBase64Url(gateway.kid)}`)).json()) as KeyShown
}

const suspended = (gateway: TestGateway): Promise<void> =>
  until(async () => (await keyOf(gateway)).status === 'suspended')

const restore = (gateway: TestGateway): Promise<number> =>
  ledger.enrol({ op: 'restore-key', key: toBase64Url(gateway.kid), reason: 'an old copy ran; it is gone' })

describe('a gateway that signs two histories', () => {
  test('is suspended by the ledger itself, in public, with both statements; what it signed before stands', async () => {
    const gateway = await started()
    const first = gateway.batch(itemUri('A1'))
    expect(await codeOf(first)).toBe('ok')
    const other = contradicting(gateway, 'A2')
    expect(await codeOf(other)).toBe('SEQ_EQUIVOCATION')
    await suspended(gateway)
    expect(await keyOf(gateway)).toMatchObject({ status: 'suspended', reason: 'it signed two statements as number 0' })
    const { gateways } = (await (await ledger.get('/v1/gateways')).json()) as { gateways: KeyShown[] }
    expect(gateways).toEqual([expect.objectContaining({ status: 'suspended', gateway: 'one' })])
    expect(await codeOf(gateway.batch(itemUri('A3')))).toBe('KEY_INACTIVE')

    const metrics = await (await ledger.get('/metrics')).text()
    expect(metrics).toContain(`tristamp_contradictions_total{key="${toBase64Url(gateway.kid)}"} 1`)
    expect(metrics).toContain('tristamp_keys{kind="gateway",status="suspended"} 1')
    expect(ledger.logs.filter((line) => line.startsWith('ALERT'))).toHaveLength(2)

    await until(async () => (await seen(itemUri('A1'))).some((e) => e.signer.ended === 'suspended'))
  }, 120_000)

  test('is kept as evidence once for each statement, however often its unsigned events are varied', async () => {
    const gateway = await started()
    await ledger.post(gateway.batch(itemUri('B1')))
    const { statement, events } = decodeBatch(contradicting(gateway, 'B2'))
    const stem = `${toHex(gateway.kid)}-0-${toHex(statementLeaf(statement))}`
    const junk = events.map(({ event }) => ({ salt: new Uint8Array(crypto.randomBytes(16)), event }))
    await codeOf(encodeBatch(statement, junk))
    await suspended(gateway)
    const folder = join(ledger.folder, 'evidence')
    expect(await readdir(folder)).toEqual([`${stem}.cose`])
    await restore(gateway)
    for (let i = 0; i < 3; i++)
      expect(await codeOf(encodeBatch(statement, [...junk, ...junk]))).toBe('SEQ_EQUIVOCATION')
    expect(await readdir(folder)).toEqual([`${stem}.cose`])
    await codeOf(encodeBatch(statement, events))
    expect(await readdir(folder)).toEqual([`${stem}.cbor`, `${stem}.cose`])
    // The administrators knew of it when they restored the key.
    expect((await keyOf(gateway)).status).toBe('active')
  }, 120_000)

  test('loses its connection', async () => {
    const gateway = await started()
    const client = await connectAsync(ledger.node.mqttUrl, {
      username: 'org/one',
      password: gateway.password,
      clientId: 'org.one',
      clean: false,
      reconnectPeriod: 0,
    })
    const closed = new Promise<void>((resolve) => client.once('close', resolve))
    await client.publishAsync('tristamp/v1/org/one/batch', Buffer.from(gateway.batch(itemUri('C1'))), { qos: 1 })
    const other = Buffer.from(contradicting(gateway, 'C2'))
    await client.publishAsync('tristamp/v1/org/one/batch', other, { qos: 1 }).catch(() => undefined)
    await closed
    await suspended(gateway)
    await expect(
      connectAsync(ledger.node.mqttUrl, {
        username: 'org/one',
        password: gateway.password,
        clientId: 'org.one',
        reconnectPeriod: 0,
      }),
    ).rejects.toThrow()
  }, 120_000)

  test('is suspended at the next start, if the node ended before it could', async () => {
    const gateway = await started()
    await ledger.post(gateway.batch(itemUri('D1')))
    const { statement } = decodeBatch(contradicting(gateway, 'D2'))
    await ledger.stop()
    const folder = join(ledger.folder, 'evidence')
    await mkdir(folder, { recursive: true })
    const name = `${toHex(gateway.kid)}-0-${toHex(statementLeaf(statement))}.cose`
    await writeFile(join(folder, name), statement)
    await ledger.run()
    await suspended(gateway)
    await restore(gateway)
    await ledger.stop()
    await ledger.run()
    expect((await keyOf(gateway)).status).toBe('active')
  }, 120_000)

  test('is suspended as soon as a full disk has room again', async () => {
    const disk = new FaultyDisk()
    const gateway = await started(disk)
    await ledger.post(gateway.batch(itemUri('E1')))
    const other = contradicting(gateway, 'E2')
    disk.fault = (call) => (call === 'write' ? 'ENOSPC' : undefined)
    expect(await codeOf(other)).toBe('SEQ_EQUIVOCATION')
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect((await keyOf(gateway)).status).toBe('active')
    disk.fault = () => undefined
    await suspended(gateway)
  }, 120_000)
})

test('the last administrator is not locked out by its own mistake; the contradiction is kept and told of', async () => {
  ledger = await TestLedger.start()
  const organisation = (org: string) => ({
    op: 'enrol-organisation' as const,
    org,
    party: 'https://id.gs1.org/417/9506000134307',
    name: { zh: '组织', en: 'Org' },
  })
  // Two programs with one key at once: both sign the same number.
  const outcomes = await Promise.allSettled(['a', 'b', 'c'].map((org) => ledger.enrol(organisation(org))))
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  await until(() => ledger.logs.some((line) => line.includes('is not suspended: GOVERNANCE_CONFLICT')))
  await ledger.enrol(organisation('d'))
}, 120_000)

/** A reader's own view of an item. */
async function seen(item: string): Promise<{ signer: { ended?: string } }[]> {
  const answer = await ledger.get(`/v1/history?subject=${encodeURIComponent(item)}`)
  const policy = parsePolicy(await (await ledger.get('/v1/policy')).text())
  const bundle = new Uint8Array(await answer.arrayBuffer())
  const verdict = await verify(bundle, item, { policy }, await bestVerify())
  expect(verdict.checks.filter((c) => c.status === 'failed')).toEqual([])
  return verdict.events
}
