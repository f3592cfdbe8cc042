import { parseSeal } from '@tristamp/protocol'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { FaultyDisk } from './_faulty-disk.ts'
import { itemUri, type TestGateway, TestLedger, until } from './_harness.ts'
import type { DiskFile } from './disk.ts'
import { Intake } from './intake.ts'
import { SealTimer } from './seal.ts'

let ledger: TestLedger

async function started(disk = new FaultyDisk()): Promise<{ disk: FaultyDisk; gateway: TestGateway }> {
  ledger = await TestLedger.start({ disk })
  const [gateway] = (await ledger.enrolGateways('one')) as [TestGateway]
  return { disk, gateway }
}

/** A disk that flushes when it is let, so that there is time to arrive in. */
class SlowDisk extends FaultyDisk {
  syncs = 0
  held: Promise<void> = Promise.resolve()

  override async open(path: string): Promise<DiskFile> {
    const file = await super.open(path)
    const sync = async (): Promise<void> => {
      this.syncs++
      await this.held
      await file.sync()
    }
    return { ...file, sync }
  }
}

async function entriesOf(size: number): Promise<Uint8Array[]> {
  const bundle = new Uint8Array(await (await ledger.get(`/tile/entries/000.p/${size}`)).arrayBuffer())
  const entries: Uint8Array[] = []
  for (let at = 0; at < bundle.length; ) {
    const length = bundle[at]! * 256 + bundle[at + 1]!
    entries.push(bundle.subarray(at + 2, at + 2 + length))
    at += 2 + length
  }
  return entries
}

describe('intake', () => {
  afterEach(async () => {
    vi.restoreAllMocks()
    await ledger.remove()
  })

  test('what arrives while a flush runs is written with one more flush', async () => {
    const disk = new SlowDisk()
    await started(disk)
    // Over HTTP the order of arrival is not ours: a gateway each, so that none comes too early.
    const gateways = await ledger.enrolGateways(...Array.from({ length: 100 }, (_, i) => `g${i}`))
    disk.syncs = 0
    const arrived = vi.spyOn(Intake.prototype, 'submit')
    disk.held = until(() => arrived.mock.calls.length === gateways.length)
    const answers = await Promise.all(gateways.map((gateway, i) => ledger.post(gateway.batch(itemUri(`G${i}`)))))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
    expect(disk.syncs).toBeLessThan(60)
  })

  test('on a full disk nothing is acknowledged, the node says so, and goes on by itself', async () => {
    const { disk, gateway } = await started()
    const first = gateway.batch(itemUri('H1'))
    disk.fault = (call) => (call === 'write' ? 'ENOSPC' : undefined)
    const refused = await ledger.post(first)
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(await refused.json()).toMatchObject({
      code: 'NODE_DEGRADED',
      detail: expect.stringContaining('ENOSPC') as string,
    })
    const health = await ledger.get('/healthz')
    expect([health.status, ((await health.json()) as { code: string }).code]).toEqual([503, 'DISK_FULL'])
    expect((await ledger.get('/checkpoint')).status).toBe(200)
    expect(await (await ledger.get('/metrics')).text()).toContain('tristamp_troubles_total{code="DISK_FULL"} 1')
    disk.fault = () => undefined
    const recorded = await ledger.post(first)
    expect(recorded.status).toBe(201)
    expect((await ledger.get('/healthz')).status).toBe(200)
    const { entry } = (await recorded.json()) as { entry: number }
    await ledger.sealed(entry)
  })

  test('a seal that cannot be written is tried again, and readers see the old state until then', async () => {
    const { disk, gateway } = await started()
    await ledger.sealed(2)
    const before = await ledger.size()
    disk.fault = (call, path) => (call === 'replace' && path.endsWith('checkpoint') ? 'EIO' : undefined)
    expect((await ledger.post(gateway.batch(itemUri('I1')))).status).toBe(201)
    await until(async () => (await ledger.get('/healthz')).status === 503)
    expect(await ledger.size()).toBe(before)
    disk.fault = () => undefined
    await until(async () => (await ledger.size()) > before)
    expect((await ledger.get('/healthz')).status).toBe(200)
  }, 120_000)

  test('seals are a second apart at least, and none is made while idle', async () => {
    const { gateway } = await started()
    let entry = 0
    // Work that lasts over three seals, however long they take.
    const sizes = new Set<number>()
    while (sizes.size < 4) {
      sizes.add(await ledger.size())
      entry = ((await (await ledger.post(gateway.batch(itemUri(`S${gateway.seq}`)))).json()) as { entry: number }).entry
      await new Promise((resolve) => setTimeout(resolve, 60))
    }
    await ledger.sealed(entry)
    const size = await ledger.size()
    const seals = (await entriesOf(size)).filter((bytes) => bytes[0] === 0x88).map(parseSeal)
    for (const [i, { timeMs }] of seals.entries())
      if (i > 1) expect(timeMs - seals[i - 1]!.timeMs).toBeGreaterThanOrEqual(990)
    expect(seals.length).toBeGreaterThanOrEqual(4)
    await new Promise((resolve) => setTimeout(resolve, 1300))
    expect(await ledger.size()).toBe(size)
  }, 120_000)

  test('stopping writes and seals what was taken', async () => {
    const { gateway } = await started()
    const posted = Array.from({ length: 5 }, (_, i) => ledger.post(gateway.batch(itemUri(`T${i}`))))
    const { entry } = (await (await posted[0]!).json()) as { entry: number }
    await Promise.all(posted)
    await ledger.stop()
    await ledger.run()
    expect(await ledger.size()).toBeGreaterThan(entry)
  })
})

describe('the seal timer', () => {
  test('keeps the interval, and waits longer after every failure', () => {
    let now = 0
    const timer = new SealTimer(1000, () => now)
    expect(timer.waitMs()).toBe(0)
    timer.begun()
    timer.ended(true)
    now = 400
    expect(timer.waitMs()).toBe(600)
    now = 1000
    expect(timer.waitMs()).toBe(0)
    const waits: number[] = []
    for (let i = 0; i < 6; i++) {
      timer.begun()
      timer.ended(false)
      waits.push(timer.waitMs())
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000])
  })
})
