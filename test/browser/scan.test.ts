import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkDigit } from '@tristamp/protocol'
import bwip from 'bwip-js/node'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import QRCode from 'qrcode'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LOT, PACK } from '../../verifier-web/src/_sample-verdicts.ts'
import { randomFrom, seedFrom } from '../_harness/random.ts'
import { axe } from './_axe.ts'
import { haveChromium, launchChromium } from './_chromium.ts'
import { drawnSymbol, qrSymbol, type Scene, writeClip } from './_clip.ts'
import { type BuiltPages, buildPages } from './_pages.ts'
import { photoOf } from './_photo.ts'
import { type PorkLedger, startPorkLedger } from './_pork-ledger.ts'
import { shot } from './_shots.ts'

// A camera that films what a test draws. Chromium on Linux has no reader of its own, so that these are the readers that the page brings.

const path = new URL(PACK).pathname
const READERS = /\/assets\/(?:zxing|small|zxing_reader)-[\w-]+\.(?:js|wasm)/
const SOON = { timeout: 60_000 }

let pages: BuiltPages
let pork: PorkLedger
let folder: string
let clip: string
let browser: Browser

interface Visitor {
  context: BrowserContext
  page: Page
  /** Requests that left the ledger's own origin, and faults. */
  faults: string[]
  /** Files of readers that were asked for. */
  readers: string[]
}

async function start(scenes: readonly Scene[], prepare?: (page: Page) => Promise<unknown>): Promise<Visitor> {
  writeClip(clip, scenes)
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    permissions: ['camera'],
    serviceWorkers: 'block',
  })
  const page = await context.newPage()
  const [faults, readers]: [string[], string[]] = [[], []]
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('request', (request) => {
    const { origin, protocol, pathname } = new URL(request.url())
    if (origin !== pork.ledger.url && !/^(?:data|blob):$/.test(protocol)) faults.push(request.url())
    if (READERS.test(pathname)) readers.push(pathname.replace(/-[\w-]+\./, '.'))
  })
  await prepare?.(page)
  await page.goto(`${pork.ledger.url}/?lang=zh`)
  await page.locator('#files').waitFor({ state: 'attached' })
  return { context, page, faults, readers }
}

const begin = (page: Page): Promise<void> => page.getByRole('button', { name: '用相机扫码' }).click()

const png = (bcid: string, text: string): Promise<Buffer> =>
  bwip.toBuffer({ bcid, text, scale: 6, padding: 12, backgroundcolor: 'FFFFFF' })

