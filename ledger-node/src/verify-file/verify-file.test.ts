import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  decodeEntryBundle,
  decodeTransparentStatement,
  formatForkProof,
  formatTlogProof,
  formatVerifierKey,
  type Json,
  parseTlogProof,
  toBase64Url,
} from '@tristamp/protocol'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { commissioned, itemUri, type TestGateway, TestLedger, temporaryFolder } from '../_harness.ts'
import { main as ledgerMain } from '../main.ts'
import { main } from '../tristamp.ts'
import type { FileVerdict } from './file-verdict.ts'

let ledger: TestLedger
let gateway: TestGateway
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let entry: number
let out: string
let policy: string
const path = (name: string): string => join(folder.path, name)

beforeAll(async () => {
  folder = await temporaryFolder()
  ledger = await TestLedger.start()
  ;[gateway] = (await ledger.enrolGateways('one')) as [TestGateway]
  const posted = await ledger.post(gateway.batch(itemUri('A1'), itemUri('A2')))
  entry = ((await posted.json()) as { entry: number }).entry
  await ledger.sealed(entry)
  policy = path('policy')
  await writeFile(policy, await (await ledger.get('/v1/policy')).text())
}, 120_000)
afterAll(async () => {
  await ledger.remove()
  await folder.remove()
})
beforeEach(() => {
  out = ''
  vi.stubEnv('TRISTAMP_LANG', 'en')
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text)
    return true
  })
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

const prove = (...args: string[]): Promise<number> => ledgerMain(['prove', '--node', ledger.url, ...args])
async function verified(name: string, ...args: string[]): Promise<FileVerdict & { exit: number }> {
  // Offline means offline.
  vi.stubGlobal('fetch', () => Promise.reject(new Error('a request was made')))
  try {
    out = ''
    const exit = await main(['verify', path(name), '--policy', policy, '--json', ...args])
    return { exit, ...(JSON.parse(out) as FileVerdict) }
  } finally {
    vi.unstubAllGlobals()
  }
}
async function statement(): Promise<Uint8Array> {
  const size = await ledger.size()
  const bytes = await (await ledger.get(`/tile/entries/000.p/${size}`)).arrayBuffer()
  return decodeEntryBundle(new Uint8Array(bytes))[entry]!
}

describe('a bundle', () => {
  test('tells which steps were taken back, and holds with them: nothing of either may be left out', async () => {
    const step = { ...(commissioned(itemUri('WRONG')) as object), ilmd: { 'cbvmda:lotNumber': 'L8' } } as Record<
      string,
      object
    >
    const errorDeclaration = { declarationTime: '2026-11-22T08:00:00.000Z', reason: 'did_not_occur' }
    const batch = gateway.batchOf([step as never, { ...step, errorDeclaration } as never])
    gateway.seq++
    const recorded = ((await (await ledger.post(batch)).json()) as { entry: number }).entry
    await ledger.sealed(recorded)
    const answer = await ledger.get(`/v1/history?subject=${encodeURIComponent(itemUri('WRONG'))}`)
    await writeFile(path('wrong.tristamp'), new Uint8Array(await answer.arrayBuffer()))
    const verdict = await verified('wrong.tristamp')
    expect(verdict).toMatchObject({ exit: 0, result: 'holds', facts: { events: 2 } })
    expect(verdict.facts['takenBack']).toEqual([`${recorded}/0 (${recorded}/1)`])
    // Both are found by the one id.
    const found = await ledger.get(`/v1/events/${String(step['eventID'])}`)
    expect(((await found.json()) as { records: unknown[] }).records).toHaveLength(2)
  })

  test('fails for a number that was in two places at once, and names what the rules found', async () => {
    const ilmd = { 'cbvmda:lotNumber': 'L10' }
    const here = { ...(commissioned(itemUri('TWICE')) as { [name: string]: Json }), ilmd }
    const geo = { source: 'gnss', latE7: 302_400_000, lonE7: 1_214_800_000, accuracyM: 5, satellites: 9 }
    const eventID = 'urn:uuid:22222222-6f0c-4b4e-9f55-0b6f7a3f1c11'
    const { ilmd: _, ...rest } = here
    const there = { ...rest, eventID, action: 'OBSERVE', bizStep: 'storing', 'tristamp:geo': geo }
    const batch = gateway.batchOf([here, there])
    gateway.seq++
    const recorded = ((await (await ledger.post(batch)).json()) as { entry: number }).entry
    await ledger.sealed(recorded)
    const answer = await ledger.get(`/v1/history?subject=${encodeURIComponent(itemUri('TWICE'))}`)
    await writeFile(path('twice.tristamp'), new Uint8Array(await answer.arrayBuffer()))
    const verdict = await verified('twice.tristamp')
    expect(verdict).toMatchObject({ exit: 1, result: 'fails', code: 'TWO_PLACES', facts: { state: 'elsewhere' } })
    // Steps of a fixed day come late on any other: that is a note.
    const grave = (verdict.facts['findings'] as string[]).filter((one) => !one.includes(' note '))
    expect(grave).toEqual([`TWO_PLACES contradiction ${recorded}/0 ${recorded}/1`])
  })

  test('tells where steps lie whose clock was in doubt', async () => {
    const step = commissioned(itemUri('DOUBT')) as { [name: string]: Json }
    const bootId = '11111111-6f0c-4b4e-9f55-0b6f7a3f1c11'
    const clock = { source: 'none', uncertaintyMs: 31_536_000_000, bootId, monotonicMs: 5 }
    const changed = { ...step, ilmd: { 'cbvmda:lotNumber': 'L9' }, 'tristamp:clock': clock }
    const batch = gateway.batchOf([changed])
    gateway.seq++
    const year = new Date().getUTCFullYear()
    const doubted = ((await (await ledger.post(batch)).json()) as { entry: number }).entry
    await ledger.sealed(doubted)
    const answer = await ledger.get(`/v1/history?subject=${encodeURIComponent(itemUri('DOUBT'))}`)
    await writeFile(path('doubt.tristamp'), new Uint8Array(await answer.arrayBuffer()))
    const verdict = await verified('doubt.tristamp')
    expect(verdict).toMatchObject({ exit: 0, result: 'holds' })
    expect(verdict.facts['times']).toEqual([
      expect.stringMatching(new RegExp(`^${doubted}/0 … – (?:${year}|${year + 1})-.*Z \\(ledger\\)$`)),
    ])
  })
})

