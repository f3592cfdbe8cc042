import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bestVerify, parsePolicy, verify } from '@tristamp/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Child } from '../_harness/child.ts'
import { temporaryFolder } from '../_harness/folder.ts'
import { freePort } from '../_harness/free-port.ts'
import { commissioned, item, ORGANISATION } from '../_harness/goods.ts'
import { TestLedger } from '../_harness/ledger.ts'
import { TestSigner } from '../_harness/signer.ts'
import { buildTool } from '../_harness/tools.ts'
import { until } from '../_harness/until.ts'
import { vectors } from '../_vectors.ts'

// Witnesses that share no code with this project, on both sides: a Go witness for our ledger, and another witness's requests to ours.

const folder = temporaryFolder()
afterAll(() => folder[Symbol.dispose]())
const toolFolder = join(folder.path, 'xmod-witness')
mkdirSync(toolFolder)
const tool = buildTool('xmod-witness', toolFolder)
const cases = vectors('log')

describe.skipIf(tool === undefined)('a witness on golang.org/x/mod', () => {
  const signer = new TestSigner('farm')
  let ledger: TestLedger
  let witness: ChildProcess
  let vkey: string
  let port: number
  const startWitness = async (): Promise<void> => {
    const listen = `127.0.0.1:${port}`
    witness = spawn(tool!, ['-listen', listen, '-log', ledger.vkey, '-name', 'go.example/w'])
    vkey = await new Promise<string>((resolve, reject) => {
      witness.once('error', reject)
      witness.stdout!.once('data', (line: Buffer) => resolve(String(line).trim()))
    })
  }

  beforeAll(async () => {
    ledger = await TestLedger.found(join(folder.path, 'ledger'))
    port = await freePort()
    await startWitness()
    const config = join(folder.path, 'ledger.yaml')
    writeFileSync(config, `witnesses: [{ name: go, url: "http://127.0.0.1:${port}", vkey: "${vkey}" }]\nquorum: 1\n`)
    await ledger.start('--config', config)
    await ledger.enrol(ORGANISATION, signer.enrolment())
  })
  afterAll(async () => {
    witness?.kill('SIGKILL')
    await ledger?.[Symbol.asyncDispose]()
  })

  const record = async (serial: string): Promise<void> => {
    const response = await ledger.post(signer.batch(commissioned(item(serial))))
    await ledger.sealed(((await response.json()) as { entry: number }).entry)
  }
  const read = async (serial: string): Promise<string> => {
    const policy = parsePolicy(Buffer.from(await ledger.bytes('/v1/policy')).toString('utf8'))
    const subject = item(serial)
    return (await verify(await ledger.bundle(subject), subject, { policy }, await bestVerify())).state
  }

  it('cosigns what our client brings, tree after tree, and a reader believes it', async () => {
    for (const serial of ['A', 'B', 'C']) {
      await record(serial)
      expect(await read(serial)).toBe('consistent')
    }
    expect(await ledger.metric('tristamp_checkpoint_quorum')).toBe(1)
    expect(await ledger.metric('tristamp_checkpoints_below_quorum_total')).toBe(0)
  })

  it('is told its old size anew when it has forgotten it, and found again when it was away', async () => {
    witness.kill('SIGKILL')
    await record('D')
    expect(await read('D')).toBe('unchecked')
    await startWitness()
    await until('the late cosignature is there', async () => (await ledger.metric('tristamp_checkpoint_quorum')) === 1)
    expect(await read('D')).toBe('consistent')
  })
})

describe.skipIf(cases === undefined)("another witness's test requests", () => {
  it('are answered by ours as its specification says', async () => {
    const file = join(cases!, 'witness-add-checkpoint.json')
    const { log, cases: requests } = JSON.parse(readFileSync(file, 'utf8')) as {
      log: { vkey: string }
      cases: { i: number; body: string; status: number; responseContains?: string; responseBody?: string }[]
    }
    const args = ['--data', join(folder.path, 'witness'), '--name', 'example.com/witness', '--log', log.vkey]
    await using child = Child.start('ledger', ['witness', ...args, '--port', '0'])
    const [, url] = await child.says(/^ready (\S+) (\S+)$/m)
    expect(requests).toHaveLength(9)
    for (const { i, body, status, responseContains, responseBody } of requests) {
      const answer = await fetch(`${url}/add-checkpoint`, { method: 'POST', body })
      const text = await answer.text()
      // The recorded witness is older than the specification: it said 403 to an unknown log.
      expect(answer.status, `case ${i}: ${text}`).toBe(i === 2 ? 404 : status)
      if (status === 200) expect(text).toContain(responseContains)
      if (responseBody === undefined) continue
      expect(text).toBe(responseBody)
      expect(answer.headers.get('Content-Type')).toBe('text/x.tlog.size')
    }
    expect(await child.stop()).toBe(0)
  })
})
