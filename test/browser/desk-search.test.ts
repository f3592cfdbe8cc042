import type { Operation } from '@tristamp/protocol'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KITCHEN, LOT, PACK, PRODUCT, TRUCK, WHOLESALE } from '../../verifier-web/src/_sample-verdicts.ts'
import { closeAll } from '../_harness/close-all.ts'
import { axe } from './_axe.ts'
import { haveChromium, launchChromium } from './_chromium.ts'
import { accessOf, askDesk, settled, soon, traced, visitDesk } from './_desk.ts'
import { type BuiltPages, buildPages } from './_pages.ts'
import { type PorkLedger, startPorkLedger } from './_pork-ledger.ts'
import { shot } from './_shots.ts'

const HOSTILE = '<img src=x onerror="document.title=1">'
const EVIL_PLACE = 'https://id.gs1.org/414/9506000134086'

const gtin = PRODUCT.split('/').at(-1)!
const serial = PACK.split('/').at(-1)!
const gln = (uri: string): string => uri.split('/').at(-1)!

describe.skipIf(!haveChromium())('the desk’s search', () => {
  const regulator = accessOf('Enshi Market Authority', 'regulator')
  const operator = accessOf('whoever runs it', 'operator')
  let pages: BuiltPages
  let pork: PorkLedger
  let browser: Browser
  let url: string

  beforeAll(async () => {
    pages = await buildPages()
    pork = await startPorkLedger(pages.folder, [regulator.access, operator.access])
    url = pork.ledger.url
    browser = await launchChromium()
    const name = { zh: HOSTILE, en: HOSTILE }
    const place = {
      op: 'register-place',
      org: 'yunling',
      place: EVIL_PLACE,
      name,
      address: name,
      zone: 'Asia/Shanghai',
    }
    await pork.govern(place as Operation)
    await traced(url, PACK)
  }, 240_000)

  afterAll(async () => {
    await closeAll(browser, pork, pages)
  })

  const signIn = `token=${regulator.token}`
  /** The subjects that the page lists, or the one that it opened. */
  const found = async (page: Page): Promise<string[]> => {
    await page.locator('.took b').waitFor()
    const open = new URLSearchParams(new URL(page.url()).hash.slice(1)).get('s')
    if (open !== null) return [open]
    const links = await page.locator('#results a').evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).hash))
    return links.map((hash) => new URLSearchParams(hash.slice(1)).get('s') ?? '')
  }

  it('takes a token from the address and clears it there; whoever has none, or another, is told in words', async () => {
    await using visit = await visitDesk(browser, url, signIn)
    const { page, faults } = visit
    await page.locator('#q').waitFor()
    await soon(() => page.locator('header').innerText()).toContain('Enshi Market Authority')
    expect(page.url()).not.toContain('token')
    await page.reload()
    await page.locator('#q').waitFor()
    await page.getByRole('button', { name: 'Leave' }).click()
    await page.getByLabel('Regulator’s token').fill('short')
    await page.keyboard.press('Enter')
    await soon(() => page.getByRole('alert').innerText()).toContain('16 or more')
    await page.getByLabel('Regulator’s token').fill('a'.repeat(43))
    await page.keyboard.press('Enter')
    await soon(() => page.getByRole('alert').innerText()).toContain('does not know this token')
    await page.getByLabel('Regulator’s token').fill(operator.token)
    await page.keyboard.press('Enter')
    await soon(() => page.getByRole('alert').innerText()).toContain('one of the role regulator')
    expect(await axe(page)).toEqual([])
    await shot(page, 'desk-token-en')
    await page.getByLabel('Regulator’s token').fill(regulator.token)
    await page.keyboard.press('Enter')
    await page.locator('#q').waitFor()
    await soon(() => page.evaluate(() => document.activeElement?.id)).toBe('q')
    expect(faults).toEqual([])
  }, 120_000)

  it('finds each kind of thing, as it stands on a label or as it is called', async () => {
    await using visit = await visitDesk(browser, url, signIn)
    const { page, faults } = visit
    const questions: [question: string, expected: string][] = [
      [`(01)${gtin}(10)B261120-07`, LOT],
      [`01${gtin}10B261120-07`, LOT],
      [`https://example.com/01/${gtin}/21/${serial}`, PACK],
      ['b261120-07', LOT],
      ['B2611', LOT],
      [serial, PACK],
      [serial.replace(/(.{4})/g, '$1 '), PACK],
      [gtin, LOT],
      [gtin.slice(1), LOT],
      ['095060001340000017', 'https://id.gs1.org/00/095060001340000017'],
      [gln(KITCHEN), KITCHEN],
      ['黑猪', LOT],
      ['black pork', LOT],
      ['良渚', WHOLESALE],
      ['truck 27', TRUCK],
      ['Hangzhou', WHOLESALE],
      ['liangzhu fresh', WHOLESALE],
      ['2026-11-20', LOT],
      ['2026-11-19..20', LOT],
      ['小满 2026-11-22', KITCHEN],
    ]
    for (const [question, expected] of questions) {
      await askDesk(page, question)
      await soon(async () => ({ question, found: (await found(page)).includes(expected) })).toEqual({
        question,
        found: true,
      })
    }
    await askDesk(page, '2025-01-01')
    await soon(() => page.locator('#answer').innerText()).toContain('Nothing in the ledger fits')
    await askDesk(page, `${gtin.slice(0, -1)}${(Number(gtin.at(-1)) + 1) % 10}`)
    await soon(() => page.locator('#answer').innerText()).toContain('check digit is wrong')
    expect(faults).toEqual([])
  }, 240_000)

  it('goes through what was found by the arrows, and back by the browser', async () => {
    await using visit = await visitDesk(browser, url, signIn)
    const { page, faults } = visit
    await askDesk(page, '2026-11-20')
    await page.locator('#results a').first().waitFor()
    expect(await axe(page)).toEqual([])
    await shot(page, 'desk-results-en')
    await page.locator('#q').press('ArrowDown')
    const focused = () =>
      page.evaluate(() => (document.activeElement as HTMLAnchorElement).hash || document.activeElement?.id)
    const links = await page.locator('#results a').evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).hash))
    expect(links.length).toBeGreaterThan(1)
    await soon(focused).toBe(links[0])
    await page.keyboard.press('ArrowDown')
    await soon(focused).toBe(links[1])
    await page.keyboard.press('End')
    await soon(focused).toBe(links.at(-1))
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowUp')
    await soon(focused).toBe('q')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.locator('.headline').waitFor()
    expect(new URL(page.url()).hash).toBe(links[0])
    await page.goBack()
    await page.locator('#results a').first().waitFor()
    await page.keyboard.press('/')
    await soon(focused).toBe('q')
    // The address alone opens the same again.
    await page.goForward()
    await page.reload()
    await settled(page)
    expect(new URL(page.url()).hash).toBe(links[0])
    expect(faults).toEqual([])
  }, 120_000)

  it('shows a name that is a script as the text that it is', async () => {
    await using visit = await visitDesk(browser, url, signIn)
    const { page, faults } = visit
    await askDesk(page, '<img src=x')
    await soon(() => page.locator('#answer').innerText()).toContain(HOSTILE)
    await askDesk(page, HOSTILE)
    await settled(page)
    expect(await page.locator('img').count()).toBe(0)
    expect(await page.title()).toBe('Tristamp Desk')
    expect(faults).toEqual([])
  }, 120_000)
})
