import type { Operation } from '@tristamp/protocol'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LOT, PACK, recallOperation } from '../../verifier-web/src/_sample-verdicts.ts'
import { closeAll } from '../_harness/close-all.ts'
import { axe } from './_axe.ts'
import { haveChromium, launchChromium } from './_chromium.ts'
import { type BuiltPages, buildPages } from './_pages.ts'
import { type PorkLedger, startPorkLedger } from './_pork-ledger.ts'

const DRILL = recallOperation({ id: '6a0c9d1e-8a51-4c39-9a58-2f6f6a1f0b12', drill: true, class: 2 })

/** What the page says in each language: recalled, as an exercise, and free of it. */
const WORDS = {
  zh: {
    recalled: ['已被召回', '清江肉业于', '1 级召回', '封口不严', '不要食用。连同包装退回购买处。', '现在该怎么办'],
    drill: ['演练：并没有召回', '演练，不是真的召回'],
    free: ['记录一致', '没有召回', '为止'],
    was: ['上次核对时|已被召回。', '上次核对时已被召回', '不要食用'],
    lifted: ['召回已于', '都退回来了'],
    held: ['暂停销售', '包装受潮', '先不要食用或出售', '没有召回，但已扣留', '由清江肉业的管理员扣留'],
    released: ['放行', 'it is dry and sound'],
  },
  en: {
    recalled: [
      'Recalled',
      'Qingjiang Meat recalled it',
      'Recall, class 1',
      'not tightly sealed',
      'Do not eat it.',
      'What to do',
    ],
    drill: ['DRILL: nothing is recalled', 'DRILL, not a recall'],
    free: ['The records agree', 'None', 'As of'],
    was: ['When last checked, it was recalled.', 'Recalled when last checked', 'Do not eat it'],
    lifted: ['Recall lifted', '都退回来了'],
    held: [
      'On hold',
      'The packs got wet',
      'Do not eat or sell it',
      'but held until people release it',
      'for Qingjiang Meat',
    ],
    released: ['Released', 'it is dry and sound'],
  },
} as const

