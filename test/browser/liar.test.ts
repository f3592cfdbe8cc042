// A server that wants to deceive, as a phone meets it: one lie of each kind, over a real line. All kinds: verifier-web/src/check.test.ts.
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { bringOperations, keyPath, loadKey } from '@tristamp/ledger-node'
import { type Bundle, decodeBundle, encodeBundle, SECRET_RANDOM_BYTES, secretFrom } from '@tristamp/protocol'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { LOT, PACK, PRODUCT, recallOperation } from '../../verifier-web/src/_sample-verdicts.ts'
import { type MessageKey, zh } from '../../verifier-web/src/i18n/zh.ts'
import { haveChromium, launchChromium } from './_chromium.ts'
import { accessOf, traced } from './_desk.ts'
import { type Liar, type Lie, startLiar } from './_liar.ts'
import { type BuiltPages, buildPages } from './_pages.ts'
import { PAYLOADS } from './_payloads.ts'
import { type PorkLedger, startPorkLedger } from './_pork-ledger.ts'

const NEVER = `${PRODUCT}/21/NEVER1`
const CBOR = { 'Content-Type': 'application/cbor' }
const SOON = { timeout: 60_000 }
const regulator = accessOf('bureau', 'regulator')

/** All payloads, in groups as long as a field of an answer may be. */
const GROUPS: string[] = []
for (const payload of PAYLOADS) {
  const last = GROUPS.at(-1)
  if (last === undefined || last.length + payload.length > 400) GROUPS.push(payload)
  else GROUPS[GROUPS.length - 1] = `${last} ${payload}`
}
/** What an answer must have to be read at all: times, codes, words of a closed list, identifiers, digests, numbers. */
const CLOSED =
  /^(?:\d{4}-\d\d-\d\d.*|[A-Z][A-Z0-9_]*|[a-z][A-Za-z-]{0,23}|urn:\S+|https?:\S+|[\w-]{16,64}|[A-Z]{2}-\w+|[+-]\d\d:\d\d|\d+)$/
/** Fields that hold what others call themselves, also where it looks like a word of a list. */
const TEXTS = new Set([
  'zh',
  'en',
  'name',
  'org',
  'gateway',
  'by',
  'text',
  'contact',
  'reason',
  'place',
  'party',
  'lot',
])

/** A sentence of the page, as it is read. */
const words = (key: MessageKey): string => String(zh[key]).replaceAll('|', '')

let pages: BuiltPages
let pork: PorkLedger
let liar: Liar
let browser: Browser

