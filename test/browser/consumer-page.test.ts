import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { keyPath, loadKey } from '@tristamp/ledger-node'
import {
  bestVerify,
  formatCheckpoint,
  formatVerifierKey,
  parseCheckpoint,
  parseNote,
  parsePolicy,
  proveFork,
  signNote,
  verify,
} from '@tristamp/protocol'
import type { Browser, BrowserContext, BrowserContextOptions, Page, Route } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KITCHEN, LOT, PACK, PRODUCT } from '../../verifier-web/src/_sample-verdicts.ts'
import { axe } from './_axe.ts'
import { haveChromium, launchChromium } from './_chromium.ts'
import { type BuiltPages, buildPages } from './_pages.ts'
import { type PorkLedger, startPorkLedger } from './_pork-ledger.ts'

const pathOf = (subject: string): string => new URL(subject).pathname

/** Everything a page did that it must not do. */
interface Faults {
  console: string[]
  foreign: string[]
  policy: string[]
}

// Everything up to the verdict, proofs included, as compressed by the node: 72 kB were measured, 16 of them proofs and headers. The goal is 40,000.
const MAX_TRANSFER_BYTES = 74_000

let pages: BuiltPages
let pork: PorkLedger
let browser: Browser

/** A visitor: a fresh browser profile, watched. */
async function visit(
  options: BrowserContextOptions = {},
): Promise<{ context: BrowserContext; page: Page; faults: Faults }> {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    reducedMotion: 'reduce',
    ...options,
  })
  const page = await context.newPage()
  const faults: Faults = { console: [], foreign: [], policy: [] }
  page.on('pageerror', (error) => faults.console.push(String(error)))
  page.on('console', (message) => {
    // What the test itself cuts off is reported by the browser as an error of the network.
    if (message.type() === 'error' && !/net::ERR_/.test(message.text())) faults.console.push(message.text())
  })
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url())
    if (origin !== pork.ledger.url && protocol !== 'data:' && protocol !== 'blob:') faults.foreign.push(request.url())
  })
  await page.exposeFunction('reportViolation', (what: string) => void faults.policy.push(what))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (e) => {
      const { reportViolation } = globalThis as unknown as { reportViolation: (what: string) => void }
      reportViolation(`${e.violatedDirective} ${e.blockedURI}`)
    })
  })
  return { context, page, faults }
}

const policyText = async (): Promise<string> => (await fetch(`${pork.ledger.url}/v1/policy`)).text()
const status = (page: Page): Promise<string> => page.getByRole('status').innerText()

/** Opens a subject's page and waits for the end of its check. */
async function open(page: Page, subject: string, lang: 'zh' | 'en'): Promise<string> {
  await page.goto(`${pork.ledger.url}${pathOf(subject)}?lang=${lang}`)
  return settled(page)
}

async function settled(page: Page): Promise<string> {
  await page.waitForSelector('#page:not([data-state=checking]) footer.end')
  return status(page)
}

const nothing: Faults = { console: [], foreign: [], policy: [] }