test('a bundle of the form before this one is no lie: nothing of it can be decided here', async () => {
  // An array of nine, a text of seventeen: how a bundle of version 1 begins.
  await writeFile(path('old.tristamp'), Buffer.concat([Buffer.from([0x89, 0x71]), Buffer.from('tristamp-bundle/1')]))
  expect(await verified('old.tristamp')).toMatchObject({ kind: 'unknown', result: 'unchecked', code: 'FILE_VERSION' })
})

test('a bundle tells what its gateways have lost, by their own word', async () => {
  const [other] = (await ledger.enrolGateways('lossy')) as [TestGateway]
  const step = { ...(commissioned(itemUri('LOST')) as { [name: string]: Json }), ilmd: { 'cbvmda:lotNumber': 'L10' } }
  expect((await ledger.post(other.batchOf([step]))).ok).toBe(true)
  other.seq = 4
  const event = {
    type: 'TristampReport',
    eventID: `urn:uuid:${crypto.randomUUID()}`,
    eventTime: '2026-11-22T02:00:00.000Z',
    eventTimeZoneOffset: '+08:00',
    'tristamp:clock': (step as { [name: string]: Json })['tristamp:clock']!,
    report: { kind: 'gap', from: 1, to: 4, reason: 'disk' },
  }
  const { entry: declared } = (await (await ledger.post(other.batchOf([event]))).json()) as { entry: number }
  await ledger.sealed(declared)
  const answer = await ledger.get(`/v1/history?subject=${encodeURIComponent(itemUri('LOST'))}`)
  await writeFile(path('lost.tristamp'), new Uint8Array(await answer.arrayBuffer()))
  const verdict = await verified('lost.tristamp')
  expect(verdict).toMatchObject({ exit: 0, result: 'holds' })
  expect(verdict.facts['losses']).toEqual([`${declared}/0 org/lossy 1–3 (disk)`])
})

