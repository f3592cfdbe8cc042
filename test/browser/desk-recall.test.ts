import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { bringOperations, keyPath, loadKey } from '@tristamp/ledger-node'
import type { Operation, Recall } from '@tristamp/protocol'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KITCHEN, LOT } from '../../verifier-web/src/_sample-verdicts.ts'
import { closeAll } from '../_harness/close-all.ts'
import { axe } from './_axe.ts'
import { haveChromium, launchChromium } from './_chromium.ts'
import { accessOf, soon, traced, visitDesk } from './_desk.ts'
import { MANY_CASES, MANY_LOT, MANY_SERIALS, recordManySerials } from './_many-serials.ts'
import { type BuiltPages, buildPages } from './_pages.ts'
import { type PorkLedger, startPorkLedger } from './_pork-ledger.ts'
import { shot } from './_shots.ts'

const regulator = accessOf('Enshi Market Authority', 'regulator')
const hash = `token=${regulator.token}&${new URLSearchParams({ s: LOT })}`

/** Where the words of a recall are typed. */
const TEXTS = ['Reason', 'Hazard', 'What consumers do', 'What holders do']

describe.skipIf(!haveChromium())('recalls on the desk', () => {
  let pages: BuiltPages
  let pork: PorkLedger
  let browser: Browser
  let url: string

  beforeAll(async () => {
    pages = await buildPages()
    pork = await startPorkLedger(pages.folder, [regulator.access], ['first', 'second'])
    url = pork.ledger.url
    browser = await launchChromium()
  }, 240_000)
  afterAll(async () => {
    await closeAll(browser, pork, pages)
  })

  /** Signs an operation as a person does who was handed the file. */
  const sign = async (name: string, operation: Operation): Promise<void> => {
    const administrator = await loadKey(keyPath(pork.folder, `admin-${name}`))
    await bringOperations({ node: url, administrator }, [operation])
  }
  const begin = async (page: Page): Promise<void> => {
    await page.getByRole('button', { name: 'Start a recall' }).click()
    await page.getByText('Step 1 of 4').waitFor()
  }
  const next = async (page: Page, step: number): Promise<void> => {
    await page.getByRole('button', { name: 'Next', exact: true }).click()
    await page.getByText(`Step ${step} of 4`).waitFor()
  }
  const say = async (page: Page): Promise<void> => {
    for (const name of TEXTS) {
      const group = page.getByRole('group', { name, exact: true })
      await group.getByLabel('Chinese').fill(`${name} 的话`)
      await group.getByLabel('English').fill(`words of ${name}`)
    }
    await page.getByLabel('Who recalls').fill('qingjiang')
  }
  const saved = async (page: Page): Promise<Operation> => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save the operation file' }).click(),
    ])
    return JSON.parse(await readFile(await download.path(), 'utf8')) as Operation
  }
  const commands = async (page: Page): Promise<string[]> => page.locator('.wz-command > code').allInnerTexts()

  it('goes from a scope by a trace over two signatures to a panel that follows it, and is lifted', async () => {
    await using visit = await visitDesk(browser, url, hash)
    const { page, faults } = visit
    await begin(page)
    await page.getByText('Does not: the scope is frozen').click()
    await shot(page, 'recall-1-scope-en')
    await next(page, 2)
    await soon(() => page.locator('.wz').innerText()).toContain('Xiaoman Kitchen')
    await shot(page, 'recall-2-affected-en')
    await next(page, 3)
    expect(await page.getByRole('button', { name: 'Next', exact: true }).isDisabled()).toBe(true)
    const reason = page.getByRole('group', { name: 'Reason', exact: true }).getByLabel('English')
    // What would turn the words around is told while one types.
    await reason.fill('safe \u202e to eat')
    await page.getByText('Has characters that hide or turn the words').waitFor()
    await reason.fill('x'.repeat(601))
    await page.getByText('Too long by 1').waitFor()
    await say(page)
    expect(await page.locator('.wz').innerText()).toContain('within 24 h')
    await page.getByText('Class 2').click()
    await page.getByText(/within 48 h of when the producer came to know/).waitFor()
    await shot(page, 'recall-3-words-en')
    await next(page, 4)

    const recall = (await saved(page)) as Recall
    const query = new URLSearchParams({ subject: LOT, direction: 'forward', limit: '5000' })
    const answer = Buffer.from(await (await fetch(`${url}/v1/trace?${query}`)).arrayBuffer())
    expect(recall).toMatchObject({ op: 'recall', org: 'qingjiang', class: 2, subjects: [LOT] })
    expect(recall).not.toHaveProperty('after')
    expect(recall.trace!.digest).toBe(createHash('sha256').update(answer).digest('base64url'))
    const [propose, approve] = await commands(page)
    expect(propose).toBe(
      `tristamp-ledger propose --file recall-${recall.id}.json --node ${url} --admin-key admin-first.pem`,
    )
    expect(approve).toMatch(/^tristamp-ledger approve [0-9a-f]{64} --node http.* --admin-key admin-second\.pem$/)
    await page.getByText('Nobody has signed yet').waitFor()
    await sign('first', recall)
    await page.getByText('1 of 2 have signed: first; missing: second').waitFor()
    await shot(page, 'recall-4-sign-en')
    expect(await axe(page)).toEqual([])
    await sign('second', recall)
    await page.getByText('The recall stands and is in the ledger.').waitFor()
    await pork.sealed()
    await page.getByRole('button', { name: 'Close', exact: true }).click()

    // Someone without a key answers: told apart, and not counted.
    const said = await fetch(`${url}/v1/recalls/${recall.id}/responses`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ place: KITCHEN, state: 'quarantined', quantity: { milli: 1000 } }),
    })
    expect(said.status).toBe(201)
    const panel = page.locator('.rc-real', { hasText: recall.id.slice(0, 8) })
    await panel.getByText('Deadline 48 h').waitFor()
    await soon(() => panel.innerText()).toContain('1 site has not answered')
    await soon(() => panel.innerText()).toContain('Xiaoman Kitchen')
    await panel.getByText('Site by site').click()
    await panel.getByText('Answers without a key (as anyone may say; not in the figures above)').waitFor()
    await panel.getByText('Timeline').click()
    await panel.getByText('QR code of the notice').click()
    await panel.getByRole('img', { name: 'QR code of the notice' }).waitFor()
    expect(await panel.getByRole('link', { name: 'Full notice' }).getAttribute('href')).toContain(
      `/notice?recall=${recall.id}`,
    )
    await panel.getByText('Medicine').click()
    await panel.getByText('Deadline 72 h').waitFor()
    await shot(page, 'recall-panel-en')
    expect(await axe(page)).toEqual([])

    // In other words: whose it is and that it is in earnest stays.
    await begin(page)
    await page.getByText('Correct a recall that stands').click()
    await next(page, 2)
    await next(page, 3)
    expect(await page.getByLabel('Who recalls').isDisabled()).toBe(true)
    await page.getByText('Class 1').click()
    await next(page, 4)
    const corrected = (await saved(page)) as Recall
    expect(corrected).toEqual({ ...recall, class: 1 })
    await page.getByRole('button', { name: 'Back', exact: true }).click()
    await page.getByRole('button', { name: 'Back', exact: true }).click()
    await page.getByRole('button', { name: 'Back', exact: true }).click()

    await page.getByText('Lift a recall').click()
    await next(page, 2)
    await next(page, 3)
    await page.getByLabel('Why it is lifted').fill('all is back')
    await next(page, 4)
    const lift = await saved(page)
    expect(lift).toEqual({ op: 'lift', id: recall.id, reason: 'all is back' })
    await sign('first', lift)
    await sign('second', lift)
    await page.getByText('The recall is lifted, and that is in the ledger.').waitFor()
    await pork.sealed()
    await soon(() => page.locator('.rc-past', { hasText: recall.id.slice(0, 8) }).innerText()).toContain('all is back')
    expect(faults).toEqual([])
  }, 300_000)

  it('freezes a scope of many pages, shows how far it is, and names many cases in several recalls', async () => {
    await recordManySerials(pork)
    await traced(url, MANY_LOT)
    await using visit = await visitDesk(
      browser,
      url,
      `token=${regulator.token}&${new URLSearchParams({ s: MANY_LOT })}`,
    )
    const { page, faults } = visit
    // The packs' own histories are each the whole lot's: minutes of checking, and not what is looked at here.
    await page.route(/\/v1\/history\?.*21%2FM/, (route) => route.fulfill({ status: 404 }))
    const start = page.getByRole('button', { name: 'Start a recall' })
    await start.waitFor()
    // The second page comes when the first was seen.
    let go = (): void => undefined
    const seen = new Promise<void>((resolve) => {
      go = resolve
    })
    await page.route(/\/v1\/trace\?.*direction=forward.*cursor=/, async (route) => {
      await seen
      await route.continue()
    })
    await start.press('Enter')
    await page.getByText(/^5,000 of [\d,]+ read$/).waitFor()
    await page.getByRole('progressbar').waitFor()
    go()
    await page.getByText('Step 1 of 4').waitFor()
    // The lot, what is in it, and its cases.
    const goods = new Intl.NumberFormat('en').format(1 + MANY_SERIALS + MANY_CASES)
    const taken = page.locator('.wz-taken')
    await soon(() => taken.innerText()).toContain(`1 chosen They take in ${goods} of the ${goods} goods`)
    await page.getByText('Does not: the scope is frozen').click()
    await page.getByText(/The answer has \d pages/).waitFor()
    await shot(page, 'recall-many-1-scope-en')

    const pages: Buffer[] = []
    const query = new URLSearchParams({ subject: MANY_LOT, direction: 'forward', limit: '5000' })
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      if (cursor !== '') query.set('cursor', cursor)
      const bytes = Buffer.from(await (await fetch(`${url}/v1/trace?${query}`)).arrayBuffer())
      pages.push(pages.length === 0 ? bytes : Buffer.concat([Buffer.from('\n'), bytes]))
      cursor = (JSON.parse(bytes.toString('utf8')) as { cursor?: string }).cursor
    }
    expect(pages.length).toBeGreaterThan(2)
    const digest = createHash('sha256').update(Buffer.concat(pages)).digest('base64url')
    const [answer] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save the trace’s answer' }).click(),
    ])
    const file = await readFile(await answer.path())
    expect(createHash('sha256').update(file).digest('base64url')).toBe(digest)

    // Too many to be named; all of the cases are.
    await page.getByRole('button', { name: 'Choose all' }).click()
    await soon(() => taken.innerText()).toContain('4,096 can be')
    expect(await page.getByRole('button', { name: 'Next', exact: true }).isDisabled()).toBe(true)
    await taken.getByRole('button', { name: 'Choose the 1 that takes in all' }).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Choose none' }).click()
    await taken.getByRole('button', { name: 'Choose the 1 that takes in all' }).click()
    await soon(() => taken.innerText()).toContain('1 chosen')
    await page.getByRole('button', { name: 'Choose none' }).click()
    await page.getByLabel('Filter').fill('/00/')
    await page.getByText('44 more are found by the filter').waitFor()
    await page.getByRole('button', { name: 'Choose all' }).click()
    await soon(() => taken.innerText()).toContain('so there will be 2')
    await next(page, 2)
    await next(page, 3)
    await say(page)
    await next(page, 4)
    const recalls = (await saved(page)) as unknown as Recall[]
    expect(recalls.map(({ subjects }) => subjects.length)).toEqual([256, MANY_CASES - 256])
    for (const recall of recalls) {
      expect(recall.trace!.digest).toBe(digest)
      expect(recall).not.toHaveProperty('after')
    }
    expect((await commands(page))[1]).toMatch(/^tristamp-ledger approve [0-9a-f]{64} [0-9a-f]{64} --node /)
    await shot(page, 'recall-many-4-sign-en')
    for (const name of ['first', 'second']) await sign(name, recalls[0]!)
    await page.getByText('1 of 2 recalls stand. Nobody has signed yet').waitFor()
    for (const name of ['first', 'second']) await sign(name, recalls[1]!)
    await page.getByText('2 of 2 recalls stand. The recall stands and is in the ledger.').waitFor()
    expect(faults).toEqual([])
  }, 300_000)

  it.each([
    ['zh', 'light', 390],
    ['zh', 'dark', 1440],
    ['en', 'light', 1440],
    ['en', 'dark', 390],
  ] as const)(
    'marks a drill wherever it stands, and keeps nobody out (%s, %s, %i px)',
    async (lang, colorScheme, width) => {
      const viewport = { width, height: 900 }
      await using visit = await visitDesk(browser, url, hash, { lang, colorScheme, viewport })
      const { page, faults } = visit
      const zh = lang === 'zh'
      await page.getByRole('button', { name: zh ? '发起召回' : 'Start a recall' }).click()
      const forward = page.getByRole('button', { name: zh ? '下一步' : 'Next', exact: true })
      for (const step of [2, 3]) {
        await forward.click()
        await page.getByText(zh ? `第 ${step} 步` : `Step ${step} of 4`).waitFor()
      }
      // From the keyboard: the step's own heading has the focus, and the switch is reached from there.
      await page.getByText(zh ? '演练：处处标明' : 'A drill: marked DRILL').click()
      await page.getByText(zh ? '演练：不是真的召回' : 'DRILL, not a recall').waitFor()
      expect(await axe(page)).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
      await shot(page, `recall-drill-${lang}-${colorScheme}-${width}`)
      expect(faults).toEqual([])
    },
    180_000,
  )

  it('shows a drill as one, in the panel, too', async () => {
    await using visit = await visitDesk(browser, url, hash)
    const { page, faults } = visit
    await begin(page)
    await next(page, 2)
    await next(page, 3)
    await page.getByText('A drill: marked DRILL').click()
    await say(page)
    await next(page, 4)
    const drill = (await saved(page)) as Recall
    expect(drill).toMatchObject({ drill: true })
    await sign('first', drill)
    await sign('second', drill)
    await page.getByText('The drill stands and is in the ledger.').waitFor()
    await pork.sealed()
    await page.getByRole('button', { name: 'Close', exact: true }).click()
    const panel = page.locator('section.rc', { hasText: drill.id.slice(0, 8) })
    await soon(() => panel.innerText()).toContain('A drill: nothing is recalled')
    // No slab, and no deadline of a law.
    expect(await panel.getAttribute('class')).toBe('rc rc-drill')
    expect(await panel.innerText()).not.toContain('Deadline')
    expect(await axe(page)).toEqual([])
    await shot(page, 'recall-panel-drill-en')
    expect(faults).toEqual([])
  }, 180_000)
})
