import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fromBase64Url, keyThumbprint, parcelItem, qrFrames, sealParcel } from '@tristamp/protocol'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TestAgent } from '../_harness/agent.ts'
import { Child } from '../_harness/child.ts'
import { freePort } from '../_harness/free-port.ts'
import { ORGANISATION } from '../_harness/goods.ts'
import { TestLedger } from '../_harness/ledger.ts'
import { recordedBy } from '../_harness/recorded.ts'
import { TestSimulator } from '../_harness/simulator.ts'
import { TcpProxy } from '../_harness/tcp-proxy.ts'
import { until } from '../_harness/until.ts'
import { axe } from './_axe.ts'
import { haveChromium, launchChromium } from './_chromium.ts'
import { type Drawn, qrSymbol, type Scene, writeClip } from './_clip.ts'
import { type BuiltPages, buildPages } from './_pages.ts'
import { shot } from './_shots.ts'

// A gateway without a network, its own page, a phone that films it, and the ledger: nothing lost, nothing twice.

const SOON = { timeout: 60_000 }
const LONG_MS = 60_000

let folder: string
let clip: string
let pages: BuiltPages
let ledger: TestLedger
let proxy: TcpProxy
let simulator: TestSimulator
let agent: TestAgent
let gatewayPage: string
let browser: Browser

async function phone(options: BrowserContextOptions = {}): Promise<{ context: BrowserContext; faults: string[] }> {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    permissions: ['camera'],
    reducedMotion: 'reduce',
    ...options,
  })
  const faults: string[] = []
  context.on('weberror', (error) => faults.push(String(error.error())))
  context.on('request', (request) => {
    const { origin, protocol } = new URL(request.url())
    if (origin !== ledger.url && !/^(?:data|blob):$/.test(protocol)) faults.push(request.url())
  })
  return { context, faults }
}

async function open(context: BrowserContext, lang = 'zh'): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`${ledger.url}/carry?lang=${lang}`)
  await page.locator('#stick').waitFor({ state: 'attached' })
  return page
}

const soon = (look: () => Promise<string | number | null>): ReturnType<typeof expect.poll<string | number | null>> =>
  expect.poll(look, SOON)

const text =
  (page: Page, selector: string): (() => Promise<string>) =>
  () =>
    page.locator(selector).innerText()

async function stamp(...serials: string[]): Promise<void> {
  for (const serial of serials) {
    await simulator.commission(`(01)09506000134352(21)${serial}`)
    await agent.process.says(new RegExp(`✓ commission .*21/${serial} `))
  }
  await until('all of it is signed', () => agent.status()?.outbox.unsigned === 0, LONG_MS)
}

