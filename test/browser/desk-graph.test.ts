import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LOT, PACK } from '../../verifier-web/src/_sample-verdicts.ts'
import { closeAll } from '../_harness/close-all.ts'
import { axe } from './_axe.ts'
import { haveChromium, launchChromium } from './_chromium.ts'
import { accessOf, soon, visitDesk } from './_desk.ts'
import { type BuiltPages, buildPages } from './_pages.ts'
import { type PorkLedger, startPorkLedger } from './_pork-ledger.ts'
import { shot } from './_shots.ts'
import { recordWideLot, WIDE_LOT } from './_wide-lot.ts'

const regulator = accessOf('Enshi Market Authority', 'regulator')
const at = (subject: string): string => `token=${regulator.token}&${new URLSearchParams({ s: subject })}`

describe.skipIf(!haveChromium())('the trace graph of the desk', () => {
  let pages: BuiltPages
  let pork: PorkLedger
  let browser: Browser
  let url: string

  beforeAll(async () => {
    pages = await buildPages()
    pork = await startPorkLedger(pages.folder, [regulator.access])
    await recordWideLot(pork)
    url = pork.ledger.url
    browser = await launchChromium()
  }, 240_000)
  afterAll(async () => {
    await closeAll(browser, pork, pages)
  })

  const rows = async (page: Page): Promise<string[]> => page.locator('.gr-table tbody th').allInnerTexts()
  const focused = async (page: Page): Promise<string> =>
    page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '')

  it('draws a pack from the farm to the kitchen, and says the same in its table', async () => {
    await using visit = await visitDesk(browser, url, at(PACK), { lang: 'zh' })
    const { page, faults } = visit
    await page.locator('.gr .subject').waitFor()
    await soon(() => page.locator('.gr').textContent()).toContain('冷藏车')
    await soon(() => page.locator('.gr').textContent()).toContain('小满饭馆')
    // Farm and plant stand beside what was done there; the way goes on from the case by the truck to the kitchen.
    expect(await page.locator('.gr .on').count()).toBeGreaterThan(3)
    expect(await rows(page)).toHaveLength(await page.locator('.gr .n').count())
    expect(await page.locator('.gr-table tr.sel').innerText()).toContain('7K3M92QD40XA')
    await shot(page, 'graph-pack-zh')
    expect(faults).toEqual([])
  }, 120_000)

  it('folds many shops into one node, marks what does not add up, and opens it again', async () => {
    await using visit = await visitDesk(browser, url, at(WIDE_LOT))
    const { page, faults } = visit
    await page.locator('.gr .subject').waitFor()
    await soon(() => page.locator('.gr').textContent()).toMatch(/another 2[0-9] places/)
    await soon(() => page.locator('.gr').textContent()).toContain('Wuhan Donghu')
    expect(await page.locator('.gr .u').count()).toBeGreaterThan(0)
    expect(await page.locator('.gr').textContent()).toContain('≠ 25')
    await shot(page, 'graph-wide-en')
    const folded = await page.locator('.gr .n').count()
    await page.getByRole('button', { name: /^another 2[0-9] places/ }).press('Enter')
    await soon(() => page.locator('.gr .n').count()).toBeGreaterThan(folded + 15)
    await shot(page, 'graph-wide-open-en')
    await page.getByRole('button', { name: 'Fold all' }).click()
    await soon(() => page.locator('.gr .n').count()).toBe(folded)
    expect(faults).toEqual([])
  }, 120_000)

  it('is walked along its lines and opened from the keyboard alone', async () => {
    await using visit = await visitDesk(browser, url, at(WIDE_LOT))
    const { page, faults } = visit
    const subject = page.locator('.gr .subject')
    await subject.waitFor()
    await soon(() => page.locator('.gr').textContent()).toContain('Liangzhu Fresh')
    // One stop of the Tab key for the whole picture.
    expect(await page.locator('.gr [tabindex="0"]').count()).toBe(1)
    await subject.focus()
    expect(await focused(page)).toContain('Lot W261120-07, what was asked for')
    await page.keyboard.press('ArrowDown')
    expect(await focused(page)).toContain('Liangzhu Fresh')
    await page.keyboard.press('ArrowRight')
    const right = await focused(page)
    expect(right).not.toContain('Liangzhu Fresh')
    await page.keyboard.press('ArrowUp')
    expect(await focused(page)).toContain('W261120-07')
    await page.keyboard.press('ArrowUp')
    expect(await focused(page)).toContain('Transformation')
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await soon(() => page.evaluate(() => decodeURIComponent(location.hash))).toContain('/414/')
    expect(faults).toEqual([])
  }, 120_000)

  it('asks further and less far', async () => {
    await using visit = await visitDesk(browser, url, at(LOT))
    const { page, faults } = visit
    await page.locator('.gr .subject').waitFor()
    const nodes = await page.locator('.gr .n').count()
    const less = async (what: string, times: number): Promise<void> => {
      for (let i = 0; i < times; i++) await page.getByRole('button', { name: `${what}: One step less` }).click()
    }
    await less('Forward (where to)', 3)
    await less('Back (where from)', 4)
    await soon(() => page.getByText('0 back, 1 forward').count()).toBe(1)
    // One of the two has to be asked.
    expect(await page.getByRole('button', { name: 'Forward (where to): One step less' }).isDisabled()).toBe(true)
    await soon(() => page.locator('.gr .n').count()).toBeLessThan(nodes)
    await soon(() => page.getByText('The steps chosen end here').count()).toBe(1)
    expect(faults).toEqual([])
  }, 120_000)

  it('says of a hundred thousand nodes what was read, and does not hang', async () => {
    await using visit = await visitDesk(browser, url, 'token=none')
    const { page } = visit
    let asked = 0
    await page.route('**/v1/trace?*', async (route) => {
      const query = new URL(route.request().url()).searchParams
      const from = Number(query.get('cursor') ?? 0)
      asked++
      const subject = query.get('subject')!
      const nodes = Array.from({ length: 2500 }, (_, i) => {
        const n = from + i
        return n === 0
          ? { n, id: subject, kind: 'lot', depth: 0 }
          : { n, id: `urn:n:${n}`, kind: 'item', depth: 1 + (n % 3) }
      })
      const proof = { entry: 40, position: 0, eventID: 'e' }
      const links = nodes.slice(1).map(({ n }) => ({ kind: 'lot', from: n, to: 0, proof }))
      // What stands on an earlier page is not told again: those links are to the first of each page.
      for (const link of links) link.to = from
      await route.fulfill({
        json: {
          treeSize: 100,
          subject,
          total: { nodes: 100_000, links: 99_999 },
          nodes,
          links,
          cursor: String(from + 2500),
        },
      })
    })
    await page.goto(`${url}/desk?lang=en#${at(WIDE_LOT)}`)
    await page.reload()
    // Ten megabytes of answers go through the test on their way.
    await page.locator('.gr .subject').waitFor({ timeout: 180_000 })
    await soon(() => page.getByText(/more are in neither picture nor table/).count()).toBe(1)
    expect(await page.locator('.gr .n').count()).toBeLessThanOrEqual(150)
    expect(asked).toBeLessThanOrEqual(40)
  }, 240_000)

  it.each([
    ['zh', 'light'],
    ['zh', 'dark'],
    ['en', 'light'],
    ['en', 'dark'],
  ] as const)(
    'has nothing that keeps someone out (%s, %s)',
    async (lang, colorScheme) => {
      for (const [name, viewport] of [
        ['phone', { width: 390, height: 844 }],
        ['desktop', { width: 1440, height: 1000 }],
      ] as const) {
        await using visit = await visitDesk(browser, url, at(WIDE_LOT), { lang, colorScheme, viewport })
        const { page } = visit
        await page.locator('.gr .subject').waitFor()
        await soon(() => page.locator('.gr').textContent()).toContain(lang === 'zh' ? '良渚' : 'Liangzhu')
        expect(await axe(page)).toEqual([])
        expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
        await shot(page, `graph-${lang}-${colorScheme}-${name}`)
      }
    },
    180_000,
  )
})
