import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { TestAgent } from '../_harness/agent.ts'
import { freePort } from '../_harness/free-port.ts'
import { ORGANISATION } from '../_harness/goods.ts'
import { TestLedger } from '../_harness/ledger.ts'
import { TestSimulator } from '../_harness/simulator.ts'
import { until } from '../_harness/until.ts'
import { axe } from './_axe.ts'
import { haveChromium, launchChromium } from './_chromium.ts'
import { turnedFromTheRight } from './_from-the-right.ts'
import { shot } from './_shots.ts'

const PIN = '271828'
/** What `tristamp-agent pin` prints for it. */
const HASH = '$scrypt$ln=14,r=8,p=1$IsrsmwOMkxq9QJaK7KwCOg$zUg0kXzBvH7RFTVj5nD9RjN6TFtIIw0xKfvRbP7iBDk'
const ITEM = ']d20109506000134352'
const NOTHING_DONE = 1_500

let folder: string
let url: string
let port: number
let ledger: TestLedger
let simulator: TestSimulator
let agent: TestAgent
let browser: Browser

interface Visit {
  context: BrowserContext
  page: Page
  /** What a page must not do: errors, requests elsewhere, breaches of its policy. */
  faults: string[]
}

async function visit(options: BrowserContextOptions = {}, search = '?lang=en'): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width: 1024, height: 600 },
    reducedMotion: 'reduce',
    ...options,
  })
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('console', (message) => {
    // A PIN that is refused is an answer like any other.
    if (message.type() === 'error' && !/status of 4(?:01|29)/.test(message.text())) faults.push(message.text())
  })
  page.on('request', (asked) => {
    if (new URL(asked.url()).origin !== url) faults.push(`asked ${asked.url()}`)
  })
  await page.exposeFunction('reportViolation', (what: string) => void faults.push(what))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (e) => {
      const { reportViolation } = globalThis as unknown as { reportViolation: (what: string) => void }
      reportViolation(`${e.violatedDirective} ${e.blockedURI}`)
    })
  })
  await page.goto(`${url}/${search}`)
  await page.waitForSelector('.devices li')
  return { context, page, faults }
}

/** What a page shows in the end, on a machine that has other things to do. */
function soon<T>(look: () => Promise<T>): ReturnType<typeof expect.poll<T>> {
  return expect.poll(look, { timeout: 60_000 })
}

async function enterPin(page: Page, pin: string): Promise<void> {
  await page.locator('.read button').click()
  for (const digit of pin) await page.locator('.pad').getByRole('button', { name: digit, exact: true }).click()
  await page.locator('.pad [type=submit]').click()
}

/** A visit of someone who knows the PIN. */
async function operate(options: BrowserContextOptions = {}, search?: string): Promise<Visit> {
  const made = await visit(options, search)
  await enterPin(made.page, PIN)
  await made.page.locator('.key:enabled').first().waitFor()
  return made
}

const key = (page: Page, name: string): ReturnType<Page['locator']> =>
  page.locator('.station').getByRole('button', { name, exact: true })
const last = (page: Page): Promise<string> => page.locator('.last').innerText()

/** A scanner in keyboard mode: keys 5 ms apart by their own time, however slow this machine is; Enter behind. */
async function wedge(page: Page, text: string): Promise<void> {
  const session = await page.context().newCDPSession(page)
  let timestamp = Date.now() / 1000
  const press = async (key: string, more: object): Promise<void> => {
    timestamp += 0.005
    await session.send('Input.dispatchKeyEvent', { type: 'keyDown', key, timestamp, ...more })
    await session.send('Input.dispatchKeyEvent', { type: 'keyUp', key, timestamp })
  }
  for (const character of text) {
    if (character === '\x1d') await press(']', { modifiers: 2, code: 'BracketRight', windowsVirtualKeyCode: 221 })
    else await press(character, { text: character })
  }
  await press('Enter', { code: 'Enter', windowsVirtualKeyCode: 13, text: '\r' })
  await session.detach()
}

