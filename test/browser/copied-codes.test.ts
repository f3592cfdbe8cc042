import { commitmentOf, groupedSecret, SECRET_RANDOM_BYTES, secretFrom } from '@tristamp/protocol'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LOT, PACK } from '../../verifier-web/src/_sample-verdicts.ts'
import { closeAll } from '../_harness/close-all.ts'
import { axe } from './_axe.ts'
import { haveChromium, launchChromium } from './_chromium.ts'
import { accessOf } from './_desk.ts'
import { type BuiltPages, buildPages } from './_pages.ts'
import { type PorkLedger, startPorkLedger } from './_pork-ledger.ts'
import { shot } from './_shots.ts'

const SECRET = secretFrom(new Uint8Array(SECRET_RANDOM_BYTES).fill(7))
const WRONG = secretFrom(new Uint8Array(SECRET_RANDOM_BYTES).fill(9))
const REGULATOR = accessOf('bureau', 'regulator')
const DAY = 86_400_000

/** What a server counts of a copied code: many looks far apart, day after day. */
function farApart(): object {
  const lastDays = [1, 2, 3, 4, 6, 8, 10].flatMap((n) => {
    const day = new Date(Date.now() - n * DAY).toISOString().slice(0, 10)
    return [
      { day, region: 'CN-GD', times: 4, hours: [3, 4, 9] },
      { day, region: 'CN-HL', times: 3, hours: [3, 4] },
      { day, region: 'CN-XJ', times: 1, hours: [5] },
    ]
  })
  return { counted: true, firstSeen: '2026-11-01T03Z', times: 56, lastDays }
}

function held(): { until: Promise<void>; release: () => void } {
  let release = (): void => {}
  const until = new Promise<void>((resolve) => {
    release = resolve
  })
  return { until, release }
}

