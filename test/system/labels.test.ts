import * as crypto from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  checkSecret,
  commitmentIn,
  parseDigitalLink,
  parsePolicy,
  parseSealedManifest,
  parseSecret,
  type SealedSecret,
  secretInFragment,
  subjectOfElements,
  type Verdict,
  verify,
  verifyOnNode,
} from '@tristamp/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readSymbols } from '../../ledger-node/src/labels/_read.ts'
import { TestAgent } from '../_harness/agent.ts'
import { Child } from '../_harness/child.ts'
import { temporaryFolder } from '../_harness/folder.ts'
import { CASE, ORGANISATION } from '../_harness/goods.ts'
import { TestLedger } from '../_harness/ledger.ts'
import { TestSimulator } from '../_harness/simulator.ts'
import { until } from '../_harness/until.ts'

// Labels as a print shop makes them, scanned at a gateway that has their manifest, and proved to whoever opens the pack.

const LONG_MS = 60_000
const PRODUCT = 'https://id.gs1.org/01/09506000134352'
const folder = temporaryFolder()
const out = join(folder.path, 'labels')
let ledger: TestLedger
let simulator: TestSimulator
let agent: TestAgent
/** What the decoder read: of each label its code, and of each sealed part its address with the secret. */
let links: string[]
let secrets: { subject: string; secret: SealedSecret }[]

