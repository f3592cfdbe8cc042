import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { PACK } from '../../verifier-web/src/_sample-verdicts.ts'
import { type LiarStage, SOON, words } from './_liar-stage.ts'

/** A page of which a part is late, does not come, or cannot be read. */
export function partsThatDoNotCome(stage: () => LiarStage): void {
  const missing = (page: Page): Promise<boolean> => page.locator('#incomplete').isVisible()

  it.each(['words-en-*', 'en-*'])(
    'cannot mix two languages, nor make the address say another than the page: %s',
    async (part) => {
      const page = await stage().visit({ serviceWorkers: 'block' })
      expect(await stage().open(page)).toContain('记录一致')
      await page.route(`**/assets/${part}`, (route) => route.abort())
      const english = page.getByRole('link', { name: 'EN', exact: true })
      await english.click()
      await expect.poll(() => missing(page), SOON).toBe(true)
      expect(new URL(page.url()).searchParams.get('lang')).toBe('zh')
      expect(await page.getByRole('status').first().innerText()).toContain('记录一致')
      expect(await page.locator('#checks h2').innerText()).toMatch(/[\u4e00-\u9fff]/)
      expect(await page.evaluate(() => document.documentElement.lang)).toBe('zh-Hans')
      await page.unroute(`**/assets/${part}`)
      await english.click()
      await expect.poll(() => page.getByRole('status').first().innerText(), SOON).toContain('The records agree')
      await expect.poll(() => missing(page), SOON).toBe(false)
      expect(new URL(page.url()).searchParams.get('lang')).toBe('en')
      await page.context().close()
    },
  )

  it('is not waited for without a word: the checks, and what stands below the verdict', async () => {
    const page = await stage().visit({ serviceWorkers: 'block' })
    await page.clock.install()
    const held: (() => void)[] = []
    const hold = (part: string): Promise<unknown> =>
      page.route(`**/assets/${part}`, async (route) => {
        await new Promise<void>((resolve) => held.push(resolve))
        await route.continue()
      })
    await hold('verdict-*')
    await hold('rest-*.js')
    await page.goto(`${stage().liar.url}${new URL(PACK).pathname}?lang=zh`, { waitUntil: 'commit' })
    const word = page.getByRole('heading', { level: 1 })
    await expect.poll(() => word.allInnerTexts(), SOON).toEqual(['正在核对'])
    await page.clock.fastForward(31_000)
    await expect.poll(() => word.innerText(), SOON).toContain('暂时')
    expect(await page.getByRole('button', { name: '再核对一次' }).isVisible()).toBe(true)
    held.pop()!()
    await page.waitForSelector('#page[data-state=consistent]', SOON)
    expect(await missing(page)).toBe(false)
    await expect.poll(() => held.length, SOON).toBeGreaterThan(0)
    await page.clock.fastForward(31_000)
    await expect.poll(() => missing(page), SOON).toBe(true)
    for (const release of held) release()
    await stage().settled(page)
    await expect.poll(() => missing(page), SOON).toBe(false)
    await page.context().close()
  })

  it('is not waited for: proofs, on a line over which nothing comes', async () => {
    const page = await stage().visit()
    expect(await stage().open(page)).toContain('记录一致')
    await page.clock.install()
    stage().liar.lie('/v1/history', () => undefined)
    stage().liar.asked.length = 0
    await page.goto(`${stage().liar.url}${new URL(PACK).pathname}?lang=zh`)
    await page.waitForSelector('#page[data-state=checking] #verdict', SOON)
    await expect.poll(() => stage().liar.asked.some((path) => path.startsWith('/v1/history')), SOON).toBe(true)
    const state = (): Promise<string | null> => page.locator('#page').getAttribute('data-state')
    await expect
      .poll(async () => {
        await page.clock.fastForward(21_000)
        return state()
      }, SOON)
      .toBe('unchecked')
    const said = await stage().settled(page)
    for (const key of ['word.unchecked', 'say.unchecked.timeout', 'say.unchecked.last.consistent'] as const)
      expect(said).toContain(words(key))
    stage().liar.truth()
    await page.getByRole('button', { name: '再核对一次' }).click()
    await page.waitForSelector('#page[data-state=consistent]', SOON)
    await page.context().close()
  })

  it.each([
    ['a script that this browser cannot read', 'new syntax ??= of {{ tomorrow', {}],
    ['no script at all', undefined, { javaScriptEnabled: false }],
  ])('leaves a sentence in both languages: %s', async (_, code, options) => {
    const page = await stage().visit({ serviceWorkers: 'block', ...options })
    if (code !== undefined)
      await page.route('**/assets/index-*.js', (route) => route.fulfill({ contentType: 'text/javascript', body: code }))
    await page.goto(`${stage().liar.url}${new URL(PACK).pathname}`)
    const said = page.locator('.late')
    await expect.poll(() => said.isVisible(), SOON).toBe(true)
    expect(await said.innerText()).toMatch(/什么也没有核对.*太旧.*nothing has been checked.*too old/s)
    await page.context().close()
  })

  it('takes that sentence away where its script runs', async () => {
    const page = await stage().visit()
    await stage().open(page)
    expect(await page.locator('.late').count()).toBe(0)
    await page.goto(`${stage().liar.url}/?lang=zh`)
    await page.getByRole('textbox').waitFor()
    expect(await page.locator('.late').count()).toBe(0)
    await page.context().close()
  })

  it('shows the rest again after a part of it failed', async () => {
    const page = await stage().visit()
    await page.addInitScript(() => {
      const { matchMedia } = globalThis
      let left = 1
      globalThis.matchMedia = (query) => {
        if (query === '(min-width: 60rem)' && left-- > 0) throw new Error('once')
        return matchMedia.call(globalThis, query)
      }
    })
    await page.goto(`${stage().liar.url}${new URL(PACK).pathname}?lang=zh`)
    await page.waitForSelector('#page[data-state=unchecked]', SOON)
    expect(await page.getByRole('status').first().innerText()).toContain(words('say.unchecked.fault'))
    await page.getByRole('button', { name: '再核对一次' }).click()
    await page.waitForSelector('#page[data-state=consistent]', SOON)
    await expect.poll(() => page.locator('footer.end').count(), SOON).toBe(1)
    expect(await page.locator('#journey').count()).toBe(1)
    await page.context().close()
  })
}
