import * as crypto from 'node:crypto'
import { cp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { buildStatement, parseSeal, parseStatement, parseVerifierKey, proveFork, signOnNode } from '@tristamp/protocol'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { config, itemUri, type TestGateway, TestLedger, temporaryFolder, until } from '../_harness.ts'
import type { FeedItem } from '../feed.ts'
import { startLedger } from '../index.ts'
import type { SigningKey } from '../keys.ts'
import { verifySignature } from '../node-crypto.ts'
import { altered, diverged, forged, from, itemsIn, logKeyOf, Stage, sealOver, TestFollower } from './_follow.ts'

let ledger: TestLedger
let gateway: TestGateway
let stage: Stage
let follower: TestFollower
let good: { size: number; checkpoint: string }
let key: SigningKey

beforeAll(async () => {
  ledger = await TestLedger.start()
  ;[gateway] = (await ledger.enrolGateways('one')) as [TestGateway]
  await record('A1', 'A2')
})
afterAll(() => ledger.remove())
beforeEach(async () => {
  stage = await Stage.open(from(() => ledger.url))
  follower = await TestFollower.start(stage.url)
  good = { size: await ledger.size(), checkpoint: await (await ledger.get('/checkpoint')).text() }
  key = await logKeyOf(ledger.folder)
  await follower.reached(good.size)
})
afterEach(async () => {
  await follower.remove()
  await stage.close()
})

async function record(...items: string[]): Promise<void> {
  const answer = await ledger.post(gateway.batch(...items.map(itemUri)))
  await ledger.sealed(((await answer.json()) as { entry: number }).entry)
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const turned = bytes.slice()
  turned[at < 0 ? turned.length + at : at]! ^= 1
  return turned
}

/** The follower has stopped with this code, serves what it had, cosigns nothing, and stays so until somebody lets it go on. */
async function expectDiverged(code: string): Promise<{ [name: string]: unknown }> {
  expect(await follower.diverged()).toBe(code)
  await until(() => follower.logs.some((line) => line.startsWith(`ALERT ${code}`)))
  const check = async (): Promise<void> => {
    expect(await (await follower.get('/checkpoint')).text()).toBe(good.checkpoint)
    expect((await follower.get(`/v1/history?subject=${encodeURIComponent(itemUri('A1'))}`)).status).toBe(200)
    const health = await follower.get('/healthz')
    expect(health.status).toBe(503)
    expect(await health.json()).toMatchObject({ status: 'diverged', code, sealed: { size: good.size } })
    expect(await (await follower.get('/metrics')).text()).toContain(`tristamp_follow_diverged{code="${code}"} 1`)
    const newest = (await (await ledger.get('/checkpoint').catch(() => undefined))?.text()) ?? good.checkpoint
    for (const note of [good.checkpoint, newest]) {
      const body = `old 0\n\n${note}`
      expect((await follower.get('/add-checkpoint', { method: 'POST', body })).status).toBe(422)
    }
  }
  await check()
  const marker = JSON.parse(await readFile(diverged(follower.folder), 'utf8')) as { evidence: string[] }
  const evidence = JSON.parse(await readFile(marker.evidence[0]!, 'utf8')) as { [name: string]: unknown }
  expect(evidence).toMatchObject({ code, ownCheckpoint: good.checkpoint })
  stage.answer = from(() => ledger.url)
  await follower.stop()
  await follower.run(stage.url)
  await check()
  return { ...evidence, files: marker.evidence }
}

/** What the ledger holds after one more batch, as a forger finds it; the follower is not told of it, or what is forged would be a fork. */
async function oneMore(): Promise<{ items: FeedItem[]; root: Uint8Array }> {
  stage.answer = altered(stage.answer, /^\/checkpoint/, () => Buffer.from(good.checkpoint))
  await record('B1')
  const items = await itemsIn(ledger.folder)
  return { items, root: parseSeal(items.at(-1)!.bytes).historyRoot }
}

describe('a follower stops', () => {
  test('when entries are not those that were signed', async () => {
    stage.answer = altered(stage.answer, /^\/tile\/entries/, (bytes) => flipped(bytes, -100))
    await record('B1')
    const evidence = await expectDiverged('FOLLOW_ENTRIES')
    expect(evidence).toMatchObject({ entry: good.size })
  })

  test('when an entry bundle cannot be read', async () => {
    stage.answer = altered(stage.answer, /^\/tile\/entries/, (bytes) => bytes.subarray(0, -1))
    await record('B1')
    await expectDiverged('FOLLOW_ENTRIES')
  })

  test('when events are not those of their statement', async () => {
    stage.answer = altered(stage.answer, /^\/v1\/batches/, (bytes) => flipped(bytes, 40))
    await record('B1')
    const evidence = await expectDiverged('FOLLOW_EVENTS')
    expect(evidence).toMatchObject({ entry: good.size })
  })

  test('when events are kept back', async () => {
    stage.answer = altered(stage.answer, /^\/v1\/batches/, () => new Uint8Array())
    await record('B1')
    await expectDiverged('FOLLOW_EVENTS')
  })

  test('when a batch comes without its events', async () => {
    stage.answer = altered(stage.answer, /^\/v1\/batches/, () => Uint8Array.of(0x80, 0x80))
    await record('B1')
    await expectDiverged('FOLLOW_EVENTS')
  })

  test('when the checkpoint is not signed by the log', async () => {
    stage.answer = altered(stage.answer, /^\/checkpoint/, (bytes) => {
      const text = Buffer.from(bytes).toString('utf8')
      return Buffer.from(text.replace(/^(\S+)\n(\d+)\n/, (_, origin: string, size: string) => `${origin}\n${size}1\n`))
    })
    await expectDiverged('FOLLOW_SIGNATURE')
  })

  test('when a checkpoint is of another log', async () => {
    const other = await TestLedger.start()
    try {
      stage.answer = from(() => other.url)
      await expectDiverged('FOLLOW_SIGNATURE')
    } finally {
      await other.remove()
    }
  })

  test('when the log signs a fork, of which it keeps the proof', async () => {
    const copy = await temporaryFolder()
    await ledger.stop()
    await cp(ledger.folder, copy.path, { recursive: true })
    await rm(join(copy.path, 'lock'), { recursive: true, force: true })
    await ledger.run()
    const before = [gateway.seq, gateway.prev] as const
    await record('B1', 'B2')
    const after = [gateway.seq, gateway.prev] as const
    stage.answer = from(() => ledger.url)
    await follower.reached(await ledger.size())
    good = { size: await ledger.size(), checkpoint: await (await ledger.get('/checkpoint')).text() }
    // Somewhere else the same log tells another story, and a longer one.
    const other = await startLedger(config(copy.path))
    try {
      ;[gateway.seq, gateway.prev] = before
      await stretch(other.url)
      stage.answer = from(() => other.url)
      const { files } = await expectDiverged('FOLLOW_FORK')
      const proof = await readFile((files as string[])[1]!, 'utf8')
      const fork = await proveFork(proof, parseVerifierKey(ledger.node.genesis.logKey), async (...signed) =>
        verifySignature(...signed),
      )
      expect(fork.checkpoints[0].size).toBe(good.size)
    } finally {
      ;[gateway.seq, gateway.prev] = after
      await other[Symbol.asyncDispose]()
      await copy.remove()
    }
  })

  test('when the log publishes less than before', async () => {
    await record('B1')
    await follower.reached(await ledger.size())
    const old = Buffer.from(good.checkpoint)
    good = { size: await ledger.size(), checkpoint: await (await ledger.get('/checkpoint')).text() }
    stage.answer = altered(stage.answer, /^\/checkpoint/, () => old)
    await expectDiverged('FOLLOW_ROLLBACK')
  }, 120_000)

  test('when a statement is recorded that the rules refuse', async () => {
    const { items, root } = await oneMore()
    const seed = new Uint8Array(crypto.randomBytes(32))
    const real = items.at(-2)!
    const { header, root: payload } = parseStatement(real.bytes)
    const bytes = buildStatement(header, payload, signOnNode(crypto, seed))
    const lie = [...items.slice(0, good.size), { bytes, events: real.events }]
    stage.answer = forged([...lie, sealOver(lie, root)], key)
    const evidence = await expectDiverged('FOLLOW_ADMISSION')
    expect(evidence).toMatchObject({ entry: good.size, detail: expect.stringContaining('SIGNATURE') as string })
  })

  test('when a seal names another history', async () => {
    const { items } = await oneMore()
    const honest = items.slice(0, good.size + 1)
    stage.answer = forged([...honest, sealOver(honest, new Uint8Array(32).fill(7))], key)
    expect(await expectDiverged('FOLLOW_HISTORY')).toMatchObject({ entry: good.size + 1 })
  })

  test.each([
    ['counts other events', { eventCount: 2 }],
    ['counts other entries', { entryCount: 3 }],
    ['leaves a height out', { height: 9 }],
    ['names another seal before it', { previous: new Uint8Array(32) }],
    ['begins elsewhere', { firstEntry: 1 }],
    ['goes back in time', { timeMs: 1 }],
  ])('when a seal %s', async (_, change) => {
    const { items, root } = await oneMore()
    const honest = items.slice(0, good.size + 1)
    stage.answer = forged([...honest, sealOver(honest, root, change)], key)
    expect(await expectDiverged('FOLLOW_SEAL')).toMatchObject({ entry: good.size + 1 })
  })

  test('when a checkpoint does not end in a seal', async () => {
    const { items } = await oneMore()
    stage.answer = forged(items.slice(0, good.size + 1), key)
    await expectDiverged('FOLLOW_SEAL')
  })

  test('when it is asked to cosign another root', async () => {
    const { items } = await oneMore()
    const honest = items.slice(0, good.size - 1)
    const lie = forged([...honest, sealOver(honest, new Uint8Array(32))], key)
    const note = Buffer.from((await lie('/checkpoint', {} as never))!).toString('utf8')
    stage.answer = async () => Buffer.from(good.checkpoint)
    const answer = await follower.get('/add-checkpoint', { method: 'POST', body: `old 0\n\n${note}` })
    expect(answer.status).toBe(422)
    await expectDiverged('FOLLOW_FORK')
  })
})

describe('a follower goes on', () => {
  test('after an answer that was spoilt on the way once', async () => {
    let spoilt = 0
    stage.answer = altered(stage.answer, /^\/v1\/batches/, (bytes) => (spoilt++ === 0 ? flipped(bytes, 40) : bytes))
    await record('B1')
    await follower.reached(await ledger.size())
    expect(spoilt).toBeGreaterThan(1)
    expect(follower.node.status().state).toBe('following')
  })

  test('when an operator has removed the word of a difference', async () => {
    stage.answer = altered(stage.answer, /^\/v1\/batches/, (bytes) => flipped(bytes, 40))
    await record('B1')
    await expectDiverged('FOLLOW_EVENTS')
    await follower.stop()
    await rm(diverged(follower.folder))
    await follower.run(ledger.url)
    await follower.reached(await ledger.size())
  })
})

/** Records something through a node's own door. */
async function stretch(url: string): Promise<void> {
  for (let i = 0; i < 3; i++) {
    const batch = gateway.batch(itemUri(`C${i}`))
    const headers = { 'Content-Type': 'application/cbor' }
    const answer = await fetch(`${url}/v1/statements`, { method: 'POST', headers, body: Buffer.from(batch) })
    expect(answer.status).toBe(201)
  }
  await until(async () => {
    const note = await (await fetch(`${url}/checkpoint`)).text()
    return Number(note.split('\n')[1]) > good.size
  })
}
