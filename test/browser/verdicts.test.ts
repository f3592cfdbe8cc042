// Every verdict in every language and theme, of samples: whether everyone can use it, and whether what others write stays text.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { axe } from './_axe.ts'
import { haveChromium, launchChromium } from './_chromium.ts'
import { LONG, PAYLOADS, STRANGE } from './_payloads.ts'
import { buildSamples, type SamplePages, STATES } from './_samples.ts'

const LANGS = ['zh', 'en'] as const

type Show = (state: string, lang: string, text?: string, what?: 'texts' | 'names' | 'all') => Promise<string[]>
/** What the page of samples has on its window. */
interface Samples {
  show: Show
  broken?: unknown
}

describe.skipIf(!haveChromium())('every verdict', () => {
  let samples: SamplePages
  let browser: Browser

  beforeAll(async () => {
    samples = await buildSamples()
    browser = await launchChromium()
  }, 120_000)

  afterAll(async () => {
    await browser.close()
    await samples[Symbol.asyncDispose]()
  })

  const open = async (width = 390, more: object = {}): Promise<Page> => {
    const context = await browser.newContext({
      viewport: { width, height: 844 },
      timezoneId: 'Asia/Shanghai',
      reducedMotion: 'reduce',
      ...more,
    })
    const page = await context.newPage()
    await page.goto(`${samples.url}?state=checking`)
    await page.waitForFunction(() => 'show' in globalThis)
    return page
  }
  const show = (page: Page, ...given: Parameters<Show>): Promise<string[]> =>
    page.evaluate((all) => (globalThis as unknown as Samples).show(...(all as Parameters<Show>)), given)

  it.each(LANGS.flatMap((lang) => (['light', 'dark'] as const).map((theme) => [lang, theme] as const)))(
    'can be used by everyone, in %s, %s',
    async (lang, theme) => {
      const page = await open(390, { colorScheme: theme })
      for (const state of STATES) {
        expect(await show(page, state, lang)).toEqual([])
        const found = await axe(page, { unfold: true })
        expect([state, found]).toEqual([state, []])
      }
      await page.context().close()
    },
    240_000,
  )

  it.each(LANGS)(
    'has targets for a thumb, and nothing cut off at twice the size, in %s',
    async (lang) => {
      // 200 % zoom halves the width that the page is laid out in.
      for (const width of [390, 195]) {
        const page = await open(width)
        for (const state of STATES) {
          expect(await show(page, state, lang)).toEqual([])
          const found = await page.evaluate((phone) => {
            for (const details of document.querySelectorAll('details')) details.open = true
            const small = [...document.querySelectorAll('button, a.btn, summary, nav a, header a')].flatMap((one) => {
              const { width, height } = one.getBoundingClientRect()
              const isShown = width > 1 && height > 1
              return isShown && (height < 43.5 || width < 43.5) ? [`${one.textContent} ${width}×${height}`] : []
            })
            const cut = [...document.querySelectorAll('#page *')].flatMap((one) => {
              const { overflowX } = getComputedStyle(one)
              // The bar of stages under the chart has room for few letters; its table has them all.
              if (one.closest('.stages') !== null) return []
              const isCut = one.scrollWidth > one.clientWidth + 1 && overflowX === 'hidden' && one.clientWidth > 2
              return isCut ? [`${one.tagName}.${one.className}`] : []
            })
            const edge = document.documentElement.clientWidth
            const isWide = document.documentElement.scrollWidth > edge
            const wide = [...document.querySelectorAll('#page *')].flatMap((one) =>
              isWide && one.getBoundingClientRect().right > edge + 1 ? [`${one.tagName} ${one.textContent}`] : [],
            )
            return { small: phone ? small : [], cut, wide }
          }, width === 390)
          expect([state, width, found]).toEqual([state, width, { small: [], cut: [], wide: [] }])
        }
        await page.context().close()
      }
    },
    120_000,
  )

  it('is read in the order in which it is seen', async () => {
    for (const width of [390, 1280]) {
      const page = await open(width)
      for (const state of STATES) {
        await show(page, state, 'zh')
        const order = await page.evaluate(() => {
          const tops = [...document.querySelectorAll('h1, h2, footer.end')].map((one) => ({
            level: one.tagName,
            top: one.getBoundingClientRect().top,
            left: one.getBoundingClientRect().left,
          }))
          // On a desk there are two columns; within each, what is read later stands lower.
          return tops.every((one, i) => i === 0 || one.left !== tops[i - 1]!.left || one.top >= tops[i - 1]!.top)
        })
        expect([state, order]).toEqual([state, true])
        expect(await page.locator('h1').count()).toBe(1)
      }
      await page.context().close()
    }
  }, 120_000)

  it.each(['texts', 'names'] as const)(
    'shows %s of others as text, whatever they hold',
    async (what) => {
      const page = await open()
      const asked: string[] = []
      const faults: string[] = []
      await page.route('**/*', (route) => {
        const { origin, pathname } = new URL(route.request().url())
        const isOwn = /^\/(?:assets|v1\/evidence)\/[\w.-]+$/.test(pathname) || pathname === '/v1/scans'
        if (origin !== new URL(samples.url).origin || !isOwn) asked.push(route.request().url())
        return route.continue()
      })
      page.on('dialog', (dialog) => void faults.push(dialog.message()))
      page.on('framenavigated', (frame) => void faults.push(frame.url()))
      const elements = await page.evaluate(
        () => document.querySelectorAll('script, iframe, img, object, embed, base').length,
      )
      for (const payload of PAYLOADS) {
        for (const state of ['consistent', 'recalled', 'held', 'mismatch', 'none']) {
          expect([payload, await show(page, state, 'en', payload, what)]).toEqual([payload, []])
          const seen = await page.evaluate(() => ({
            text: document.querySelector('#page')!.textContent,
            broken: (globalThis as unknown as Samples).broken,
            elements: document.querySelectorAll('script, iframe, img, object, embed, base').length,
            handlers: [...document.querySelectorAll('#page *')].flatMap((one) =>
              [...one.attributes].map((a) => a.name).filter((name) => name.startsWith('on')),
            ),
            links: [...document.querySelectorAll('#page a')]
              .map((a) => a.getAttribute('href') ?? '')
              .filter(
                (href) => !/^(?:#|\/|\?|tel:12315$|https:\/\/www\.12315\.cn\/$)/.test(href) || href.startsWith('//'),
              ),
          }))
          if (state === 'consistent' || state === 'recalled') expect(seen.text).toContain(payload)
          expect(seen).toMatchObject({ broken: undefined, elements, handlers: [], links: [] })
        }
      }
      expect({ asked, faults }).toEqual({ asked: [], faults: [] })
      await page.context().close()
    },
    240_000,
  )

  it('keeps its word and its form whatever stands in every field', async () => {
    const page = await open()
    for (const state of ['consistent', 'recalled', 'held', 'released', 'elsewhere', 'mismatch']) {
      await show(page, state, 'zh')
      const word = await page.locator('h1').innerText()
      for (const text of [...LONG, ...STRANGE, PAYLOADS.join(' ')]) {
        const name = JSON.stringify(text.slice(0, 40))
        expect([state, name, await show(page, state, 'zh', text, 'all')]).toEqual([state, name, []])
        const seen = await page.evaluate(() => ({
          word: document.querySelector('h1')!.innerText,
          broken: (globalThis as unknown as Samples).broken,
          width: document.documentElement.scrollWidth,
          // What turns the direction of letters ends where its own text ends.
          turned: [...document.querySelectorAll('h1, h2, .say, .next, footer')].filter(
            (one) => getComputedStyle(one).direction !== 'ltr',
          ).length,
        }))
        expect([state, name, seen]).toEqual([state, name, { word, broken: undefined, width: 390, turned: 0 }])
      }
    }
    await page.context().close()
  }, 240_000)
})
