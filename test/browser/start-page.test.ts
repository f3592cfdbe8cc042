import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PACK } from '../../verifier-web/src/_sample-verdicts.ts'
import { axe } from './_axe.ts'
import { haveChromium, launchChromium } from './_chromium.ts'
import { type BuiltPages, buildPages } from './_pages.ts'
import { type PorkLedger, startPorkLedger } from './_pork-ledger.ts'

const path = new URL(PACK).pathname
/** Where a code with a lot beside the number leads: either may be called back. */
const withLot = path.replace('/21/', '/10/B261120-07/21/')
const SOON = { timeout: 60_000 }

let pages: BuiltPages
let pork: PorkLedger
let browser: Browser

interface Visitor {
  context: BrowserContext
  page: Page
  /** Requests that left the ledger's own origin, and faults. */
  faults: string[]
}

/** The start page in a browser whose own detector reads `codes`, one after the other; undefined stands for a picture without a code. */
async function start(
  codes: (string | undefined)[] | undefined,
  lang = 'zh',
  permissions = ['camera'],
): Promise<Visitor> {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    permissions,
    serviceWorkers: 'block',
  })
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url())
    if (origin !== pork.ledger.url && !/^(?:data|blob):$/.test(protocol)) faults.push(request.url())
  })
  // Chromium on Linux brings no detector of its own: this one stands for a phone's, behind the browser's real camera.
  await page.addInitScript(
    (read) => {
      if (read === null) return
      const left = read.map((code) => code ?? undefined)
      Object.assign(globalThis, {
        BarcodeDetector: class {
          static getSupportedFormats(): Promise<string[]> {
            return Promise.resolve(read.length === 0 ? [] : ['qr_code', 'data_matrix', 'ean_13', 'ean_8', 'upc_a'])
          }
          async detect(source: { videoWidth?: number; width?: number }): Promise<{ rawValue: string }[]> {
            if ((source.videoWidth ?? source.width ?? 0) === 0) throw new Error('no picture')
            const rawValue = left.shift()
            return rawValue === undefined ? [] : [{ rawValue }]
          }
        },
      })
    },
    codes?.map((code) => code ?? null) ?? null,
  )
  await page.goto(`${pork.ledger.url}/?lang=${lang}`)
  await page.locator('#files').waitFor({ state: 'attached' })
  return { context, page, faults }
}

const cameraIsOn = (page: Page): Promise<boolean> =>
  page.evaluate(() => {
    const stream = document.querySelector('video')?.srcObject as MediaStream | null
    return stream?.getTracks().some((track) => track.readyState === 'live') ?? false
  })

/** What a scanner types: one key after the other without a pause, as from a keyboard's driver; FNC1 as Ctrl+]. */
const scan = (page: Page, text: string, composing = false): Promise<void> =>
  page.evaluate(
    ([text, composing]) => {
      // As soon after one another as a driver says, however busy the machine is.
      let at = performance.now()
      const press = (key: string, more: KeyboardEventInit = {}): void => {
        const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more })
        at += 10
        Object.defineProperty(event, 'timeStamp', { value: at })
        ;(document.activeElement ?? document.body).dispatchEvent(event)
      }
      for (const key of text) {
        const code = /[A-Z]/.test(key) ? `Key${key}` : key === '-' ? 'Minus' : `Digit${key}`
        if (key === '\x1d') press(']', { ctrlKey: true, code: 'BracketRight' })
        else if (composing) press('Process', { code, shiftKey: /[A-Z]/.test(key), isComposing: true })
        else press(key)
      }
      press('Enter', { code: 'Enter' })
    },
    [text, composing] as const,
  )

