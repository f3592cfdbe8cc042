import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CASE, LOT, PACK, PIG } from '../../verifier-web/src/_sample-verdicts.ts'
import { closeAll } from '../_harness/close-all.ts'
import { axe } from './_axe.ts'
import { haveChromium, launchChromium } from './_chromium.ts'
import { accessOf, soon, visitDesk } from './_desk.ts'
import { type BuiltPages, buildPages } from './_pages.ts'
import { type PorkLedger, startPorkLedger } from './_pork-ledger.ts'
import { shot } from './_shots.ts'

const REGULATOR = accessOf('bureau', 'regulator')
const OPERATOR = accessOf('<i>duty</i>', 'operator')
const HOSTILE = '<img src=x onerror=alert(1)> "><script>alert(1)</script> {n} javascript:alert(1)'

describe.skipIf(!haveChromium())('complaints on the desk', () => {
  let pages: BuiltPages
  let pork: PorkLedger
  let browser: Browser
  let network = 0

  beforeAll(async () => {
    pages = await buildPages()
    pork = await startPorkLedger(pages.folder, [REGULATOR.access, OPERATOR.access], ['first'], {
      http: { addressHeader: 'X-Forwarded-For' },
    })
    browser = await launchChromium()
  }, 180_000)

  afterAll(async () => {
    await closeAll(browser, pork, pages)
  })

  const report = async (body: object): Promise<string> => {
    const response = await fetch(`${pork.ledger.url}/v1/reports`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': `10.2.${++network}.1` },
      body: JSON.stringify(body),
    })
    const text = await response.text()
    expect(response.status, text).toBe(201)
    return (JSON.parse(text) as { id: string }).id
  }

  it('lists them, and shows what the goods of some have in common', { timeout: 180_000 }, async () => {
    await using empty = await visitDesk(browser, pork.ledger.url, `token=${REGULATOR.token}`)
    await empty.page.getByText('No reports.').waitFor()
    expect(await axe(empty.page)).toEqual([])

    await report({ subject: PACK, kind: 'sick', text: HOSTILE, region: 'CN-HB', contact: 'ann@example.org' })
    await report({ subject: CASE, kind: 'smell', text: '两行\n文字' })
    await report({ subject: `${LOT}9`, kind: 'label-wrong' })
    await using visit = await visitDesk(browser, pork.ledger.url, `token=${REGULATOR.token}`)
    const { page, faults } = visit
    const panel = page.locator('.complaints')
    await panel.locator('tbody tr').nth(2).waitFor()
    expect(await panel.locator('tbody tr').count()).toBe(3)
    const text = await panel.innerText()
    for (const part of [HOSTILE, 'Hubei', 'ann@example.org', '90 days', 'not in the ledger', '3 reports'])
      expect(text).toContain(part)
    expect(await panel.locator('img, script').count()).toBe(0)
    expect(await axe(page)).toEqual([])
    // What is to be touched is large enough for a finger.
    const small = await panel
      .locator('button, select, label.tick')
      .evaluateAll((all) => all.filter((one) => one.getBoundingClientRect().height < 44).map((one) => one.outerHTML))
    expect(small).toEqual([])

    // One click: what all that is listed has in common.
    await panel.getByRole('button', { name: 'what all 3 goods listed have in common' }).click()
    await soon(() => panel.locator('.common').innerText()).toContain('explains 2 of 3')
    await panel.getByRole('button', { name: 'Pick all 3 listed' }).click()
    expect(await panel.getByRole('checkbox', { checked: true }).count()).toBe(3)
    await panel.getByRole('button', { name: 'Pick none' }).click()
    const button = panel.getByRole('button', { name: 'in common' })
    await panel.getByRole('checkbox').nth(1).focus()
    await page.keyboard.press('Space')
    expect(await button.isDisabled()).toBe(true)
    await panel.getByRole('checkbox').nth(2).check()
    await panel.getByRole('checkbox').nth(0).check()
    await panel.getByRole('button', { name: 'What 3 goods have in common' }).click()
    await soon(() => panel.locator('.common .ranked > li').count()).toBeGreaterThan(0)
    const common = await panel.locator('.common').innerText()
    expect(common).toContain('Not in the ledger')
    expect(common).toContain('explains 2 of 3')
    expect(common).toContain('a lead, and not a proof')
    // Further back than both: the animal.
    expect(await panel.locator(`.common a[href*="${encodeURIComponent(PIG)}"]`).count()).toBe(1)
    await panel.locator('.common summary').first().click()
    await soon(() => panel.locator('.common details[open]').first().innerText()).toContain('entry')
    expect(await axe(page)).toEqual([])
    await shot(page, 'desk-complaints')

    // Beside what is known of the pack: what is said of it, and of the case that it came in.
    await panel.locator('tbody a').nth(2).click()
    const about = page.locator('.complaints.about')
    await soon(() => about.innerText()).toMatch(/1 report about it[\s\S]*1 report about goods along its way/)
    for (const part of [HOSTILE, 'Hubei', '两行']) expect(await about.innerText()).toContain(part)
    expect(await about.innerText()).not.toContain('ann@example.org')
    expect(await about.locator('img, script').count()).toBe(0)
    expect(await axe(page)).toEqual([])
    await page.goBack()
    await panel.locator('tbody tr').nth(2).waitFor()
    expect(faults).toEqual([])

    await panel.getByRole('combobox').selectOption('smell')
    await soon(() => panel.locator('tbody tr').count()).toBe(1)

    // One that the operator deletes is gone, and a word of it stays, apart from those that stand.
    const id = await report({ subject: PACK, kind: 'smell', text: 'to be deleted' })
    const headers = { Authorization: `Bearer ${OPERATOR.token}` }
    const deleted = await fetch(`${pork.ledger.url}/v1/reports/${id}`, { method: 'DELETE', headers })
    expect(deleted.status).toBe(204)
    await page.reload()
    const gone = panel.locator('.gone')
    await gone.getByText('1 report was deleted').click()
    await soon(() => gone.innerText()).toMatch(new RegExp(`Smell or colour.*deleted by <i>duty</i> on.*${id}`, 's'))
    expect(await panel.innerText()).not.toContain('to be deleted')
    expect(await panel.locator('tbody tr').count()).toBe(3)
    expect(await axe(page)).toEqual([])
    await gone.locator('a').click()
    await about.getByText('1 report was deleted').waitFor()
    expect(faults).toEqual([])
  })

  it('says so when the ledger does not answer as it should', { timeout: 120_000 }, async () => {
    await using visit = await visitDesk(browser, pork.ledger.url, `token=${REGULATOR.token}`, { lang: 'zh' })
    const { page } = visit
    const panel = page.locator('.complaints')
    await panel.locator('table').waitFor()
    await page.route('**/v1/desk/reports*', (route) =>
      route.fulfill({ json: { total: 1, contactDays: 90, reports: [{ id: 'x', at: 'y', subject: HOSTILE }] } }),
    )
    await panel.getByRole('combobox').selectOption('sick')
    await panel.getByRole('alert').waitFor()
    expect(await panel.locator('table').count()).toBe(0)
    await page.unroute('**/v1/desk/reports*')
    await panel.getByRole('button', { name: '再试一次' }).click()
    await soon(() => panel.locator('tbody tr').count()).toBe(1)
    expect(await axe(page)).toEqual([])
  })
})