describe.skipIf(!haveChromium())('the page of recalled goods', () => {
  let pages: BuiltPages
  let pork: PorkLedger
  let browser: Browser

  beforeAll(async () => {
    pages = await buildPages()
    pork = await startPorkLedger(pages.folder)
    browser = await launchChromium()
  }, 120_000)

  afterAll(async () => {
    await closeAll(browser, pork, pages)
  })

  const open = async (page: Page, lang: string): Promise<string> => {
    await page.goto(`${pork.ledger.url}${new URL(PACK).pathname}?lang=${lang}`)
    await page.waitForSelector('#page:not([data-state=checking]) footer.end')
    return page.locator('#page').innerText()
  }
  const contains = (text: string, parts: readonly string[]): void => {
    const plain = text.replaceAll(/[\u00a0\n]/g, ' ')
    for (const part of parts) expect(plain).toContain(part.replaceAll('|', ''))
  }

  it('turns with the recall, remembers it without a connection, and turns back when it is lifted', async () => {
    const visitors: Record<'zh' | 'en', BrowserContext> = {
      zh: await browser.newContext({ viewport: { width: 390, height: 844 }, timezoneId: 'Asia/Shanghai' }),
      en: await browser.newContext({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' }),
    }
    const pagesOf = { zh: await visitors.zh.newPage(), en: await visitors.en.newPage() }
    const all = async (look: (page: Page, lang: 'zh' | 'en') => Promise<void>): Promise<void> => {
      for (const lang of ['zh', 'en'] as const) await look(pagesOf[lang], lang)
    }

    await all(async (page, lang) => contains(await open(page, lang), WORDS[lang].free))

    await pork.govern(DRILL)
    await all(async (page, lang) => {
      const text = await open(page, lang)
      contains(text, [WORDS[lang].free[0], ...WORDS[lang].drill])
      expect(await page.locator('#page').getAttribute('data-state')).toBe('consistent')
      expect(await axe(page)).toEqual([])
    })

    await pork.govern(recallOperation())
    await all(async (page, lang) => {
      contains(await open(page, lang), WORDS[lang].recalled)
      expect(await page.locator('#page').getAttribute('data-state')).toBe('recalled')
      // The design: a full slab, and no seals beside a recall.
      expect(await page.locator('.seals').count()).toBe(0)
      expect(await page.locator('.verdict .big').count()).toBe(1)
      expect(await axe(page)).toEqual([])
    })

    // A pack that nobody recorded, whose code names the lot.
    const { pathname } = new URL(PACK.replace('/21/', `/10/${LOT.split('/').at(-1)}/21/NOBODY`))
    await pagesOf.en.goto(`${pork.ledger.url}${pathname}?lang=en`)
    await pagesOf.en.waitForSelector('#page[data-state=recalled] footer.end')

    // The line is cut: what was known is not forgotten.
    await all(async (page, lang) => {
      await page.route('**/v1/**', (route) => route.abort())
      contains(await open(page, lang), WORDS[lang].was)
      expect(await page.locator('#page').getAttribute('data-state')).toBe('unchecked')
      await page.unroute('**/v1/**')
    })

    await pork.govern(
      { op: 'lift', id: recallOperation().id, reason: '都退回来了' },
      { op: 'lift', id: DRILL.id, reason: 'the exercise is over' },
    )
    await all(async (page, lang) => {
      const text = await open(page, lang)
      contains(text, [...WORDS[lang].free, ...WORDS[lang].lifted])
      expect(await page.locator('#page').getAttribute('data-state')).toBe('consistent')
    })
    for (const context of Object.values(visitors)) await context.close()
  }, 120_000)

  it('goes on hold by one word and a mark of its own, and goes on when it is released', async () => {
    const hold: Operation = {
      ...{ op: 'hold', id: '6a0c9d1e-8a51-4c39-9a58-2f6f6a1f0b11', org: 'qingjiang', subjects: [LOT] },
      reason: { zh: '包装受潮，待查。', en: 'The packs got wet; to be looked at.' },
    }
    // What is told of a hold comes when a record has one.
    const opened = async (page: Page, lang: string): Promise<string> => {
      await open(page, lang)
      await page.locator('#holds').waitFor({ timeout: 60_000 })
      return page.locator('#page').innerText()
    }
    for (const [lang, scheme] of [
      ['zh', 'light'],
      ['en', 'dark'],
    ] as const) {
      const context = await browser.newContext({ viewport: { width: 390, height: 844 }, colorScheme: scheme })
      const page = await context.newPage()
      const id = lang === 'zh' ? hold.id : hold.id.replace('6a', '6b')
      await pork.govern({ ...hold, id })
      contains(await opened(page, lang), WORDS[lang].held)
      expect(await page.locator('#page').getAttribute('data-state')).toBe('held')
      expect(await page.locator('.verdict use[href="#i-held"]').count()).toBe(1)
      expect(await axe(page)).toEqual([])
      await pork.govern({ op: 'release', id, reason: 'it is dry and sound' })
      contains(await opened(page, lang), [...WORDS[lang].free, ...WORDS[lang].released])
      await context.close()
    }
  }, 120_000)

  it('shows another person’s words as text and nothing else', async () => {
    const text = { zh: '<img src=x onerror=alert(1)>', en: '<script>alert(1)</script>' }
    await pork.govern(
      recallOperation({ id: '7b0c9d1e-8a51-4c39-9a58-2f6f6a1f0b13', subjects: [LOT], reason: text, consumer: text }),
    )
    const context = await browser.newContext()
    const page = await context.newPage()
    expect(await open(page, 'zh')).toContain(text.zh)
    expect(await page.locator('img[src=x]').count()).toBe(0)
    await context.close()
  }, 120_000)
})
