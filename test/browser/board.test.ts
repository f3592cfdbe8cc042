import { bringOperations, keyPath, loadKey } from '@tristamp/ledger-node'
import mqtt, { type MqttClient } from 'mqtt'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { commissioned, item, ORGANISATION } from '../_harness/goods.ts'
import { TestSigner } from '../_harness/signer.ts'
import { TcpProxy } from '../_harness/tcp-proxy.ts'
import { axe } from './_axe.ts'
import { haveChromium, launchChromium } from './_chromium.ts'
import { accessOf, soon } from './_desk.ts'
import { turnedFromTheRight } from './_from-the-right.ts'
import { type BuiltPages, buildPages } from './_pages.ts'
import { type PorkLedger, startPorkLedger } from './_pork-ledger.ts'
import { shot } from './_shots.ts'

const HOSTILE = '<img src=x onerror="document.title=1">'

describe.skipIf(!haveChromium())('the operator’s board', () => {
  const operator = accessOf('whoever runs it', 'operator')
  const regulator = accessOf('Enshi Market Authority', 'regulator')
  const signer = new TestSigner('cold-store')
  const topic = 'tristamp/v1/test/cold-store/status'
  let pages: BuiltPages
  let pork: PorkLedger
  let browser: Browser
  /** Between the page and its ledger. */
  let line: TcpProxy
  let url: string
  const clients: MqttClient[] = []

  beforeAll(async () => {
    pages = await buildPages()
    pork = await startPorkLedger(pages.folder, [operator.access, regulator.access])
    line = await TcpProxy.to(`tcp://127.0.0.1:${pork.ledger.httpPort}`)
    url = `http://127.0.0.1:${line.port}`
    const administrator = await loadKey(keyPath(pork.folder, 'admin-first'))
    await bringOperations({ node: pork.ledger.url, administrator }, [ORGANISATION, signer.enrolment()])
    browser = await launchChromium()
  }, 240_000)

  afterEach(async () => {
    line.halfOpen = false
    await Promise.all(clients.splice(0).map((client) => client.endAsync(true)))
  })

  afterAll(async () => {
    await browser?.close()
    await line[Symbol.asyncDispose]()
    await pork[Symbol.asyncDispose]()
    await pages[Symbol.asyncDispose]()
  })

  async function gateway(): Promise<MqttClient> {
    const client = await mqtt.connectAsync(pork.ledger.mqttUrl, {
      ...{ clientId: 'test.cold-store', username: 'test/cold-store', password: signer.password, reconnectPeriod: 0 },
      will: { topic, payload: Buffer.from('{"state":"offline"}'), qos: 1, retain: true },
    })
    client.on('error', () => undefined)
    clients.push(client)
    return client
  }

  async function says(client: MqttClient, more: object = {}): Promise<void> {
    const status = { state: 'online', outbox: { next: 7, acked: 4 }, devices: {}, ...more }
    await client.publishAsync(topic, JSON.stringify(status), { qos: 1, retain: true })
  }

  interface Look {
    lang?: string
    theme?: 'light' | 'dark'
    size?: { width: number; height: number }
    token?: string
  }

  async function visit({ lang = 'en', theme = 'dark', size, token = operator.token }: Look = {}) {
    const viewport = size ?? { width: 1920, height: 1080 }
    const context = await browser.newContext({ viewport, reducedMotion: 'reduce', timezoneId: 'Asia/Shanghai' })
    const page = await context.newPage()
    page.setDefaultTimeout(60_000)
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(String(error)))
    page.on('console', (message) => {
      // A line that breaks is what some of this is about.
      if (message.type() === 'error' && !/Failed to load resource|net::ERR_/.test(message.text()))
        faults.push(message.text())
    })
    page.on('request', (asked) => {
      if (new URL(asked.url()).origin !== url) faults.push(`asked ${asked.url()}`)
    })
    await page.goto(`${url}/board?lang=${lang}&theme=${theme}#token=${token}`)
    return { context, page, faults, [Symbol.asyncDispose]: () => context.close() }
  }

  const rowOf = (page: Page): ReturnType<Page['locator']> => page.locator('tr', { hasText: 'test/cold-store' })
  const heading = (page: Page): Promise<string> => page.locator('h1').innerText()
  const isStale = (page: Page): Promise<number> => page.locator('.stale').count()
  const seconds = (page: Page): Promise<string> => page.locator('.news').innerText()

  it('shows how it is, and changes as it changes, with nobody’s hand on it', async () => {
    await using visited = await visit()
    const { page, faults } = visited
    await page.locator('.figs').waitFor()
    expect(page.url()).not.toContain('token')
    const client = await gateway()
    await says(client, { clock: { source: 'gnss', uncertaintyMs: 200 } })
    await soon(() => rowOf(page).innerText()).toMatch(/Online[\s\S]*3[\s\S]*±0\.2\ss/)
    await says(client, { devices: { [HOSTILE]: { state: 'down', code: HOSTILE } } })
    await soon(() => rowOf(page).innerText()).toContain('Instrument trouble')
    await soon(() => rowOf(page).innerText()).toContain(`${HOSTILE} ${HOSTILE}`)
    // What a gateway says of itself can be anything; the board goes on.
    for (const nonsense of [{ outbox: { next: 1e300, acked: 0 } }, { clock: { source: '' } }, { errors: { A: 1e300 } }])
      await says(client, nonsense)
    await soon(() => page.locator('.errors').innerText()).toContain('STATUS_MALFORMED')
    await says(client, { errors: { PORT_MISSING: 2 } })
    await soon(() => page.locator('.errors').innerText()).toMatch(/cannot reach an instrument[\s\S]*PORT_MISSING/)
    client.stream.destroy()
    await soon(() => rowOf(page).innerText()).toMatch(/Silent for \d+[\s\S]*—/)
    // The machine that runs the tests may have worse to tell, of its disk.
    await soon(() => page.locator('.state, .others').allInnerTexts()).toEqual(
      expect.arrayContaining([expect.stringMatching(/6 gateways, \d silent/)]),
    )
    // Who listens is told the same, with what to do, and not each second that goes by.
    await soon(() => page.getByRole('status').allInnerTexts()).toEqual([expect.stringContaining(await heading(page))])
    expect(await page.locator('.todo').innerText()).toMatch(/\S/)
    // The row that needs somebody is on top, and so that shape alone tells it.
    expect(await page.locator('tbody tr use').first().getAttribute('href')).toBe('#r-stop')
    expect(await page.title()).toBe('Tristamp Board')
    await shot(page, 'board-silent-en-dark')
    const before = Number((await page.locator('.figs dd').first().innerText()).split('\n')[0]!.replace(/\D/g, ''))
    const posted = await fetch(`${pork.ledger.url}/v1/statements`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/cbor' },
      body: signer.batch(commissioned(item('B1')), commissioned(item('B2'))) as BodyInit,
    })
    expect(posted.status).toBe(201)
    await soon(() => rowOf(page).innerText()).toMatch(/\d+\s\S+ ago/)
    expect(before).toBeGreaterThanOrEqual(0)
    const reports = page.locator('.sides li', { hasText: 'Problem reports' })
    expect(await reports.innerText()).toContain('none')
    const complaint = await fetch(`${pork.ledger.url}/v1/reports`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ subject: item('B1'), kind: 'smell', text: HOSTILE }),
    })
    expect(complaint.status).toBe(201)
    await soon(() => reports.innerText()).toContain('1 in 24 h, 1 in 7 days')
    expect(faults).toEqual([])
  })

  it('says at once that the line is cut, shows nothing old as if it were new, and goes on by itself', async () => {
    await using visited = await visit()
    const { page, faults } = visited
    await page.locator('.figs').waitFor()
    expect(await isStale(page)).toBe(0)
    await page.context().setOffline(true)
    line.cut()
    await soon(() => heading(page)).toBe('No connection to the ledger')
    expect(await isStale(page)).toBe(1)
    await soon(() => page.locator('.as-of').innerText()).toMatch(/how it was at .*\s\d\d:\d\d:\d\d, not how it is/)
    await soon(() => seconds(page)).toMatch(/No news for [1-9]/)
    // What counted up stands still: it is as old as it is said to be.
    const checkpoint = page.locator('.figs dd').nth(2)
    const stood = await checkpoint.innerText()
    const told = await seconds(page)
    await soon(() => seconds(page)).not.toBe(told)
    expect(await checkpoint.innerText()).toBe(stood)
    expect(await axe(page)).toEqual([])
    await shot(page, 'board-lost-en-dark')
    await page.context().setOffline(false)
    await soon(() => isStale(page)).toBe(0)
    await soon(() => heading(page)).not.toContain('No connection')
    expect(faults).toEqual([])
  })

  it('takes nothing for new that came before the machine slept', async () => {
    await using visited = await visit()
    const { page, faults } = visited
    await page.locator('.figs').waitFor()
    line.halfOpen = true
    // An hour of sleep, in which the steady clock of the page stood still.
    await page.evaluate(() => {
      const { now } = Date
      Date.now = () => now() + 3_600_000
    })
    await soon(() => seconds(page)).toContain('No news for 1 h')
    expect(await isStale(page)).toBe(1)
    line.halfOpen = false
    line.cut()
    await soon(() => isStale(page)).toBe(0)
    expect(faults).toEqual([])
  })

  it('gives its line back while nobody can see it, and is there again when somebody does', async () => {
    await using visited = await visit()
    const { page, faults } = visited
    await page.locator('.figs').waitFor()
    const turn = (visibility: 'hidden' | 'visible'): Promise<void> =>
      page.evaluate((to) => {
        Object.defineProperty(document, 'visibilityState', { value: to, configurable: true })
        document.dispatchEvent(new Event('visibilitychange'))
      }, visibility)
    const ended = page.waitForEvent('requestfailed', (asked) => asked.url().endsWith('/v1/board/events'))
    await turn('hidden')
    await ended
    const begun = page.waitForResponse((answer) => answer.url().endsWith('/v1/board/events') && answer.ok())
    await turn('visible')
    await begun
    await soon(() => isStale(page)).toBe(0)
    expect(faults).toEqual([])
  })

  it('washes the rows that need somebody, and no other after they have moved', async () => {
    const client = await gateway()
    await using visited = await visit({ theme: 'light', size: { width: 1920, height: 2000 } })
    const { page } = visited
    for (let round = 0; round < 4; round++) {
      await says(client, round % 2 === 0 ? { devices: { cold1: { state: 'down' } } } : {})
      const state = round % 2 === 0 ? 'Instrument trouble' : 'Online'
      await soon(() => rowOf(page).innerText()).toContain(state)
      // Between the look at the rows and the picture a state may come.
      await soon(() => washes(page)).toEqual({ mixed: [], washed: true })
    }
  })

  /** The colours on the screen of the rows of each kind, where one kind has several; and whether the kinds differ. */
  async function washes(page: Page): Promise<{ mixed: string[]; washed: boolean }> {
    const look = () =>
      page.locator('tbody tr').evaluateAll((rows) =>
        rows.map((row) => {
          const { left, right, bottom } = row.getBoundingClientRect()
          // Under the letters, and above the line between two rows.
          return {
            kind: row.className,
            y: Math.floor(bottom) - 4,
            xs: [0.05, 0.3, 0.6, 0.9].map((x) => left + x * (right - left)),
          }
        }),
      )
    const rows = await look()
    const png = (await page.screenshot()).toString('base64')
    if (JSON.stringify(rows) !== JSON.stringify(await look())) return { mixed: ['moved meanwhile'], washed: false }
    const colours = await page.evaluate(
      async ({ png, rows }) => {
        const picture = new Image()
        picture.src = `data:image/png;base64,${png}`
        await picture.decode()
        const canvas = Object.assign(document.createElement('canvas'), { width: picture.width, height: picture.height })
        const pen = canvas.getContext('2d')!
        pen.drawImage(picture, 0, 0)
        return rows.flatMap(({ kind, y, xs }) => xs.map((x) => `${kind} ${pen.getImageData(x, y, 1, 1).data.join()}`))
      },
      { png, rows },
    )
    const each = [...new Set(colours)].sort()
    const kinds = new Set(rows.map(({ kind }) => kind))
    const washed = new Set(each.map((one) => one.split(' ')[1])).size === kinds.size
    return { mixed: each.length === kinds.size ? [] : each, washed }
  }

  it('does not trust a line by which nothing comes', async () => {
    await using visited = await visit({ lang: 'zh', theme: 'light' })
    const { page } = visited
    await page.locator('.figs').waitFor()
    line.halfOpen = true
    await soon(() => heading(page)).toBe('与账本失去联系')
    expect(await isStale(page)).toBe(1)
    await shot(page, 'board-quiet-zh-light')
    line.halfOpen = false
    line.cut()
    await soon(() => isStale(page)).toBe(0)
  })

  it('is for operators alone, and says so', async () => {
    await using visited = await visit({ token: regulator.token })
    const { page } = visited
    await soon(() => page.getByRole('alert').innerText()).toContain('one of the role operator')
    expect(await axe(page)).toEqual([])
    await page.getByLabel('Operator’s token').fill(operator.token)
    await page.keyboard.press('Enter')
    await page.locator('.figs').waitFor()
    await page.getByRole('button', { name: 'Leave' }).click()
    await page.getByLabel('Operator’s token').waitFor()
  })

  const wall = { width: 1920, height: 1080 }
  const phone = { width: 390, height: 844 }
  it.each([
    ['zh', 'light', wall],
    ['en', 'dark', wall],
    ['zh', 'dark', phone],
    ['en', 'light', phone],
  ] as const)(
    'is whole in %s, %s, at %o: nothing wider than the screen, axe finds nothing',
    async (lang, theme, size) => {
      const client = await gateway()
      await says(client, { clock: { source: 'system', uncertaintyMs: 95_000 } })
      await using visited = await visit({ lang, theme, size })
      const { page, faults } = visited
      await rowOf(page)
        .getByText(lang === 'zh' ? '时钟可疑' : 'Clock in doubt')
        .waitFor()
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
      expect(await axe(page)).toEqual([])
      const targets = await page
        .locator('button')
        .evaluateAll((all) => all.map((b) => b.getBoundingClientRect().height))
      expect(Math.min(...targets)).toBeGreaterThanOrEqual(44)
      // From three metres: no letters of a row below 18 px on a wall.
      const letters = await page
        .locator('tbody :is(th, td)')
        .evaluateAll((cells) => cells.map((cell) => Number.parseFloat(getComputedStyle(cell).fontSize)))
      expect(Math.min(...letters)).toBeGreaterThanOrEqual(size === wall ? 18 : 14)
      // A table that is laid out as lines is one still for whoever hears it.
      expect(await page.getByRole('columnheader').count()).toBeGreaterThan(0)
      await shot(page, `board-${lang}-${theme}-${size.width}`)
      const { seen, ...found } = await turnedFromTheRight(page, '.news, .figs dd, td.n')
      expect(found).toEqual({ turned: [], isWide: false })
      expect(seen).toBeGreaterThan(1)
      expect(faults).toEqual([])
    },
  )
})
