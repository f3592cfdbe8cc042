import { readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import {
  bestVerify,
  formatPolicy,
  fromUtf8,
  parseNote,
  parsePolicy,
  parseVerifierKey,
  type Verdict,
  verify,
  verifyNote,
} from '@tristamp/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { itemUri, type TestGateway, TestLedger, temporaryFolder, until } from '../_harness.ts'
import { makeKey } from '../keys.ts'
import { verifySignature } from '../node-crypto.ts'
import { verifyLedger } from '../verify.ts'
import { type RunningWitness, startWitness } from './standalone.ts'
import { policyOfWitnesses } from './witness-config.ts'

interface Health {
  entries: number
  sealed: { size: number }
  witnesses?: { size: number; quorum: boolean; witnesses: { name: string; signed: boolean; failure?: object }[] }
}

let ledger: TestLedger
let gateway: TestGateway
let logKey: string
let folder: Awaited<ReturnType<typeof temporaryFolder>>
const running: AsyncDisposable[] = []

beforeEach(async () => {
  folder = await temporaryFolder()
  ledger = await TestLedger.start()
  ;[gateway] = (await ledger.enrolGateways('one')) as [TestGateway]
  logKey = ledger.node.genesis.logKey
  await ledger.stop()
})
afterEach(async () => {
  await ledger.remove()
  for (const one of running.splice(0)) await one[Symbol.asyncDispose]()
  await folder.remove()
})

async function witness(name: string, port = 0): Promise<RunningWitness> {
  const data = join(folder.path, name)
  const logs = [parseVerifierKey(logKey)]
  const one = await startWitness({
    data,
    name: `${name}.example`,
    logs,
    host: '127.0.0.1',
    port,
    requestsPerSecond: 99,
  })
  running.push(one)
  return one
}

/** Stands where a witness should, and answers as it is told. */
async function stranger(
  answer: (body: string) => Promise<{ status: number; body: string; type?: string }>,
): Promise<string> {
  const server: Server = createServer((req, res) => {
    let body = ''
    req.on('data', (chunk: Buffer) => {
      body += String(chunk)
    })
    req.on('end', () => {
      void answer(body).then(({ status, body: text, type = 'text/plain' }) => {
        res.writeHead(status, { 'Content-Type': type })
        res.end(text)
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  running.push({
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const run = (quorum: number, ...witnesses: { url: string; vkey: string }[]): Promise<void> => {
  const named = witnesses.map(({ url, vkey }) => ({ url, vkey: parseVerifierKey(vkey) }))
  return ledger.run({}, {}, { policy: policyOfWitnesses(named, quorum) })
}
const health = async (): Promise<Health> => (await (await ledger.get('/healthz')).json()) as Health
const checkpoint = async (): Promise<string> => (await ledger.get('/checkpoint')).text()
const names = (note: string): string[] =>
  parseNote(note)
    .signatures.map(({ name }) => name)
    .sort()

async function verdictOf(item: string): Promise<Verdict> {
  const policy = parsePolicy(await (await ledger.get('/v1/policy')).text())
  const bundle = await (await ledger.get(`/v1/history?subject=${encodeURIComponent(item)}`)).arrayBuffer()
  return verify(new Uint8Array(bundle), item, { policy }, await bestVerify())
}

async function record(item: string): Promise<number> {
  const posted = await ledger.post(gateway.batch(item))
  expect(posted.status).toBe(201)
  return ((await posted.json()) as { entry: number }).entry
}

describe('a ledger with witnesses', () => {
  test('publishes what its quorum has cosigned, everywhere, and keeps it over a restart without them', async () => {
    const [a, b] = [await witness('a'), await witness('b')]
    await run(2, a, b)
    await ledger.sealed(await record(itemUri('A1')))
    // Witnesses that answer late are published late.
    await until(async () => names(await checkpoint()).length === 3)
    const note = await checkpoint()
    expect(names(note)).toEqual(['a.example', 'b.example', 'ledger.example/test'])
    // It is shown a moment before it is on the disk.
    await until(async () => (await readFile(join(ledger.folder, 'checkpoint'), 'utf8')) === (await checkpoint()))
    const verdict = await verdictOf(itemUri('A1'))
    expect(verdict.state).toBe('consistent')
    expect(verdict.checks.find(({ id }) => id === 'witnesses')).toMatchObject({
      status: 'passed',
      detail: { signed: 2 },
    })
    expect((await health()).witnesses).toMatchObject({ quorum: true, witnesses: [{ signed: true }, { signed: true }] })
    const metrics = await (await ledger.get('/metrics')).text()
    expect(metrics).toMatch(/tristamp_checkpoint_quorum 1/)
    expect(metrics).toMatch(/tristamp_checkpoint_cosigned\{witness="b.example"\} 1/)
    await ledger.stop()
    for (const one of running.splice(0)) await one[Symbol.asyncDispose]()
    // A witness may have signed once more in between, with a later time.
    const kept = await readFile(join(ledger.folder, 'checkpoint'), 'utf8')
    expect(names(kept)).toEqual(names(note))
    await run(2, a, b)
    expect(await checkpoint()).toBe(kept)
    expect((await verdictOf(itemUri('A1'))).state).toBe('consistent')
  })

  test('is audited with its cosignatures: no bit of them turns unnoticed', async () => {
    const [a, b] = [await witness('a'), await witness('b')]
    await run(2, a, b)
    await ledger.sealed(await record(itemUri('A1')))
    await ledger.stop()
    expect((await verifyLedger(ledger.folder, verifySignature)).flaw).toBeUndefined()
    const path = join(ledger.folder, 'checkpoint')
    const note = await readFile(path)
    const signatures = note.indexOf('\n\n')
    for (let at = signatures; at < note.length; at += 17) {
      const turned = Buffer.from(note)
      turned[at]! ^= 1
      await writeFile(path, turned)
      const { flaw, notes } = await verifyLedger(ledger.folder, verifySignature)
      // A line that names no key of the policy any more is no signature: then the quorum is missing.
      expect(flaw?.file ?? notes.join(), `byte ${at}`).toMatch(/checkpoint$|fewer cosignatures/)
    }
    await writeFile(path, note)
    await run(2, a, b)
  }, 120_000)

  test('drops a kept cosignature that its disk has changed, and asks for it again', async () => {
    const a = await witness('a')
    await run(1, a)
    await ledger.sealed(await record(itemUri('A1')))
    await ledger.stop()
    const path = join(ledger.folder, 'checkpoint')
    const note = await readFile(path, 'utf8')
    await writeFile(
      path,
      note.replace(/(a\.example .{30}).(.*\n)$/, (_, x, y) => `${x}${note.includes(`${x}A`) ? 'B' : 'A'}${y}`),
    )
    await run(1, a)
    await until(async () => (await health()).witnesses?.quorum === true)
    await until(async () => names(await checkpoint()).includes('a.example'))
    const keys = [parseVerifierKey(a.vkey), parseVerifierKey(logKey)]
    expect(await verifyNote(parseNote(await checkpoint()), keys, await bestVerify())).toHaveLength(2)
  })

  test('says openly when it publishes below the quorum, and takes late cosignatures over', async () => {
    const [a, b] = [await witness('a'), await witness('b')]
    const { port } = new URL(b.url)
    await running.pop()![Symbol.asyncDispose]()
    await run(2, a, b)
    await ledger.sealed(await record(itemUri('B1')))
    // Without hope for the quorum it does not wait for the other one either, whose line then comes late.
    await until(async () => names(await checkpoint()).includes('a.example'))
    expect(names(await checkpoint())).toEqual(['a.example', 'ledger.example/test'])
    const verdict = await verdictOf(itemUri('B1'))
    expect(verdict.state).toBe('unchecked')
    expect(verdict.checks.find(({ id }) => id === 'witnesses')).toMatchObject({ code: 'POLICY_QUORUM' })
    expect((await health()).witnesses).toMatchObject({
      quorum: false,
      witnesses: [{ signed: true }, { signed: false, failure: { code: 'PEER_UNREACHABLE' } }],
    })
    expect(ledger.logs.filter((line) => line.startsWith('WITNESS_QUORUM'))).toHaveLength(1)
    expect(await (await ledger.get('/metrics')).text()).toMatch(/tristamp_checkpoints_below_quorum_total [1-9]/)
    await witness('b', Number(port))
    await until(async () => (await health()).witnesses?.quorum === true, 60_000)
    expect(names(await checkpoint())).toEqual(['a.example', 'b.example', 'ledger.example/test'])
    expect((await verdictOf(itemUri('B1'))).state).toBe('consistent')
    expect(ledger.logs.join('\n')).toContain('has its quorum of witnesses again')
    await until(async () => names(await readFile(join(ledger.folder, 'checkpoint'), 'utf8')).length === 3)
  }, 120_000)

  test('asks a witness that says "not yet" again every second, however often it has said so', async () => {
    const a = await witness('a')
    let asked = 0
    const url = await stranger(async (body) => {
      if (++asked <= 8) return { status: 503, body: 'not yet\n' }
      const answer = await fetch(`${a.url}/add-checkpoint`, { method: 'POST', body })
      return { status: answer.status, body: await answer.text(), type: answer.headers.get('content-type')! }
    })
    await run(1, { url, vkey: a.vkey })
    await until(async () => (await health()).witnesses?.quorum === true)
    expect(asked).toBeGreaterThan(8)
    expect(names(await checkpoint())).toEqual(['a.example', 'ledger.example/test'])
  }, 120_000)

  test('commits and acknowledges without waiting; readers see the last cosigned state until the second is over', async () => {
    const a = await witness('a')
    const slow = { url: await stranger(() => new Promise(() => undefined)), vkey: (await witness('s')).vkey }
    await run(2, a, slow)
    await until(async () => (await health()).witnesses?.quorum === false)
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    const before = (await health()).sealed.size
    let early = 0
    const entries: number[] = []
    for (let i = 0; i < 30; i++) {
      const entry = await record(itemUri(`S${i}`))
      entries.push(entry)
      if ((await ledger.size()) <= entry) early++
      await new Promise((resolve) => setTimeout(resolve, 60))
    }
    // Acknowledged before readers see it: publication waits for the witness, who never answers.
    expect(early).toBeGreaterThan(0)
    await ledger.sealed(entries.at(-1)!)
    expect((await health()).sealed.size).toBeGreaterThan(before)
    expect((await verdictOf(itemUri('S29'))).state).toBe('unchecked')
  }, 120_000)

  test('takes no cosignature that does not verify, and none that is not the witness’s', async () => {
    const a = await witness('a')
    const forger = await makeKey(join(folder.path, 'forger.pem'))
    const { cosign, parseAddCheckpoint } = await import('@tristamp/protocol')
    const forged = await stranger(async (body) => {
      const note = parseAddCheckpoint(body).note
      return { status: 200, body: cosign(note, { name: 'a.example', type: 4, ...forger }, 1) }
    })
    await run(1, { url: forged, vkey: a.vkey })
    await ledger.sealed(await record(itemUri('F1')))
    expect(names(await checkpoint())).toEqual(['ledger.example/test'])
    expect((await health()).witnesses).toMatchObject({ witnesses: [{ failure: { code: 'PEER_REFUSED' } }] })
  })

  test.each([
    ['text/x.tlog.size', '99999\n', 'WITNESS_AHEAD'],
    // Some witnesses explain a conflict in words: that is a refusal, not a size.
    ['text/plain', '99999\n', 'PEER_REFUSED'],
    ['text/x.tlog.size', 'many\n', 'PEER_REFUSED'],
  ])('of a conflict with %s %j says %s', async (type, body, code) => {
    const a = await witness('a')
    await run(1, { url: await stranger(async () => ({ status: 409, body, type })), vkey: a.vkey })
    await ledger.sealed(await record(itemUri('H1')))
    expect((await health()).witnesses?.witnesses[0]?.failure).toMatchObject({ code })
    expect(ledger.logs.some((line) => line.startsWith('WITNESS_AHEAD'))).toBe(code === 'WITNESS_AHEAD')
  })

  test('does not start under a policy of another log', async () => {
    const other = 'log sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8\nquorum none\n'
    await expect(ledger.run({}, {}, { policy: parsePolicy(other) })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await ledger.run({}, {}, { policy: parsePolicy(`log ${logKey}\n${other}`) })
    expect(await (await ledger.get('/v1/policy')).text()).toMatch(/^log ledger\.example\/test\S+ http:\S+\nlog sum/)
  })

  test('serves the policy that it is configured with', async () => {
    const [a, b] = [await witness('a'), await witness('b')]
    await run(1, a, b)
    const policy = parsePolicy(fromUtf8(new Uint8Array(await (await ledger.get('/v1/policy')).arrayBuffer())))
    expect(policy.logs[0]).toMatchObject({ url: ledger.url })
    expect(policy.witnesses.map(({ name, url }) => [name, url])).toEqual([
      ['a.example', a.url],
      ['b.example', b.url],
    ])
    expect(formatPolicy(policy)).toContain('group witnesses 1 a.example b.example\nquorum witnesses\n')
  })
})
