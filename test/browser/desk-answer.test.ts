import { bringOperations, keyPath, loadKey } from '@tristamp/ledger-node'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LOT, PACK, recallOperation, WHOLESALE } from '../../verifier-web/src/_sample-verdicts.ts'
import { closeAll } from '../_harness/close-all.ts'
import { axe } from './_axe.ts'
import { haveChromium, launchChromium } from './_chromium.ts'
import { accessOf, settled, soon, traced, visitDesk } from './_desk.ts'
import { turnedFromTheRight } from './_from-the-right.ts'
import { type BuiltPages, buildPages } from './_pages.ts'
import { type PorkLedger, startPorkLedger } from './_pork-ledger.ts'
import { shot } from './_shots.ts'

describe.skipIf(!haveChromium())('an answer of the desk', () => {
  const regulator = accessOf('恩施州市场监管局', 'regulator')
  let pages: BuiltPages
  let pork: PorkLedger
  let browser: Browser
  let url: string

  beforeAll(async () => {
    pages = await buildPages()
    pork = await startPorkLedger(pages.folder, [regulator.access])
    url = pork.ledger.url
    browser = await launchChromium()
    await traced(url, PACK)
  }, 240_000)

  afterAll(async () => {
    await closeAll(browser, pork, pages)
  })

  const at = (subject: string): string => `${new URLSearchParams({ token: regulator.token, s: subject })}`
  const column = (page: Page, n: number): Promise<string[]> =>
    page.locator(`.events tbody tr > :nth-child(${n})`).allInnerTexts()
  /** Waits until the days of the stations are read, and with them where thermometers were silent. */
  const whole = async (page: Page): Promise<void> => {
    await settled(page)
    await page.locator('tr.gap').first().waitFor()
  }

  it('has everything in its order, checked in the browser: figures, findings, events, journey, exports', async () => {
    await using visit = await visitDesk(browser, url, at(LOT))
    const { page, faults } = visit
    await whole(page)
    const text = await page.locator('#answer').innerText()
    const order = ['The records agree', 'Lots', 'Unaccounted', 'Findings', 'Events', 'Journey', 'Export']
    const places = order.map((word) => text.indexOf(word))
    expect(places).toEqual([...places].sort((a, b) => a - b))
    expect(places[0]).toBeGreaterThanOrEqual(0)
    // The gap in the truck, which no record of the lot itself tells of, as a finding and as a row.
    await soon(() => page.locator('.find').innerText()).toMatch(/Refrigerated truck 27, no temperature for 40\smin/)
    await soon(() => page.locator('tr.gap').allInnerTexts()).toContainEqual(expect.stringMatching(/40\smin/))
    expect(await page.getByRole('link', { name: 'Export XLSX' }).getAttribute('href')).toBe(
      `/v1/exports/fsma204.xlsx?${new URLSearchParams({ subject: LOT })}`,
    )
    await soon(() => page.locator('.strip li.stop').count()).toBe(5)
    expect(faults).toEqual([])
  }, 120_000)

  it('sorts and filters by the keyboard alone', async () => {
    await using visit = await visitDesk(browser, url, at(PACK))
    const { page, faults } = visit
    await whole(page)
    const all = (await column(page, 1)).length
    const head = page.locator('.events').getByRole('columnheader', { name: 'Entry' })
    await page.locator('.events').getByRole('button', { name: 'Entry', exact: true }).focus()
    await page.keyboard.press('Enter')
    await soon(() => head.getAttribute('aria-sort')).toBe('ascending')
    await page.keyboard.press('Space')
    await soon(() => head.getAttribute('aria-sort')).toBe('descending')
    const entries = (await column(page, 8)).filter(Boolean).map(Number)
    expect(entries).toEqual([...entries].sort((a, b) => b - a))
    expect(entries.length).toBeGreaterThan(5)

    await page.getByRole('searchbox', { name: 'Text' }).focus()
    await page.keyboard.type('liangzhu')
    await soon(async () => new Set(await column(page, 2))).toEqual(new Set(['Liangzhu Fresh Wholesale']))
    const some = (await column(page, 1)).length
    expect(some).toBeLessThan(all)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.type('st')
    await soon(() => column(page, 6)).toEqual([expect.stringContaining('Stated')])
    await page.getByRole('button', { name: 'Clear filter' }).focus()
    await page.keyboard.press('Enter')
    await soon(async () => (await column(page, 1)).length).toBe(all)

    // A finding leads to its records.
    await page.locator('.find button').first().focus()
    await page.keyboard.press('Enter')
    await soon(async () => (await column(page, 1)).length).toBe(1)
    await soon(() => page.evaluate(() => document.activeElement?.id)).toBe('events')
    expect(faults).toEqual([])
  }, 120_000)

  it('shows a place, and what was there', async () => {
    await using visit = await visitDesk(browser, url, at(WHOLESALE))
    const { page, faults } = visit
    await settled(page)
    await soon(() => page.locator('.headline').innerText()).toContain('Liangzhu Fresh Wholesale')
    await soon(async () => (await column(page, 3)).join(' ')).toContain('received')
    expect(faults).toEqual([])
  }, 120_000)

  it.each([
    ['zh', 'light', 1440],
    ['zh', 'dark', 390],
    ['en', 'light', 390],
    ['en', 'dark', 1440],
  ] as const)(
    'is for everyone: %s, %s, %i wide',
    async (lang, colorScheme, width) => {
      const options = { lang, colorScheme, viewport: { width, height: 900 } }
      await using visit = await visitDesk(browser, url, at(LOT), options)
      const { page, faults } = visit
      await whole(page)
      expect(await axe(page)).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
      await shot(page, `desk-lot-${lang}-${colorScheme}-${width}`)
      const { seen, ...found } = await turnedFromTheRight(page, 'time')
      expect(found).toEqual({ turned: [], isWide: false })
      expect(seen).toBeGreaterThan(3)
      // The picture of the trace stays whole.
      const cut = await page.evaluate(() => {
        document.documentElement.dir = 'rtl'
        const edge = document.querySelector('.gr')!.getBoundingClientRect().left
        return [...document.querySelectorAll('.gr text')].filter((one) => one.getBoundingClientRect().left < edge)
          .length
      })
      expect(cut).toBe(0)
      expect(faults).toEqual([])
    },
    120_000,
  )

  it('turns with a recall: its figures are those of the answers', async () => {
    const administrator = await loadKey(keyPath(pork.folder, 'admin-first'))
    await bringOperations({ node: url, administrator }, [recallOperation()])
    await pork.sealed()
    await traced(url, PACK)
    await using visit = await visitDesk(browser, url, at(LOT), { lang: 'zh' })
    const { page, faults } = visit
    await whole(page)
    await soon(() => page.locator('.headline').innerText()).toContain('已被召回')
    await soon(() => page.locator('#answer').innerText()).toContain('按召回的答复')
    await soon(() => page.locator('.rc').count()).toBe(1)
    expect(await axe(page)).toEqual([])
    await shot(page, 'desk-recall-zh')
    await page.emulateMedia({ media: 'print' })
    await shot(page, 'desk-recall-print')
    expect(faults).toEqual([])
  }, 120_000)
})
