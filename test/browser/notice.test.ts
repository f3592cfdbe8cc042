import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recallOperation } from '../../verifier-web/src/_sample-verdicts.ts'
import { closeAll } from '../_harness/close-all.ts'
import { axe } from './_axe.ts'
import { haveChromium, launchChromium } from './_chromium.ts'
import { type BuiltPages, buildPages } from './_pages.ts'
import { type PorkLedger, startPorkLedger } from './_pork-ledger.ts'

const RECALL = recallOperation()
const DRILL = recallOperation({ id: '6a0c9d1e-8a51-4c39-9a58-2f6f6a1f0b12', drill: true, class: 2 })
const LIFTED = recallOperation({ id: '7a0c9d1e-8a51-4c39-9a58-2f6f6a1f0b13' })

const WORDS = {
  zh: {
    recall: [
      '1 级召回',
      'Recall, class 1',
      '清江肉业',
      '封口不严',
      '不要食用',
      '批次 B261120-07',
      '已在本机核对',
      '0718 555 0100',
    ],
    drill: ['演练，不是真的召回', 'Drill, not a recall', '照常食用和销售'],
    lifted: ['召回已解除', '都退回来了'],
    sent: '已收到',
  },
  en: {
    recall: [
      'Recall, class 1',
      '1 级召回',
      'Qingjiang Meat',
      'not tightly sealed',
      'Do not eat it.',
      'Checked on this device',
    ],
    drill: ['Drill, not a recall', '演练，不是真的召回', 'may be eaten and sold as ever'],
    lifted: ['Recall lifted', '都退回来了'],
    sent: 'Taken.',
  },
} as const