describe.skipIf(!haveChromium())('the start page', () => {
  beforeAll(async () => {
    pages = await buildPages()
    pork = await startPorkLedger(pages.folder)
    browser = await launchChromium('--use-fake-device-for-media-stream')
  })

  afterAll(async () => {
    await browser.close()
    await pork[Symbol.asyncDispose]()
    await pages[Symbol.asyncDispose]()
  })

  it('opens the camera, stops it after the first code, and checks what it names', async () => {
    const { context, page, faults } = await start([undefined, undefined, `https://elsewhere.example${path}`])
    await page.getByRole('button', { name: '用相机扫码' }).click()
    await expect.poll(() => page.locator('.other').innerText()).toContain('elsewhere.example')
    expect(await cameraIsOn(page)).toBe(false)
    expect(await page.locator('video').isVisible()).toBe(false)
    expect(new URL(page.url()).pathname).toBe('/')
    await page.getByRole('link', { name: '在本站核对' }).click()
    await expect.poll(() => page.getByRole('status').innerText()).toContain('记录一致')
    expect(faults).toEqual([])
    await context.close()
  })

  it('goes straight to a number of its own', async () => {
    const { context, page } = await start([`https://id.gs1.org${path}`])
    await page.getByRole('button', { name: '用相机扫码' }).click()
    await page.waitForURL(`**${path}*`)
    await context.close()
  })

  it.each(['javascript:alert(1)', '<img src=x onerror=alert(1)>', 'https://evil.example/?to=//x', 'WIFI:S:a;T:WPA;;'])(
    'shows %s as it is, and leads nowhere',
    async (code) => {
      const { context, page, faults } = await start([code])
      await page.getByRole('button', { name: '用相机扫码' }).click()
      await expect.poll(() => page.locator('.other .code').innerText()).toBe(code)
      expect(await page.locator('.other a, .other img').count()).toBe(0)
      expect(new URL(page.url()).pathname).toBe('/')
      expect(faults).toEqual([])
      await context.close()
    },
  )

  it('can be stopped by hand, and looks again', async () => {
    const { context, page } = await start([undefined])
    await page.getByRole('button', { name: '用相机扫码' }).click()
    await expect.poll(() => cameraIsOn(page)).toBe(true)
    await page.getByRole('button', { name: '停止' }).click()
    await expect.poll(() => cameraIsOn(page)).toBe(false)
    await page.getByRole('button', { name: '用相机扫码' }).click()
    await expect.poll(() => cameraIsOn(page)).toBe(true)
    await context.close()
  })

  it('goes off when nobody looks, by Escape, and when it is taken away, and says so; the focus stays where it was', async () => {
    const { context, page, faults } = await start([])
    const button = page.getByRole('button', { name: '用相机扫码' })
    const on = async (): Promise<void> => {
      await button.focus()
      await page.keyboard.press('Enter')
      await page.getByRole('button', { name: '停止' }).waitFor(SOON)
      expect(await cameraIsOn(page)).toBe(true)
    }
    const off = async (): Promise<void> => {
      await expect.poll(() => cameraIsOn(page), SOON).toBe(false)
      await button.waitFor(SOON)
      expect(await button.evaluate((one) => one === document.activeElement)).toBe(true)
    }
    await on()
    await page.keyboard.press('Escape')
    await off()
    await on()
    await page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => true })
      document.dispatchEvent(new Event('visibilitychange'))
      Reflect.deleteProperty(document, 'hidden')
    })
    await off()
    await on()
    await page.evaluate(() => window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })))
    await off()
    expect((await page.getByRole('alert').allInnerTexts()).join('')).toBe('')
    await on()
    await page.evaluate(() => {
      const [track] = (document.querySelector('video')!.srcObject as MediaStream).getTracks()
      track!.stop()
      track!.dispatchEvent(new Event('ended'))
    })
    await off()
    await expect
      .poll(() => page.getByRole('alert').allInnerTexts(), SOON)
      .toContainEqual(expect.stringContaining('没有画面'))
    expect(faults).toEqual([])
    await context.close()
  })

  it('offers the other ways where the camera is refused', async () => {
    const { context, page, faults } = await start([undefined], 'en', [])
    await page.getByRole('button', { name: 'Scan with the camera' }).click()
    await expect
      .poll(() => page.getByRole('alert').allInnerTexts())
      .toContainEqual(expect.stringContaining('The camera was refused'))
    expect(await page.getByRole('textbox').isVisible()).toBe(true)
    expect(faults).toEqual([])
    await context.close()
  })

  it('helps with a number that is mistyped', async () => {
    const { context, page, faults } = await start(undefined)
    await page.getByRole('textbox').fill('9506 0001 3435 3')
    await page.keyboard.press('Enter')
    await expect
      .poll(() => page.getByRole('alert').allInnerTexts())
      .toContainEqual(expect.stringMatching(/有一位输错了.*9506000134353\s的最后一位是\s3.*应是\s2/))
    expect(await page.getByRole('textbox').getAttribute('aria-invalid')).toBe('true')
    await page.getByRole('textbox').fill('9506000143352')
    await page.keyboard.press('Enter')
    await expect
      .poll(() => page.getByRole('alert').allInnerTexts(), SOON)
      .toContainEqual(expect.stringMatching(/相邻两位输反了.*9506000134352/))
    await page.getByRole('textbox').fill('9506000134352')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/01/09506000134352*')
    expect(faults).toEqual([])
    await context.close()
  })

  it('reads a photo, and says when there is no code in it', async () => {
    const { context, page } = await start([undefined, `(01)09506000134352(21)7K3M92QD40XA`])
    const buffer = await page.screenshot()
    const photo = { name: 'photo.png', mimeType: 'image/png', buffer }
    await page.locator('#photo').setInputFiles([photo])
    await expect
      .poll(() => page.getByRole('alert').allInnerTexts())
      .toContainEqual(expect.stringContaining('没有找到码'))
    await page.locator('#photo').setInputFiles([photo])
    await page.waitForURL(`**${path}*`)
    await context.close()
  })

  it('says that it has no reader, by camera and by photo, not that there is no code', async () => {
    const { context, page } = await start([])
    await page.route(/\/assets\/(?:zxing|small)/, (route) => route.abort())
    const photo = { name: 'photo.png', mimeType: 'image/png', buffer: await page.screenshot() }
    const said = (): Promise<string[]> => page.getByRole('alert').allInnerTexts()
    const blind = expect.stringContaining('没有取到读码的程序')
    await page.locator('#photo').setInputFiles([photo])
    await expect.poll(said).toContainEqual(blind)
    await page.reload()
    await page.getByRole('button', { name: '用相机扫码' }).click()
    await expect.poll(said).toContainEqual(blind)
    expect(await cameraIsOn(page)).toBe(false)
    await context.close()
  })

  it.each(['on the page', 'on a button', 'in the field, with a Chinese keyboard'] as const)(
    'takes what a scanner types %s',
    async (where) => {
      const { context, page, faults } = await start(undefined)
      if (where === 'on a button') await page.getByRole('button', { name: '核对', exact: true }).focus()
      if (where === 'in the field, with a Chinese keyboard') await page.getByRole('textbox').focus()
      await scan(page, '010950600013435210B261120-07\x1d217K3M92QD40XA', where.endsWith('keyboard'))
      await page.waitForURL(`**${withLot}*`, SOON)
      expect(faults).toEqual([])
      await context.close()
    },
  )

  it('takes what a scanner types, with its separators', async () => {
    const { context, page } = await start(undefined)
    await page.getByRole('textbox').focus()
    await page.keyboard.type('010950600013435210B261120-07')
    await page.keyboard.press('Control+]')
    await page.keyboard.type('217K3M92QD40XA')
    await page.keyboard.press('Enter')
    await page.waitForURL(`**${withLot}*`, SOON)
    await context.close()
  })

  it('opens the next pack from the page of one; shows, and follows nowhere, what is not of this site or would lose words', async () => {
    const { context, page, faults } = await start(undefined)
    const here = `${pork.ledger.url}${path}?lang=zh`
    await page.goto(here)
    const shown = page.locator('.staying')
    const scanned = (text: string): Promise<void> =>
      expect
        .poll(async () => {
          await scan(page, text)
          return (await shown.allInnerTexts()).join('')
        }, SOON)
        .toContain(text)
    for (const [code, said, leads] of [
      ['https://elsewhere.example/01/09506000134352', 'elsewhere.example', 1],
      ['javascript:alert(1)', '没有商品编号', 0],
    ] as const) {
      await scanned(code)
      expect(await shown.innerText()).toContain(said)
      expect(await shown.getByRole('link').count()).toBe(leads)
      expect(page.url()).toBe(here)
      expect(await axe(page)).toEqual([])
      await shown.getByRole('button', { name: '关闭' }).click()
      await expect.poll(() => shown.count(), SOON).toBe(0)
    }

    await page.locator('#report .act button').click()
    const field = page.locator('#report-what')
    await field.focus()
    await page.keyboard.type('010950600013435221NEXT')
    await page.keyboard.press('Enter')
    expect(await field.inputValue()).toBe('010950600013435221NEXT\n')
    expect(await shown.count()).toBe(0)
    await field.blur()
    await scanned('010950600013435221NEXT')
    expect(page.url()).toBe(here)
    await field.fill('')
    await field.blur()
    await scan(page, '010950600013435221NEXT')
    await page.waitForURL(/\/01\/09506000134352\/21\/NEXT\?lang=zh$/, SOON)
    expect(faults).toEqual([])
    await context.close()
  })

  it.each(['zh', 'en'])('can be used by everyone, in %s, light and dark, and fits a phone', async (lang) => {
    const { context, page } = await start(['https://elsewhere.example/x'], lang)
    await page.locator('.btn.solid').first().click()
    await page.locator('.other').waitFor()
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      expect(await axe(page)).toEqual([])
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    await context.close()
  })
})
