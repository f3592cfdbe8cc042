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
import { printed } from '../../ledger-node/src/labels/_printer.ts'
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
      // Nor has anything that outlives the page.
      const kept = await page.evaluate(async () => [
        ...[localStorage, sessionStorage].map((shelf) => JSON.stringify({ ...shelf })),
        ...(await indexedDB.databases()).map(({ name }) => name ?? ''),
        ...(await caches.keys()),
        JSON.stringify(history.state),
        location.href,
      ])
      for (const address of addresses) for (const one of kept) expect(one).not.toContain(new URL(address).hash.slice(3))
    })
  })

  it('prints a secret once: then it is gone, or void and another in its place', async () => {
    await visit({ viewport: { width: 390, height: 844 } }, async (page) => {
      await page.addInitScript(() => {
        window.print = () => undefined
      })
      await open(page, 'en')
      await page.getByLabel('a list (one on a line)').check()
      await page.locator('#list').fill('A1\nA2')
      await page.locator('#template').selectOption('60x40')
      await page.getByLabel(WORDS.en.sealed).check()
      await make(page, 'en')
      await page.getByText('2 labels, pages: 2').waitFor(SOON)
      const manifest = async (): Promise<ReadonlyMap<string, string>> => {
        const [download] = await Promise.all([
          page.waitForEvent('download', SOON),
          page.getByRole('button', { name: WORDS.en.manifest }).click(SOON),
        ])
        return parseSealedManifest(await textOf(download))
      }
      const fits = (address: string, to: ReadonlyMap<string, string>): boolean => {
        const subject = subjectOfElements(parseDigitalLink(address.replace(/#.*/, '')).elements)
        return checkSecret(subject, secretInFragment(new URL(address).hash)!, to.get(subject)!)
      }
      const [first, spoilt] = [await manifest(), await read(page, 'sealed')]
      expect(spoilt.map((one) => fits(one, first))).toEqual([true, true])
      // Nobody is asked before anything was printed.
      const ask = page.getByText('Were all of them printed?')
      expect(await ask.count()).toBe(0)
      // For a thermal printer: whatever letters, all of it is dots.
      const [file] = await Promise.all([
        page.waitForEvent('download', SOON),
        page.getByRole('button', { name: 'Download sealed codes as ZPL' }).click(SOON),
      ])
      const formats = (await textOf(file)).split('^XZ').filter((one) => one.includes('^XA'))
      expect(formats).toHaveLength(2)
      for (const one of formats) {
        const [code] = await readSymbols(printed(`${one}^XZ`))
        expect(fits(code!.text, first)).toBe(true)
      }
      await ask.waitFor(SOON)
      expect(await axe(page)).toEqual([])
      expect(await small(page)).toEqual([])
      await page.getByRole('button', { name: 'Something went wrong' }).click(SOON)
      await page.getByText('the old ones are void').waitFor(SOON)
      const [second, printedNow] = [await manifest(), await read(page, 'sealed')]
      expect(printedNow.map((one) => fits(one, second))).toEqual([true, true])
      expect(spoilt.map((one) => fits(one, second))).toEqual([false, false])
      expect([...second.keys()]).toEqual([...first.keys()])
      await page.getByRole('button', { name: 'Print the sealed codes' }).click(SOON)
      await page.getByRole('button', { name: 'All printed' }).click(SOON)
      await page.getByText('gone from this page').waitFor(SOON)
      expect(await page.locator('[data-part=sealed] img').count()).toBe(0)
      expect(await page.getByRole('button', { name: 'Print the sealed codes' }).count()).toBe(0)
      expect([...(await manifest())]).toEqual([...second])
      expect(await axe(page)).toEqual([])
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
        const shown = await page.locator('.pages img').evaluateAll((images) =>
          images.map((one) => {
            const { x, y, width, height } = one.getBoundingClientRect()
            return { of: one.parentElement!.dataset['part'], box: [x, y + scrollY, width, height] }
          }),
        )
        const own = shown.filter(({ of }) => of === part)
        expect(own).toHaveLength(2)
        // Each sheet begins where its page begins and is as large as it: no label is cut, none is moved.
        for (const [i, { box }] of own.entries())
          for (const [at, mm] of [0, 297 * i, 210, 297].entries()) expect(box[at]).toBeCloseTo((mm / 25.4) * 96, 0)
        for (const { of, box } of shown) if (of !== part) expect(box[2]).toBe(0)
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

  it.each([
    ['a4-3x8', 25, 2, 210, 297],
    ['a4-2x7', 15, 2, 210, 297],
    ['50x30', 3, 3, 50, 30],
    ['letter-3x10', 31, 2, 215.9, 279.4],
  ] as const)('the file of %s prints on as many pages as there are sheets', async (template, count, sheets, w, h) => {
    const serials = Array.from({ length: count }, (_, i) => `A${i}`)
    const body = JSON.stringify({ product: GTIN, serials, template, format: 'html' })
    const headers = { 'Content-Type': 'application/json' }
    const answer = await fetch(`${pork.ledger.url}/v1/labels`, { method: 'POST', headers, body })
    const context = await browser.newContext()
    try {
      const page = await context.newPage()
      await page.setContent(await answer.text())
      const pdf = (await page.pdf({ preferCSSPageSize: true, printBackground: true })).toString('latin1')
      expect(pdf.match(/\/Type\s*\/Page\b/g)).toHaveLength(sheets)
      for (const [, width, height] of pdf.matchAll(/\/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]/g)) {
        // Points; whole pixels of the browser.
        expect(Math.abs((Number(width) / 72) * 25.4 - w)).toBeLessThan(0.5)
        expect(Math.abs((Number(height) / 72) * 25.4 - h)).toBeLessThan(0.5)
      }
    } finally {
      await context.close()
    }
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
      // Chinese does not need a font in the printer: this device draws it.
      await page.getByText('中文', { exact: true }).last().click(SOON)
      await make(page, 'en')
      await page.getByText('3 labels, pages: 3').waitFor(SOON)
      const [chinese] = await Promise.all([
        page.waitForEvent('download', SOON),
        page.getByRole('button', { name: WORDS.en.zpl }).click(SOON),
      ])
      const [format = ''] = (await textOf(chinese)).split(/(?<=\^XZ)/)
      expect(format).not.toContain('^A@')
      expect(format.match(/\^GFA/g)!.length).toBeGreaterThan(2)
      expect((await readSymbols(printed(format))).map(({ text }) => text.replace(/^.*\/21\//, ''))).toEqual(['A1'])

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
