// Every verdict in every language and theme, of samples: whether everyone can use it, and whether what others write stays text.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { en } from '../../verifier-web/src/i18n/en.ts'
import { zh } from '../../verifier-web/src/i18n/zh.ts'
import { axe } from './_axe.ts'
import { haveChromium, launchChromium } from './_chromium.ts'
import { LONG, PAYLOADS, STRANGE } from './_payloads.ts'
import { pseudoLanguage } from './_pseudo-language.ts'
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
    samples = await buildSamples({ 'src/i18n/ar.ts': pseudoLanguage() })
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
      // 200 % zoom halves the width that the page is laid out in; a reader's own size of text leaves it, and doubles the letters alone.
      for (const [width, text] of [
        [390, 16],
        [195, 16],
        [320, 32],
      ] as const) {
        const page = await open(width)
        const cdp = await page.context().newCDPSession(page)
        await cdp.send('Page.setFontSizes', { fontSizes: { standard: text } })
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
          expect([state, width, text, found]).toEqual([state, width, text, { small: [], cut: [], wide: [] }])
        }
        await page.context().close()
      }
    },
    120_000,
  )

  describe('in a language of one more file, which runs from the right', () => {
    const isolated = /[\u2066-\u2068][^\u2066-\u2069]*\u2069/gu

    it('is offered, draws every state without scrolling sideways, and can be used by everyone', async () => {
      for (const width of [390, 195]) {
        const page = await open(width)
        for (const state of STATES) {
          expect([state, await show(page, state, 'ar')]).toEqual([state, []])
          const found = await page.evaluate(() => {
            const { documentElement: html } = document
            const main = document.querySelector('.verdict')!
            return {
              lang: html.lang,
              dir: html.dir,
              runs: getComputedStyle(main).direction,
              offered: [...document.querySelectorAll('.langs a')].map((one) => one.textContent),
              chosen: document.querySelector('.langs [aria-current]')?.textContent,
              wide: [...document.querySelectorAll('#page :not(.skip)')].flatMap((one) => {
                const { left, right, width } = one.getBoundingClientRect()
                const isOut =
                  html.scrollWidth > html.clientWidth && width > 1 && (left < -1 || right > html.clientWidth + 1)
                return isOut ? [`${one.tagName}.${one.className} ${one.textContent?.slice(0, 40)}`] : []
              }),
              scrolls: html.scrollWidth > html.clientWidth,
            }
          })
          expect([state, width, found]).toEqual([
            ...[state, width],
            {
              lang: 'ar',
              dir: 'rtl',
              runs: 'rtl',
              offered: ['中文', 'ضاد', 'EN'],
              chosen: 'ضاد',
              wide: [],
              scrolls: false,
            },
          ])
          if (width === 390 && ['consistent', 'recalled', 'mismatch'].includes(state))
            expect([state, await axe(page, { unfold: true })]).toEqual([state, []])
        }
        await page.context().close()
      }
    }, 240_000)

    it('leaves numbers, ranges and codes their own way', async () => {
      const page = await open()
      await show(page, 'warm', 'ar')
      await page.evaluate(() => {
        for (const details of document.querySelectorAll('details')) details.open = true
      })
      // Where a run begins in the picture: a range that ran with the text around it would begin at its right.
      const turned = await page.evaluate(() => {
        const walker = document.createTreeWalker(document.querySelector('#page')!, NodeFilter.SHOW_TEXT)
        const wrong: string[] = []
        const RUN =
          /\d[\d.]*(?:–|-)\u2060?\d[\d.]*|\d+(?:\.\d+)?\u00a0°C|[\dA-F]{4,}-[\dA-F-]+|[0-9a-z.-]+\/[a-z0-9/]+/g
        for (let node = walker.nextNode(); node !== null; node = walker.nextNode())
          for (const { index, 0: text } of (node as Text).data.matchAll(RUN)) {
            const range = document.createRange()
            const at = (from: number): DOMRect => {
              range.setStart(node, from)
              range.setEnd(node, from + 1)
              return range.getBoundingClientRect()
            }
            const [first, last] = [at(index), at(index + text.length - 1)]
            if (first.top === last.top && first.left > last.left) wrong.push(`${text} in ${node.textContent}`)
          }
        const fours = [...document.querySelectorAll('dd.code')].map((one) =>
          [...one.querySelectorAll('i')].map((four) => four.getBoundingClientRect()),
        )
        const isTurned = fours.some((of) =>
          of.some((one, i) => one.top === of[i - 1]?.top && one.left < of[i - 1]!.left),
        )
        return isTurned ? [...wrong, 'groups of a number'] : wrong
      })
      expect(turned).toEqual([])
      const title = await page.title()
      expect(title.replace(isolated, '')).not.toMatch(/[A-Za-z0-9]{3}.*\d/)
      await page.context().close()
    })
  })

  it.each([
    ['zh', zh, '冷鲜黑猪肉'],
    ['en', en, 'Chilled black pork'],
  ] as const)('is read aloud in order, in %s', async (lang, words, product) => {
    const page = await open()
    await show(page, 'consistent', lang)
    const heard = await page.locator('#page').ariaSnapshot()
    const { next, safety, journey, vouch, checks, report } = words
    const order = [words['word.consistent'], next, product, safety, journey, vouch, checks, report].map((one) =>
      one.replaceAll('|', ''),
    )
    const places = order.map((one, i) => heard.indexOf(i === 1 ? one : `heading "${one}`))
    expect([order, places.every((place, i) => place > (places[i - 1] ?? -1))]).toEqual([order, true])
    await page.context().close()
  })

  it.each([
    ['zh', '浙江杭州', '未必是原来那包', ['扣留', '召回', '网络不通']],
    ['en', 'Hangzhou', 'may not be the original', ['Held since', 'recalled', 'No connection']],
  ] as const)(
    'says beside a stronger word, on the first screen, that the code was elsewhere, in %s',
    async (lang, place, doubt, words) => {
      const page = await open()
      const states = ['held-elsewhere', 'recalled-elsewhere', 'elsewhere-offline']
      for (const [i, state] of states.entries()) {
        expect([state, await show(page, state, lang)]).toEqual([state, []])
        // The stronger word stays the word.
        expect(await page.locator('#verdict').innerText()).toContain(words[i])
        const beside = page.locator('#verdict [data-beside]')
        for (const part of [place, doubt]) expect(await beside.innerText()).toContain(part)
        // A pack with a secret is asked for it, but for one that goes back unopened.
        expect(await beside.locator('a').getAttribute('href')).toBe(i === 0 ? '#sealed' : '#report')
        const { bottom } = await beside.evaluate((one) => one.getBoundingClientRect())
        expect([state, bottom < 844]).toEqual([state, true])
        await page.locator('#elsewhere').waitFor()
      }
      await show(page, 'held', lang)
      expect(await page.locator('[data-beside], #elsewhere').count()).toBe(0)
      await page.context().close()
    },
    120_000,
  )

  it.each(LANGS)('can be used at four times the size on a desk, in %s', async (lang) => {
    // 1280 px at 400 % are laid out in 320 (WCAG 2.2, 1.4.10).
    const page = await open(320)
    for (const state of ['consistent', 'recalled', 'mismatch', 'offline']) {
      await show(page, state, lang)
      const { scrollWidth, clientWidth } = await page.evaluate(() => document.documentElement)
      expect([state, scrollWidth]).toEqual([state, clientWidth])
    }
    await page.context().close()
  })

  it('moves nothing for whoever wants it still', async () => {
    for (const reducedMotion of ['reduce', 'no-preference'] as const) {
      const page = await open(390, { reducedMotion })
      const moved = await page.evaluate(async () => {
        let begun = 0
        document.addEventListener('animationstart', () => begun++)
        document.addEventListener('transitionrun', () => begun++)
        await (globalThis as unknown as Samples).show('consistent', 'zh')
        // Begun or not, it is known when the next pictures have been drawn.
        for (let i = 0; i < 3; i++) await new Promise((resolve) => requestAnimationFrame(resolve))
        return begun > 0
      })
      expect([reducedMotion, moved]).toEqual([reducedMotion, reducedMotion === 'no-preference'])
      await page.context().close()
    }
  })

  it('keeps its icons where the reader has colours of their own', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await open(390, { forcedColors: 'active', colorScheme })
      for (const state of ['consistent', 'recalled', 'mismatch', 'none', 'held']) {
        await show(page, state, 'zh')
        const faint = await page.evaluate(() => {
          const light = (colour: string): number => {
            const [r = 0, g = 0, b = 0] = (colour.match(/[\d.]+/g) ?? []).map((one) => {
              const part = Number(one) / 255
              return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
            })
            return 0.2126 * r + 0.7152 * g + 0.0722 * b
          }
          const canvas = light(getComputedStyle(document.body).backgroundColor)
          return [
            ...document.querySelectorAll('.verdict .head svg, .verdict .big svg, .seals svg, .trace, .limit, .btn'),
          ].flatMap((one) => {
            const { fill, stroke, color } = getComputedStyle(one)
            // A text is put on the canvas, whatever its own ground is.
            const said = one.classList.contains('btn')
              ? [color]
              : one.closest('.plot')
                ? [stroke]
                : [fill, stroke, color]
            const shown = said.filter((colour) => colour.startsWith('rgb('))
            const best = Math.max(
              ...shown.map(light).map((l) => (Math.max(l, canvas) + 0.05) / (Math.min(l, canvas) + 0.05)),
            )
            return best >= 3 ? [] : [`${one.outerHTML} ${fill} ${stroke} ${color}`]
          })
        })
        expect([state, colorScheme, faint]).toEqual([state, colorScheme, []])
      }
      await page.context().close()
    }
  })

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
      // What follows the comma is judged by the goods' limits, which are somebody's texts too.
      const [word] = (await page.locator('h1').innerText()).split('，')
      for (const text of [...LONG, ...STRANGE, PAYLOADS.join(' ')]) {
        const name = JSON.stringify(text.slice(0, 40))
        expect([state, name, await show(page, state, 'zh', text, 'all')]).toEqual([state, name, []])
        const seen = await page.evaluate(() => ({
          word: document.querySelector('h1')!.innerText.split('，')[0],
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

  it('tells when something happened by the clock of the place, wherever it is read', async () => {
    const told: string[][] = []
    for (const timezoneId of ['Asia/Shanghai', 'Pacific/Honolulu']) {
      const page = await open(390, { timezoneId })
      expect(await show(page, 'elsewhere', 'en')).toEqual([])
      const begins = await page.locator('#vouch > .note').last().innerText()
      const stops = await page.locator('#journey time, #journey .num').allInnerTexts()
      told.push([begins, ...stops])
      await page.context().close()
    }
    expect(told[0]![0]).toMatch(/\d\d:\d\d/)
    expect(told[1]).toEqual(told[0])
  })
})