describe.skipIf(!haveChromium())('copied codes, sealed codes and reports', () => {
  let pages: BuiltPages
  let pork: PorkLedger
  let browser: Browser
  let network = 0

  beforeAll(async () => {
    pages = await buildPages()
    pork = await startPorkLedger(pages.folder, [REGULATOR.access], ['first'], {
      http: { addressHeader: 'X-Forwarded-For' },
      sealed: { [PACK]: commitmentOf(PACK, SECRET) },
    })
    browser = await launchChromium()
  }, 180_000)

  afterAll(async () => {
    await closeAll(browser, pork, pages)
  })

  /** A reader in a network of its own; what a page must not do is in `faults`. */
  const visit = async (
    look: (page: Page, context: BrowserContext, faults: string[]) => Promise<void>,
    options: BrowserContextOptions = {},
  ): Promise<void> => {
    const context = await browser.newContext({
      viewport: { width: 390, height: 844 },
      timezoneId: 'Asia/Shanghai',
      reducedMotion: 'reduce',
      extraHTTPHeaders: { 'X-Forwarded-For': `10.${++network}.1.1` },
      ...options,
    })
    const page = await context.newPage()
    page.setDefaultTimeout(60_000)
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(String(error)))
    page.on('console', (message) => {
      if (message.type() === 'error' && !/net::ERR_|status of/.test(message.text())) faults.push(message.text())
    })
    page.on('request', (asked) => {
      if (new URL(asked.url()).origin !== pork.ledger.url) faults.push(`asked ${asked.url()}`)
    })
    try {
      await look(page, context, faults)
    } finally {
      await context.close()
    }
  }
  const open = async (page: Page, lang: string, hash = ''): Promise<void> => {
    await page.goto(`${pork.ledger.url}${new URL(PACK).pathname}?lang=${lang}${hash}`)
    await page.waitForSelector('#seen')
  }
  const counted = (page: Page): Promise<void> => page.locator('#seen dl').waitFor()
  const text = async (page: Page, selector: string): Promise<string> =>
    (await page.locator(selector).innerText()).replaceAll('\u00a0', ' ')
  const said = (page: Page, key: string): Promise<void> => page.locator(`[data-sealed="${key}"]`).waitFor()
  const reveal = async (page: Page, secret: string): Promise<void> => {
    await page.locator('#secret').fill(secret)
    await page.locator('#sealed button').click()
  }

  it('counts a look, shows what was counted, and says that it is not proved', { timeout: 120_000 }, async () => {
    await visit(async (page, _, faults) => {
      await open(page, 'en')
      await counted(page)
      const seen = await text(page, '#seen')
      for (const part of [
        'Where this code has been',
        'Now; not before this hour',
        'Once',
        'not proved by the ledger',
        'No record of a sale',
      ])
        expect(seen).toContain(part)
      // What is counted is behind the verdict, and leaves it as it is.
      expect(await page.getAttribute('#page', 'data-state')).toBe('consistent')
      expect(await axe(page)).toEqual([])
      expect(faults).toEqual([])
      await shot(page, 'seen')
      // Paper leads back by its address, and has nothing to fill in and nothing to unfold.
      await page.emulateMedia({ media: 'print' })
      expect(await page.locator('.paper').innerText()).toContain(new URL(PACK).pathname)
      expect(await page.locator('#own-region, #sealed form').filter({ visible: true }).count()).toBe(0)
      const arrow = await page.evaluate(
        () => getComputedStyle(document.querySelector('#seen summary')!, '::after').display,
      )
      expect(arrow).toBe('none')
      await page.emulateMedia({ media: 'screen' })
      expect(await page.locator('.paper').isVisible()).toBe(false)
      // The province is told from the next look on, and kept here.
      await page.locator('#own-region').selectOption('CN-HB')
    })
    await visit(async (page) => {
      await page.addInitScript(() => localStorage.setItem('tristamp/1/region', '"CN-HB"'))
      const lastDays = [
        { day: '2026-11-01', times: 2, hours: [] },
        { day: '2026-11-02', region: 'CN-HB', times: 6, hours: [2] },
        { day: '2026-11-02', region: 'Asia/Shanghai', times: 1, hours: [3] },
      ]
      let told = ''
      await page.route('**/v1/scans', (route) => {
        told = route.request().postData() ?? ''
        return route.fulfill({ json: { counted: true, firstSeen: '2026-11-01T03Z', times: 9, lastDays } })
      })
      await open(page, 'zh')
      await counted(page)
      expect(JSON.parse(told)).toEqual({ subject: PACK, region: 'CN-HB' })
      expect(await text(page, '#seen')).toContain('9 次')
      await page.locator('#seen summary').click()
      for (const part of ['湖北', '时区 Asia/Shanghai', '人数太少'])
        expect(await text(page, '#seen table')).toContain(part)
    })
  })

  it('does not count whoever asks not to be followed', { timeout: 120_000 }, async () => {
    // What is told is as of the hour, whoever looked meanwhile: what the page asks is seen.
    await visit(async (page) => {
      await page.addInitScript(() =>
        Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true }),
      )
      const asked: string[] = []
      page.on('request', (request) => {
        if (request.url().includes('/v1/scans')) asked.push(request.method())
      })
      await open(page, 'en')
      await counted(page)
      expect(asked).toEqual(['GET'])
      expect(await text(page, '#seen')).not.toContain('Now;')
    })
    // Nor what a browser opens ahead, before somebody has it before them.
    await visit(async (page) => {
      await page.addInitScript(() => {
        const shown = globalThis as { isShown?: boolean }
        Object.defineProperty(Document.prototype, 'visibilityState', {
          get: () => (shown.isShown === true ? 'visible' : 'hidden'),
        })
      })
      const asked: string[] = []
      page.on('request', (request) => {
        if (request.url().includes('/v1/scans')) asked.push(request.method())
      })
      await open(page, 'en')
      await page.locator('#seen').getByText('Asking the server').waitFor()
      expect(asked).toEqual([])
      await page.evaluate(() => {
        Object.assign(globalThis, { isShown: true })
        document.dispatchEvent(new Event('visibilitychange'))
      })
      await counted(page)
      expect(asked).toEqual(['POST'])
    })
  })

  it.each([
    ['zh', 'light', '多处出现', '没有经过证明'],
    ['en', 'dark', 'Seen elsewhere', 'this is not proved'],
  ] as const)(
    'in %s, %s: many looks far apart, day after day, warn; they never turn it red',
    { timeout: 120_000 },
    async (lang, colorScheme, word, proved) => {
      await visit(
        async (page, _, faults) => {
          await page.route('**/v1/scans', (route) => route.fulfill({ json: farApart() }))
          await open(page, lang)
          await page.waitForSelector('#page[data-state=elsewhere]')
          const verdict = await text(page, '#verdict')
          expect(verdict).toContain(word)
          expect(verdict).toContain(proved)
          // This pack has a secret that a copied code has not: it comes before a report.
          expect(await page.locator('#verdict .act a').getAttribute('href')).toBe('#sealed')
          await page.locator('#sealed #secret').waitFor()
          expect(await page.locator('[data-sign=SCAN_FASTER_THAN_TRAVEL]').count()).toBe(1)
          expect(await axe(page)).toEqual([])
          expect(faults).toEqual([])
          await shot(page, `seen-elsewhere-${lang}`)
        },
        { colorScheme },
      )
    },
  )

  it('makes no verdict of counts while the records are checked again', { timeout: 120_000 }, async () => {
    await visit(
      async (page, _, faults) => {
        const [scans, records] = [held(), held()]
        await page.route('**/v1/scans', async (route) => {
          await scans.until
          await route.fulfill({ json: farApart() })
        })
        await open(page, 'en')
        await page.route('**/v1/history?*', async (route) => {
          await records.until
          await route.continue()
        })
        // Somebody comes back to it a day later.
        await page.evaluate((ms) => {
          const now = Date.now() + ms
          Date.now = () => now
          // However long this test holds the answer.
          AbortController.prototype.abort = () => undefined
          document.dispatchEvent(new Event('visibilitychange'))
        }, DAY)
        await page.waitForSelector('#page[data-state=checking]')
        scans.release()
        await page.locator('[data-sign=SCAN_FASTER_THAN_TRAVEL]').waitFor({ state: 'attached' })
        await page.evaluate(
          () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve)))),
        )
        expect(await page.getAttribute('#page', 'data-state')).toBe('checking')
        records.release()
        await page.waitForSelector('#page[data-state=elsewhere]')
        expect(faults).toEqual([])
      },
      { serviceWorkers: 'block' },
    )
  })

  it('shows what a hostile or absent server says as text, or not at all', { timeout: 120_000 }, async () => {
    const answers: [unknown, string][] = [
      [{ times: 1, firstSeen: '<img src=x onerror=alert(1)>', lastDays: [] }, 'does not count'],
      [{ times: 1, lastDays: [{ day: '2026-11-01', region: '<b>x</b>', times: 1, hours: [1] }] }, 'place unknown'],
      [{ times: 9e99, lastDays: [] }, 'does not count'],
      [[], 'does not count'],
    ]
    await visit(async (page, _, faults) => {
      for (const [json, expected] of answers) {
        await page.unroute('**/v1/scans')
        await page.route('**/v1/scans', (route) => route.fulfill({ json }))
        await open(page, 'en')
        await page.locator('#seen').getByText(expected).first().waitFor({ state: 'attached' })
        expect(await page.locator('#seen img, #seen b').count()).toBe(0)
        // Where nothing is counted, nobody is asked where they are; of a sale the records tell all the same.
        const isCounted = expected !== 'does not count'
        expect(await page.locator('#own-region').count()).toBe(isCounted ? 1 : 0)
        expect(await text(page, '#seen')).toContain('No record of a sale')
        expect(await page.getAttribute('#page', 'data-state')).toBe('consistent')
      }
      await page.unroute('**/v1/scans')
      await page.route('**/v1/scans', (route) => route.abort())
      await open(page, 'en')
      await page.getByText('The server cannot be asked now how often').waitFor()
      expect(faults).toEqual([])
    })
  })

  it('checks a sealed code here, tells of the first reveal, and warns of the next', { timeout: 180_000 }, async () => {
    await visit(async (page, context, faults) => {
      await open(page, 'en')
      const asked: string[] = []
      page.on('request', (request) => {
        if (request.url().endsWith('/v1/openings')) asked.push(request.url())
      })
      await reveal(page, 'hello')
      await said(page, 'sealed.malformed')
      await reveal(page, `${SECRET.slice(0, -1)}${SECRET.endsWith('0') ? '1' : '0'}`)
      await said(page, 'sealed.mistyped')
      await reveal(page, WRONG)
      await said(page, 'sealed.wrong')
      // Nothing of it was for others to know.
      expect(asked).toEqual([])
      // Without a connection it is checked all the same.
      await context.setOffline(true)
      await reveal(page, SECRET)
      await said(page, 'sealed.unasked')
      expect(await text(page, '#sealed')).toContain('It matches what was registered when it was packed')
      await context.setOffline(false)
      await reveal(page, groupedSecret(SECRET).toLowerCase())
      await said(page, 'sealed.first')
      expect(await axe(page)).toEqual([])
      await shot(page, 'sealed-first')
      await reveal(page, SECRET)
      await said(page, 'sealed.own')
      expect(faults).toEqual([])
      // The answer to the first may have been lost on its way: it is heard then.
      await page.evaluate(() => localStorage.removeItem('tristamp/1/opened'))
      await reveal(page, SECRET)
      await said(page, 'sealed.first')
    })
    await visit(async (page, _, faults) => {
      // From the code inside the pack: the secret leaves the address at once.
      await open(page, 'en', `#s=${SECRET}`)
      await said(page, 'sealed.again')
      expect(page.url()).not.toContain(SECRET)
      expect(await text(page, '#sealed')).toContain('revealed before')
      expect(await text(page, '#sealed')).toContain('time zone Asia/Shanghai')
      expect(await axe(page)).toEqual([])
      await shot(page, 'sealed-again')
      // Whoever was warned once is warned again.
      await reveal(page, SECRET)
      await expect.poll(() => page.locator('#sealed button').isEnabled(), { timeout: 60_000 }).toBe(true)
      await said(page, 'sealed.again')
      expect(faults).toEqual([])
    })
  })

  const reports = async (): Promise<
    { id: string; kind: string; text?: string; contact?: string; verdict?: string }[]
  > => {
    const headers = { Authorization: `Bearer ${REGULATOR.token}` }
    const response = await fetch(`${pork.ledger.url}/v1/desk/reports`, { headers })
    return ((await response.json()) as { reports: never[] }).reports
  }
  const write = async (page: Page, what: string): Promise<void> => {
    await page.getByRole('button', { name: 'Report a problem' }).click()
    await page.getByRole('radio', { name: 'Smell or colour' }).check()
    await page.locator('#report-what').fill(what)
  }

  it('sends a report with what is known, and asks for nothing about the person', { timeout: 120_000 }, async () => {
    await visit(async (page, _, faults) => {
      await open(page, 'en')
      await write(page, '<script>alert(1)</script> sour, call 138 1234 5678')
      expect(await axe(page)).toEqual([])
      await page.getByRole('button', { name: 'Send the report' }).click()
      // What names a person stays out unless its writer says so.
      expect(await text(page, '[data-report=personal]')).toContain('138 1234 5678')
      expect(await reports()).toEqual([])
      expect(await axe(page)).toEqual([])
      await page.getByRole('button', { name: 'Send without it' }).click()
      await page.locator('[data-report=sent]').waitFor()
      const { id } = (await reports())[0]!
      expect(await text(page, '[data-report=sent]')).toContain(id)
      // The button that was pressed is gone: the keyboard goes on from what is said.
      expect(await page.evaluate(() => document.activeElement?.getAttribute('data-report'))).toBe('sent')
      await shot(page, 'report-sent')
      // What is written now is another report; the number of the first stays, and nothing is lost where the form is closed.
      const send = page.getByRole('button', { name: 'Send the report' })
      expect(await send.isDisabled()).toBe(true)
      await page.locator('#report-what').fill('and the label is torn')
      await expect.poll(() => send.isDisabled(), { timeout: 60_000 }).toBe(false)
      expect(await text(page, '#report')).toContain(id)
      const toggle = page.getByRole('button', { name: 'Report a problem' })
      await toggle.click()
      await send.waitFor({ state: 'detached' })
      await toggle.click()
      expect(await page.locator('#report-what').inputValue()).toBe('and the label is torn')
      expect(faults).toEqual([])
    })
    const [report] = await reports()
    expect(report).toMatchObject({
      kind: 'smell',
      text: '<script>alert(1)</script> sour, call …',
      verdict: 'consistent',
    })
    expect(report).not.toHaveProperty('contact')
  })

  it('keeps a report without a connection, when asked to, and sends it later', { timeout: 120_000 }, async () => {
    const before = (await reports()).length
    await visit(async (page) => {
      await open(page, 'en')
      await write(page, 'kept')
      await page.route('**/v1/reports', (route) => route.abort())
      await page.getByRole('button', { name: 'Send the report' }).click()
      await page.locator('[data-report=offline]').waitFor()
      // What is added now was not asked about.
      await page.locator('#report-what').fill('kept, 138 1234 5678')
      for (const name of ['Send the report', 'Keep it here and send it later']) {
        await page.getByRole('button', { name }).click()
        await page.locator('[data-report=personal]').waitFor()
        await page.getByRole('button', { name: 'Send without it' }).click()
        await page.locator('[data-report=offline]').waitFor()
        await page.locator('#report-what').fill('kept, 138 1234 5678')
      }
      await page.locator('#report-what').fill('kept')
      const draft = (): Promise<string | null> => page.evaluate(() => sessionStorage.getItem('tristamp/1/draft'))
      const kept = (): Promise<string | null> => page.evaluate(() => localStorage.getItem('tristamp/1/reports'))
      // The phone drops the page meanwhile: what was written is there again.
      await expect.poll(draft, { timeout: 60_000 }).toContain('"kept"')
      await open(page, 'en')
      await page.getByRole('button', { name: 'Report a problem' }).click()
      expect(await page.locator('#report-what').inputValue()).toBe('kept')
      await page.getByRole('button', { name: 'Send the report' }).click()
      await page.getByRole('button', { name: 'Keep it here and send it later' }).click()
      await page.locator('[data-report=kept]').waitFor()
      expect((await reports()).length).toBe(before)
      await expect.poll(draft, { timeout: 60_000 }).toBeNull()
      await page.unroute('**/v1/reports')
      // Asked for from several sides at once, it is sent once.
      let posts = 0
      page.on('request', (asked) => {
        if (asked.url().endsWith('/v1/reports')) posts++
      })
      await open(page, 'en')
      await page.getByRole('button', { name: 'Report a problem' }).click()
      await page.locator('#report-what').waitFor()
      await page.evaluate(() => dispatchEvent(new Event('online')))
      await expect.poll(async () => (await reports()).length, { timeout: 60_000 }).toBe(before + 1)
      await expect.poll(kept, { timeout: 60_000 }).toBeNull()
      expect(posts).toBe(1)
    })
  })

  it('says of a code on goods that are held what was counted of it, too', { timeout: 120_000 }, async () => {
    const reason = { zh: '包装受潮，待查。', en: 'The packs got wet; to be looked at.' }
    const id = '6a0c9d1e-8a51-4c39-9a58-2f6f6a1f0b11'
    await pork.govern({ op: 'hold', id, org: 'qingjiang', subjects: [LOT], reason })
    await visit(async (page, _, faults) => {
      await page.route('**/v1/scans', (route) => route.fulfill({ json: farApart() }))
      for (const [lang, parts] of [
        ['zh', ['多处出现', '据本服务器统计', '没有经过证明', '核对密封码']],
        ['en', ['Seen elsewhere', 'This server counted', 'not proved', 'Check the sealed code']],
      ] as const) {
        await open(page, lang)
        await page.locator('[data-beside]').waitFor()
        for (const part of parts) expect(await text(page, '[data-beside]')).toContain(part)
        // What is proved stays the word, and says nothing of records that agree.
        expect(await page.getAttribute('#page', 'data-state')).toBe('held')
        expect(await text(page, '#verdict')).toContain(reason[lang])
        expect(await text(page, '#verdict')).not.toMatch(/记录一致|records agree/)
        await page.locator('[data-beside] a').click()
        await page.locator('#sealed #secret').waitFor()
        expect(await axe(page)).toEqual([])
      }
      expect(faults).toEqual([])
    })
  })
})
