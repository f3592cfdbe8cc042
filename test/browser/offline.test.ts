import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bringOperations, keyPath, loadKey } from '@tristamp/ledger-node'
import type { Operation } from '@tristamp/protocol'
import type { Browser, BrowserContext, BrowserContextOptions, Page, Request } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LOT, PACK, recallOperation } from '../../verifier-web/src/_sample-verdicts.ts'
import { type MessageKey, zh } from '../../verifier-web/src/i18n/zh.ts'
import { PAUSE_MS } from '../../verifier-web/src/keep-asking.ts'
import { axe } from './_axe.ts'
import { haveChromium, launchWithPageMemory } from './_chromium.ts'
import { type BuiltPages, buildPages } from './_pages.ts'
import { type PorkLedger, startPorkLedger } from './_pork-ledger.ts'

/** A sentence of the page, as it is read. */
const words = (key: MessageKey): string => String(zh[key]).replaceAll('|', '')

let pages: BuiltPages
let pork: PorkLedger
let browser: Browser

interface Visitor {
  context: BrowserContext
  page: Page
  errors: string[]
}

async function visitor(options: BrowserContextOptions = {}): Promise<Visitor> {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    locale: 'zh-CN',
    reducedMotion: 'reduce',
    ...options,
  })
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' && !/net::ERR_/.test(message.text())) errors.push(message.text())
  })
  return { context, page, errors }
}

const address = (subject: string): string => `${pork.ledger.url}${new URL(subject).pathname}?lang=zh`

async function open(page: Page, subject: string): Promise<string> {
  await page.goto(address(subject))
  return settled(page)
}

async function settled(page: Page): Promise<string> {
  await page.waitForSelector('#page:not([data-state=checking]) footer.end')
  return page.getByRole('status').innerText()
}

/** Waits until no build is on its way to the device any more: its cache is there before what belongs in it. */
async function taken(page: Page): Promise<void> {
  const state = (): Promise<string | undefined> =>
    page.evaluate(async () => {
      const registration = await navigator.serviceWorker.getRegistration()
      return registration?.installing || registration?.waiting ? 'on its way' : registration?.active?.state
    })
  await expect.poll(state, { timeout: 60_000 }).toBe('activated')
}

/** Waits until the page itself is on the device. */
async function kept(page: Page): Promise<string[]> {
  await page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready
    while (active?.state !== 'activated') await new Promise((resolve) => setTimeout(resolve, 20))
  })
  return page.evaluate(() => caches.keys())
}

/** A build like the one before, but for a mark in the page; its worker names it by its sum. */
async function buildAnew(mark: string): Promise<string> {
  const meta = `<meta name="generator" content="${mark}">`
  await pages.change('index.html', (html) =>
    html.replace(/(?:<meta name="generator"[^>]*>)?<\/head>/, `${meta}</head>`),
  )
  const worker = await readFile(join(pages.folder, 'sw.js'), 'utf8')
  const files = JSON.parse(/"files":(\[[^\]]+\])/.exec(worker)![1]!) as string[]
  const sum = createHash('sha256')
  for (const file of files) sum.update(await readFile(join(pages.folder, file === '/' ? 'index.html' : file)))
  const version = sum.digest('hex').slice(0, 32)
  await pages.change('sw.js', (code) => code.replace(/"version":"\w+"/, `"version":"${version}"`))
  return `tristamp-shell-${version}`
}

