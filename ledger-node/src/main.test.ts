import { readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { config, TestGateway, temporaryFolder } from './_harness.ts'
import { startLedger } from './index.ts'
import { keyPath } from './keys.ts'
import { lockData } from './lock.ts'
import { main } from './main.ts'

let folder: string
let data: string
let remove: () => Promise<void>
let out: string
let err: string
beforeEach(async () => {
  ;({ path: folder, remove } = await temporaryFolder())
  data = join(folder, 'ledger')
  out = ''
  err = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text)
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += String(text)
    return true
  })
})
afterEach(async () => {
  vi.restoreAllMocks()
  await remove()
})

const init = (...more: string[]): Promise<number> =>
  main(['init', '--data', data, '--origin', 'ledger.example/main', ...more])

describe('the command line', () => {
  test('help and version', async () => {
    expect([await main(['--help']), await main([]), await main(['--version'])]).toEqual([0, 0, 0])
    expect(out).toMatch(/tristamp-ledger init[\s\S]*Exit codes[\s\S]*TRISTAMP_DATA[\s\S]*\n0\.1\.0\n$/)
  })

  test.each([
    [['nonsense']],
    [['init', '--data', '/tmp/x']],
    [['init', '--data', '/tmp/x', '--origin', 'a.example', '--admin', '../x']],
    [['init', '--data', '/tmp/x', '--origin', 'a.example', '--admin', 'a', '--admin', 'a']],
    [['init', '--data', '/tmp/x', '--origin', 'a.example', '--threshold', 'x']],
    [['run', '--colour', 'red']],
    [['verify']],
    [['enrol', '--node', 'http://127.0.0.1:1']],
  ])('%j is wrong usage: 2', async (argv) => {
    expect(await main(argv)).toBe(2)
    expect(err).toContain('--help')
  })

  test('init founds a ledger that verifies, with keys for the owner alone; a second one is refused', async () => {
    expect(await init('--admin', 'ann', '--admin', 'bob', '--threshold', '2')).toBe(0)
    expect(out).toMatch(
      /^log key ledger\.example\/main\+[0-9a-f]{8}\+\S+\nack key [\w-]{43}\nwitness key ledger\.example\/main\/witness\+\S+\n$/,
    )
    expect(await readdir(join(data, 'keys'))).toEqual([
      'ack.pem',
      'admin-ann.ledger',
      'admin-ann.pem',
      'admin-bob.ledger',
      'admin-bob.pem',
      'log.pem',
      'witness.pem',
    ])
    expect((await stat(keyPath(data, 'log'))).mode & 0o777).toBe(0o600)
    expect(await main(['verify', '--data', data])).toBe(0)
    expect(out).toContain('ok 2 entries (1 seals), 1 events')
    // An administrator has taken the key away.
    await rm(keyPath(data, 'admin-bob'))
    const before = await readdir(join(data, 'keys'))
    expect(await init('--admin', 'bob', '--admin', 'cy')).toBe(1)
    expect(err).toContain('DATA_EXISTS')
    expect(await readdir(join(data, 'keys'))).toEqual(before)
  })

  test('a name that cannot be an origin is refused, and nothing is left founded', async () => {
    expect(await main(['init', '--data', data, '--origin', 'not an origin'])).toBe(1)
    expect(await init()).toBe(0)
  })

  test('run and verify say what is wrong: no ledger, wrong mode, in use, wrong configuration', async () => {
    expect(await main(['run', '--data', data])).toBe(1)
    expect(err).toContain('DATA_MISSING')
    expect(await main(['run', '--data', data, '--port', 'abc'])).toBe(3)
    expect(err).toContain('http.port')
    expect(await init()).toBe(0)
    const unlock = await lockData(data)
    expect(await main(['run', '--data', data, '--port', '0', '--mqtt-port', '0'])).toBe(1)
    expect(await main(['verify', '--data', data])).toBe(1)
    expect(err.match(/DATA_LOCKED/g)).toHaveLength(2)
    await unlock()
  })

  test.each([
    [['check', '--node', 'http://127.0.0.1', '--policy', 'FILE'], 2],
    [['audit', 'http://127.0.0.1', '--policy', 'FILE'], 2],
    [['prove-fork', 'FILE', '--log', 'try.example+df964461+AZqLn1QEjFlWCH1oyW0SKw9ILliSAEZnzKYFoZsdPgKn'], 2],
    [['import', 'FILE', '--node', 'http://127.0.0.1'], 1],
  ])('%j: a file that is not there is named, without a stack', async (args, code) => {
    const file = join(folder, 'none')
    expect(await main(args.map((arg) => (arg === 'FILE' ? file : arg)))).toBe(code)
    expect(err).toMatch(/ENOENT/)
    expect(err).toContain(file)
    expect(err).not.toMatch(/^ +at /m)
  })

  test('two nodes on one folder: the second is refused', async () => {
    await init()
    const node = await startLedger(config(data))
    await expect(startLedger(config(data))).rejects.toMatchObject({ code: 'DATA_LOCKED' })
    await node[Symbol.asyncDispose]()
  })

  test('enrol records operations from flags and files, and tells why one is refused', async () => {
    await init()
    const node = await startLedger(config(data))
    const enrol = (...args: string[]): Promise<number> =>
      main(['enrol', ...args, '--node', node.url, '--admin-key', keyPath(data, 'admin-admin')])
    const organisation = [
      'organisation',
      '--org',
      'org',
      '--party',
      'https://id.gs1.org/417/9506000134307',
      '--name-zh',
      '组织',
    ]
    expect(await enrol(...organisation)).toBe(3)
    expect(err).toContain('--name-en is missing')
    expect(await enrol(...organisation, '--name-en', 'Org')).toBe(0)
    expect(out).toContain('recorded entry 2')
    const place = [
      'place',
      '--org',
      'org',
      '--place',
      'https://id.gs1.org/414/9506000134307',
      '--name-zh',
      '场',
      '--name-en',
      'Farm',
    ]
    const address = [
      '--address-zh',
      '恩施',
      '--address-en',
      'Enshi',
      '--zone',
      'Asia/Shanghai',
      '--lat',
      '30.24',
      '--lon',
      '109.48',
    ]
    expect(await enrol(...place, ...address)).toBe(0)
    const product = [
      'product',
      '--org',
      'org',
      '--product',
      'https://id.gs1.org/01/09506000134352',
      '--name-zh',
      '肉',
      '--name-en',
      'Pork',
    ]
    expect(await enrol(...product, '--spec-zh', '冻', '--spec-en', 'Frozen', '--min', '-25', '--max', '-18')).toBe(0)
    const file = join(folder, 'requests.json')
    await writeFile(
      file,
      JSON.stringify([new TestGateway('org', 'a').operation, new TestGateway('org', 'b').operation]),
    )
    expect(await enrol('--file', file)).toBe(0)
    await writeFile(file, JSON.stringify(new TestGateway('org', 'a').operation))
    expect(await enrol('gateway', '--file', file)).toBe(1)
    expect(err).toContain('GOVERNANCE_CONFLICT')
    await writeFile(file, JSON.stringify({ op: 'enrol-gateway' }))
    expect(await enrol('--file', file)).toBe(1)
    await writeFile(file, '{')
    expect(await enrol('--file', file)).toBe(3)
    await node[Symbol.asyncDispose]()
    expect(await enrol('--file', file, '--node', node.url)).toBe(3)
    expect(await main(['verify', '--data', data])).toBe(0)
  })
})
