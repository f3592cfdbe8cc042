import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formatVerifierKey } from '@tristamp/protocol'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { config, itemUri, type TestGateway, TestLedger, temporaryFolder } from '../_harness.ts'
import { type RunningLedger, startLedger } from '../index.ts'
import { main } from '../main.ts'

/** A ledger that was copied when it was small: started again, the copy is a rollback, and grown, a fork. */
let ledger: TestLedger
let gateway: TestGateway
/** Writes the other branch of history. */
let other: TestGateway
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let out: string
let copy: RunningLedger | undefined
let remember: string
beforeEach(async () => {
  folder = await temporaryFolder()
  remember = join(folder.path, 'seen')
  ledger = await TestLedger.start()
  ;[gateway, other] = (await ledger.enrolGateways('one', 'two')) as [TestGateway, TestGateway]
  await ledger.sealed(2)
  await ledger.stop()
  await cp(ledger.folder, join(folder.path, 'copy'), { recursive: true })
  await ledger.run()
  out = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text)
    return true
  })
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
})
afterEach(async () => {
  vi.restoreAllMocks()
  await copy?.[Symbol.asyncDispose]()
  copy = undefined
  await ledger.remove()
  await folder.remove()
})

const check = (url: string, ...more: string[]): Promise<number> => {
  out = ''
  return main(['check', '--node', url, '--remember', remember, ...more])
}
const proveFork = (file: string, log = ledger.node.genesis.logKey): Promise<number> => {
  out = ''
  return main(['prove-fork', file, '--log', log])
}
async function record(url: string, by: TestGateway, item: string): Promise<void> {
  const response = await fetch(`${url}/v1/statements`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/cbor' },
    body: Buffer.from(by.batch(item)),
  })
  expect(response.status).toBe(201)
  const { entry } = (await response.json()) as { entry: number }
  await vi.waitUntil(
    async () => Number((await (await fetch(`${url}/checkpoint`)).text()).split('\n')[1]) > entry,
    10_000,
  )
}
const startCopy = async (): Promise<string> => {
  copy = await startLedger(config(join(folder.path, 'copy')))
  return copy.url
}

describe('tristamp-ledger check', () => {
  test('remembers a ledger, and finds that it only grew', async () => {
    expect(await check(ledger.url)).toBe(0)
    expect(out).toMatch(/^ok ledger\.example\/test size \d+ root \S+: nothing was remembered/)
    expect(await readFile(remember, 'utf8')).toBe(await (await ledger.get('/checkpoint')).text())
    expect(await readFile(`${remember}.policy`, 'utf8')).toContain('quorum none')
    expect(await check(ledger.url)).toBe(0)
    expect(out).toContain(': as remembered')
    await record(ledger.url, gateway, itemUri('A'))
    expect(await check(ledger.url)).toBe(0)
    expect(out).toMatch(/: continues the \d+ entries remembered/)
  })

  test('a rollback has its own code, and what is kept of it is not more than it shows', async () => {
    await record(ledger.url, gateway, itemUri('A'))
    expect(await check(ledger.url)).toBe(0)
    const seen = await readFile(remember, 'utf8')
    expect(await check(await startCopy())).toBe(1)
    expect(out).toMatch(/^LEDGER_ROLLBACK ledger\.example\/test: it has \d+ entries, and signed \d+ before/)
    expect(await readFile(remember, 'utf8')).toBe(seen)
    expect(await proveFork(`${remember}.tristamp-fork`)).toBe(1)
    expect(out).toMatch(/^NOT PROVEN ledger\.example\/test signed both of these/)
  })

  test.each([
    ['of the same size', 1],
    ['that has grown further', 2],
  ])('a fork %s is proven from the file alone', async (_, records) => {
    const url = await startCopy()
    await record(ledger.url, gateway, itemUri('A'))
    expect(await check(ledger.url)).toBe(0)
    for (let i = 0; i < records; i++) await record(url, other, itemUri(`B${i}`))
    const file = join(folder.path, 'evidence')
    expect(await check(url, '--fork', file)).toBe(1)
    expect(out).toMatch(/^LEDGER_FORK ledger\.example\/test: its tree of \d+ does not continue/)
    expect(await proveFork(file)).toBe(0)
    expect(out).toMatch(/^PROVEN ledger\.example\/test signed two ledgers that exclude each other/)
    const changed = join(folder.path, 'changed')
    await writeFile(changed, (await readFile(file, 'utf8')).replace(/\n\d+\n/, '\n2\n'))
    expect(await proveFork(changed)).toBe(1)
    expect(await proveFork(file, ledger.node.genesis.logKey.replace(/\+.*/, '+00000000+AA=='))).toBe(2)
  })

  test('a fork whose tiles are not shown is a fork all the same', async () => {
    const url = await startCopy()
    await record(ledger.url, gateway, itemUri('A'))
    await check(ledger.url)
    for (let i = 0; i < 2; i++) await record(url, other, itemUri(`B${i}`))
    const { fetch: real } = globalThis
    vi.stubGlobal('fetch', (input: string, init?: RequestInit) =>
      String(input).includes('/tile/') ? Promise.resolve(new Response('no', { status: 403 })) : real(input, init),
    )
    try {
      expect(await check(url)).toBe(1)
    } finally {
      vi.unstubAllGlobals()
    }
    expect(out).toContain('LEDGER_FORK')
    expect(await readFile(`${remember}.tristamp-fork`, 'utf8')).toContain(
      'gave no proof that the one continues the other',
    )
    expect(await proveFork(`${remember}.tristamp-fork`)).toBe(1)
  })

  test('trusts the policy that is given, and says when its quorum is missing', async () => {
    const policy = join(folder.path, 'policy')
    const witness = formatVerifierKey('w.example', 4, gateway.publicKey)
    await writeFile(policy, `log ${ledger.node.genesis.logKey}\nwitness w ${witness}\nquorum w\n`)
    expect(await check(ledger.url, '--policy', policy)).toBe(1)
    expect(out).toContain('UNCHECKED POLICY_QUORUM')
    await writeFile(policy, `log sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8\nquorum none\n`)
    expect(await check(ledger.url, '--policy', policy)).toBe(1)
    expect(out).toBe('')
  })

  test('wrong usage is 2', async () => {
    expect(await main(['check'])).toBe(2)
    expect(await main(['prove-fork', '--log', ledger.node.genesis.logKey])).toBe(2)
    expect(await main(['witness', '--data', 'x', '--name', 'y'])).toBe(2)
    const witness = ['witness', '--data', join(folder.path, 'w'), '--name', 'y', '--log', ledger.node.genesis.logKey]
    expect(await main([...witness, '--host', '0.0.0.0'])).toBe(3)
    expect(await main([...witness, '--tls-cert', 'c'])).toBe(2)
    expect(await main([...witness, '--tls-cert', 'c', '--tls-key', 'k'])).toBe(3)
  })
})