const visit = async (options: object = {}): Promise<Page> => {
  const viewport = { width: 390, height: 844 }
  const context = await browser.newContext({ viewport, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', ...options })
  return context.newPage()
}

async function open(page: Page, subject = PACK): Promise<string> {
  await page.goto(`${liar.url}${new URL(subject).pathname}?lang=zh`)
  return settled(page)
}

async function settled(page: Page): Promise<string> {
  await page.waitForSelector('#page:not([data-state=checking]) footer.end', SOON)
  return page.getByRole('status').first().innerText()
}

async function bundleOf(subject: string): Promise<Buffer> {
  const answer = await fetch(`${pork.ledger.url}/v1/history?${new URLSearchParams({ subject })}`)
  return Buffer.from(await answer.arrayBuffer())
}

const changed = (bytes: Buffer, change: (bundle: Bundle) => void): Buffer => {
  const bundle = decodeBundle(new Uint8Array(bytes))
  change(bundle)
  return Buffer.from(encodeBundle(bundle))
}

const answer =
  (body: Buffer | string, headers: Record<string, string> = CBOR, status = 200): Lie =>
  (_, response) =>
    void response.writeHead(status, headers).end(body)

describe.skipIf(!haveChromium())('a server that lies', () => {
  /** What the ledger's state of the pack and the lot was before anything else was recorded. */
  let before: Buffer
  let policy: Buffer

  beforeAll(async () => {
    pages = await buildPages()
    pork = await startPorkLedger(pages.folder, [regulator.access])
    liar = await startLiar(pork.ledger.url)
    browser = await launchChromium()
    before = await bundleOf(PACK)
    policy = Buffer.from(await (await fetch(`${pork.ledger.url}/v1/policy`)).arrayBuffer())
  })

  afterEach(() => liar.truth())

  afterAll(async () => {
    await browser.close()
    await liar[Symbol.asyncDispose]()
    await pork[Symbol.asyncDispose]()
    await pages[Symbol.asyncDispose]()
  })

  const stream =
    (headers: Record<string, string>, chunk: Buffer, times = Number.POSITIVE_INFINITY): Lie =>
    (_, response) => {
      response.writeHead(200, headers)
      let sent = 0
      const more = (): void => {
        while (sent++ < times) if (!response.write(chunk)) return void response.once('drain', more)
        response.end()
      }
      more()
    }

  type Row = [lie: string, word: string, code: string | RegExp, answer: () => Promise<Lie> | Lie]
  const ROWS: Row[] = [
    ['another product’s proofs', '记录不符', 'HISTORY_MISSING', async () => answer(await bundleOf(NEVER))],
    [
      'the proof that another number has no record',
      '记录不符',
      'HISTORY_PROOF',
      async () =>
        answer(
          changed(await bundleOf(NEVER), (b) => {
            b.histories[0]!.subject = PACK
          }),
        ),
    ],
    [
      'the lot’s history left out, where a recall would stand',
      '记录不符',
      /HISTORY_(?:MISSING|PROOF)/,
      () =>
        answer(
          changed(
            before,
            (b) =>
              void b.histories.splice(
                b.histories.findIndex((h) => h.subject === LOT),
                1,
              ),
          ),
        ),
    ],
    [
      'a page in place of proofs',
      '暂时',
      'SERVER 200',
      () => answer('<h1>记录一致</h1>', { 'Content-Type': 'text/html' }),
    ],
    ['a page that calls itself proofs', '暂时', 'BUNDLE_MALFORMED', () => answer('<h1>记录一致</h1>')],
    ['500', '暂时', 'SERVER 500', () => answer('{}', CBOR, 500)],
    ['true proofs as 404', '暂时', 'SERVER 404', () => answer(before, CBOR, 404)],
    ['another address', '暂时', 'OFFLINE', () => answer('', { Location: `${pork.ledger.url}/v1/history` }, 302)],
    ['an address of others', '暂时', 'OFFLINE', () => answer('', { Location: 'https://evil.example/v1/history' }, 307)],
    [
      'compressed proofs that end too early',
      // To the browser these are whole, and short. The goods have no part in it.
      '暂时',
      'BUNDLE_MALFORMED',
      () => {
        const whole = gzipSync(before)
        return answer(whole.subarray(0, whole.length - 200), { ...CBOR, 'Content-Encoding': 'gzip' })
      },
    ],
    [
      'what is not compressed as it says',
      '暂时',
      'OFFLINE',
      () => answer(before, { ...CBOR, 'Content-Encoding': 'br' }),
    ],
    [
      'a little that becomes very much',
      '暂时',
      'SIZE',
      () => answer(brotliCompressSync(Buffer.alloc(64 * 1024 * 1024)), { ...CBOR, 'Content-Encoding': 'br' }),
    ],
    ['no end of it', '暂时', 'SIZE', () => stream(CBOR, Buffer.alloc(1 << 18))],
    [
      'a line that is cut',
      '暂时',
      'OFFLINE',
      () => (_, response) => {
        response.writeHead(200, { ...CBOR, 'Content-Length': before.length })
        response.write(before.subarray(0, 2000), () => response.destroy())
      },
    ],
  ]
  it('is told by each lie’s own words and code, and nothing of it is kept', async () => {
    for (const [lie, word, code, make] of ROWS) {
      liar.lie('/v1/history', await make())
      const page = await visit()
      const foreign: string[] = []
      page.on('request', (one) => {
        if (!one.url().startsWith(liar.url) && !one.url().startsWith('data:')) foreign.push(one.url())
      })
      const said = await open(page)
      expect([lie, said]).toEqual([lie, expect.stringContaining(word)])
      expect([lie, await page.locator('#checks .code').first().innerText()]).toEqual([lie, expect.stringMatching(code)])
      expect([lie, await page.locator('body').innerText()]).not.toEqual([lie, expect.stringContaining('记录一致')])
      expect([lie, await page.evaluate(() => Object.keys(localStorage)), foreign]).toEqual([lie, [], []])
      await page.context().close()
    }
  }, 240_000)

  it('cannot name other rules to a device that knows the ledger, nor make a cache speak for it', async () => {
    const page = await visit()
    liar.header('/v1/history', 'cache-control', 'public, max-age=31536000, immutable')
    liar.header('/v1/policy', 'cache-control', 'public, max-age=31536000, immutable')
    expect(await open(page)).toContain('记录一致')
    // Goods on the way to a recall: the answer of before is in the browser's cache, marked as good for a year.
    liar.asked.length = 0
    for (let i = 0; i < 2; i++) {
      await page.goto('about:blank')
      expect(await open(page)).toContain('记录一致')
    }
    expect(liar.asked.filter((path) => path.startsWith('/v1/history')).length).toBeGreaterThanOrEqual(2)
    expect(liar.asked.filter((path) => path.startsWith('/v1/policy'))).toEqual([])
    liar.lie('/v1/policy', answer('log none\n', { 'Content-Type': 'text/plain' }))
    await page.goto('about:blank')
    expect(await open(page)).toContain('记录一致')
    await page.context().close()
  })

  it('of its own counters is believed in nothing that is proved', async () => {
    const page = await visit()
    for (const body of [
      '<h1>记录一致</h1>',
      '[]',
      JSON.stringify({ firstSeen: '<img src=x onerror=globalThis.broken=1>', times: -1, lastDays: 'x' }),
      JSON.stringify({ firstSeen: '2026-11-22T08Z', times: 9e15, lastDays: [{ day: '<b>', region: '<b>', times: 1 }] }),
      'x'.repeat(1 << 20),
    ]) {
      liar.lie('/v1/scans', answer(body, { 'Content-Type': 'application/json' }))
      expect(await open(page)).toContain('记录一致')
      await expect.poll(() => page.locator('#seen').innerText(), SOON).not.toContain('正在问')
      expect(await page.locator('#seen img, #seen b').count()).toBe(0)
      expect(await page.evaluate(() => (globalThis as { broken?: number }).broken)).toBeUndefined()
    }
    liar.lie('/v1/scans', (_, response) => response.destroy())
    expect(await open(page)).toContain('记录一致')
    await page.context().close()
  })

  it('tells hours that there are none, and takes no verdict away by it', async () => {
    const page = await visit()
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(String(error)))
    const json = { 'Content-Type': 'application/json' }
    for (const told of [
      { firstSeen: '2026-99-99T08Z', times: 3, lastDays: [] },
      { times: 3, lastDays: [], opened: { firstAt: '2026-11-01T77Z', times: 2 } },
    ]) {
      liar.lie('/v1/scans', answer(JSON.stringify(told), json))
      expect(await open(page)).toContain('记录一致')
      await expect.poll(() => page.locator('#seen').innerText(), SOON).not.toContain('正在问')
      expect(await page.locator('body').innerText()).not.toMatch(/NaN|Invalid/)
      expect(await page.getByRole('status').first().innerText()).toContain('记录一致')
    }
    expect(faults).toEqual([])
    await page.context().close()
  })

  it('cannot put a page of its own where the device keeps the true one', async () => {
    const page = await visit()
    const poison = '<!doctype html><title>kept</title><h1>poisoned</h1>'
    liar.lie('/', answer(poison, { 'Content-Type': 'text/html' }))
    const state = (): Promise<string> =>
      page.evaluate(async () => {
        const registration = await navigator.serviceWorker.getRegistration()
        return registration === undefined ? 'none' : (registration.active?.state ?? 'on its way')
      })
    expect(await open(page)).toContain('记录一致')
    await expect.poll(() => liar.asked.filter((path) => path === '/').length, SOON).toBeGreaterThan(0)
    // What the worker was given is not what it was made for: it is not installed at all.
    await expect.poll(state, SOON).toBe('none')
    expect(await page.evaluate(() => caches.keys())).toEqual([])
    liar.truth()
    await page.goto('about:blank')
    expect(await open(page)).toContain('记录一致')
    await expect.poll(state, SOON).toBe('activated')
    await page.context().setOffline(true)
    await page.goto('about:blank')
    expect(await open(page)).not.toContain('poisoned')
    await page.context().close()
  })

  describe('by parts that do not come', () => {
    const missing = (page: Page): Promise<boolean> => page.locator('#incomplete').isVisible()

    it.each(['words-en-*', 'en-*'])(
      'cannot mix two languages, nor make the address say another than the page: %s',
      async (part) => {
        const page = await visit({ serviceWorkers: 'block' })
        expect(await open(page)).toContain('记录一致')
        await page.route(`**/assets/${part}`, (route) => route.abort())
        const english = page.getByRole('link', { name: 'EN', exact: true })
        await english.click()
        await expect.poll(() => missing(page), SOON).toBe(true)
        expect(new URL(page.url()).searchParams.get('lang')).toBe('zh')
        expect(await page.getByRole('status').first().innerText()).toContain('记录一致')
        expect(await page.locator('#checks h2').innerText()).toMatch(/[\u4e00-\u9fff]/)
        expect(await page.evaluate(() => document.documentElement.lang)).toBe('zh-Hans')
        await page.unroute(`**/assets/${part}`)
        await english.click()
        await expect.poll(() => page.getByRole('status').first().innerText(), SOON).toContain('The records agree')
        await expect.poll(() => missing(page), SOON).toBe(false)
        expect(new URL(page.url()).searchParams.get('lang')).toBe('en')
        await page.context().close()
      },
    )

    it('is not waited for without a word: the checks, and what stands below the verdict', async () => {
      const page = await visit({ serviceWorkers: 'block' })
      await page.clock.install()
      const held: (() => void)[] = []
      const hold = (part: string): Promise<unknown> =>
        page.route(`**/assets/${part}`, async (route) => {
          await new Promise<void>((resolve) => held.push(resolve))
          await route.continue()
        })
      await hold('verdict-*')
      await hold('rest-*.js')
      await page.goto(`${liar.url}${new URL(PACK).pathname}?lang=zh`, { waitUntil: 'commit' })
      const word = page.getByRole('heading', { level: 1 })
      await expect.poll(() => word.allInnerTexts(), SOON).toEqual(['正在核对'])
      await page.clock.fastForward(31_000)
      await expect.poll(() => word.innerText(), SOON).toContain('暂时')
      expect(await page.getByRole('button', { name: '再核对一次' }).isVisible()).toBe(true)
      held.pop()!()
      await page.waitForSelector('#page[data-state=consistent]', SOON)
      expect(await missing(page)).toBe(false)
      await expect.poll(() => held.length, SOON).toBeGreaterThan(0)
      await page.clock.fastForward(31_000)
      await expect.poll(() => missing(page), SOON).toBe(true)
      for (const release of held) release()
      await settled(page)
      await expect.poll(() => missing(page), SOON).toBe(false)
      await page.context().close()
    })

    it('is not waited for: proofs, on a line over which nothing comes', async () => {
      const page = await visit()
      expect(await open(page)).toContain('记录一致')
      await page.clock.install()
      liar.lie('/v1/history', () => undefined)
      liar.asked.length = 0
      await page.goto(`${liar.url}${new URL(PACK).pathname}?lang=zh`)
      await page.waitForSelector('#page[data-state=checking] #verdict', SOON)
      await expect.poll(() => liar.asked.some((path) => path.startsWith('/v1/history')), SOON).toBe(true)
      const state = (): Promise<string | null> => page.locator('#page').getAttribute('data-state')
      await expect
        .poll(async () => {
          await page.clock.fastForward(21_000)
          return state()
        }, SOON)
        .toBe('unchecked')
      const said = await settled(page)
      for (const key of ['word.unchecked', 'say.unchecked.timeout', 'say.unchecked.last.consistent'] as const)
        expect(said).toContain(words(key))
      liar.truth()
      await page.getByRole('button', { name: '再核对一次' }).click()
      await page.waitForSelector('#page[data-state=consistent]', SOON)
      await page.context().close()
    })

    it.each([
      ['a script that this browser cannot read', 'new syntax ??= of {{ tomorrow', {}],
      ['no script at all', undefined, { javaScriptEnabled: false }],
    ])('leaves a sentence in both languages: %s', async (_, code, options) => {
      const page = await visit({ serviceWorkers: 'block', ...options })
      if (code !== undefined)
        await page.route('**/assets/index-*.js', (route) =>
          route.fulfill({ contentType: 'text/javascript', body: code }),
        )
      await page.goto(`${liar.url}${new URL(PACK).pathname}`)
      const said = page.locator('.late')
      await expect.poll(() => said.isVisible(), SOON).toBe(true)
      expect(await said.innerText()).toMatch(/什么也没有核对.*太旧.*nothing has been checked.*too old/s)
      await page.context().close()
    })

    it('takes that sentence away where its script runs', async () => {
      const page = await visit()
      await open(page)
      expect(await page.locator('.late').count()).toBe(0)
      await page.goto(`${liar.url}/?lang=zh`)
      await page.getByRole('textbox').waitFor()
      expect(await page.locator('.late').count()).toBe(0)
      await page.context().close()
    })

    it('shows the rest again after a part of it failed', async () => {
      const page = await visit()
      await page.addInitScript(() => {
        const { matchMedia } = globalThis
        let left = 1
        globalThis.matchMedia = (query) => {
          if (query === '(min-width: 60rem)' && left-- > 0) throw new Error('once')
          return matchMedia.call(globalThis, query)
        }
      })
      await page.goto(`${liar.url}${new URL(PACK).pathname}?lang=zh`)
      await page.waitForSelector('#page[data-state=unchecked]', SOON)
      expect(await page.getByRole('status').first().innerText()).toContain(words('say.unchecked.fault'))
      await page.getByRole('button', { name: '再核对一次' }).click()
      await page.waitForSelector('#page[data-state=consistent]', SOON)
      await expect.poll(() => page.locator('footer.end').count(), SOON).toBe(1)
      expect(await page.locator('#journey').count()).toBe(1)
      await page.context().close()
    })
  })

  it('finds no secret in the address, which is checked all the same', async () => {
    const page = await visit({ serviceWorkers: 'block' })
    const secret = secretFrom(new Uint8Array(SECRET_RANDOM_BYTES).fill(7))
    let release = (): void => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    await page.route('**/assets/verdict-*', async (route) => {
      await held
      await route.continue()
    })
    await page.goto(`${liar.url}${new URL(PACK).pathname}?lang=zh#s=${secret}`, { waitUntil: 'commit' })
    await expect.poll(() => page.url(), SOON).not.toContain(secret)
    release()
    await page.waitForSelector('#page[data-state=consistent]', SOON)
    await page.getByRole('link', { name: 'EN', exact: true }).click()
    await expect.poll(() => page.locator('[data-sealed]').getAttribute('data-sealed'), SOON).toBe('sealed.none')
    expect(page.url()).not.toContain(secret)
    expect(await page.evaluate(() => JSON.stringify(history.state))).toBe('null')
    // A code of the same pack, read while its page is open.
    await page.evaluate((fragment) => {
      location.hash = fragment
    }, `s=${secret}`)
    await expect.poll(() => page.url(), SOON).not.toContain(secret)
    await expect.poll(() => page.locator('[data-sealed]').getAttribute('data-sealed'), SOON).toBe('sealed.none')
    await page.context().close()
  })

  it('that counts too much moves what was said of the seal, and asks for nothing twice', async () => {
    const page = await visit()
    const secret = secretFrom(new Uint8Array(SECRET_RANDOM_BYTES).fill(7))
    let release = (): void => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const day = (n: number): string => new Date(Date.now() - n * 86_400_000).toISOString().slice(0, 10)
    const lastDays = Array.from({ length: 20 }, (_, n) => ({
      day: day(20 - n),
      region: ['CN-SC', 'CN-XJ', 'CN-HL'][n % 3],
      times: 40,
      hours: [1, 2, 3, 4, 5, 6, 7, 8],
    }))
    const body = JSON.stringify({ firstSeen: `${day(20)}T01Z`, times: 800, lastDays, counted: true })
    liar.lie('/v1/scans', (_, response) => {
      void held.then(() => response.writeHead(200, { 'Content-Type': 'application/json' }).end(body))
    })
    liar.asked.length = 0
    await page.goto(`${liar.url}${new URL(PACK).pathname}?lang=zh#s=${secret}`)
    await expect.poll(() => page.locator('[data-sealed]').getAttribute('data-sealed'), SOON).toBe('sealed.none')
    release()
    await page.waitForSelector('#page[data-state=elsewhere]', SOON)
    await settled(page)
    await expect.poll(() => page.locator('#seen dl').count(), SOON).toBe(1)
    expect(await page.locator('[data-sealed]').count()).toBe(1)
    expect(liar.asked.filter((path) => path.startsWith('/v1/scans'))).toHaveLength(1)
    await page.context().close()
  })

  it('that shows yesterday is told by its age, whatever the device’s clock says', async () => {
    const page = await visit()
    const day = 86_400_000
    const now = Date.now()
    liar.lie('/v1/history', answer(before))
    const rows: [number, string | undefined, string][] = [
      [0, undefined, '没有召回'],
      [3, '3 天前', '现在不知道'],
      [400, '400 天前', '现在不知道'],
      [-1, '本机时钟慢了', '没有召回'],
      [-400, '本机时钟慢了', '没有召回'],
    ]
    for (const [days, said, recall] of rows) {
      await page.clock.setFixedTime(now + days * day)
      const text = await open(page)
      expect(text).toContain('记录一致')
      for (const words of ['天前', '时钟慢了'])
        expect([days, text.includes(words)]).toEqual([days, said?.includes(words) ?? false])
      if (said !== undefined) expect(text.replace(/\s/g, ' ')).toContain(said)
      if (days !== 0) expect(text).toContain(String(new Date(now).getFullYear()))
      expect(await page.locator('#safety').innerText()).toContain(recall)
      await page.evaluate(() => localStorage.clear())
    }
    // A clock that was turned back to the day of the proofs is known by what this device saw since.
    await page.clock.setFixedTime(now + 30 * day)
    await open(page)
    await page.clock.setFixedTime(now)
    expect(await open(page)).toContain('本机时钟慢了')
    await page.context().close()
  })

  it('is no better as a file: its age is told there, too', async () => {
    const page = await visit()
    await page.clock.setFixedTime(Date.now() + 90 * 86_400_000)
    await page.goto(`${liar.url}/?lang=zh`)
    await page.locator('#files').setInputFiles([
      { name: 'pack.tristamp', mimeType: 'application/octet-stream', buffer: before },
      { name: 'policy.txt', mimeType: 'text/plain', buffer: policy },
    ])
    const text = await settled(page)
    expect(text).toContain(words('when.file').split('{')[0]!)
    expect(text.replace(/\u00a0/g, ' ')).toContain('90 天前')
    expect(await page.locator('#safety').innerText()).toContain('现在不知道')
    await page.context().close()
  })

  it('cannot show a device the time before a recall that it has seen, nor another that which it has not', async () => {
    const page = await visit()
    expect(await open(page)).toContain('记录一致')
    const administrator = await loadKey(keyPath(pork.folder, 'admin-first'))
    await bringOperations({ node: pork.ledger.url, administrator }, [recallOperation()])
    await pork.sealed()
    expect(await open(page)).toContain('召回')
    liar.lie('/v1/history', answer(before))
    expect(await open(page)).toContain('记录不符')
    expect(await page.locator('#checks .code').first().innerText()).toContain('LEDGER_ROLLBACK')
    // Nothing can tell a device that never saw more; it is told of when what it sees is.
    const other = await visit()
    expect(await open(other)).toContain('记录一致')
    expect(await other.locator('#safety').innerText()).toMatch(/到.*为止/)
    await other.context().close()
    await page.context().close()
  })

  describe('whatever stands in every field', () => {
    let round = 0
    /** The fields of answers that held something else than the ledger wrote. */
    const fields = new Set<string>()

    /** The same answer with every text of others replaced by one of the groups in turn, so that in as many rounds each field has had them all. */
    function poisoned(value: unknown, path = ''): unknown {
      if (typeof value === 'string') {
        if (CLOSED.test(value) && !TEXTS.has(path.split('.').at(-1)!)) return value
        fields.add(path)
        return GROUPS[(round + fields.size) % GROUPS.length]
      }
      if (typeof value !== 'object' || value === null) return value
      if (Array.isArray(value)) return value.map((one) => poisoned(one, path))
      return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, poisoned(one, `${path}.${name}`)]))
    }

    const watch = async (page: Page): Promise<string[]> => {
      const faults: string[] = []
      page.on('pageerror', (error) => faults.push(String(error)))
      page.on('dialog', (dialog) => void faults.push(dialog.message()))
      page.on('request', (one) => {
        if (!one.url().startsWith(liar.url) && !/^(?:data|blob):/.test(one.url())) faults.push(one.url())
      })
      await page.route('**/v1/**', async (route) => {
        const { pathname } = new URL(route.request().url())
        try {
          const response = await route.fetch()
          if (!/json/.test(response.headers()['content-type'] ?? '')) return await route.fulfill({ response })
          const json = poisoned(await response.json(), pathname.replace(/[^/]*\d{2}[^/]*/g, '*'))
          await route.fulfill({ response, json })
        } catch {
          // The page has gone on meanwhile, and wants no answer.
          await route.abort().catch(() => undefined)
        }
      })
      return faults
    }

    const look = (page: Page): Promise<object> =>
      page.evaluate(() => ({
        broken: (globalThis as { broken?: unknown }).broken,
        handlers: [...document.querySelectorAll('*')].flatMap((one) =>
          [...one.attributes].map(({ name }) => name).filter((name) => name.startsWith('on')),
        ),
        elements: [...document.querySelectorAll('iframe, object, embed, base, script:not([src^="/assets/"])')].map(
          (one) => one.outerHTML,
        ),
        links: [...document.querySelectorAll<HTMLAnchorElement>('a[href]')]
          .map(({ href }) => href)
          .filter(
            (href) =>
              new URL(href).origin !== location.origin && !/^(?:tel:12315|https:\/\/www\.12315\.cn\/)$/.test(href),
          ),
      }))
    const nothing = { broken: undefined, handlers: [], elements: [], links: [] }

    const both = (n: number): { zh: string; en: string } => ({
      zh: GROUPS[n % GROUPS.length]!,
      en: GROUPS[n % GROUPS.length]!,
    })
    const recall = recallOperation({
      id: '9a0c9d1e-8a51-4c39-9a58-2f6f6a1f0b14',
      ...{ reason: both(0), hazard: both(1), consumer: both(2), holder: both(3), contact: PAYLOADS[9]! },
    })

    beforeAll(async () => {
      const administrator = await loadKey(keyPath(pork.folder, 'admin-first'))
      await bringOperations({ node: pork.ledger.url, administrator }, [recall])
      await pork.sealed()
    })

    it('the desk shows it as text', async () => {
      const response = await fetch(`${liar.url}/v1/reports`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ subject: PACK, kind: 'smell', text: PAYLOADS[0], contact: PAYLOADS[1] }),
      })
      expect(response.status).toBe(201)
      await traced(pork.ledger.url, PACK)
      const page = await visit({ viewport: { width: 1440, height: 1000 } })
      const faults = await watch(page)
      for (round = 0; round < GROUPS.length; round++) {
        for (const hash of ['', `s=${encodeURIComponent(LOT)}`]) {
          await page.goto(`${liar.url}/desk?lang=en&round=${round}#token=${regulator.token}&${hash}`)
          await expect.poll(() => page.locator('body').innerText(), SOON).toMatch(/broken=1|evil\.example/)
          await page.waitForLoadState('networkidle')
          expect([hash, await look(page)]).toEqual([hash, nothing])
        }
      }
      expect(faults).toEqual([])
      // Complaints, recalls, traces with amounts of hand-overs, findings, names.
      const asked = new Set([...fields].map((field) => field.split('.')[0]))
      expect([...asked].sort()).toEqual(
        expect.arrayContaining(['/v1/desk', '/v1/desk/reports', '/v1/recalls/*/progress', '/v1/trace']),
      )
      await page.context().close()
    }, 240_000)

    it('the notice and the page of the goods show it as text, signed as it is', async () => {
      const page = await visit()
      const faults = await watch(page)
      for (const [path, ready] of [
        [`/notice?recall=${recall.id}&lang=en`, 'main:not([data-standing=checking])'],
        [`${new URL(PACK).pathname}?lang=en`, '#page:not([data-state=checking]) footer.end'],
      ] as const) {
        await page.goto(liar.url + path)
        await page.waitForSelector(ready, SOON)
        const text = await page.evaluate(() => document.body.textContent!)
        for (const part of [recall.reason, recall.hazard, recall.consumer, recall.holder])
          expect(text).toContain(part.en)
        expect(text).toContain(recall.contact)
        expect(await look(page)).toEqual(nothing)
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
      }
      expect(faults).toEqual([])
      await page.context().close()
    }, 120_000)

    it('the page of labels shows it as text', async () => {
      const page = await visit()
      const faults = await watch(page)
      for (round = 0; round < GROUPS.length; round++) {
        await page.goto(`${liar.url}/labels?lang=en&round=${round}`)
        await page.getByRole('textbox').first().fill(PRODUCT.split('/').at(-1)!)
        await expect.poll(() => page.locator('body').innerText(), SOON).toMatch(/broken=1|evil\.example/)
        expect(await look(page)).toEqual(nothing)
      }
      expect(faults).toEqual([])
      await page.context().close()
    }, 120_000)
  })
})