describe.skipIf(!haveChromium())('the page a code opens', () => {
  beforeAll(async () => {
    pages = await buildPages()
    pork = await startPorkLedger(pages.folder)
    browser = await launchChromium()
  })

  afterAll(async () => {
    await browser.close()
    await pork[Symbol.asyncDispose]()
    await pages[Symbol.asyncDispose]()
  })

  it.each([
    ['zh', '记录一致', '一条不少', '下一步', '冷鲜黑猪肉', '云岭黑猪养殖场', '冷藏车，尾号 27'],
    [
      'en',
      'The records agree',
      'none left out',
      'Next',
      'Chilled black pork',
      'Yunling Black Pig Farm',
      'Refrigerated truck 27',
    ],
  ] as const)(
    'says in %s that the records agree, and shows the journey',
    async (lang, word, sentence, next, product, farm, truck) => {
      const { context, page, faults } = await visit()
      const text = await open(page, PACK, lang)
      for (const part of [word, sentence, next]) expect(text).toContain(part)
      const pack = await page.locator('#pack').innerText()
      for (const part of [product, 'B261120-07', '7K3M']) expect(pack).toContain(part)
      const stops = await page.locator('#journey h3').allInnerTexts()
      expect(stops.join('\n')).toContain(farm)
      expect(stops.join('\n')).toContain(truck)
      expect(await page.locator('#checks .checks li').count()).toBeGreaterThanOrEqual(11)
      expect(await page.title()).toContain(word)
      expect(await page.evaluate(() => document.documentElement.lang)).toBe(lang === 'zh' ? 'zh-Hans' : 'en')
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
      expect(faults).toEqual(nothing)
      await context.close()
    },
  )

  it('is served under a policy that runs nothing but its own files', async () => {
    const { headers } = await fetch(`${pork.ledger.url}${pathOf(PACK)}`, { headers: { Accept: 'text/html' } })
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    // The reader of codes is WebAssembly; nothing else that makes code is allowed.
    expect(policy.replace(" 'wasm-unsafe-eval'", '')).not.toMatch(/unsafe|\*|https?:/)
    const html = await readFile(join(pages.folder, 'index.html'), 'utf8')
    expect(html).not.toMatch(/<style|style=|\son\w+=|<script(?![^>]*\ssrc=)/)
  })

  it('arrives small', async () => {
    const { context, page } = await visit()
    const cdp = await context.newCDPSession(page)
    await cdp.send('Network.enable')
    const first = new Set<string>()
    let bytes = 0
    cdp.on('Network.responseReceived', ({ requestId, type, response }) => {
      // What the verdict waits for, by the names that the build gives it; all else loads behind it.
      if (type === 'Document' || /\/v1\/|\/(?:index|waiting|verdict|words)-/.test(response.url)) first.add(requestId)
    })
    cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      if (first.has(requestId)) bytes += encodedDataLength
    })
    await page.goto(`${pork.ledger.url}${pathOf(PACK)}?lang=zh`)
    await page.waitForSelector('#page:not([data-state=checking])')
    expect(bytes).toBeLessThan(MAX_TRANSFER_BYTES)
    await context.close()
  })

  it('says nothing good before it has checked', async () => {
    const { context, page } = await visit()
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    await page.route('**/v1/history*', async (route) => {
      await held
      await route.continue()
    })
    await page.goto(`${pork.ledger.url}${pathOf(PACK)}?lang=zh`)
    await expect.poll(() => status(page)).toContain('正在核对')
    expect(await page.locator('body').innerText()).not.toContain('一致')
    expect(await page.locator('.hit').count()).toBe(0)
    release()
    expect(await settled(page)).toContain('记录一致')
    await context.close()
  })

  it.each([
    ['an event', (bundle: Buffer) => bundle.indexOf('"bizStep":"packing"') + 12, /PROOF_ROOT/],
    ['the checkpoint', (bundle: Buffer) => bundle.indexOf('pork.example/log') + 22, /NOTE_|CHECKPOINT_|PROOF_|BUNDLE_/],
    ['the hashes', (bundle: Buffer) => bundle.length - 60, /PROOF_|HISTORY_|LEDGER_|SEAL_/],
  ] as const)('shows that %s was changed on the way, with its code', async (_, where, code) => {
    const { context, page, faults } = await visit()
    await page.route('**/v1/history*', async (route: Route) => {
      const response = await route.fetch()
      const body = Buffer.from(await response.body())
      const at = where(body)
      expect(at).toBeGreaterThan(40)
      body[at]! ^= 1
      await route.fulfill({ response, body })
    })
    expect(await open(page, PACK, 'zh')).toContain('记录不符')
    expect(await page.locator('#checks .code').first().innerText()).toMatch(code)
    expect(await page.locator('body').innerText()).not.toContain('记录一致')
    expect(await page.evaluate(() => localStorage.length)).toBe(0)
    expect(faults).toEqual(nothing)
    await context.close()
  })

  it('shows the last check without a connection, and checks again when there is one', async () => {
    const { context, page, faults } = await visit()
    await open(page, PACK, 'zh')
    await page.route('**/v1/**', (route) => route.abort('internetdisconnected'))
    await page.reload()
    const text = await settled(page)
    for (const part of ['暂时', '上次核对', '网络不通', '上次核对时记录一致', '现在还不知道'])
      expect(text).toContain(part)
    expect(await page.locator('#pack').innerText()).toContain('冷鲜黑猪肉')
    expect(await page.locator('.hit').count()).toBe(0)
    expect(await page.locator('#checks').innerText()).toContain('OFFLINE')
    expect(await axe(page, { unfold: true })).toEqual([])
    await page.unroute('**/v1/**')
    await page.getByRole('button', { name: '再核对一次' }).click()
    await expect.poll(() => status(page)).toContain('记录一致')
    expect(faults).toEqual(nothing)
    await context.close()
  })

  it('says that it never checked when the first visit finds no ledger', async () => {
    const { context, page } = await visit()
    await page.route('**/v1/**', (route) => route.fulfill({ status: 503, body: 'no' }))
    const text = await open(page, PACK, 'en')
    for (const part of ['Cannot check now', 'Never checked before']) expect(text).toContain(part)
    expect(await page.locator('#pack').innerText()).toContain('Product unknown')
    expect(await page.locator('#checks').innerText()).toContain('SERVER 503')
    await context.close()
  })

  it('has proof that a number was never recorded', async () => {
    const { context, page, faults } = await visit()
    expect(await open(page, `${PRODUCT}/21/NEVER1`, 'zh')).toContain('无记录')
    expect(await page.locator('#checks').innerText()).toContain('有证明')
    expect(await page.locator('#pack').innerText()).toContain('NEVE')
    expect(await axe(page, { unfold: true })).toEqual([])
    expect(faults).toEqual(nothing)
    await context.close()
  })

  it('checks a lot and a case too', async () => {
    const { context, page, faults } = await visit()
    expect(await open(page, LOT, 'zh')).toContain('记录一致')
    expect(await open(page, 'https://id.gs1.org/00/095060001340000017', 'en')).toContain('The records agree')
    expect(await page.locator('#pack').innerText()).toContain('0950')
    expect(faults).toEqual(nothing)
    await context.close()
  })

  it.each([
    ['LEDGER_ROLLBACK', (seen: { size: number }) => ({ ...seen, size: seen.size + 5 })],
    ['LEDGER_FORK', (seen: { size: number }) => ({ ...seen, root: 'ab'.repeat(32) })],
  ] as const)('catches %s by what this device saw before', async (code, change) => {
    const { context, page } = await visit()
    await open(page, PACK, 'zh')
    const key = 'tristamp/1/checkpoint/pork.example/log'
    const seen = JSON.parse((await page.evaluate((k) => localStorage.getItem(k), key)) ?? '{}') as {
      size: number
      root: string
    }
    await page.evaluate(([k, v]) => localStorage.setItem(k!, v!), [key, JSON.stringify(change(seen))])
    await page.reload()
    expect(await settled(page)).toContain('记录不符')
    expect(await page.locator('#checks .code').first().innerText()).toContain(code)
    // Trusting anew is the reader's own decision, and then the check holds again.
    await page.getByText('证据', { exact: true }).click()
    await page.getByRole('button', { name: '重新信任这个账本' }).click()
    await expect.poll(() => status(page)).toContain('记录一致')
    await context.close()
  })

  it('hands out the evidence when the ledger has signed two states that exclude each other', async () => {
    const { context, page, faults } = await visit({ acceptDownloads: true })
    await open(page, PACK, 'zh')
    const key = 'tristamp/1/checkpoint/pork.example/log'
    const seen = JSON.parse((await page.evaluate((k) => localStorage.getItem(k), key)) ?? '{}') as { note: string }
    // What a dishonest ledger would have shown this device before: another tree of a smaller size, signed by the same key.
    const { origin, size } = parseCheckpoint(parseNote(seen.note).text)
    const root = new Uint8Array(32).fill(0xab)
    const logKey = await loadKey(keyPath(pork.folder, 'log'))
    for (const at of [size, size - 3]) {
      const note = signNote(formatCheckpoint({ origin, size: at, root }), [{ name: origin, type: 1, ...logKey }])
      const before = JSON.stringify({ size: at, root: 'ab'.repeat(32), note })
      await page.evaluate(([k, v]) => localStorage.setItem(k!, v!), [key, before])
      await page.reload()
      expect(await settled(page)).toContain('被改写过')
      await page.getByText('证据', { exact: true }).click()
      expect(await axe(page, { unfold: true })).toEqual([])
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: '下载矛盾证据' }).click(),
      ])
      expect(download.suggestedFilename()).toBe('pork_example_log.tristamp-fork')
      const evidence = await readFile((await download.path())!, 'utf8')
      const fork = await proveFork(evidence, parsePolicy(await policyText()).logs[0]!.key, await bestVerify())
      expect(fork.checkpoints.map((c) => c.size)).toEqual([at, size])
    }
    expect(faults).toEqual(nothing)
    await context.close()
  })

  it('says below the quorum that it cannot check now', async () => {
    const { context, page, faults } = await visit()
    const policy = await policyText()
    const witness = formatVerifierKey('witness.example', 4, new Uint8Array(32).fill(3))
    await page.route('**/v1/policy', (route) =>
      route.fulfill({
        contentType: 'text/plain; charset=utf-8',
        body: policy.replace('quorum none', `witness w ${witness}\nquorum w`),
      }),
    )
    const text = await open(page, PACK, 'en')
    for (const part of ['Cannot check now', 'Only 0 of 1 observers', 'Check again in a minute'])
      expect(text).toContain(part)
    const checks = await page.locator('#checks').innerText()
    for (const part of ['Fewer witnesses signed', 'POLICY_QUORUM', '0 of 1 witnesses signed'])
      expect(checks).toContain(part)
    expect(await page.locator('.hit').count()).toBe(0)
    expect(await axe(page, { unfold: true })).toEqual([])
    expect(faults).toEqual(nothing)
    await context.close()
  })

  it('trusts no other ledger than the one it saw first', async () => {
    const { context, page } = await visit()
    await open(page, PACK, 'zh')
    const key = 'tristamp/1/policy'
    await page.evaluate((k) => {
      const policy = JSON.parse(localStorage.getItem(k) ?? '{}') as { text: string }
      // The log key of C2SP's own example: well formed, and not this ledger's.
      policy.text = policy.text.replace(
        /^log \S+/m,
        'log sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8',
      )
      localStorage.setItem(k, JSON.stringify(policy))
    }, key)
    await page.reload()
    expect(await settled(page)).toContain('记录不符')
    expect(await page.locator('#checks .code').first().innerText()).toMatch(/NOTE_|CHECKPOINT_/)
    await context.close()
  })

  it('checks without WebCrypto, as on a page without https', async () => {
    const { context, page } = await visit()
    await page.addInitScript(() => Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined }))
    expect(await open(page, PACK, 'zh')).toContain('记录一致')
    await context.close()
  })

  it('works where the browser keeps nothing', async () => {
    const { context, page, faults } = await visit()
    await page.addInitScript(() =>
      Object.defineProperty(globalThis, 'localStorage', {
        get() {
          throw new DOMException('barred', 'SecurityError')
        },
      }),
    )
    expect(await open(page, PACK, 'zh')).toContain('记录一致')
    expect(faults).toEqual(nothing)
    await context.close()
  })

  it('is checked anew when somebody comes back to it hours later', async () => {
    const { context, page, faults } = await visit()
    await page.addInitScript(() => {
      const now = Date.now
      Object.assign(globalThis, { later: 0 })
      Date.now = () => now() + (globalThis as unknown as { later: number }).later
    })
    let asked = 0
    page.on('request', (request) => {
      if (request.url().includes('/v1/history')) asked++
    })
    const comeBackAfter = (ms: number): Promise<void> =>
      page.evaluate((later) => {
        Object.assign(globalThis, { later })
        document.dispatchEvent(new Event('visibilitychange'))
      }, ms)
    await open(page, PACK, 'zh')
    const before = asked
    await comeBackAfter(60_000)
    expect(await page.locator('#page').getAttribute('data-state')).toBe('consistent')
    await comeBackAfter(2 * 3_600_000)
    await expect.poll(() => asked, { timeout: 60_000 }).toBe(before + 1)
    await page.waitForSelector('#page[data-state=consistent] footer.end')
    expect(faults).toEqual(nothing)
    await context.close()
  })

  it('changes language in place, without asking the ledger again', async () => {
    const { context, page } = await visit()
    await open(page, PACK, 'zh')
    const asked: string[] = []
    page.on('request', (request) => void asked.push(new URL(request.url()).pathname))
    await page.getByRole('link', { name: 'EN', exact: true }).click()
    await expect.poll(() => status(page)).toContain('The records agree')
    expect(new URL(page.url()).pathname).toBe(pathOf(PACK))
    expect(new URL(page.url()).searchParams.get('lang')).toBe('en')
    // Whoever chose it by the keyboard goes on from there, not from the top of the page.
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('EN')
    // The look at the code may be counted a moment after the first verdict; that is no question to the ledger.
    expect(asked.filter((path) => path.startsWith('/v1/') && path !== '/v1/scans')).toEqual([])
    await context.close()
  })

  it('hands out the bundle, which a program elsewhere checks', async () => {
    const { context, page } = await visit()
    await open(page, PACK, 'en')
    await page.getByText('Proof', { exact: true }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download the bundle' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('7K3M92QD40XA.tristamp')
    const bundle = await readFile(await download.path())
    const policy = parsePolicy(await (await fetch(`${pork.ledger.url}/v1/policy`)).text())
    expect((await verify(new Uint8Array(bundle), PACK, { policy }, await bestVerify())).state).toBe('consistent')
    await context.close()
  })

  it('takes a number that is typed, and says what is wrong with one', async () => {
    const { context, page, faults } = await visit()
    await page.goto(`${pork.ledger.url}/?lang=en`)
    await page.getByRole('textbox').fill('(01)09506000134353(21)7K3M92QD40XA')
    await page.getByRole('button', { name: 'Check' }).click()
    await expect.poll(() => page.locator('#wrong').innerText()).toContain('GS1_CHECK_DIGIT')
    expect(await axe(page, { unfold: true })).toEqual([])
    await page.getByRole('textbox').fill('(01)09506000134352(10)B261120-07(21)7K3M92QD40XA')
    await page.getByRole('button', { name: 'Check' }).click()
    await page.waitForURL(`**${pathOf(PACK).replace('/21/', '/10/B261120-07/21/')}*`)
    expect(await settled(page)).toContain('The records agree')
    expect(faults).toEqual(nothing)
    await context.close()
  })

  it('writes a report with what it knows, and sends it nowhere', async () => {
    const { context, page, faults } = await visit()
    await open(page, PACK, 'en')
    await page.getByRole('button', { name: 'Report a problem' }).click()
    const text = await page.getByRole('textbox', { name: 'Text of the report' }).inputValue()
    for (const part of [PACK, 'Chilled black pork', 'B261120-07', 'The records agree', 'pork.example/log'])
      expect(text).toContain(part)
    expect(faults).toEqual(nothing)
    await context.close()
  })

  it.each(['zh', 'en'] as const)('can be used by everyone, in %s, light and dark', async (lang) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { context, page } = await visit({ colorScheme })
      await open(page, PACK, lang)
      expect(await axe(page, { unfold: true })).toEqual([])
      await context.close()
    }
  })

  it('tells in both languages why it shows nothing without scripts', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(`${pork.ledger.url}${pathOf(PACK)}`)
    const text = await page.locator('body').innerText()
    expect(text).toContain('没有核对')
    expect(text).toContain('nothing has been checked')
    await context.close()
  })

  it('shows names from the ledger as text, whatever they hold', async () => {
    const name = '<img src=x onerror="globalThis.broken=1">'
    const place = { op: 'register-place', org: 'xiaoman', place: KITCHEN, zone: 'Asia/Shanghai' } as const
    await pork.govern({
      ...place,
      name: { zh: name, en: name },
      address: { zh: '</p><script>globalThis.broken=1</script>', en: '{n} $& |' },
    })
    const { context, page, faults } = await visit()
    expect(await open(page, PACK, 'zh')).toContain('记录一致')
    expect(await page.locator('#journey h3').last().innerText()).toContain(name)
    expect(await page.locator('#journey').innerText()).toContain('</p><script>')
    expect(await page.evaluate(() => (globalThis as { broken?: number }).broken)).toBeUndefined()
    expect(faults).toEqual(nothing)
    await context.close()
  })
})