describe('a tlog-proof', () => {
  test('made by a node, holds on its own', async () => {
    expect(await prove('--entry', String(entry), '-o', path('a.tlog-proof'))).toBe(0)
    expect(await verified('a.tlog-proof')).toMatchObject({
      exit: 0,
      kind: 'tlog-proof',
      result: 'holds',
      facts: { entry, origin: 'ledger.example/test', signer: gateway.uri, count: 2, seq: 0 },
    })
  })

  test('without the entry asks for it, and takes no other', async () => {
    const proof = parseTlogProof(await (await ledger.get(`/v1/statements/${entry}/proof`)).text())
    const { extra, ...bare } = proof
    await writeFile(path('bare'), formatTlogProof(bare))
    await writeFile(path('entry'), extra!)
    await writeFile(path('other'), extra!.slice(1))
    expect(await verified('bare')).toMatchObject({ exit: 1, result: 'unchecked', code: 'ENTRY_MISSING' })
    expect(await verified('bare', '--entry', path('entry'))).toMatchObject({ exit: 0, result: 'holds' })
    expect(await verified('bare', '--entry', path('other'))).toMatchObject({
      exit: 1,
      result: 'fails',
      code: 'PROOF_ROOT',
    })
  })

  test('of a seal says so, and is refused under another ledger’s policy', async () => {
    expect(await prove('--entry', '1', '-o', path('seal'))).toBe(0)
    expect(await verified('seal')).toMatchObject({ exit: 0, facts: { seal: true } })
    await writeFile(
      path('stranger'),
      'log sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8\nquorum none\n',
    )
    out = ''
    expect(await main(['verify', path('seal'), '--policy', path('stranger')])).toBe(1)
    expect(out).toContain('CHECKPOINT_ORIGIN')
  })
})

describe('a receipt', () => {
  test('holds for its statement and for no other', async () => {
    expect(await prove('--entry', String(entry), '--format', 'receipt', '-o', path('r'))).toBe(0)
    await writeFile(path('statement'), await statement())
    expect(await verified('r')).toMatchObject({ exit: 1, kind: 'receipt', result: 'unchecked', code: 'ENTRY_MISSING' })
    expect(await verified('r', '--entry', path('statement'))).toMatchObject({
      exit: 0,
      facts: { ledger: 'https://ledger.example/test', entry },
    })
    const other = await statement()
    other[other.length - 1]! ^= 1
    await writeFile(path('forged'), other)
    expect(await verified('r', '--entry', path('forged'))).toMatchObject({
      exit: 1,
      result: 'fails',
      code: 'SIGNATURE',
    })
    expect(await verified('statement')).toMatchObject({ exit: 1, kind: 'statement', code: 'PROOF_MISSING' })
  })

  test('travels with its statement; the signer is checked when its key is given', async () => {
    expect(await prove('--entry', String(entry), '--format', 'statement', '-o', path('t'))).toBe(0)
    const { statement: inside } = decodeTransparentStatement(new Uint8Array(await readFile(path('t'))))
    expect(inside).toEqual(await statement())
    expect(await verified('t')).toMatchObject({ exit: 0, kind: 'transparent', facts: { signerChecked: false } })
    const signer = toBase64Url(gateway.publicKey)
    expect(await verified('t', '--signer', signer)).toMatchObject({ exit: 0, facts: { signerChecked: true } })
    const stranger = toBase64Url(ledger.admin.publicKey)
    expect(await verified('t', '--signer', stranger)).toMatchObject({ exit: 1, result: 'fails', code: 'KEY_UNKNOWN' })
  })

  test('is given for one published size, the same each time, and for no seal', async () => {
    const get = async (path: string): Promise<Buffer> => Buffer.from(await (await ledger.get(path)).arrayBuffer())
    expect(await get(`/v1/statements/${entry}/receipt`)).toEqual(await get(`/v1/statements/${entry}/receipt`))
    for (const bad of ['1', '99999']) expect((await ledger.get(`/v1/statements/${bad}/receipt`)).status, bad).toBe(404)
    expect((await ledger.get('/v1/statements/01/receipt')).status).toBe(400)
    expect((await ledger.get('/v1/statements/x')).status).toBe(400)
  })
})

describe('a bundle', () => {
  test('says what the page says', async () => {
    expect(await prove('--subject', itemUri('A1'), '-o', path('b'))).toBe(0)
    expect(await verified('b')).toMatchObject({
      exit: 0,
      kind: 'bundle',
      facts: { subject: itemUri('A1'), state: 'consistent', events: 2 },
    })
    expect(await verified('b', '--subject', itemUri('A2'))).toMatchObject({ exit: 1, result: 'fails' })
    expect(await prove('--subject', itemUri('NEVER'), '-o', path('n'))).toBe(0)
    expect(await verified('n')).toMatchObject({ exit: 0, facts: { state: 'none' } })
  })

  test('with a byte changed does not check out', async () => {
    await prove('--subject', itemUri('A1'), '-o', path('b'))
    const bytes = await readFile(path('b'))
    bytes[Math.floor(bytes.length / 2)]! ^= 1
    await writeFile(path('changed'), bytes)
    expect(await verified('changed')).toMatchObject({ exit: 1, result: 'fails' })
  })

  test('below the quorum cannot be decided', async () => {
    const text = await readFile(policy, 'utf8')
    const witness = `witness w ${formatVerifierKey('w.example', 4, gateway.publicKey)}\nquorum w\n`
    await writeFile(path('witnessed'), text.replace('quorum none\n', witness))
    await prove('--subject', itemUri('A1'), '-o', path('b'))
    out = ''
    expect(await main(['verify', path('b'), '--policy', path('witnessed')])).toBe(1)
    expect(out).toMatch(/^CANNOT BE DECIDED: .*POLICY_QUORUM/)
  })
})

