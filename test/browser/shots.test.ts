// Pictures of every verdict for docs/shots, of samples: only with SHOTS=1, for each is a file of the repository.
import { mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { toString as toText } from 'qrcode'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { haveChromium, launchChromium } from './_chromium.ts'
import { buildSamples, type SamplePages } from './_samples.ts'

const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url))
const STATES = ['consistent', 'warm', 'recalled', 'held', 'mismatch', 'elsewhere', 'none', 'offline'] as const
const HOST = 'trace.example'
const PAPER = { width: 794, height: 1123 }
const PHONE = { width: 390, height: 844 }
const DESK = { width: 1280, height: 900 }
const MOST_BYTES = 1_500_000

describe.skipIf(process.env['SHOTS'] !== '1' || !haveChromium())('pictures of the page', () => {
  let samples: SamplePages
  let browser: Browser

  beforeAll(async () => {
    samples = await buildSamples()
    // The page shows whose it is: a name that is nobody's, and the same in every picture.
    browser = await launchChromium(`--host-resolver-rules=MAP ${HOST}:80 ${new URL(samples.url).host}`)
  }, 120_000)

  afterAll(async () => {
    await browser.close()
    await samples[Symbol.asyncDispose]()
  })

  const open = async (
    state: string,
    lang: string,
    viewport: { width: number; height: number },
    colorScheme: 'light' | 'dark',
  ): Promise<Page> => {
    const context = await browser.newContext({
      ...{ viewport, colorScheme, reducedMotion: 'reduce', timezoneId: 'Asia/Shanghai', deviceScaleFactor: 1 },
    })
    const page = await context.newPage()
    const url = `http://${HOST}${new URL(samples.url).pathname}`
    const code = await toText(url, { type: 'svg', margin: 1 })
    await page.route('**/v1/qr?*', (route) => route.fulfill({ contentType: 'image/svg+xml', body: code }))
    await page.goto(`${url}?state=${state}&lang=${lang}&served`)
    await page.waitForSelector('#page > .whole:not([hidden]) footer.end')
    // Parts that come later: the food test is run again, looks are counted.
    if (!['mismatch', 'none'].includes(state)) {
      await page
        .locator('#tests small')
        .filter({ hasText: lang === 'zh' ? '结果相同' : 'same result' })
        .waitFor()
      if (state !== 'lot') await page.locator('#seen dl').waitFor()
    }
    return page
  }
  const take = async (page: Page, file: string, whole = false): Promise<number> => {
    const cdp = await page.context().newCDPSession(page)
    const clip = await page.evaluate(() => document.documentElement.scrollHeight)
    const { width } = page.viewportSize()!
    const { data } = await cdp.send('Page.captureScreenshot', {
      ...{ format: 'webp', quality: whole ? 35 : 50, captureBeyondViewport: whole },
      ...(whole && { clip: { x: 0, y: 0, width, height: clip, scale: 1 } }),
    })
    await writeFile(join(DOCS, 'shots', file), Buffer.from(data, 'base64'))
    await page.context().close()
    return (await stat(join(DOCS, 'shots', file))).size
  }

  it('takes each verdict on a phone, some on a desk, on paper and whole', async () => {
    await rm(join(DOCS, 'shots'), { recursive: true, force: true })
    await mkdir(join(DOCS, 'shots'))
    let bytes = 0
    for (const state of STATES) {
      bytes += await take(await open(state, 'zh', PHONE, 'light'), `${state}-zh-light.webp`)
      bytes += await take(await open(state, 'en', PHONE, 'dark'), `${state}-en-dark.webp`)
      bytes += await take(await open(state, 'en', DESK, 'light'), `${state}-en-desk.webp`)
      const printed = await open(state, 'zh', DESK, 'light')
      await printed.setViewportSize(PAPER)
      await printed.emulateMedia({ media: 'print' })
      bytes += await take(printed, `${state}-zh-print.webp`)
    }
    bytes += await take(await open('lot', 'en', PHONE, 'light'), 'lot-en-light.webp')
    bytes += await take(await open('consistent', 'zh', PHONE, 'light'), 'whole-zh.webp', true)
    bytes += await take(await open('consistent', 'en', PHONE, 'light'), 'whole-en.webp', true)
    expect(bytes).toBeLessThan(MOST_BYTES)
    const page = await open('consistent', 'en', { width: 1180, height: 760 }, 'light')
    await page.screenshot({ path: join(DOCS, 'consumer.png') })
    await page.context().close()
  }, 480_000)
})
