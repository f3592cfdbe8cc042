import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeBatch, type Enrolment, equal, fromUtf8, parseStatement, publicKeyOf, utf8 } from '@tristamp/protocol'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { gatewayConfig } from './_gateway.ts'
import type { AgentConfig, KeyConfig } from './config.ts'
import { initAgent } from './init.ts'
import { openSigner } from './open-signer.ts'
import { paths } from './paths.ts'
import { type OpenedOutbox, openOutbox } from './repair.ts'
import { finishRotation, loginsOf, nextKeyOf, prepareRotation } from './rotation.ts'
import { Signer } from './signer.ts'
import { Store } from './store.ts'

afterEach(() => void vi.restoreAllMocks())

const open = (config: AgentConfig): Promise<OpenedOutbox> =>
  openOutbox(paths(config.data).outbox, config.data, openSigner(config))

/** What a gateway has when it is told that its next key counts: batches, some acknowledged, some recorded unheard, some never; and more events. */
async function gateway(recorded = 2): Promise<{ config: AgentConfig; next: Signer; oldKid: Uint8Array }> {
  const config = gatewayConfig()
  await initAgent(config)
  const signer = openSigner(config)
  const { store, outbox } = await open(config)
  const leaves: Uint8Array[] = []
  const sign = (): Promise<boolean> =>
    outbox.sign(3, async (events, at) => {
      const batch = await signer.signBatch(events, at, 0)
      leaves.push(batch.leaf)
      return batch
    })
  await outbox.accept(
    Array.from({ length: 12 }, (_, n) => utf8(`{"type":"x","n":${n}}`)),
    [],
  )
  while (await sign());
  await outbox.accept([utf8('{"type":"x","n":12}')], [])
  await outbox.acknowledge(1, leaves[0]!)
  await store.close()
  await prepareRotation(config)
  const next = new Signer(nextKeyOf(config)!, config.gateway)
  const { org, id, uri, station, roles } = config.gateway
  const ended = [{ kid: signer.kid, next: recorded, prev: leaves[Math.max(0, recorded - 1)]! }]
  const enrolment: Enrolment = { kid: next.kid, org, gateway: id, uri, station, roles, entry: 9, treeSize: 10, ended }
  return { config: { ...config, enrolled: { ...config.enrolled, enrolment } }, next, oldKid: signer.kid }
}

/** Signs all that waits, and says which events are in it. */
async function signed(config: AgentConfig): Promise<{ seqs: number[]; events: number[]; kids: Uint8Array[] }> {
  const signer = openSigner(config)
  const { store, outbox, repaired } = await open(config)
  expect(repaired).toBeUndefined()
  const seqs: number[] = []
  const events: number[] = []
  const kids: Uint8Array[] = []
  while (await outbox.sign(3, (batch, at) => signer.signBatch(batch, at, 0)));
  for (let seq = outbox.acked; seq < outbox.nextSeq; seq++) {
    const batch = decodeBatch(await outbox.batch(seq))
    seqs.push(parseStatement(batch.statement).header.seq)
    kids.push(parseStatement(batch.statement).header.kid)
    events.push(...batch.events.map(({ event }) => (JSON.parse(fromUtf8(event)) as { n: number }).n))
  }
  await store.close()
  return { seqs, events, kids }
}