describe.skipIf(!haveChromium())('scanning with the readers that the page brings', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tristamp-scan-'))
    clip = join(folder, 'camera.y4m')
    writeClip(clip, [[]])
    pages = await buildPages()
    pork = await startPorkLedger(pages.folder)
    browser = await launchChromium('--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${clip}`)
  })

  afterAll(async () => {
    await browser.close()
    await pork[Symbol.asyncDispose]()
    await pages[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  it('loads no reader before someone scans, and no byte of one from elsewhere', async () => {
    const { context, page, faults, readers } = await start([
      [{ symbol: qrSymbol('https://elsewhere.example/'), scale: 8 }],
    ])
    await page.waitForLoadState('networkidle')
    expect(readers).toEqual([])
    await begin(page)
    await page.locator('.other').waitFor(SOON)
    await expect
      .poll(() => new Set(readers), SOON)
      .toEqual(new Set(['/assets/small.js', '/assets/zxing.js', '/assets/zxing_reader.wasm']))
    expect(await page.locator('.other').innerText()).toContain('elsewhere.example')
    expect(new URL(page.url()).pathname).toBe('/')
    const live = await page.evaluate(() => {
      const stream = document.querySelector('video')?.srcObject as MediaStream | null
      return stream !== null && stream !== undefined
    })
    expect(live).toBe(false)
    expect(faults).toEqual([])
    await context.close()
  })

  const drawn = (bcid: string, text: string, scale: number, angle = 0): Scene => [
    { symbol: drawnSymbol(bcid, text), scale, angle },
  ]
  it.each<[string, Scene, string]>([
    ['a GS1 Digital Link', [{ symbol: qrSymbol(`https://id.gs1.org${path}`), scale: 8, angle: 0.25 }], path],
    [
      'a GS1 DataMatrix with FNC1 in it',
      drawn('gs1datamatrix', '(01)09506000134352(10)B261120-07(21)7K3M92QD40XA', 9, -0.2),
      // With its lot: a pack that nobody recorded by its number may be called back by that.
      path.replace('/21/', '/10/B261120-07/21/'),
    ],
    ['a retail bar code', drawn('ean13', '9506000134352', 4), '/01/09506000134352'],
    ['a GS1-128', drawn('gs1-128', '(01)09506000134352(10)B261120-07', 2), new URL(LOT).pathname],
    ['an ITF-14 of a case', drawn('itf14', '19506000134359', 4), '/01/19506000134359'],
    ['bars held aslant', drawn('ean13', '9506000134352', 4, 0.75), '/01/09506000134352'],
  ])('reads %s', async (_, scene, to) => {
    const { context, page, faults } = await start([scene])
    await begin(page)
    await page.waitForURL((url) => url.pathname === to, SOON)
    expect(faults).toEqual([])
    await context.close()
  })

  it('takes the one that says most, when a pack has two', async () => {
    const { context, page } = await start([
      [
        { symbol: drawnSymbol('ean13', '9506000134352'), scale: 3, dy: -140 },
        { symbol: drawnSymbol('gs1datamatrix', '(01)09506000134352(21)7K3M92QD40XA'), scale: 10, dy: 90 },
      ],
    ])
    await begin(page)
    await page.waitForURL((url) => url.pathname === path, SOON)
    await context.close()
  })

  it('reads QR codes where WebAssembly cannot be had', async () => {
    const scene: Scene = [{ symbol: qrSymbol(`https://id.gs1.org${path}`), scale: 8 }]
    const { context, page } = await start([scene], (one) => one.route('**/*.wasm', (route) => route.abort()))
    await begin(page)
    await page.waitForURL((url) => url.pathname === path, SOON)
    await context.close()
  })

  it('reads several codes of one photo, and one from behind, where WebAssembly cannot be had', async () => {
    const { context, page } = await start([[]], (one) => one.route('**/*.wasm', (route) => route.abort()))
    const ours = qrSymbol(`https://id.gs1.org${path}`)
    const { width, isDark } = ours
    const behind = { ...ours, isDark: (x: number, y: number): boolean => isDark(width - 1 - x, y) }
    const other = { symbol: qrSymbol('https://evil.example/01/09506000134352/21/OTHER'), scale: 8, dx: -300 }
    for (const [what, photo] of [
      ['two', photoOf([other, { symbol: ours, scale: 8, dx: 300 }])],
      ['behind', photoOf([{ symbol: behind, scale: 9 }])],
    ] as const) {
      await page.locator('#photo').setInputFiles([{ name: `${what}.png`, mimeType: 'image/png', buffer: photo }])
      await expect.poll(() => [what, new URL(page.url()).pathname], SOON).toEqual([what, path])
      await page.goto(`${pork.ledger.url}/?lang=zh`)
    }
    await context.close()
  })

  it('does without a detector of the browser that is there by name only', async () => {
    const { context, page } = await start([[{ symbol: qrSymbol(`https://id.gs1.org${path}`), scale: 8 }]], (one) =>
      one.addInitScript(() => {
        Object.assign(globalThis, {
          BarcodeDetector: class {
            static getSupportedFormats(): Promise<string[]> {
              return Promise.resolve(['qr_code', 'data_matrix', 'ean_13', 'ean_8', 'upc_a'])
            }
            detect(): Promise<never> {
              return Promise.reject(new DOMException('Barcode detection service unavailable.', 'NotSupportedError'))
            }
          },
        })
      }),
    )
    await begin(page)
    await page.waitForURL((url) => url.pathname === path, SOON)
    await context.close()
  })

  it('reads a photo of a GS1 DataMatrix', async () => {
    const { context, page, faults } = await start([[]])
    const buffer = await png('gs1datamatrix', '(01)09506000134352(21)7K3M92QD40XA')
    await page.locator('#photo').setInputFiles([{ name: 'photo.png', mimeType: 'image/png', buffer }])
    await page.waitForURL((url) => url.pathname === path, SOON)
    expect(faults).toEqual([])
    await context.close()
  })

  it('says of a photo without a code, and of what is no photo, that there is none', async () => {
    const { context, page, faults } = await start([[]])
    const blank = await page.screenshot()
    for (const buffer of [Buffer.from('no picture'), blank]) {
      await page.locator('#photo').setInputFiles([{ name: 'photo.png', mimeType: 'image/png', buffer }])
      await expect
        .poll(() => page.getByRole('alert').allInnerTexts(), SOON)
        .toContainEqual(expect.stringContaining('没有找到码'))
    }
    expect(faults).toEqual([])
    await context.close()
  })

  it('has a button for the light where the camera has one', async () => {
    const { context, page } = await start([[]], (one) =>
      one.addInitScript(() => {
        const asked: unknown[] = []
        Object.assign(globalThis, { asked })
        MediaStreamTrack.prototype.getCapabilities = () => ({ torch: true }) as MediaTrackCapabilities
        MediaStreamTrack.prototype.applyConstraints = (constraints) => {
          asked.push(constraints?.advanced?.[0])
          return Promise.resolve()
        }
      }),
    )
    await begin(page)
    const torch = page.getByRole('button', { name: '手电筒' })
    await torch.click(SOON)
    await expect.poll(() => torch.getAttribute('aria-pressed'), SOON).toBe('true')
    await torch.click()
    await expect.poll(() => torch.getAttribute('aria-pressed'), SOON).toBe('false')
    expect(await page.evaluate(() => (globalThis as unknown as { asked: unknown[] }).asked)).toEqual([
      { torch: true },
      { torch: false },
    ])
    await context.close()
  })

  it.each<[string, string | undefined, string, boolean?]>([
    ['refused', 'NotAllowedError', '相机被拒绝了'],
    ['missing', 'NotFoundError', '没有找到相机'],
    ['taken by another program', 'NotReadableError', '没有画面'],
    ['not given to pages, as inside apps', undefined, '在浏览器打开'],
    ['given to no page that came by http', undefined, '请改用 https 开头的网址', true],
  ])('says what to do where the camera is %s', async (_, name, words, insecure) => {
    const { context, page, faults } = await start([[]], (one) =>
      one.addInitScript(
        ([thrown, byHttp]) => {
          const mediaDevices =
            thrown === null ? undefined : { getUserMedia: () => Promise.reject(new DOMException('no', thrown)) }
          Object.defineProperty(Navigator.prototype, 'mediaDevices', { get: () => mediaDevices })
          if (byHttp) Object.defineProperty(globalThis, 'isSecureContext', { get: () => false })
        },
        [name ?? null, insecure ?? false] as const,
      ),
    )
    await begin(page)
    await expect
      .poll(() => page.getByRole('alert').allInnerTexts(), SOON)
      .toContainEqual(expect.stringContaining(words))
    expect(await page.getByRole('textbox').isVisible()).toBe(true)
    expect(faults).toEqual([])
    await context.close()
  })

  it.each([
    ['zh', 'light'],
    ['en', 'dark'],
  ] as const)(
    'can be used by everyone while it looks, and when it saw something else, in %s',
    async (lang, colorScheme) => {
      const { context, page } = await start([[]])
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await page.goto(`${pork.ledger.url}/?lang=${lang}`)
      const button = page.locator('.ask .btn.solid').first()
      await button.click()
      await page.locator('video').waitFor(SOON)
      expect(await axe(page)).toEqual([])
      await shot(page, `scan-looking-${lang}`)
      await button.click()
      const buffer = await png(
        'qrcode',
        'https://shop.example/win?a=very-long-address-that-somebody-printed-on-a-pack-of-pork',
      )
      await page.locator('#photo').setInputFiles([{ name: 'photo.png', mimeType: 'image/png', buffer }])
      await page.locator('.other').waitFor(SOON)
      expect(await axe(page)).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
      await shot(page, `scan-foreign-${lang}`)
      await context.close()
    },
  )

  it('reads photos as hands take them: askew, dark, out of focus, small, of two codes', async () => {
    const { context, page, faults } = await start([[]])
    const [qr, dm] = [
      qrSymbol(`https://id.gs1.org${path}`),
      drawnSymbol('gs1datamatrix', '(01)09506000134352(21)7K3M92QD40XA'),
    ]
    const other = { symbol: qrSymbol('https://evil.example/01/09506000134352/21/OTHER'), scale: 7, dx: -300 }
    for (const [what, photo] of [
      ['askew', photoOf([{ symbol: qr, scale: 8, angle: 0.7 }])],
      ['upside down', photoOf([{ symbol: dm, scale: 12, angle: 3 }])],
      ['dark', photoOf([{ symbol: qr, scale: 8, angle: 0.1 }], { light: 0.2, noise: 6 })],
      ['out of focus', photoOf([{ symbol: qr, scale: 12 }], { blur: 4 })],
      ['small', photoOf([{ symbol: qr, scale: 3, dx: 200, dy: 150 }])],
      ['beside another’s', photoOf([other, { symbol: dm, scale: 10, dx: 300 }])],
    ] as const) {
      await page.locator('#photo').setInputFiles([{ name: `${what}.png`, mimeType: 'image/png', buffer: photo }])
      await expect.poll(() => [what, new URL(page.url()).pathname], SOON).toEqual([what, path])
      await page.goto(`${pork.ledger.url}/?lang=zh`)
    }
    expect(faults).toEqual([])
    await context.close()
  })

  it('reads random codes at random angles', async () => {
    const random = randomFrom(seedFrom('TRISTAMP_CODES_SEED'))
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-'
    const text = (length: number): string =>
      Array.from({ length }, () => letters[Math.floor(random() * letters.length)]).join('')
    for (const kind of ['qr', 'dm'] as const) {
      const digits = String(Math.floor(random() * 1e13)).padStart(13, '0')
      const gtin = digits + checkDigit(digits)
      const serial = text(1 + Math.floor(random() * 20))
      const own = `/01/${gtin}/21/${serial}`
      const symbol =
        kind === 'qr' ? qrSymbol(`https://id.gs1.org${own}`) : drawnSymbol('gs1datamatrix', `(01)${gtin}(21)${serial}`)
      const placed = { symbol, scale: Math.floor(300 / symbol.width), angle: random() * 6.28, dx: random() * 60 - 30 }
      const { context, page } = await start([[placed]])
      await begin(page)
      await expect.poll(() => [kind, new URL(page.url()).pathname], SOON).toEqual([kind, own])
      await context.close()
    }
  })

  it('reads what was never drawn before: a code of this moment', async () => {
    const serial = `T${Date.now().toString(36).toUpperCase()}`
    const own = `/01/09506000134352/21/${serial}`
    expect(QRCode.create(own).modules.size).toBeGreaterThan(20)
    const { context, page } = await start([
      [],
      [{ symbol: qrSymbol(`${pork.ledger.url}${own}`), scale: 7, angle: 1.2, dx: 40 }],
    ])
    await begin(page)
    await page.waitForURL((url) => url.pathname === own, SOON)
    await context.close()
  })
})
