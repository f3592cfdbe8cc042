import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseVerifierKey, TILE_WIDTH } from '@tristamp/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FaultyDisk } from '../_faulty-disk.ts'
import { itemUri, type TestGateway, TestLedger, until } from '../_harness.ts'
import { nodeDisk } from '../disk.ts'
import { LedgerError } from '../error.ts'
import { verifySignature } from '../node-crypto.ts'
import { Store } from '../store.ts'
import { verifyLedger } from '../verify.ts'
import { policyOfWitnesses } from '../witness/witness-config.ts'
import { from, Stage, TestFollower } from './_follow.ts'

let ledger: TestLedger
let gateway: TestGateway
let follower: TestFollower

beforeEach(async () => {
  ledger = await TestLedger.start()
  ;[gateway] = (await ledger.enrolGateways('one')) as [TestGateway]
})
afterEach(async () => {
  await follower.remove()
  await ledger.remove()
})

/** Records so many events about as many items, and waits until all is published; answers the size. */
async function record(batches: number, events: number): Promise<number> {
  let entry = 0
  for (let b = 0; b < batches; b++) {
    const first = gateway.seq * 1000
    const items = Array.from({ length: events }, (_, i) => itemUri(first + i))
    const answer = await ledger.post(gateway.batch(...items))
    entry = ((await answer.json()) as { entry: number }).entry
  }
  await ledger.sealed(entry)
  return ledger.size()
}

async function bytesOf(folder: string, series: string): Promise<Buffer> {
  const names = (await readdir(join(folder, series))).filter((name) => name.endsWith('.seg')).sort()
  return Buffer.concat(await Promise.all(names.map((name) => readFile(join(folder, series, name)))))
}

/** Everything that both serve is the same, and the follower's folder stands an audit of its own. */
async function expectSame(size: number): Promise<void> {
  const paths = ['/checkpoint', `/v1/batches?from=0&to=${size}`]
  for (let index = 0; index * TILE_WIDTH < size; index++) {
    const width = Math.min(TILE_WIDTH, size - index * TILE_WIDTH)
    const name = `${String(index).padStart(3, '0')}${width === TILE_WIDTH ? '' : `.p/${width}`}`
    paths.push(`/tile/0/${name}`, `/tile/entries/${name}`)
  }
  const subjects = [itemUri(0), itemUri(3), itemUri(999_999), 'https://id.gs1.org/414/9506000134307']
  paths.push(...subjects.map((uri) => `/v1/history?subject=${encodeURIComponent(uri)}`))
  for (const path of paths) {
    const theirs = Buffer.from(await (await ledger.get(path)).arrayBuffer())
    expect((await follower.bytes(path)).equals(theirs), path).toBe(true)
  }
  await follower.stop()
  for (const series of ['entries', 'bodies'])
    expect((await bytesOf(follower.folder, series)).equals(await bytesOf(ledger.folder, series)), series).toBe(true)
  const audit = await verifyLedger(follower.folder, verifySignature)
  expect(audit.flaw).toBeUndefined()
  expect(audit.checkpoint?.size).toBe(size)
}