/** What the gateway's page shows, frame by frame, as the modules that are drawn on it. */
async function shownFrames(): Promise<Drawn[]> {
  const context = await browser.newContext({ viewport: { width: 1024, height: 768 } })
  const page = await context.newPage()
  await page.goto(`${gatewayPage}/?lang=en`)
  await soon(() => page.locator('.carry .how').first().innerText()).toContain(`${ledger.url}/carry`)
  await page.getByRole('button', { name: 'Show QR codes' }).click(SOON)
  await page.locator('dialog.frames canvas').waitFor(SOON)
  const faster = page.getByRole('button', { name: 'Faster' })
  while (await faster.isEnabled()) await faster.click()
  await shot(page, 'gateway-frames')
  const frames = await page.evaluate(async () => {
    const seen = new Map<string, { size: number; dark: number[] }>()
    for (;;) {
      const canvas = document.querySelector<HTMLCanvasElement>('dialog.frames canvas')!
      const count = document.querySelector<HTMLProgressElement>('dialog.frames progress')!.max
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
      const dark: number[] = []
      for (let i = 0; i < data.length; i += 4) if (data[i]! < 128) dark.push(i / 4)
      if (dark.length > 0) seen.set(dark.join(), { size: canvas.width, dark })
      if (seen.size >= count) return [...seen.values()]
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  })
  await context.close()
  return frames.map(({ size, dark }) => {
    const drawn = new Set(dark)
    return { quiet: 0, width: size, height: size, isDark: (x, y) => drawn.has(y * size + x) }
  })
}

/** Films symbols by a hand that is not quite still, in an order of its own. */
function film(symbols: readonly Drawn[], seed: number): void {
  const scenes = symbols.map((symbol, i): Scene => {
    const angle = 0.06 * Math.sin(i + seed)
    return [{ symbol, scale: 4.6, angle, dx: 12 * Math.cos(i), dy: 9 * Math.sin(2 * i) }]
  })
  writeClip(clip, [...scenes.filter((_, i) => i % 2 === 0), ...scenes.filter((_, i) => i % 2 === 1)], { fps: 6, seed })
}

const kid = (): Uint8Array => keyThumbprint(fromBase64Url((agent.request as { key: string }).key))

describe.skipIf(!haveChromium())('a phone that carries records', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tristamp-carry-'))
    clip = join(folder, 'camera.y4m')
    writeClip(clip, [[]])
    pages = await buildPages()
    ledger = await TestLedger.found(join(folder, 'ledger'))
    ledger.launch = { env: { TRISTAMP_PAGES: pages.folder } }
    await ledger.start()
    proxy = await TcpProxy.to(ledger.mqttUrl.replace('mqtt:', 'tcp:'))
    simulator = await TestSimulator.start(join(folder, 'sim'))
    const port = await freePort()
    gatewayPage = `http://127.0.0.1:${port}`
    agent = await TestAgent.init(join(folder, 'agent'), {
      ports: simulator.ports,
      mqttUrl: `mqtt://127.0.0.1:${proxy.port}`,
      ackKey: ledger.ackKey,
      page: { port, files: pages.folder, ledger: ledger.url },
    })
    await ledger.enrol(ORGANISATION, agent.request)
    agent.start()
    await agent.ready()
    browser = await launchChromium('--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${clip}`)
  })

  afterAll(async () => {
    await browser.close()
    for (const part of [agent, simulator, proxy, ledger, pages]) await part[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  it('films the screen offline, keeps it, hands it over when there is a network; what is brought again is not recorded again', async () => {
    await stamp('BEFORE')
    await agent.drained(LONG_MS)
    proxy.halfOpen = true
    await stamp('A', 'B', 'C')
    const frames = await shownFrames()
    expect(frames.length).toBeGreaterThan(3)
    // Between them what somebody else has on the wall: frames of another parcel, and a code of a shop.
    const stranger = qrFrames(new Uint8Array(2000).fill(7))
    film([...frames, qrSymbol(stranger[2]!), qrSymbol('https://shop.example/'), qrSymbol(stranger[0]!)], 3)

    const { context, faults } = await phone()
    let page = await open(context)
    await soon(text(page, '.ready')).toContain('没有网络也能打开')
    await context.setOffline(true)
    await page.reload()
    await page.getByRole('button', { name: '打开相机' }).click(SOON)
    await page.locator('.progress').waitFor(SOON)
    await shot(page, 'carry-filming-zh')
    await soon(() => page.locator('.list li').count()).toBe(1)
    await soon(text(page, '.film')).toMatch(/收齐了|手机上已经有了/)
    await page.getByRole('button', { name: '停止' }).click()
    await soon(text(page, '.list')).toContain('连不上账本')
    await shot(page, 'carry-waiting-zh')
    // The phone is put away, and taken out again.
    await page.close()
    page = await open(context, 'en')
    await soon(text(page, '.sum')).toContain('1 parcel waits')
    expect(await text(page, '.list')()).toContain('8004/9506000134GW1')
    await shot(page, 'carry-waiting-en')
    await context.setOffline(false)
    await page.evaluate(() => window.dispatchEvent(new Event('online')))
    await soon(() => page.locator('.list li').getAttribute('data-state')).toBe('done')
    expect(await text(page, '.list')()).toMatch(/[1-9]\d* batch(?:es)? newly recorded/)
    await shot(page, 'carry-done-en')
    expect(faults).toEqual([])
    await context.close()

    // Filmed by another phone as well: nothing new in it.
    const other = await phone()
    const second = await open(other.context)
    await second.getByRole('button', { name: '打开相机' }).click()
    await soon(() => second.locator('.list li[data-state=done]').count()).toBe(1)
    expect(await text(second, '.list')()).toMatch(/早已有了，没有重复记/)
    await soon(text(second, '.film')).toContain('手机上已经有了')
    await other.context.close()
  })

  it('takes the file of a stick, and tells what the ledger said in either language', async () => {
    await stamp('D')
    const stick = join(folder, 'records.tristamp-parcel')
    const made = await Child.run('agent', ['export', '--config', agent.config, '--out', stick])
    expect(made, made.err).toMatchObject({ exit: 0 })
    const { context, faults } = await phone()
    const page = await open(context, 'en')
    await page.locator('#stick').setInputFiles(stick)
    await soon(() => page.locator('.list li[data-state=done]').count()).toBe(1)
    expect(await text(page, '.list')()).toContain('newly recorded')
    await page.locator('#stick').setInputFiles(stick)
    await soon(text(page, '.stick')).toContain('on the phone already')
    // Cut off on its way, of nobody, and no parcel at all.
    const bytes = await readFile(stick)
    const file = (name: string, buffer: Uint8Array): { name: string; mimeType: string; buffer: Buffer } => ({
      name,
      mimeType: 'application/octet-stream',
      buffer: Buffer.from(buffer),
    })
    await page.locator('#stick').setInputFiles([file('cut', bytes.subarray(0, -9))])
    await soon(text(page, '.stick')).toContain('PARCEL_MALFORMED')
    await page.locator('#stick').setInputFiles([file('photo', new Uint8Array([0xff, 0xd8, 0xff]))])
    await soon(text(page, '.stick')).toContain('cannot be read')
    const nobody = sealParcel(
      { kid: new Uint8Array(32).fill(9), from: 0, to: 1, batches: [new Uint8Array(9)], evidence: [] },
      () => new Uint8Array(64),
    )
    await page.locator('#stick').setInputFiles([file('nobody', parcelItem(nobody))])
    await soon(() => page.locator('.list li[data-state=refused]').count()).toBe(1)
    await soon(text(page, '.list li[data-state=refused]')).toContain("does not know this gateway's key")
    await shot(page, 'carry-refused-en')
    await page.getByRole('button', { name: '中文' }).click()
    await soon(text(page, '.list li[data-state=refused]')).toMatch(/账本不认得这个网关的钥匙.*KEY_UNKNOWN/s)
    await shot(page, 'carry-refused-zh')
    await page.getByRole('button', { name: '删掉' }).click()
    await page.locator('.sure').getByRole('button', { name: '删掉' }).click()
    await soon(() => page.locator('.list li').count()).toBe(1)
    expect(faults).toEqual([])
    await context.close()
  })

  it('keeps what it has where something else than a ledger answers', async () => {
    await stamp('E')
    const stick = join(folder, 'more.tristamp-parcel')
    expect(await Child.run('agent', ['export', '--config', agent.config, '--out', stick])).toMatchObject({ exit: 0 })
    const { context } = await phone({ serviceWorkers: 'block' })
    const page = await open(context, 'en')
    const answers = [
      { status: 200, contentType: 'text/html', body: '<h1>Welcome to the hotel</h1>', says: 'not a ledger' },
      {
        status: 200,
        contentType: 'application/json',
        body: '{"recorded":"all","repeated":1e99}',
        says: 'not a ledger',
      },
      { status: 503, contentType: 'text/plain', body: 'later', says: 'busy' },
    ]
    let asked = 0
    let answer = answers[0]
    await page.route('**/v1/parcels', async (route) => {
      asked++
      await (answer === undefined ? route.continue() : route.fulfill(answer))
    })
    await page.locator('#stick').setInputFiles(stick)
    const hand = page.getByRole('button', { name: 'Hand over to the ledger' })
    for (const next of answers) {
      answer = next
      const before = asked
      await hand.click(SOON)
      await soon(async () => asked - before).toBeGreaterThan(0)
      await soon(text(page, '.list')).toContain(next.says)
    }
    answer = undefined
    // It tries again by itself as well.
    if ((await hand.count()) > 0) await hand.click({ timeout: 5000 }).catch(() => undefined)
    await soon(() => page.locator('.list li').getAttribute('data-state')).toBe('done')
    await context.close()
  })

  it.each(['zh', 'en'])('can be used by everyone, in %s, light and dark, and fits a phone', async (lang) => {
    film([qrSymbol(qrFrames(new Uint8Array(4000).fill(1))[3]!)], 1)
    const { context } = await phone()
    const page = await open(context, lang)
    await page.locator('#stick').setInputFiles([{ name: 'x', mimeType: 'a/b', buffer: Buffer.from([0x83]) }])
    await page.locator('.film .btn.solid').click()
    await page.locator('.progress').waitFor(SOON)
    await shot(page, `carry-progress-${lang}`)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      expect(await axe(page)).toEqual([])
      await shot(page, `carry-${colorScheme}-${lang}`)
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    const small = await page.evaluate(() =>
      [...document.querySelectorAll('button, label.btn')]
        .filter((one) => one.getClientRects().length > 0 && one.getBoundingClientRect().height < 44)
        .map((one) => one.textContent),
    )
    expect(small).toEqual([])
    await context.close()
  })

  it('leaves nothing out and nothing twice when the gateway is online again', async () => {
    proxy.halfOpen = false
    proxy.cut()
    await stamp('AFTER')
    await until('it is online', () => agent.status()?.state === 'online', LONG_MS)
    await agent.drained(LONG_MS)
    expect(await agent.stop()).toBe(0)
    expect(await ledger.stop()).toBe(0)
    const { exit, out, err } = await ledger.verify()
    expect(exit, out + err).toBe(0)
    const recorded = recordedBy(ledger.data, kid())
    expect(recorded.map(({ statement }) => statement.header.seq)).toEqual(recorded.map((_, i) => i))
    const serials = recorded.flatMap(({ events }) =>
      events.flatMap(({ epcList = [] }) => epcList.map((epc) => epc.replace(/.*\//, ''))),
    )
    expect(serials).toEqual(['BEFORE', 'A', 'B', 'C', 'D', 'E', 'AFTER'])
  })
})