describe.skipIf(!haveChromium())('the notice of a recall', () => {
  let pages: BuiltPages
  let pork: PorkLedger
  let browser: Browser

  beforeAll(async () => {
    pages = await buildPages()
    pork = await startPorkLedger(pages.folder)
    browser = await launchChromium()
    await pork.govern(RECALL, DRILL, LIFTED, { op: 'lift', id: LIFTED.id, reason: '都退回来了' })
  }, 180_000)

  afterAll(async () => {
    await closeAll(browser, pork, pages)
  })

  const visit = async (options: BrowserContextOptions, look: (page: Page) => Promise<void>): Promise<void> => {
    const context = await browser.newContext(options)
    try {
      await look(await context.newPage())
    } finally {
      await context.close()
    }
  }
  const open = async (page: Page, id: string, lang: string): Promise<string> => {
    await page.goto(`${pork.ledger.url}/notice?recall=${id}&lang=${lang}`)
    await page.waitForSelector('main:not([data-standing=checking])')
    return text(page)
  }
  const text = async (page: Page): Promise<string> =>
    (await page.locator('body').innerText()).replaceAll(/[\u00a0\n]/g, ' ')
  const contains = (shown: string, parts: readonly string[]): void => {
    for (const part of parts) expect(shown).toContain(part)
  }
  const small = (page: Page): Promise<string[]> =>
    page.evaluate(() =>
      [...document.querySelectorAll('button, select, input:not([type=radio]), .goods a, fieldset label')]
        .filter((one) => one.getBoundingClientRect().height < 44)
        .map((one) => one.outerHTML),
    )

  it.each([
    ['zh', 'light', 360],
    ['en', 'dark', 1200],
  ] as const)(
    'in %s, %s, %i wide: a recall, a drill and a lifted one say what they are',
    { timeout: 120_000 },
    async (lang, colorScheme, width) => {
      await visit({ viewport: { width, height: 800 }, colorScheme }, async (page) => {
        contains(await open(page, RECALL.id, lang), WORDS[lang].recall)
        expect(await page.getAttribute('main', 'data-standing')).toBe('proved')
        expect(await page.title()).not.toMatch(/DRILL|演练/)
        expect(await axe(page)).toEqual([])
        expect(await small(page)).toEqual([])
        expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
        await page.waitForFunction(() => (document.querySelector('.code-of img') as HTMLImageElement).naturalWidth > 0)

        const drill = await open(page, DRILL.id, lang)
        contains(drill, WORDS[lang].drill)
        expect(drill).not.toContain(WORDS[lang].recall[0])
        expect(await page.title()).toMatch(/DRILL|演练/)
        expect(await axe(page)).toEqual([])

        contains(await open(page, LIFTED.id, lang), WORDS[lang].lifted)
        expect(await page.locator('form').count()).toBe(0)
        expect(await axe(page)).toEqual([])
      })
    },
  )

  it('prints on one A4 sheet in both languages, without what is pressed', { timeout: 120_000 }, async () => {
    await visit({ viewport: { width: 794, height: 1123 } }, async (page) => {
      await open(page, DRILL.id, 'zh')
      await page.emulateMedia({ media: 'print' })
      const printed = await text(page)
      contains(printed, ['不要食用', 'Do not eat it.', '演练，不是真的召回', 'Drill, not a recall'])
      expect(await page.locator('button:visible, form:visible').count()).toBe(0)
      const pdf = await page.pdf({ preferCSSPageSize: true })
      expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)).toHaveLength(1)
    })
  })

  it('takes an answer by the keyboard alone, and the node counts it apart', { timeout: 120_000 }, async () => {
    await visit({ viewport: { width: 390, height: 800 } }, async (page) => {
      await open(page, RECALL.id, 'en')
      await page.focus('#place')
      await page.keyboard.type('Corner shop')
      await page.keyboard.press('Tab')
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Tab')
      await page.keyboard.type('12,5x')
      await page.keyboard.press('Enter')
      expect(await text(page)).toContain('three decimals at most')
      await page.keyboard.press('Backspace')
      await page.keyboard.press('Enter')
      await page.waitForFunction(
        (word) => document.querySelector('form [role=status]')?.textContent?.includes(word),
        WORDS.en.sent,
      )
      expect(await axe(page)).toEqual([])
    })
    const progress = await (await fetch(`${pork.ledger.url}/v1/recalls/${RECALL.id}/progress`)).text()
    expect(JSON.parse(progress)).toMatchObject({ unsigned: { answers: 1 }, totals: { found: 0 } })
    expect(progress).not.toContain('Corner')
  })

  it('shows nothing of a recall that is not proved', { timeout: 120_000 }, async () => {
    await visit({ viewport: { width: 390, height: 800 } }, async (page) => {
      const unknown = await open(page, RECALL.id.replace('5f', '9f'), 'en')
      expect(unknown).toContain('There is no such recall in this ledger')
      expect(await open(page, '<b>x</b>', 'en')).toContain('There is no such recall')
      expect(await axe(page)).toEqual([])
      // The answer is another: one letter of what was signed.
      await page.route('**/v1/history?*', async (route) => {
        const response = await route.fetch({ headers: { ...route.request().headers(), 'accept-encoding': 'identity' } })
        const body = await response.body()
        const at = body.indexOf('Do not eat it.')
        body.write('Do now', at)
        await route.fulfill({ response, body })
      })
      const broken = await open(page, RECALL.id, 'en')
      expect(broken).toContain('The proof does not hold')
      expect(broken).not.toContain('eat it')
      expect(await axe(page)).toEqual([])
    })
  })

  it('shows what it checked last when there is no network, and says so', { timeout: 120_000 }, async () => {
    await visit({ viewport: { width: 390, height: 800 } }, async (page) => {
      await open(page, RECALL.id, 'en')
      await page.route('**/v1/history?*', (route) => route.abort())
      const kept = await open(page, RECALL.id, 'en')
      contains(kept, ['Recall, class 1', 'it may have been corrected or lifted since'])
      expect(await page.getAttribute('main', 'data-standing')).toBe('kept')
    })
  })

  it('is linked from the page of the pack', { timeout: 120_000 }, async () => {
    await visit({ viewport: { width: 390, height: 800 } }, async (page) => {
      const { LOT } = await import('../../verifier-web/src/_sample-verdicts.ts')
      await page.goto(`${pork.ledger.url}${new URL(LOT).pathname}?lang=en`)
      await page.click(`a[href="/notice?recall=${RECALL.id}"]`)
      await page.waitForSelector('main[data-standing=proved]')
    })
  })
})