/** A request with headers that a browser would not let a page set. */
function ask(path: string, headers: Record<string, string>, body?: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, method: body === undefined ? 'GET' : 'POST', headers }
    const asked = request(options, (res) => {
      let text = ''
      res.on('data', (chunk: Buffer) => {
        text += chunk.toString()
      })
      res.on('end', () => resolve({ status: res.statusCode ?? 0, text }))
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

describe.skipIf(!haveChromium())("the gateway's page", () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tristamp-operator-'))
    port = await freePort()
    url = `http://127.0.0.1:${port}`
    ledger = await TestLedger.found(join(folder, 'ledger'))
    await ledger.start()
    simulator = await TestSimulator.start(join(folder, 'sim'))
    const page = { port, pin: HASH, files: inject('builtPages') }
    const { mqttUrl, ackKey } = ledger
    agent = await TestAgent.init(join(folder, 'agent'), { ports: simulator.ports, mqttUrl, ackKey, page })
    await ledger.enrol(ORGANISATION, agent.request)
    agent.start()
    await agent.ready()
    browser = await launchChromium()
  })

  afterAll(async () => {
    await browser.close()
    await agent[Symbol.asyncDispose]()
    await simulator[Symbol.asyncDispose]()
    await ledger[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  it('shows whoever reaches it how the gateway is, and lets nobody without the PIN press or take anything', async () => {
    const { context, page, faults } = await visit()
    await soon(() => page.locator('.devices > li.up').count()).toBe(3)
    await soon(() => page.locator('.devices .values').innerText()).toMatch(/\d\s°C/)
    expect(await page.locator('.curve svg').first().getAttribute('aria-label')).toContain('Temperature of thermo')
    await soon(() => page.locator('.figs').innerText()).toContain('GNSS')
    expect(await page.locator('.key:enabled').count()).toBe(0)
    expect(await page.locator('.typed').count()).toBe(0)
    expect(await page.locator('.read').innerText()).toContain('Reading only')
    const state = await page.evaluate(async () => (await fetch('/api/state')).json() as Promise<{ acts: unknown[] }>)
    expect(state.acts).toEqual([])
    const refused = await page.evaluate(async () => {
      const headers = { 'Content-Type': 'application/json' }
      const body = JSON.stringify({ station: 'dock', text: 'tristamp:end' })
      return [
        (await fetch('/api/command', { method: 'POST', headers, body })).status,
        (await fetch('/api/carry')).status,
      ]
    })
    expect(refused).toEqual([401, 401])
    // A scan at such a page asks for the PIN, and is not sent.
    await wedge(page, `${ITEM}21NOBODY`)
    await page.locator('dialog.pin').waitFor()
    await shot(page, 'reader-pin', false)
    expect(faults).toEqual([])
    await context.close()
  })

  it('opens by the PIN alone, and closes again', async () => {
    const { context, page, faults } = await visit()
    await enterPin(page, '111111')
    await soon(() => page.locator('dialog.pin').innerText()).toContain('That is not the PIN')
    for (const digit of PIN) await page.keyboard.press(digit)
    await page.keyboard.press('Enter')
    await page.locator('.key:enabled').first().waitFor()
    const [cookie] = await context.cookies()
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' })
    await page.getByRole('button', { name: 'Stop operating' }).click()
    await soon(() => page.locator('.key:enabled').count()).toBe(0)
    expect(faults).toEqual([])
    await context.close()
  })

  it('records what its keys and a scanner in keyboard mode say, as stated by a person', async () => {
    const { context, page, faults } = await operate()
    await key(page, 'Commission').click()
    await soon(() => last(page)).toContain('Now: Commission')
    await wedge(page, `${ITEM}10L7\x1d21W1`)
    await soon(() => last(page)).toMatch(/1 item read\s+01\/09506000134352\/21\/W1/)
    await key(page, 'Done').click()
    await soon(() => last(page)).toMatch(/Commission: 1 item recorded\s+01\/09506000134352\/21\/W1/)
    await shot(page, 'recorded', false)
    // The key that was touched last does not take the scanner's Enter.
    await wedge(page, `${ITEM}21W2`)
    await soon(() => last(page)).toMatch(/1 item read\s+01\/09506000134352\/21\/W2/)
    await key(page, 'Cancel').click()
    await soon(() => last(page)).toContain('Cancelled')
    await key(page, 'Undo the last').click()
    await soon(() => last(page)).toContain('Undone: Commission, 1 item')
    await agent.drained()
    // What readers get is as of the last seal.
    const history = async (): Promise<string> =>
      Buffer.from(await ledger.bundle('https://id.gs1.org/01/09506000134352/21/W1')).toString('latin1')
    await expect.poll(history, { timeout: 60_000 }).toContain('"errorDeclaration"')
    expect(await history()).toContain('"tristamp:origin":"operator"')
    await soon(() => page.locator('.figs').innerText()).toMatch(/entry \d/)
    expect(faults).toEqual([])
    await context.close()
  })

  it('takes what is typed, shows refusals large, and shows texts of others as text', async () => {
    const { context, page, faults } = await operate()
    await page.locator('#typed').fill('(01)09506000134352(10)L8(21)T1')
    await page.getByRole('button', { name: 'Enter', exact: true }).click()
    await soon(() => last(page)).toContain('01/09506000134352/21/T1')
    await key(page, 'Done').click()
    await soon(() => last(page)).toContain('1 item recorded')
    for (const text of ['6901234567892', '<img src=x onerror="reportViolation(1)"><b>x']) {
      await page.locator('#typed').fill(text)
      await page.locator('#typed').press('Enter')
      await soon(() => last(page)).toMatch(/Not accepted[\s\S]*SCAN_/)
      await soon(() => last(page)).toContain(text.slice(0, 12))
    }
    expect(await page.locator('.last img').count()).toBe(0)
    await shot(page, 'refused', false)
    expect(faults).toEqual([])
    await context.close()
  })

  it('shows what the scanner at the station reads, too', async () => {
    const { context, page } = await operate()
    await simulator.commission('(01)09506000134352(21)GUN1')
    await soon(() => last(page)).toMatch(/1 item recorded\s+01\/09506000134352\/21\/GUN1/)
    await context.close()
  })

  it.each([
    ['zh', 'light', 390, 844],
    ['zh', 'dark', 1024, 600],
    ['en', 'light', 1440, 900],
    ['en', 'dark', 390, 844],
  ] as const)('can be read and pressed by everyone: %s, %s, %i × %i', async (lang, theme, width, height) => {
    const { context, page, faults } = await operate({ viewport: { width, height } }, `?lang=${lang}&theme=${theme}`)
    await shot(page, `${lang}-${theme}-${width}`, true)
    expect(await axe(page, { unfold: true })).toEqual([])
    const small = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('button, summary, input, a:not(.skip)')]
        .map((element) => ({ name: element.innerText, box: element.getBoundingClientRect() }))
        .filter(({ box }) => box.height < 43.5 || box.width < 43.5)
        .map(({ name, box }) => `${name} ${box.width}×${box.height}`),
    )
    expect(small).toEqual([])
    const low = await page.locator('.key').evaluateAll((all) => all.filter((one) => one.clientHeight < 61).length)
    expect(low).toBe(0)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
    expect(await page.evaluate(() => document.documentElement.lang)).toBe(lang === 'zh' ? 'zh-Hans' : 'en')
    expect(faults).toEqual([])
    await context.close()
  })

  it('is whole on the narrowest phone, and keeps quantities and times in their order where the page runs from the right', async () => {
    const { context, page, faults } = await operate({ viewport: { width: 320, height: 640 } })
    await soon(() => page.locator('.curve svg').count()).toBeGreaterThan(0)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
    // No word of the head stands letter under letter.
    const lines = await page.locator('.brand span').evaluate((brand) => {
      const range = document.createRange()
      range.selectNodeContents(brand)
      return new Set([...range.getClientRects()].map(({ top }) => top)).size
    })
    expect(lines).toBeLessThanOrEqual(2)
    const { seen, ...found } = await turnedFromTheRight(page, '.figs dd, .values, .curve figcaption')
    expect(found).toEqual({ turned: [], isWide: false })
    expect(seen).toBeGreaterThan(3)
    // The curve's time runs from the left whatever the language; so do the times beneath it.
    const [first, last] = await page.evaluate(() => {
      document.documentElement.dir = 'rtl'
      return [...document.querySelector('.axis')!.children].map((one) => one.getBoundingClientRect().left)
    })
    expect(first).toBeLessThan(last!)
    expect(faults).toEqual([])
    await context.close()
  })

  it('works by keyboard alone', async () => {
    const { context, page } = await visit()
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('skip')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => (document.activeElement as HTMLElement).innerText)).toContain('Enter PIN')
    await page.keyboard.press('Enter')
    await page.locator('dialog.pin').waitFor()
    await page.keyboard.type(PIN)
    await page.keyboard.press('Enter')
    await page.locator('.key:enabled').first().waitFor()
    await key(page, 'Pack').focus()
    await page.keyboard.press('Enter')
    await soon(() => last(page)).toContain('Now: Pack')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-pressed'))).toBe('true')
    await key(page, 'Commission').focus()
    await page.keyboard.press('Space')
    await soon(() => last(page)).toContain('Now: Commission')
    await context.close()
  })

  it('keeps a lock on the whole screen until someone has seen it', async () => {
    const { context, page } = await visit()
    const lock = {
      id: 'https://id.gs1.org/01/09506000134352/10/L7',
      reason: { zh: '召回', en: 'Recalled by its maker' },
      atMs: 1,
    }
    const unit = 'https://id.gs1.org/00/095060001343520017'
    const beside = { id: 'r', order: 'recall', ids: [unit], count: 30, isCut: true }
    await page.route('**/api/events', (route) => route.abort())
    await page.route('**/api/state', async (route) => {
      const response = await route.fetch()
      await route.fulfill({
        response,
        json: { ...((await response.json()) as object), locks: [lock], lockedBeside: [beside] },
      })
    })
    await page.reload()
    const screen = page.getByRole('alertdialog')
    await screen.waitFor()
    expect(await screen.innerText()).toContain('Recalled by its maker')
    expect(await screen.boundingBox()).toEqual({ x: 0, y: 0, width: 1024, height: 600 })
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    expect(await screen.isVisible()).toBe(true)
    await screen.getByText('30 cases and single packs are locked besides').click()
    const folded = screen.locator('.beside')
    await soon(() => folded.innerText()).toContain('095060001343520017')
    expect(await folded.innerText()).toContain('and 29 more')
    expect(await folded.innerText()).toContain('more than the notice lists')
    expect(await axe(page, { unfold: true })).toEqual([])
    await shot(page, 'lock', false)
    await page.getByRole('button', { name: 'I have seen it' }).click()
    expect(await page.locator('.locked').innerText()).toContain('31 things are recalled')
    await context.close()
  })

  it('answers a recall from the lock, and a drill from the board, where it looks like one', async () => {
    const id = '5f0c9d1e-8a51-4c39-9a58-2f6f6a1f0b11'
    const lot = 'https://id.gs1.org/01/09506000134352/10/L7'
    const words = { zh: '封口不严', en: 'Not tightly sealed' }
    const recall = { id, drill: false, class: 1, reason: words, holder: words, subjects: [lot], named: 1, atMs: 1 }
    const drill = { ...recall, id: id.replace('5f', '6f'), drill: true }
    const lock = { id: lot, order: 'recall', reason: words, atMs: 1 }
    const { context, page } = await operate()
    const sent: string[] = []
    await page.route('**/api/events', (route) => route.abort())
    await page.route('**/api/command', async (route) => {
      sent.push((route.request().postDataJSON() as { text: string }).text)
      await route.fulfill({ json: {} })
    })
    await page.route('**/api/state', async (route) => {
      const response = await route.fetch()
      const state = (await response.json()) as object
      await route.fulfill({ response, json: { ...state, locks: [lock], recalls: [recall, drill] } })
    })
    await page.reload()
    const screen = page.getByRole('alertdialog')
    await screen.waitFor()
    expect(await screen.innerText()).toContain('Recall, class 1')
    expect(await screen.innerText()).not.toContain('Drill')
    expect(await axe(page, { unfold: true })).toEqual([])
    await screen.getByRole('button', { name: 'Taken note of' }).click()
    await screen.getByLabel('How much in all').fill('12,5')
    await screen.getByLabel('Unit').selectOption('KGM')
    await screen.getByRole('button', { name: 'Set aside' }).click()
    await screen.getByLabel('How much in all').fill('many')
    expect(await screen.getByRole('button', { name: 'Set aside' }).isDisabled()).toBe(true)
    await screen.getByLabel('How much in all').fill('')
    const heights = await screen.getByRole('button').evaluateAll((all) => all.map((one) => one.clientHeight))
    expect(Math.min(...heights)).toBeGreaterThanOrEqual(44)
    await shot(page, 'answers', false)
    // Without a number the goods are scanned: the screen is free for that.
    await screen.getByRole('button', { name: 'Sent back' }).click()
    await screen.waitFor({ state: 'detached' })
    const board = page.locator('.answers')
    expect(await board.innerText()).toContain('Drill, not a recall')
    await board.locator('.drill').getByRole('button', { name: 'None here' }).click()
    await soon(async () => sent).toEqual([
      `tristamp:recall/acknowledged#${id}`,
      `tristamp:recall/quarantined/12.5/KGM#${id}`,
      `tristamp:recall/returned#${id}`,
      `tristamp:recall/none#${drill.id}`,
    ])
    expect(await axe(page, { unfold: true })).toEqual([])
    await context.close()
  })

  it('is not for pages of others: another name for it, another origin, too many tries', async () => {
    for (const host of [`evil.example:${port}`, 'evil.example', `127.0.0.2:${port}`, '127.0.0.1:1'])
      expect((await ask('/api/state', { Host: host })).status, host).toBe(421)
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`])
      expect((await ask('/', { Host: host })).status, host).toBe(200)
    const own = { Host: `127.0.0.1:${port}`, 'Content-Type': 'application/json' }
    const pin = JSON.stringify({ pin: PIN })
    for (const more of [
      {},
      { Origin: 'http://evil.example' },
      { Origin: 'null' },
      { Origin: url, 'Sec-Fetch-Site': 'cross-site' },
    ]) {
      expect((await ask('/api/session', { ...own, ...more }, pin)).status, JSON.stringify(more)).toBe(403)
    }
    const form = { ...own, Origin: url, 'Content-Type': 'text/plain' }
    expect((await ask('/api/session', form, pin)).status).toBe(400)
    expect((await ask('/api/session', { ...own, Origin: url }, 'x'.repeat(5000))).status).toBe(413)
    for (const path of ['/../gateway.yaml', '/index.html', '/assets/../index.html', '/%2e%2e/x', '/api/none'])
      expect((await ask(path, own)).status, path).toBe(404)
    const { headers } = await fetch(`${url}/`)
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/)
    expect(headers.get('content-security-policy')).not.toMatch(/unsafe|\*|data:/)
  })

  it('shows the queue growing without a ledger, and as frames to be carried', async () => {
    const { context, page, faults } = await operate()
    await ledger.stop()
    await soon(() => page.locator('.state').innerText()).toContain('Ledger not connected')
    for (const n of [1, 2, 3]) {
      await wedge(page, `${ITEM}21OFF${n}`)
      await soon(() => last(page)).toContain(`OFF${n}`)
      await key(page, 'Done').click()
      await soon(() => last(page)).toContain('item recorded')
    }
    await until('three batches wait', async () => {
      const text = await page.locator('.figs').innerText()
      return Number(/Not acknowledged\s+(\d+)/.exec(text)?.[1]) >= 3
    })
    await shot(page, 'offline', true)
    await page.getByRole('button', { name: 'Show QR codes' }).click()
    const frames = page.locator('dialog.frames')
    await soon(() => frames.innerText()).toMatch(/Frame \d+ of \d+/)
    const picture = (): Promise<string> => page.locator('canvas').evaluate((c: HTMLCanvasElement) => c.toDataURL())
    const [words, first] = [await frames.innerText(), await picture()]
    await soon(() => frames.innerText()).not.toBe(words)
    await soon(picture).not.toBe(first)
    await shot(page, 'frames', false)
    const dark = await page.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
      return {
        side: canvas.width,
        share: data.filter((value, i) => i % 4 === 0 && value === 0).length / canvas.width ** 2,
      }
    })
    expect(dark.side).toBeGreaterThan(29)
    expect(dark.share).toBeGreaterThan(0.2)
    expect(await axe(page, { unfold: true })).toEqual([])
    expect(faults).toEqual([])
    await context.close()
  })

  it('says that the gateway is gone when it is, and lets only so many PINs be tried', async () => {
    const { context, page } = await visit()
    const own = { Host: `127.0.0.1:${port}`, 'Content-Type': 'application/json', Origin: url }
    const tries: number[] = []
    for (let n = 0; n < 8; n++) tries.push((await ask('/api/session', own, `{"pin":"00000${n}"}`)).status)
    expect(tries).toEqual([401, 401, 401, 401, 401, 429, 429, 429])
    // The right one has to wait like every other.
    expect((await ask('/api/session', own, JSON.stringify({ pin: PIN }))).status).toBe(429)
    await agent.stop()
    await soon(() => page.locator('.state').innerText()).toContain('No contact')
    await page.waitForTimeout(NOTHING_DONE)
    expect(await page.locator('.devices li').count()).toBe(3)
    await context.close()
  })
})