describe('a follower', () => {
  test('catches up with thousands of events, and has every byte as its leader has it', async () => {
    await record(2, 400)
    const size = await record(5, 300)
    follower = await TestFollower.start(ledger.url)
    await follower.reached(size)
    expect(follower.node.status()).toMatchObject({ state: 'following', lag: 0, entries: size })
    await expectSame(size)
  }, 120_000)

  test('goes on with what is recorded while it follows', async () => {
    follower = await TestFollower.start(ledger.url)
    await follower.reached(await record(1, 3))
    const size = await record(2, 5)
    await follower.reached(size)
    await expectSame(size)
  })

  test('serves readers, and sends writers to its leader', async () => {
    follower = await TestFollower.start(ledger.url)
    await follower.reached(await record(1, 2))
    const refused = await follower.get('/v1/statements', {
      method: 'POST',
      body: Buffer.from(gateway.batch(itemUri(7))),
    })
    expect(refused.status).toBe(421)
    expect(await refused.json()).toMatchObject({ code: 'FOLLOW_READS', leader: ledger.url })
    const health = await follower.get('/healthz')
    expect(health.status).toBe(200)
    expect(await health.json()).toMatchObject({ status: 'following', follow: { lag: 0, leader: ledger.url } })
    const path = new URL(itemUri(0)).pathname
    expect((await follower.get(path)).headers.get('content-type')).toContain('text/html')
    const document = await (await follower.get(path, { headers: { Accept: 'application/json' } })).json()
    expect(document.epcisBody.queryResults.resultsBody.eventList).toHaveLength(1)
    expect((await follower.get(`/v1/qr?subject=${encodeURIComponent(itemUri(0))}`)).status).toBe(200)
    expect((await follower.get('/v1/gateways')).status).toBe(200)
    expect(await (await follower.get('/metrics')).text()).toMatch(/tristamp_follow_lag_entries 0/)
    const policy = await (await follower.get('/v1/policy')).text()
    expect(policy).toContain(`log ${ledger.node.genesis.logKey} ${follower.node.url}`)
  })

  test('says that it has nothing before it has something', async () => {
    const stage = await Stage.open(async (path, request) =>
      path === '/v1/policy' ? from(() => ledger.url)(path, request) : Promise.reject(new Error('away')),
    )
    try {
      follower = await TestFollower.start(stage.url)
      for (const path of ['/checkpoint', '/v1/governance', `/v1/history?subject=${encodeURIComponent(itemUri(0))}`])
        expect((await follower.get(path)).status, path).toBe(503)
      expect((await follower.get('/v1/witness')).status).toBe(200)
      expect((await follower.get('/healthz')).status).toBe(200)
    } finally {
      await stage.close()
    }
  })

  test('finds back after its leader was away, also under another address', async () => {
    const stage = await Stage.open(from(() => ledger.url))
    try {
      follower = await TestFollower.start(stage.url)
      await follower.reached(await record(1, 1))
      const answer = stage.answer
      stage.answer = () => Promise.reject(new Error('away'))
      await until(() => follower.node.status().state === 'unreachable')
      expect((await follower.get('/healthz')).status).toBe(200)
      const size = await record(2, 2)
      stage.answer = answer
      await follower.reached(size)
      await follower.stop()
      await follower.run(ledger.url)
      await follower.reached(await record(1, 1))
      expect(follower.node.status().state).toBe('following')
    } finally {
      await stage.close()
    }
  })

  test('starts again where it was when it is cut off at any write', async () => {
    const size = await record(4, 40)
    let calls = 0
    let last = Number.POSITIVE_INFINITY
    // A process that is killed writes nothing more: from a certain call on, nothing reaches the disk.
    const guard = async <T>(work: () => Promise<T>): Promise<T> => {
      if (++calls > last) throw new Error('killed')
      return work()
    }
    const disk = {
      ...nodeDisk,
      open: async (path: string) => {
        const file = await nodeDisk.open(path)
        return {
          ...file,
          write: (bytes: Uint8Array, offset: number) => guard(() => file.write(bytes, offset)),
          truncate: (to: number) => guard(() => file.truncate(to)),
        }
      },
      replace: (path: string, bytes: Uint8Array) => guard(() => nodeDisk.replace(path, bytes)),
    }
    follower = await TestFollower.start(ledger.url)
    await follower.stop()
    for (let kill = 1; kill <= 8; kill++) {
      calls = 0
      last = kill
      await follower.run(ledger.url, { disk })
      // A step writes three or four times, so that later cuts need more than one.
      for (const begin = Date.now(); calls <= last && Date.now() - begin < 60_000; ) await record(1, 3)
      expect(calls).toBeGreaterThan(last)
      await follower.stop()
    }
    await follower.run(ledger.url)
    const end = await record(1, 2)
    expect(end).toBeGreaterThan(size)
    await follower.reached(end)
    await expectSame(end)
  }, 120_000)

  test('cuts a torn tail, and entries that no checkpoint covers', async () => {
    follower = await TestFollower.start(ledger.url)
    await follower.reached(await record(1, 3))
    await follower.stop()
    const [entries, bodies] = await Promise.all(
      ['entries', 'bodies'].map(async (series) => {
        const name = (await readdir(join(follower.folder, series))).find((n) => n.endsWith('.seg'))!
        return join(follower.folder, series, name)
      }),
    )
    const size = await record(1, 4)
    // What a group looks like that was written, and of which the checkpoint was not: whole entries, and half of one.
    const more = (await bytesOf(ledger.folder, 'entries')).subarray((await readFile(entries!)).length)
    await appendFile(entries!, more.subarray(0, more.length - 20))
    const events = (await bytesOf(ledger.folder, 'bodies')).subarray((await readFile(bodies!)).length)
    await appendFile(bodies!, events.subarray(0, events.length - 7))
    await follower.run(ledger.url)
    await follower.reached(size)
    await expectSame(size)
  })

  test('can be followed itself while its leader is away: a backlog of several steps is taken in one', async () => {
    const stage = await Stage.open(from(() => ledger.url))
    let second: TestFollower | undefined
    try {
      follower = await TestFollower.start(stage.url)
      for (let i = 0; i < 3; i++) await record(4, 800)
      const size = await ledger.size()
      await follower.reached(size, 80_000)
      stage.answer = () => Promise.reject(new Error('away'))
      second = await TestFollower.start(follower.node.url)
      await second.reached(size, 80_000)
      expect((await second.bytes('/checkpoint')).equals(await follower.bytes('/checkpoint'))).toBe(true)
      await second.stop()
      expect((await verifyLedger(second.folder, verifySignature)).flaw).toBeUndefined()
    } finally {
      await second?.remove()
      await stage.close()
    }
  }, 240_000)

  test('is not well when a reader meets damage in its files, although it follows', async () => {
    follower = await TestFollower.start(ledger.url)
    const size = await record(2, 4)
    await follower.reached(size)
    await follower.stop()
    const name = (await readdir(join(follower.folder, 'bodies'))).find((file) => file.endsWith('.seg'))!
    const path = join(follower.folder, 'bodies', name)
    const bytes = await readFile(path)
    bytes[bytes.length - 20]! ^= 1
    await writeFile(path, bytes)
    await follower.run(ledger.url)
    expect((await follower.get(`/v1/batches?from=0&to=${size}`)).status).toBe(500)
    const health = await follower.get('/healthz')
    expect(health.status).toBe(503)
    expect(await health.json()).toMatchObject({ status: 'degraded', code: 'SEGMENT_CORRUPT' })
  })

  test('does not take a step that its own disk took by half for a lie of its leader, and serves the state before it', async () => {
    const disk = new FaultyDisk()
    const stage = await Stage.open(from(() => ledger.url))
    const { commit } = Store.prototype
    try {
      follower = await TestFollower.start(stage.url, { disk })
      const before = await record(1, 2)
      await follower.reached(before)
      const { answer } = stage
      stage.answer = () => Promise.reject(new Error('away'))
      const size = await record(1, 2)
      // The entries and the note will be written, and then there is no space for rows. The leader, in the same process, is idle.
      Store.prototype.commit = () => Promise.reject(new LedgerError('DISK_FULL', 'no space left'))
      disk.fault = (call, path) => (call === 'write' && path.endsWith('space') ? 'ENOSPC' : undefined)
      stage.answer = answer
      await until(() => follower.node.status().code === 'DISK_FULL', 60_000)
      // Long enough for more than one other try.
      await new Promise((resolve) => setTimeout(resolve, 3_000))
      expect(follower.node.status()).toMatchObject({ code: 'DISK_FULL', lag: size - before })
      expect(await follower.size()).toBe(before)
      const path = `/v1/history?subject=${encodeURIComponent(itemUri(0))}`
      const bundle = await follower.bytes(path)
      Store.prototype.commit = commit
      disk.fault = () => undefined
      await follower.reached(size)
      expect(bundle.length).toBeGreaterThan(0)
      await expectSame(size)
    } finally {
      Store.prototype.commit = commit
      await stage.close()
    }
  }, 120_000)

  test('cosigns what it has reproduced, before readers see it', async () => {
    follower = await TestFollower.start(ledger.url)
    await follower.reached(await record(1, 1))
    const policy = policyOfWitnesses([{ url: follower.node.url, vkey: parseVerifierKey(follower.node.vkey) }])
    await ledger.stop()
    const { port } = new URL(ledger.url)
    await ledger.run({}, { port: Number(port) }, { policy })
    await follower.stop()
    await follower.run(ledger.url)
    await until(async () => (await (await ledger.get('/checkpoint')).text()).includes('— market.example/witness '))
  })

  test('asks for a moment when it is behind, and refuses what it has otherwise', async () => {
    const stage = await Stage.open(from(() => ledger.url))
    try {
      follower = await TestFollower.start(stage.url)
      await follower.reached(await record(1, 1))
      const { answer } = stage
      stage.answer = async (path, request) => (path.startsWith('/v1/batches') ? undefined : answer(path, request))
      await record(1, 1)
      const note = await (await ledger.get('/checkpoint')).text()
      const ask = (): Promise<Response> => follower.get('/add-checkpoint', { method: 'POST', body: `old 0\n\n${note}` })
      const behind = await ask()
      expect(behind.status).toBe(503)
      stage.answer = answer
      await until(async () => (await ask()).status === 200)
    } finally {
      await stage.close()
    }
  })
})
