import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { decodeEntryBundle } from '@tristamp/protocol'
import { expect, it } from 'vitest'
import { TestAgent } from '../_harness/agent.ts'
import { type Folder, smallDisk, temporaryFolder } from '../_harness/folder.ts'
import { commissioned, item, ORGANISATION } from '../_harness/goods.ts'
import { TestLedger } from '../_harness/ledger.ts'
import { TestSigner } from '../_harness/signer.ts'
import { TestSimulator } from '../_harness/simulator.ts'
import { until } from '../_harness/until.ts'

// A real file system that is really full. Mounting one takes root on Linux; elsewhere the programs' own tests with a failing disk must do.

const probe = smallDisk(1)
const canMount = probe !== undefined
probe?.[Symbol.dispose]()
if (!canMount)
  console.warn('no disk can be mounted here (it takes root on Linux): the tests of a full disk are skipped')

/** Leaves no byte free; the returned function gives the space back. */
function fill({ path }: Folder): () => void {
  const name = join(path, 'filler')
  const file = openSync(name, 'w')
  const block = Buffer.alloc(65_536)
  try {
    for (;;) writeSync(file, block)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  } finally {
    closeSync(file)
  }
  return () => rmSync(name)
}

it.skipIf(!canMount)(
  'a ledger takes nothing it cannot keep, still shows what it signed, and goes on with free space',
  async () => {
    using disk = smallDisk(24)!
    await using ledger = await (await TestLedger.found(join(disk.path, 'ledger'))).start()
    const signer = new TestSigner('farm')
    await ledger.enrol(ORGANISATION, signer.enrolment())
    const first = await ledger.post(signer.batch(commissioned(item('N0'))))
    await ledger.sealed(((await first.json()) as { entry: number }).entry)

    const free = fill(disk)
    // The files have a page with room left: some batches may still be taken, and must then stay.
    let taken = 1
    let batch = signer.batch(commissioned(item('N1')))
    let refusal = await ledger.post(batch)
    for (; refusal.status === 201; refusal = await ledger.post(batch)) {
      taken++
      batch = signer.batch(commissioned(item(`N${taken}`)))
    }
    expect(refusal.status).toBe(503)
    expect(await refusal.json()).toMatchObject({ code: 'NODE_DEGRADED' })
    const health = await ledger.get('/healthz')
    expect(health.status).toBe(503)
    expect(await health.json()).toMatchObject({ code: 'DISK_FULL' })
    expect(await ledger.metric('tristamp_troubles_total', 'code="DISK_FULL"')).toBeGreaterThan(0)
    expect(ledger.process.err).toMatch(/^DISK_FULL: /m)
    // Histories wait when a seal was cut short; the log itself is there for every auditor.
    const signed = await ledger.size()
    const tile = await ledger.bytes(`/tile/entries/000.p/${signed}`)
    expect(decodeEntryBundle(tile)).toHaveLength(signed)

    free()
    const again = await until('the ledger takes batches again', async () => {
      const response = await ledger.post(batch)
      return response.ok && response
    })
    await ledger.sealed(((await again.json()) as { entry: number }).entry)
    expect((await ledger.get('/healthz')).status).toBe(200)
    expect((await ledger.bundle(item('N0'))).length).toBeGreaterThan(0)
    expect(await ledger.stop()).toBe(0)
    const { exit, out, err } = await ledger.verify()
    const events = 3 + taken + 1
    expect(out, err).toContain(`, ${events} events; `)
    expect(exit).toBe(0)
  },
)

it.skipIf(!canMount)('a gateway accepts no scan it cannot keep, says so, and goes on with free space', async () => {
  using folder = temporaryFolder()
  using disk = smallDisk(32)!
  await using ledger = await (await TestLedger.found(join(folder.path, 'ledger'))).start()
  await using sim = await TestSimulator.start(join(folder.path, 'ports'))
  const { mqttUrl, ackKey } = ledger
  const options = { ports: sim.ports, mqttUrl, ackKey, data: join(disk.path, 'gateway') }
  await using agent = await TestAgent.init(join(folder.path, 'gateway'), options)
  await ledger.enrol(ORGANISATION, agent.request)
  agent.start()
  await agent.ready()
  await sim.commission('(01)09506000134352(21)BEFORE')
  await agent.process.says(/✓ commission .*21\/BEFORE/)

  const free = fill(disk)
  await until('the full disk is noticed', async () => {
    await sim.commission('(01)09506000134352(21)FULL')
    return /^\S+ ✗ DISK_FULL /m.test(agent.process.err)
  })
  await until('/v1/gateways counts DISK_FULL', async () => (await ledger.gateway('gw1'))?.health?.errors['DISK_FULL'])
  const labels = 'gateway="test/gw1",code="DISK_FULL"'
  expect(await ledger.metric('tristamp_gateway_errors', labels)).toBeGreaterThan(0)

  free()
  await until('the gateway accepts scans again', async () => {
    await sim.commission('(01)09506000134352(21)AFTER')
    return /✓ commission .*21\/AFTER/.test(agent.process.err)
  })
  await agent.drained()
  const gateway = await ledger.gateway('gw1')
  expect(gateway!.lastSeq! + 1).toBe(agent.status()!.outbox.next)
  expect(await agent.stop()).toBe(0)
  for (const serial of ['BEFORE', 'AFTER']) expect((await ledger.get(new URL(item(serial)).pathname)).status).toBe(200)
  expect(await ledger.stop()).toBe(0)
  expect((await ledger.verify()).exit).toBe(0)
})
