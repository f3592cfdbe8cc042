import type { Browser, Page } from 'playwright-core'
import { PACK } from '../../verifier-web/src/_sample-verdicts.ts'
import { type MessageKey, zh } from '../../verifier-web/src/i18n/zh.ts'
import { closeAll } from '../_harness/close-all.ts'
import { launchChromium } from './_chromium.ts'
import { type Liar, startLiar } from './_liar.ts'
import { type BuiltPages, buildPages } from './_pages.ts'
import { type PorkLedger, startPorkLedger } from './_pork-ledger.ts'

export const SOON: { timeout: number } = { timeout: 60_000 }

/** A sentence of the page, as it is read. */
export const words = (key: MessageKey): string => String(zh[key]).replaceAll('|', '')

/** A ledger, a server before it that may lie, and a phone that asks it. */
export class LiarStage implements AsyncDisposable {
  readonly pork: PorkLedger
  readonly liar: Liar
  readonly #pages: BuiltPages
  readonly #browser: Browser

  private constructor(pages: BuiltPages, pork: PorkLedger, liar: Liar, browser: Browser) {
    this.#pages = pages
    this.pork = pork
    this.liar = liar
    this.#browser = browser
  }

  static async start(...access: Parameters<typeof startPorkLedger>[1] & object): Promise<LiarStage> {
    const pages = await buildPages()
    const pork = await startPorkLedger(pages.folder, access)
    return new LiarStage(pages, pork, await startLiar(pork.ledger.url), await launchChromium())
  }

  async visit(options: object = {}): Promise<Page> {
    const viewport = { width: 390, height: 844 }
    const own = { viewport, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', ...options }
    return (await this.#browser.newContext(own)).newPage()
  }

  /** What the page says first, when all of it stands. */
  async open(page: Page, subject: string = PACK): Promise<string> {
    await page.goto(`${this.liar.url}${new URL(subject).pathname}?lang=zh`)
    return this.settled(page)
  }

  async settled(page: Page): Promise<string> {
    await page.waitForSelector('#page:not([data-state=checking]) footer.end', SOON)
    return page.getByRole('status').first().innerText()
  }

  /** What the ledger itself says of a subject at present. */
  async bundleOf(subject: string): Promise<Buffer> {
    const answer = await fetch(`${this.pork.ledger.url}/v1/history?${new URLSearchParams({ subject })}`)
    return Buffer.from(await answer.arrayBuffer())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await closeAll(this.#browser, this.liar, this.pork, this.#pages)
  }
}