describe('a rotation', () => {
  it('is asked for with the next key and login, as often as wanted, and shows nothing of them', async () => {
    const config = gatewayConfig()
    await initAgent(config)
    const first = await prepareRotation(config)
    expect(await prepareRotation(config)).toEqual(first)
    expect(first.request).toMatchObject({ op: 'rotate-key', newKey: expect.stringMatching(/^[\w-]{43}$/) as string })
    expect(loginsOf(config.data)).toHaveLength(2)
    const text = readFileSync(first.requestFile, 'utf8')
    for (const login of loginsOf(config.data)) expect(text).not.toContain(login)
    expect(statSync(join(config.data, 'key-next.pem')).mode & 0o777).toBe(0o600)
    // Until the ledger says so, the old key counts.
    expect(await finishRotation(config)).toBe(false)
  })

  it('signs anew what the old key has not brought into the ledger, once, and nothing else', async () => {
    const { config, next } = await gateway(2)
    expect(await finishRotation(config)).toBe(true)
    expect(equal(openSigner(config).kid, next.kid)).toBe(true)
    const { seqs, events, kids } = await signed(config)
    expect(events).toEqual([6, 7, 8, 9, 10, 11, 12])
    expect(seqs).toEqual([0, 1, 2])
    expect(kids.every((kid) => equal(kid, next.kid))).toBe(true)
    expect(loginsOf(config.data)).toHaveLength(1)
    expect(existsSync(join(config.data, 'key-next.pem'))).toBe(false)
    expect(await finishRotation(config)).toBe(false)
  })

  it.each([
    [0, [3, 4, 5, 6, 7, 8, 9, 10, 11, 12]],
    [4, [12]],
    [9, [12]],
  ])('knows that %d of its batches are recorded', async (recorded, left) => {
    const { config } = await gateway(recorded)
    await finishRotation(config)
    expect((await signed(config)).events).toEqual(left)
  })

  it('may be cut off after any write', { timeout: 120_000 }, async () => {
    for (let writes = 0; ; writes++) {
      const { config, next } = await gateway(2)
      let left = writes
      const real = Store.prototype.commit
      const cut = vi.spyOn(Store.prototype, 'commit').mockImplementation(function (this: Store, ...args) {
        if (left-- <= 0) return Promise.reject(new Error('cut'))
        return real.apply(this, args)
      })
      const finished = await finishRotation(config).catch(() => undefined)
      cut.mockRestore()
      if (finished === undefined) expect(await finishRotation(config)).toBe(true)
      expect(equal(openSigner(config).kid, next.kid)).toBe(true)
      expect((await signed(config)).events).toEqual([6, 7, 8, 9, 10, 11, 12])
      if (finished) break
    }
  })
})

describe('a rotation of a key that is kept elsewhere', () => {
  /** A program that signs with this seed. */
  function command(dir: string, seed: number): KeyConfig & { type: 'command' } {
    const file = join(dir, `sign-${seed}.mjs`)
    const hex = Buffer.alloc(32, seed).toString('hex')
    writeFileSync(
      file,
      `import { sign, createPrivateKey } from 'node:crypto'
const parts = []
for await (const part of process.stdin) parts.push(part)
const der = Buffer.from('302e020100300506032b657004220420${hex}', 'hex')
process.stdout.write(sign(null, Buffer.concat(parts), createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })))`,
    )
    const publicKey = publicKeyOf(new Uint8Array(32).fill(seed))
    return { type: 'command', sign: [process.execPath, file], publicKey, timeoutMs: 60_000 }
  }

  it('goes over to the one under `nextKey`, also while the file still says `key` for the old one', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'tristamp-rotation-'))
    const [key, nextKey] = [command(dir, 1), command(dir, 2)]
    const config: AgentConfig = { ...gatewayConfig(), key, nextKey }
    await initAgent(config)
    expect(openSigner(config).publicKey).toEqual(key.publicKey)
    await prepareRotation(config)
    const { org, id, uri, station, roles } = config.gateway
    const { kid } = new Signer(nextKeyOf(config)!, config.gateway)
    const enrolment: Enrolment = { kid, org, gateway: id, uri, station, roles, entry: 9, treeSize: 10 }
    const told = { ...config, enrolled: { ...config.enrolled, enrolment } }
    expect(await finishRotation(told)).toBe(true)
    expect(openSigner(told).publicKey).toEqual(nextKey.publicKey)
    expect(openSigner({ ...told, key: nextKey }).publicKey).toEqual(nextKey.publicKey)
    await (await open(told)).store.close()
  })
})
