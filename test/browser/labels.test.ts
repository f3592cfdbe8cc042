import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  checkSecret,
  parseDigitalLink,
  parseSealedManifest,
  secretInFragment,
  subjectOfElements,
} from '@tristamp/protocol'
import type { Browser, BrowserContextOptions, Download, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readSymbols } from '../../ledger-node/src/labels/_read.ts'
import { closeAll } from '../_harness/close-all.ts'
import { axe } from './_axe.ts'
import { haveChromium, launchChromium } from './_chromium.ts'
import { type BuiltPages, buildPages } from './_pages.ts'
import { type PorkLedger, startPorkLedger } from './_pork-ledger.ts'
import { SHOTS, shot } from './_shots.ts'

const SOON = { timeout: 60_000 }
const GTIN = '09506000134352'

const WORDS = {
  zh: {
    make: '制作',
    known: '已登记',
    made: '24 张标签，1 页',
    sealed: '每件再加一个密封码',
    manifest: '下载密封码清单',
    zpl: '下载 ZPL',
  },
  en: {
    make: 'Make',
    known: 'Registered',
    made: '24 labels, pages: 1',
    sealed: 'A sealed code',
    manifest: 'Download the manifest',
    zpl: 'Download ZPL',
  },
} as const

describe.skipIf(!haveChromium())('the page of labels', { timeout: 300_000 }, () => {
  let pages: BuiltPages
  let pork: PorkLedger
  let browser: Browser

  beforeAll(async () => {
    pages = await buildPages()
    pork = await startPorkLedger(pages.folder)
    browser = await launchChromium()
  }, 180_000)

  afterAll(async () => {
    await closeAll(browser, pork, pages)
  })

  /** @returns what was sent to the node, and what went wrong on the page */
  const visit = async (
    options: BrowserContextOptions,
    look: (page: Page, sent: string[]) => Promise<void>,
  ): Promise<void> => {
    const context = await browser.newContext({ acceptDownloads: true, ...options })
    const faults: string[] = []
    const sent: string[] = []
    context.on('weberror', (error) => faults.push(String(error.error())))
    context.on('console', (message) => {
      if (message.type() === 'error' && !/status of (?:400|422)/.test(message.text())) faults.push(message.text())
    })
    context.on('request', (request) => {
      sent.push(`${request.url()} ${request.postData() ?? ''}`)
      const { origin, protocol } = new URL(request.url())
      if (origin !== pork.ledger.url && !/^(?:data|blob):$/.test(protocol)) faults.push(request.url())
    })
    try {
      await look(await context.newPage(), sent)
      expect(faults).toEqual([])
    } finally {
      await context.close()
    }
  }
  const open = async (page: Page, lang: keyof typeof WORDS): Promise<void> => {
    await page.goto(`${pork.ledger.url}/labels?lang=${lang}`)
    await page.locator('#product').fill(GTIN, SOON)
    await page.getByText(WORDS[lang].known).waitFor(SOON)
  }
  const make = (page: Page, lang: keyof typeof WORDS): Promise<void> =>
    page.getByRole('button', { name: WORDS[lang].make, exact: true }).click(SOON)
  const small = (page: Page): Promise<string[]> =>
    page.evaluate(() =>
      [
        ...document.querySelectorAll(
          'button, select, textarea, input:not([type=radio], [type=checkbox]), .choice label, .check',
        ),
      ]
        .filter((one) => one.getBoundingClientRect().height < 44)
        .map((one) => one.outerHTML),
    )
  /** What a decoder reads off the pages of a part, as the browser draws them. */
  const read = async (page: Page, part: string): Promise<string[]> => {
    const drawn = await page.locator(`[data-part=${part}] img`).evaluateAll(async (images) => {
      const pictures: string[] = []
      for (const image of images as HTMLImageElement[]) {
        await image.decode()
        const canvas = Object.assign(document.createElement('canvas'), { width: 1680, height: 2376 })
        canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height)
        pictures.push(canvas.toDataURL('image/png').slice('data:image/png;base64,'.length))
      }
      return pictures
    })
    const texts: string[] = []
    for (const picture of drawn)
      for (const { text } of await readSymbols(new Uint8Array(Buffer.from(picture, 'base64')))) texts.push(text)
    return texts
  }
  const textOf = async (download: Download): Promise<string> => readFileSync(await download.path(), 'utf8')

  it.each([
    ['zh', 'light', 390],
    ['en', 'dark', 1280],
  ] as const)('in %s, %s, %i wide: a sheet is made, and every code on it read', async (lang, colorScheme, width) => {
    await visit({ viewport: { width, height: 900 }, colorScheme }, async (page) => {
      await open(page, lang)
      await page.locator('#lot').fill('L20261122A')
      await page.locator('#expiry').fill('2026-12-31')
      await shot(page, `labels-form-${lang}`)
      expect(await axe(page)).toEqual([])
      expect(await small(page)).toEqual([])
      await make(page, lang)
      await page.getByText(WORDS[lang].made).waitFor(SOON)
      expect(await axe(page)).toEqual([])
      expect(await small(page)).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
      await shot(page, `labels-made-${lang}`)
      const codes = await read(page, 'labels')
      expect(new Set(codes).size).toBe(24)
      const host = pork.ledger.url.toUpperCase()
      for (const code of codes)
        expect(code).toMatch(new RegExp(`^${host}/01/${GTIN}/10/L20261122A/21/[2-9A-Z]{12}\\?17=261231$`))
    })
  })

  it('makes sealed codes on the device, of which the node sees nothing', async () => {
    await visit({ viewport: { width: 1280, height: 900 } }, async (page, sent) => {
      await open(page, 'zh')
      await page.getByLabel(WORDS.zh.sealed).check()
      await make(page, 'zh')
      await page.getByText(WORDS.zh.made).waitFor(SOON)
      const [download] = await Promise.all([
        page.waitForEvent('download', SOON),
        page.getByRole('button', { name: WORDS.zh.manifest }).click(SOON),
      ])
      const manifest = parseSealedManifest(await textOf(download))
      const addresses = await read(page, 'sealed')
      expect(new Set(addresses).size).toBe(24)
      expect(manifest.size).toBe(24)
      for (const address of addresses) {
        const subject = subjectOfElements(parseDigitalLink(address.replace(/#.*/, '')).elements)
        const secret = secretInFragment(new URL(address).hash)!
        expect(checkSecret(subject, secret, manifest.get(subject)!)).toBe(true)
        for (const request of sent) if (!request.startsWith('data:')) expect(request).not.toContain(secret)
      }
      await shot(page, 'labels-sealed')
    })
  })

  it('prints one part alone, a page for each sheet, at its true size', async () => {
    await visit({ viewport: { width: 1280, height: 900 } }, async (page) => {
      await page.addInitScript(() => {
        window.print = () => undefined
      })
      await open(page, 'zh')
      await page.locator('#count').fill('30')
      await page.getByLabel(WORDS.zh.sealed).check()
      await make(page, 'zh')
      await page.getByText('30 张标签，2 页').waitFor(SOON)
      for (const [part, button] of [
        ['labels', '打印标签'],
        ['sealed', '打印密封码'],
      ] as const) {
        await page.getByRole('button', { name: button }).click(SOON)
        await page.emulateMedia({ media: 'print' })
        const shown = await page
          .locator('.pages img')
          .evaluateAll((images) =>
            images.map((one) => [one.parentElement!.dataset['part'], one.getBoundingClientRect().width]),
          )
        for (const [of, width] of shown) {
          if (of === part) expect(width).toBeCloseTo((210 / 25.4) * 96, 0)
          else expect(width).toBe(0)
        }
        await page.emulateMedia({ media: null })
        const bytes = await page.pdf({
          preferCSSPageSize: true,
          printBackground: true,
          ...(SHOTS && { path: join(SHOTS, `labels-${part}.pdf`) }),
        })
        const pdf = bytes.toString('latin1')
        expect(pdf.match(/\/Type\s*\/Page\b/g)).toHaveLength(2)
        // 210 × 297 mm in points.
        expect(pdf).toMatch(/\/MediaBox\s*\[0 0 59[45](?:\.\d+)? 84[12](?:\.\d+)?\]/)
        await page.evaluate(() => window.dispatchEvent(new Event('afterprint')))
        expect(await page.locator('html').getAttribute('data-print')).toBeNull()
      }
    })
  })

  it('hands out files for printers, and says what is wrong', async () => {
    await visit({ viewport: { width: 390, height: 844 } }, async (page) => {
      await open(page, 'en')
      await page.getByLabel('a list (one on a line)').check()
      await page.locator('#list').fill('A1\nB-2\nC/3')
      await page.locator('#template').selectOption('60x40')
      await make(page, 'en')
      await page.getByText('3 labels, pages: 3').waitFor(SOON)
      const [download] = await Promise.all([
        page.waitForEvent('download', SOON),
        page.getByRole('button', { name: WORDS.en.zpl }).click(SOON),
      ])
      expect((await textOf(download)).match(/\^XA/g)).toHaveLength(3)

      await page.locator('#list').fill('A1\nA1')
      await make(page, 'en')
      await page.getByText('no two alike').waitFor(SOON)
      await page.locator('#list').fill('猪')
      await make(page, 'en')
      await page.getByText('They cannot be made').waitFor(SOON)
      await page.locator('#list').fill('<img src=x onerror=alert(1)>'.slice(0, 20))
      await make(page, 'en')
      await page.getByText('They cannot be made').waitFor(SOON)
      await page.locator('#product').fill('9506000134353')
      await page.getByText('Not a valid GTIN').waitFor(SOON)
      await page.locator('#product').fill('9506000134369')
      await page.locator('#name').fill('<b>"^XA')
      await page.locator('#list').fill('D1')
      await make(page, 'en')
      await page.getByText('One label').waitFor(SOON)
      expect(await page.locator('.pages b').count()).toBe(0)
    })
  })
})