beforeAll(async () => {
  ledger = await (await TestLedger.found(join(folder.path, 'ledger'))).start()
  simulator = await TestSimulator.start(join(folder.path, 'sim'))
  const { ports } = simulator
  agent = await TestAgent.init(join(folder.path, 'agent'), { ports, mqttUrl: ledger.mqttUrl, ackKey: ledger.ackKey })
  const product = {
    op: 'register-product',
    org: 'test',
    product: PRODUCT,
    name: { zh: '恩施黑猪五花肉', en: 'Enshi black pork belly' },
    spec: { zh: '500 g', en: '500 g' },
  } as const
  await ledger.enrol(ORGANISATION, product, agent.request)
  await until('the product is registered', async () => {
    const { name } = await ledger.json<{ name?: object }>('/v1/labels/products/9506000134352')
    return name !== undefined
  })
  const flags = ['--product', '9506000134352', '--lot', 'L1', '--expiry', '2026-12-31', '--count', '3', '--sealed']
  const { exit, err } = await labels(out, ...flags, '--format', 'png', '--base', 'https://trace.example.org')
  if (exit !== 0) throw new Error(err)
  links = await read('labels-')
  secrets = (await read('sealed-')).map((address) => {
    const { elements } = parseDigitalLink(address.replace(/#.*/, ''))
    return { subject: subjectOfElements(elements), secret: secretInFragment(new URL(address).hash)! }
  })
})

afterAll(async () => {
  for (const part of [agent, simulator, ledger]) await part?.[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

function labels(to: string, ...flags: string[]): ReturnType<typeof Child.run> {
  return Child.run('ledger', ['labels', '--node', ledger.url, '--out', to, ...flags])
}

async function read(beginning: string): Promise<string[]> {
  const texts: string[] = []
  for (const file of readdirSync(out).sort()) {
    if (!file.startsWith(beginning) || !file.endsWith('.png')) continue
    const [symbol] = await readSymbols(new Uint8Array(readFileSync(join(out, file))))
    texts.push(symbol!.text)
  }
  return texts
}

async function prove(subject: string): Promise<Verdict> {
  const policy = parsePolicy(await (await ledger.get('/v1/policy', 'text/plain')).text())
  const check = verifyOnNode(crypto)
  return verify(await ledger.bundle(subject), subject, { policy }, async (...signed) => check(...signed))
}

/** Every file below a folder. */
function filesIn(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

describe('labels', () => {
  it('are read by a foreign decoder, each its own', () => {
    expect(links).toHaveLength(3)
    for (const link of links)
      expect(link).toMatch(/^HTTPS:\/\/TRACE\.EXAMPLE\.ORG\/01\/09506000134352\/10\/L1\/21\/[2-9A-Z]{12}\?17=261231$/)
    expect(new Set(links).size).toBe(3)
  })

  it('keep secrets and manifest from other users, and secrets out of everything but what is printed', () => {
    const mode = (file: string): number => statSync(join(out, file)).mode & 0o777
    for (const file of readdirSync(out)) expect(mode(file)).toBe(file.startsWith('sealed') ? 0o600 : 0o644)
    const manifest = readFileSync(join(out, 'sealed-manifest.txt'), 'utf8')
    expect(new Set(parseSealedManifest(manifest).keys())).toEqual(new Set(secrets.map(({ subject }) => subject)))
    for (const { secret } of secrets)
      for (const file of ['sealed-manifest.txt', 'serials.csv'])
        expect(readFileSync(join(out, file), 'utf8')).not.toContain(secret)
  })

  it('are not written over what is there', async () => {
    const { exit, err } = await labels(out, '--product', '9506000134352', '--count', '1')
    expect(exit).toBe(2)
    expect(err).toContain('not empty')
  })

  it('have the name that is registered, and can be had as a sheet and for printers', async () => {
    const html = join(folder.path, 'html')
    expect((await labels(html, '--product', '9506000134352', '--count', '25', '--lang', 'en')).exit).toBe(0)
    const sheet = readFileSync(join(html, 'labels.html'), 'utf8')
    expect(sheet.match(/<svg /g)).toHaveLength(2)
    expect(sheet.match(/>Enshi black pork belly</g)!.length).toBeGreaterThanOrEqual(25)
    expect(sheet).toContain('@page{size:210mm 297mm;margin:0}')
    const zpl = join(folder.path, 'zpl')
    const range = ['--from', '001', '--to', '030', '--prefix', 'A']
    expect((await labels(zpl, '--product', PRODUCT, ...range, '--format', 'zpl', '--symbol', 'both')).exit).toBe(0)
    const formats = readFileSync(join(zpl, 'labels.zpl'), 'latin1')
    expect(formats.match(/\^XA/g)).toHaveLength(30)
    expect(formats).toContain('(21) A030')
    // Whatever way it goes to the printer, ASCII arrives.
    expect(formats).toMatch(/^[\n\x20-\x7e]*$/)
  })

  it.each([
    [['--product', '9506000134353', '--count', '1'], 'GS1_CHECK_DIGIT'],
    [['--product', '9506000134352', '--count', '10001'], 'LABEL_INVALID'],
    [['--product', '9506000134352', '--count', '1', '--template', '20x20'], 'LABEL_SPACE'],
    [['--product', '9506000134352', '--from', '1', '--to', '2', '--prefix', '猪'], 'GS1_AI_VALUE'],
  ])('are refused for %j', async (flags, code) => {
    const { exit, err } = await labels(join(folder.path, code), ...flags)
    expect(err).toContain(code)
    expect(exit).toBe(1)
  })
})

describe('the node', () => {
  const ask = (body: unknown, type = 'application/json'): Promise<Response> =>
    fetch(`${ledger.url}/v1/labels`, {
      method: 'POST',
      headers: { 'Content-Type': type },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  const order = { product: '09506000134352', serials: ['A1', 'A2'], template: '60x40' }

  it('draws what the command draws, and keeps nothing', async () => {
    const before = await ledger.size()
    const response = await ask({ ...order, format: 'html', language: 'en' })
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="labels.html"')
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(response.headers.get('cache-control')).toBe('no-store')
    const html = await response.text()
    expect(html.match(/<svg /g)).toHaveLength(2)
    expect(html).toContain('Enshi black pork')
    expect((await (await ask({ ...order, format: 'zpl' })).text()).match(/\^XA/g)).toHaveLength(2)
    expect(await ledger.size()).toBe(before)
  })

  it.each<[string, unknown, number, string]>([
    ['no JSON', '{', 400, 'REQUEST_'],
    ['nothing', undefined, 400, 'LABEL_INVALID'],
    ['a list', [], 400, 'LABEL_INVALID'],
    ['no serials', { ...order, serials: [] }, 400, 'LABEL_INVALID'],
    ['too many', { ...order, serials: Array.from({ length: 241 }, (_, i) => `${i}`) }, 400, 'LABEL_INVALID'],
    ['too large', { ...order, serials: ['A'.repeat(40_000)] }, 413, 'REQUEST_TOO_LARGE'],
    ['one twice', { ...order, serials: ['A', 'A'] }, 400, 'LABEL_INVALID'],
    ['a serial that is no GS1', { ...order, serials: ['猪'] }, 400, 'LABEL_INVALID'],
    ['a serial that is a step in the path', { ...order, serials: ['..'] }, 400, 'LABEL_INVALID'],
    ['a wrong check digit', { ...order, product: '09506000134353' }, 400, 'LABEL_INVALID'],
    ['a product without a name', { ...order, product: '09506000134369' }, 400, 'LABEL_INVALID'],
    ['a template of the prototype', { ...order, template: 'constructor' }, 400, 'LABEL_INVALID'],
    ['members that nobody knows', { ...order, base: 'https://elsewhere.example' }, 400, 'LABEL_INVALID'],
    ['a label that is too small', { ...order, template: '20x20' }, 422, 'LABEL_SPACE'],
  ])('refuses %s', async (_, body, status, code) => {
    const response = await ask(body)
    const problem = (await response.json()) as { code: string }
    expect(problem.code).toContain(code)
    expect(response.status).toBe(status)
  })

  it('draws on after what was refused', async () => {
    expect((await ask(order)).status).toBe(200)
  })
})

describe('a gateway with the manifest', () => {
  beforeAll(async () => {
    const config = JSON.parse(readFileSync(agent.config, 'utf8')) as object
    const sealedCodes = join(out, 'sealed-manifest.txt')
    writeFileSync(agent.config, JSON.stringify({ ...config, sealedCodes }))
    agent.start()
    await agent.ready()
    for (const link of links) await simulator.commission(link)
    await until('all are recorded', () => agent.log.match(/✓ commission/g)?.length === 3, LONG_MS)
    await simulator.scan('tristamp:do/pack', `(00)${CASE.slice(-18)}`, links[0]!, links[1]!, 'tristamp:end')
    await agent.process.says(/✓ pack/, LONG_MS)
    await agent.drained(LONG_MS)
  })

  it('signs the commitment with the birth and the packing of each, which the ledger proves', async () => {
    for (const [i, { subject, secret }] of secrets.entries()) {
      let verdict: Verdict | undefined
      await until('it is sealed', async () => {
        verdict = await prove(subject).catch(() => undefined)
        const told = verdict?.events.filter(({ event }) => commitmentIn(event, subject) !== undefined) ?? []
        return told.length >= (i < 2 ? 2 : 1)
      })
      expect(verdict!.state).toBe('consistent')
      const own = verdict!.events.filter(({ event }) => JSON.stringify(event).includes(subject))
      const commitments = own.map(({ event }) => commitmentIn(event, subject))
      expect(commitments).toHaveLength(i < 2 ? 2 : 1)
      for (const commitment of commitments) {
        expect(checkSecret(subject, secret, commitment!)).toBe(true)
        // Of another pack, and mistyped.
        expect(checkSecret(subject, secrets[(i + 1) % 3]!.secret, commitment!)).toBe(false)
        expect(
          checkSecret(
            subject,
            secret.replace(/.$/, (c) => (c === '0' ? '1' : '0')),
            commitment!,
          ),
        ).toBe(false)
        expect(checkSecret(secrets[(i + 1) % 3]!.subject, secret, commitment!)).toBe(false)
      }
      expect(own[0]!.event).toMatchObject({
        ilmd: { 'cbvmda:lotNumber': 'L1', 'cbvmda:itemExpirationDate': '2026-12-31' },
      })
    }
  })

  it('never has the secrets, nor has the ledger, in any file or line', () => {
    const folders = ['ledger', 'agent'].map((name) => join(folder.path, name))
    const texts = [
      ...folders.flatMap(filesIn).map((file) => readFileSync(file)),
      Buffer.from(agent.log + ledger.process.err),
    ]
    expect(texts.length).toBeGreaterThan(10)
    for (const { secret } of secrets) for (const text of texts) expect(text.includes(parseSecret(secret))).toBe(false)
  })
})