describe('tristamp verify', () => {
  test('speaks the reader’s language', async () => {
    await prove('--subject', itemUri('A1'), '-o', path('b'))
    out = ''
    vi.stubEnv('TRISTAMP_LANG', 'zh_CN.UTF-8')
    expect(await main(['verify', path('b'), '--log', ledger.node.genesis.logKey])).toBe(0)
    expect(out).toMatch(/^成立: 记录一致：/)
    expect(out).toContain('这不说明所记内容属实。')
  })

  test('proves forks, and leaves open what is none', async () => {
    const note = await (await ledger.get('/checkpoint')).text()
    await writeFile(path('f'), formatForkProof({ checkpoints: [note, note] }))
    expect(await verified('f')).toMatchObject({ exit: 1, kind: 'fork', result: 'unchecked', code: 'FORK_UNPROVEN' })
  })

  test('refuses what is no proof file', async () => {
    for (const text of [
      '',
      'hello',
      '\u0000\u0001',
      'tristamp-fork/2\n',
      'c2sp.org/tlog-proof@v1\n',
      'tristamp-fork/1\n',
    ]) {
      await writeFile(path('x'), text)
      const { exit, result } = await verified('x')
      expect([exit, result], text).toEqual([1, 'fails'])
    }
  })

  test('wrong usage is 2', async () => {
    for (const argv of [
      ['verify'],
      ['nonsense'],
      ['verify', path('b')],
      ['verify', path('b'), '--log', 'x'],
      ['verify', path('missing'), '--policy', policy],
      ['verify', path('b'), '--policy', path('b')],
      ['verify', path('b'), '--policy', policy, '--signer', 'short'],
      ['verify', path('b'), path('b'), '--policy', policy],
    ])
      expect(await main(argv), argv.join(' ')).toBe(2)
    expect([await main(['--help']), await main([]), await main(['--version'])]).toEqual([0, 0, 0])
  })
})

describe('tristamp-ledger prove', () => {
  test('finds the entry of an event, and works on a folder that no node holds', async () => {
    const bundle = await (
      await ledger.get(new URL(itemUri('A1')).pathname, { headers: { Accept: 'application/json' } })
    ).json()
    const { eventID } = (
      bundle as { epcisBody: { queryResults: { resultsBody: { eventList: { eventID: string }[] } } } }
    ).epcisBody.queryResults.resultsBody.eventList[0]!
    expect(await prove('--event', eventID, '-o', path('e'))).toBe(0)
    expect(await verified('e')).toMatchObject({ exit: 0, facts: { entry } })
    const local = (...args: string[]): Promise<number> => ledgerMain(['prove', '--data', ledger.folder, ...args])
    expect(await local('--event', eventID, '-o', path('l'))).toBe(1)
    await ledger.stop()
    for (const args of [
      ['--event', eventID.replace('urn:uuid:', ''), '-o', path('l1')],
      ['--entry', String(entry), '--format', 'receipt', '-o', path('l2')],
      ['--entry', String(entry), '--format', 'statement', '-o', path('l3')],
      ['--subject', itemUri('A2'), '-o', path('l4')],
    ])
      expect(await local(...args), args.join(' ')).toBe(0)
    await ledger.run()
    for (const name of ['l1', 'l3', 'l4']) expect(await verified(name), name).toMatchObject({ exit: 0 })
    expect(await verified('l2', '--entry', path('statement'))).toMatchObject({ exit: 0 })
  })

  test('wrong usage is 2, and what is not there 1', async () => {
    for (const args of [
      ['-o', path('w')],
      ['--entry', '1'],
      ['--entry', 'x', '-o', path('w')],
      ['--entry', '1', '--event', 'x', '-o', path('w')],
      ['--event', 'x', '-o', path('w')],
      ['--entry', '1', '--format', 'pdf', '-o', path('w')],
      ['--entry', '1', '--format', 'bundle', '-o', path('w')],
    ])
      expect(await prove(...args), args.join(' ')).toBe(2)
    expect(await prove('--entry', '99999', '-o', path('w'))).toBe(1)
    expect(await ledgerMain(['prove', '--data', folder.path, '--entry', '1', '-o', path('w')])).toBe(1)
  })
})