describe.skipIf(!haveChromium())('the page without a connection', () => {
  beforeAll(async () => {
    pages = await buildPages()
    pork = await startPorkLedger(pages.folder)
    browser = await launchWithPageMemory()
  })

  afterAll(async () => {
    await browser.close()
    await pork[Symbol.asyncDispose]()
    await pages[Symbol.asyncDispose]()
  })

  it('opens a product that was seen before, with the date of its last check, and says so of one that was not', async () => {
    const { context, page, errors } = await visitor()
    expect(await open(page, PACK)).toContain('记录一致')
    await kept(page)
    await context.setOffline(true)
    const text = await open(page, PACK)
    for (const part of ['暂时', '上次核对', '网络不通', '上次核对时记录一致']) expect(text).toContain(part)
    expect(await page.locator('#pack').innerText()).toContain('冷鲜黑猪肉')
    expect(await open(page, LOT)).toContain('还没有核对过')
    await page.goto(`${pork.ledger.url}/?lang=en`)
    await expect.poll(() => page.getByRole('textbox').count()).toBe(1)
    await context.setOffline(false)
    expect(await open(page, PACK)).toContain('记录一致')
    expect(errors).toEqual([])
    await context.close()
  })

  it('keeps the page and its parts, and no answer of the ledger', async () => {
    const { context, page } = await visitor()
    await open(page, PACK)
    await kept(page)
    const held = await page.evaluate(async () => {
      const requests = (await caches.keys()).map(async (name) => (await caches.open(name)).keys())
      return (await Promise.all(requests)).flat().map(({ url }) => new URL(url).pathname)
    })
    expect(held).toContain('/')
    for (const path of held) expect(path).toMatch(/^\/(?:assets\/[\w.-]+|manifest\.webmanifest|icon-192\.png)?$/)
    const built = await readFile(join(pages.folder, 'sw.js'), 'utf8')
    expect(held.length).toBe((JSON.parse(/"files":(\[[^\]]+\])/.exec(built)![1]!) as string[]).length)
    await context.close()
  })

  it('takes a new build at the next visit, and lets an open page finish with its own', async () => {
    const { context, page, errors } = await visitor()
    await open(page, PACK)
    const [before] = await kept(page)
    const secondShell = await buildAnew('second')
    const second = await context.newPage()
    await second.goto(address(PACK))
    await settled(second)
    await expect.poll(() => second.evaluate(() => caches.keys()), { timeout: 60_000 }).toEqual([before, secondShell])
    await taken(second)
    // The page that was open all the time still finds its parts.
    await page.getByRole('link', { name: 'EN', exact: true }).click()
    await expect.poll(() => page.getByRole('status').innerText()).toContain('The records agree')
    await context.setOffline(true)
    await second.reload()
    await settled(second)
    expect(await second.locator('meta[name=generator]').getAttribute('content')).toBe('second')
    await context.setOffline(false)
    const thirdShell = await buildAnew('third')
    await second.reload()
    await expect
      .poll(() => second.evaluate(() => caches.keys()), { timeout: 60_000 })
      .toEqual([secondShell, thirdShell])
    expect(errors).toEqual([])
    await context.close()
  })

  it('keeps the shell that it has, and nothing of one that finds room for a part alone', async () => {
    const { context, page, errors } = await visitor()
    await open(page, PACK)
    const before = await kept(page)
    await buildAnew('too large')
    const full = `{ const { put } = Cache.prototype; let n = 0
      Cache.prototype.put = async function (...all) {
        if (n++ !== 5) return put.apply(this, all)
        await caches.open('was full'); throw new DOMException('', 'QuotaExceededError') } }`
    await pages.change('sw.js', (code) => full + code)
    const shells = (): Promise<string[]> =>
      page.evaluate(async () => {
        const registration = await navigator.serviceWorker.ready
        if (!(await caches.has('was full'))) await registration.update().catch(() => undefined)
        return caches.keys()
      })
    await expect.poll(shells, { timeout: 60_000 }).toContain('was full')
    await expect.poll(shells, { timeout: 60_000 }).toEqual([...before, 'was full'])
    await pages.change('sw.js', (code) => code.slice(full.length))
    await context.setOffline(true)
    expect(await open(page, PACK)).toContain('上次核对时记录一致')
    expect(errors).toEqual([])
    await context.close()
  })

  it('works where the browser lost what it kept', async () => {
    const { context, page, errors } = await visitor()
    await open(page, PACK)
    await kept(page)
    await page.evaluate(async () => {
      for (const name of await caches.keys()) {
        const cache = await caches.open(name)
        for (const request of await cache.keys()) if (!request.url.endsWith('.css')) await cache.delete(request)
      }
    })
    expect(await open(page, PACK)).toContain('记录一致')
    await page.evaluate(async () => {
      for (const name of await caches.keys()) await caches.delete(name)
      localStorage.setItem('tristamp/1/policy', '{broken')
    })
    expect(await open(page, PACK)).toContain('记录一致')
    expect(errors).toEqual([])
    await context.close()
  })

  it('takes nothing from a cache that others wrote, and no answer of the ledger from any', async () => {
    const { context, page, errors } = await visitor()
    await open(page, PACK)
    const [shell = ''] = await kept(page)
    // Another page of this origin writes what it wants: beside the shell, and into it.
    await page.evaluate(async (own) => {
      const lie = (type: string): Response =>
        new Response('<title>poisoned</title><h1>poisoned</h1>', { headers: { 'Content-Type': type } })
      const shell = await caches.open(own)
      const other = await caches.open('tristamp-carry-other')
      const { subject } = { subject: location.pathname }
      for (const request of await shell.keys()) await other.put(request, lie('text/html'))
      await shell.delete('/')
      const asked = performance.getEntriesByType('resource').map(({ name }) => name)
      const answers = asked.filter((name) => name.includes('/v1/')).concat(`${location.origin}${subject}`)
      for (const address of answers)
        for (const cache of [shell, other]) await cache.put(address, lie('application/cbor'))
    }, shell)
    const served: string[] = []
    page.on('response', (response) => {
      if (response.url().includes('/v1/history') && response.fromServiceWorker()) served.push(response.url())
    })
    expect(await open(page, PACK)).toContain('记录一致')
    expect(await page.locator('body').innerText()).not.toContain('poisoned')
    expect(served).toEqual([])
    expect(errors).toEqual([])
    await context.close()
  })

  it('works where everything is full: it keeps nothing, and says no more than that', async () => {
    const { context, page, errors } = await visitor()
    const cdp = await context.newCDPSession(page)
    await cdp.send('Storage.overrideQuotaForOrigin', { origin: pork.ledger.url, quotaSize: 1000 })
    await page.goto(`${pork.ledger.url}/?lang=zh`)
    await page.getByRole('textbox').waitFor()
    await page.evaluate(() => {
      for (const size of [1_000_000, 10_000, 100, 1])
        for (let i = 0; ; i++)
          try {
            localStorage.setItem(`full/${size}/${i}`, 'x'.repeat(size))
          } catch {
            break
          }
    })
    for (let i = 0; i < 2; i++) {
      expect(await open(page, PACK)).toContain('记录一致')
      expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('tristamp')))).toEqual(
        [],
      )
    }
    await page.getByText('证据', { exact: true }).click()
    expect(await page.locator('#checks').innerText()).toContain('第一次')
    expect(errors).toEqual([])
    await context.close()
  })

  it('works where storage is denied and nothing can be kept', async () => {
    const { context, page, errors } = await visitor({ serviceWorkers: 'block' })
    await page.addInitScript(() => {
      for (const name of ['localStorage', 'caches'])
        Object.defineProperty(globalThis, name, {
          get() {
            throw new DOMException('denied', 'SecurityError')
          },
        })
      Object.defineProperty(Navigator.prototype, 'serviceWorker', {
        get() {
          throw new DOMException('denied', 'SecurityError')
        },
      })
    })
    expect(await open(page, PACK)).toContain('记录一致')
    expect(errors).toEqual([])
    await context.close()
  })

  it('asks for the proofs once, with the page, and never twice', async () => {
    for (const serviceWorkers of ['allow', 'block'] as const) {
      const { context, page } = await visitor({ serviceWorkers })
      const asked: string[] = []
      context.on('request', (request) => {
        const { pathname, search } = new URL(request.url())
        // What is counted is told behind the verdict.
        if (pathname.startsWith('/v1/') && pathname !== '/v1/scans')
          asked.push(pathname + search.replace(/subject=[^&]+/, 's'))
      })
      const cdp = await context.newCDPSession(page)
      await cdp.send('Network.enable')
      const early: string[] = []
      cdp.on('Network.requestWillBeSent', ({ request, initiator }) => {
        if (request.url.includes('/v1/') && initiator.type !== 'script') early.push(initiator.type)
      })
      await open(page, PACK)
      expect(new Set(asked)).toEqual(new Set(['/v1/history?s', '/v1/policy']))
      expect(asked.length).toBe(2)
      expect(early.length).toBe(2)
      if (serviceWorkers === 'allow') await kept(page)
      asked.length = 0
      await page.goto('about:blank')
      await open(page, PACK)
      expect(asked).toEqual([expect.stringMatching(/^\/v1\/history\?s&since=\d+$/)])
      await context.close()
    }
  })

  it('can be installed', async () => {
    const { context, page } = await visitor()
    await open(page, PACK)
    await kept(page)
    const cdp = await context.newCDPSession(page)
    const { errors, data } = await cdp.send('Page.getAppManifest')
    expect(errors).toEqual([])
    expect(data).toContain('三戳')
    const { installabilityErrors } = await cdp.send('Page.getInstallabilityErrors')
    expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([])
    await context.close()
  })

  it('checks a bundle from a file with no server at all', async () => {
    const { context, page, errors } = await visitor()
    const bundle = Buffer.from(
      await (await fetch(`${pork.ledger.url}/v1/history?${new URLSearchParams({ subject: PACK })}`)).arrayBuffer(),
    )
    const policy = Buffer.from(await (await fetch(`${pork.ledger.url}/v1/policy`)).arrayBuffer())
    const file = { name: 'pack.tristamp', mimeType: 'application/octet-stream', buffer: bundle }
    const rules = { name: 'policy.txt', mimeType: 'text/plain', buffer: policy }
    await page.goto(`${pork.ledger.url}/?lang=zh`)
    await page.getByRole('textbox').waitFor()
    await kept(page)
    await context.setOffline(true)
    await page.reload()
    const files = page.locator('#files')
    await files.setInputFiles([file])
    await expect.poll(() => page.locator('#file-wrong').innerText()).toContain('还不认得任何账本')
    await files.setInputFiles([rules])
    await expect.poll(() => page.locator('#file-wrong').innerText()).toContain('FILE_MISSING')
    await files.setInputFiles([{ ...file, buffer: bundle.subarray(0, 900) }, rules])
    await expect.poll(() => page.locator('#file-wrong').innerText()).toMatch(/CBOR|BUNDLE/)
    await files.setInputFiles([rules, file])
    const text = await settled(page)
    for (const part of ['记录一致', words('when.file').split('{')[0]!, words('say.file.chosen')])
      expect(text).toContain(part)
    expect(await page.locator('#pack').innerText()).toContain('冷鲜黑猪肉')
    expect(await page.evaluate(() => localStorage.length)).toBe(0)
    await page.getByText('证据', { exact: true }).click()
    expect(await page.locator('#checks').innerText()).toContain('您选的信任规则文件')

    // With a ledger that this device knows, the file alone is enough; one byte changed is seen.
    await context.setOffline(false)
    await open(page, PACK)
    await context.setOffline(true)
    await page.goto(`${pork.ledger.url}/?lang=zh`)
    await page.locator('#files').setInputFiles([file])
    expect(await settled(page)).toContain(words('say.file.pinned'))
    const at = bundle.indexOf('"bizStep":"packing"') + 12
    bundle[at]! ^= 1
    await page.goto(`${pork.ledger.url}/?lang=zh`)
    await page.locator('#files').setInputFiles([{ ...file, buffer: bundle }])
    expect(await settled(page)).toContain('记录不符')
    expect(errors).toEqual([])
    await context.close()
  })

  it('keeps a reader of codes that was used once, and only as it was built', async () => {
    const { context, page } = await visitor()
    await open(page, PACK)
    const [shell = ''] = await kept(page)
    const worker = await readFile(join(pages.folder, 'sw.js'), 'utf8')
    const readers = Object.keys(JSON.parse(/"onceUsed":(\{[^}]*\})/.exec(worker)![1]!))
    const [changed = '', whole = ''] = readers.filter((file) => file.endsWith('.js'))
    const held = (): Promise<string[]> =>
      page.evaluate(async (name) => {
        const requests = await (await caches.open(name)).keys()
        return requests.map(({ url }) => new URL(url).pathname)
      }, shell)
    const use = (file: string): Promise<string> =>
      page.evaluate(async (path) => (await fetch(path, { cache: 'reload' })).text(), file)
    await pages.change(changed.slice(1), (code) => `${code}\n// somebody in between`)
    // It is what this server says that it is: whoever asks is given it, as without a worker.
    expect(await use(changed)).toContain('somebody in between')
    await use(whole)
    await expect.poll(held, { timeout: 60_000 }).toContain(whole)
    expect(await held()).not.toContain(changed)
    await context.setOffline(true)
    expect((await use(whole)).length).toBeGreaterThan(1000)
    await context.close()
  })

  describe('while it stays open', () => {
    const govern = async (...operations: Operation[]): Promise<void> => {
      const administrator = await loadKey(keyPath(pork.folder, 'admin-first'))
      await bringOperations({ node: pork.ledger.url, administrator }, operations)
      await pork.sealed()
    }

    /** A time zone in which it is about noon, so that the hours that a test lets pass end on the same day. */
    const noon = (): string => {
      const ahead = 12 - new Date().getUTCHours()
      return `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`
    }

    interface Staying extends Visitor {
      /** What was asked of the ledger, and how often a look was counted. */
      asked: { histories: number; looks: number; stays: boolean }
      /** Lets time pass until it has asked again. */
      askedAgain: () => Promise<void>
    }

    /** A page whose clock a test moves. */
    async function staying(prepare?: (page: Page) => Promise<unknown>): Promise<Staying> {
      const one = await visitor({ serviceWorkers: 'block', timezoneId: noon() })
      const { page } = one
      const asked = { histories: 0, looks: 0, stays: false }
      let underWay = 0
      const isHistory = (url: string): boolean => new URL(url).pathname === '/v1/history'
      page.on('request', (request) => {
        const { pathname } = new URL(request.url())
        if (pathname === '/v1/scans') asked.looks++
        if (/\/staying-.*js$/.test(pathname)) asked.stays = true
        if (!isHistory(request.url())) return
        asked.histories++
        underWay++
      })
      const isDone = (request: Request): void => {
        if (isHistory(request.url())) underWay--
      }
      page.on('requestfinished', isDone)
      page.on('requestfailed', isDone)
      await page.clock.install()
      await prepare?.(page)
      await page.goto(address(PACK))
      await settled(page)
      // What asks again comes last of what stands below the verdict.
      await expect.poll(() => asked.stays, { timeout: 60_000 }).toBe(true)
      const askedAgain = async (): Promise<void> => {
        const before = asked.histories
        const pass = async (): Promise<number> => {
          // An answer that is under way would come too late by the page's clock.
          if (underWay === 0) await page.clock.fastForward(PAUSE_MS)
          return asked.histories
        }
        await expect.poll(pass, { timeout: 60_000, interval: 500 }).toBeGreaterThan(before)
        await expect.poll(() => underWay, { timeout: 60_000 }).toBe(0)
      }
      return { ...one, asked, askedAgain }
    }

    const state = (page: Page): Promise<string | null> => page.locator('#page').getAttribute('data-state')

    it('tells a recall to who has it before them, and moves nothing that is read; what is as before it does not say', async () => {
      const { context, page, errors, asked, askedAgain } = await staying()
      await expect.poll(() => asked.looks, { timeout: 60_000 }).toBe(1)
      await page.evaluate(() => document.querySelector('#verdict h1')!.setAttribute('data-as-before', ''))
      // The second is asked when the first is done with.
      for (let i = 0; i < 2; i++) await askedAgain()
      expect(await page.locator('#verdict h1[data-as-before]').count()).toBe(1)

      for (const isAnchored of [true, false]) {
        // Of the two ways in which a browser keeps what is read in its place, the second: by the page.
        if (!isAnchored)
          await page.evaluate(() => {
            document.documentElement.style.overflowAnchor = 'none'
            CSS.supports = () => false
          })
        const read = page.locator('#journey ol > li').nth(2)
        await read.evaluate((one) => one.scrollIntoView({ block: 'start' }))
        const place = (): Promise<number> => read.evaluate((one) => Math.round(one.getBoundingClientRect().top))
        const before = await place()
        await govern(recallOperation({ id: `6a0c9d1e-8a51-4c39-9a58-2f6f6a1f0b1${+isAnchored}` }))
        await askedAgain()
        await expect.poll(() => state(page), { timeout: 60_000 }).toBe('recalled')
        expect(await page.getByRole('status').first().innerText()).toContain('已被召回')
        const bar = page.locator('.staying a')
        await expect.poll(() => bar.innerText(), { timeout: 60_000 }).toBe('已被召回')
        expect(Math.abs((await place()) - before)).toBeLessThanOrEqual(1)
        expect(await axe(page)).toEqual([])
        await bar.click()
        await expect.poll(() => bar.count(), { timeout: 60_000 }).toBe(0)

        await page.evaluate(() => scrollTo(0, 0))
        await govern({ op: 'lift', id: `6a0c9d1e-8a51-4c39-9a58-2f6f6a1f0b1${+isAnchored}`, reason: '都退回来了' })
        await askedAgain()
        await expect.poll(() => state(page), { timeout: 60_000 }).toBe('consistent')
        expect(await page.evaluate(() => scrollY)).toBe(0)
      }
      expect(asked.looks).toBe(1)
      expect(errors).toEqual([])

      // Where there is no line for an hour, too, that is no longer what is known now.
      await context.setOffline(true)
      const later = async (): Promise<string | null> => {
        await page.clock.fastForward(PAUSE_MS)
        return state(page)
      }
      await expect.poll(later, { timeout: 60_000, interval: 500 }).toBe('unchecked')
      expect(await page.getByRole('status').first().innerText()).toMatch(/网络不通.*上次核对时记录一致/s)
      await context.close()
    })

    it.each([
      ['an error of a proxy', { status: 503, contentType: 'text/html', body: '<h1>Bad</h1>' }, '暂时无法回答'],
      ['a login', { status: 511, contentType: 'text/html', body: '<h1>Log in</h1>' }, '暂时无法回答'],
      ['a page in its place', { status: 200, contentType: 'text/html', body: '<h1>Welcome</h1>' }, '暂时无法回答'],
      ['the way to a login', { status: 302, headers: { Location: '/login' } }, '网络不通'],
    ])('leaves a server alone that answers with %s, and is there again when it is', async (_, answer, said) => {
      const fail = (page: Page): Promise<unknown> => page.route('**/v1/history?*', (route) => route.fulfill(answer))
      const { context, page, asked, askedAgain } = await staying(fail)
      expect(await page.getByRole('status').first().innerText()).toContain(said)
      const before = asked.histories
      for (let minute = 0; minute < 9; minute++) await page.clock.fastForward(60_000)
      expect(asked.histories).toBe(before)
      await askedAgain()
      expect(await state(page)).toBe('unchecked')
      await page.unroute('**/v1/history?*')
      await askedAgain()
      await expect.poll(() => state(page), { timeout: 60_000 }).toBe('consistent')
      await context.close()
    })

    it('is checked anew when somebody comes back to it from another page, ten hours later', async () => {
      const { context, page, errors } = await visitor({ serviceWorkers: 'block' })
      await page.addInitScript(() => {
        const now = Date.now
        const shown = { later: 0, restored: 0 }
        Object.assign(globalThis, { shown })
        Date.now = () => now() + shown.later
        addEventListener('pageshow', ({ persisted }) => (shown.restored += +persisted))
      })
      let asked = 0
      page.on('request', (request) => void (request.url().includes('/v1/history') && asked++))
      await open(page, PACK)
      const before = asked
      await page.evaluate(() => Object.assign((globalThis as never)['shown'], { later: 10 * 3_600_000 }))
      await page.goto(`${pork.ledger.url}/?lang=zh`)
      await page.getByRole('textbox').waitFor()
      await page.goBack({ waitUntil: 'commit' })
      const restored = (): Promise<number> =>
        page.evaluate(() => (globalThis as never as { shown: { restored: number } }).shown.restored)
      await expect.poll(restored, { timeout: 60_000 }).toBe(1)
      await expect.poll(() => asked, { timeout: 60_000 }).toBe(before + 1)
      expect(await settled(page)).toContain('记录一致')
      expect(errors).toEqual([])
      await context.close()
    })
  })
})
