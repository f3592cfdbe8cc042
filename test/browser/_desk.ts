import { randomBytes } from 'node:crypto'
import { sha256, toBase64Url, utf8 } from '@tristamp/protocol'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { expect } from 'vitest'
import { until } from '../_harness/until.ts'

/** A token, and what a ledger's configuration has of it. */
export function accessOf(name: string, role: 'regulator' | 'operator') {
  const token = toBase64Url(randomBytes(32))
  return { token, access: { name, role, sha256: toBase64Url(sha256(utf8(token))) } }
}

export interface DeskVisit extends AsyncDisposable {
  context: BrowserContext
  page: Page
  /** What a page must not do: errors, requests elsewhere, breaches of its policy. */
  faults: string[]
}

/** Opens the desk. `hash` as it stands in the address, without `#`. */
export async function visitDesk(
  browser: Browser,
  ledger: string,
  hash: string,
  { lang = 'en', ...options }: BrowserContextOptions & { lang?: string } = {},
): Promise<DeskVisit> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 1000 },
    reducedMotion: 'reduce',
    timezoneId: 'Asia/Shanghai',
    ...options,
  })
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('console', (message) => {
    // A token that is refused, and a name that nothing has, are answers like any others.
    if (message.type() === 'error' && !/status of (?:401|403|404)/.test(message.text())) faults.push(message.text())
  })
  page.on('request', (asked) => {
    if (new URL(asked.url()).origin !== ledger) faults.push(`asked ${asked.url()}`)
  })
  await page.exposeFunction('reportViolation', (what: string) => void faults.push(what))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (e) => {
      const { reportViolation } = globalThis as unknown as { reportViolation: (what: string) => void }
      reportViolation(`${e.violatedDirective} ${e.blockedURI}`)
    })
  })
  await page.goto(`${ledger}/desk?lang=${lang}#${hash}`)
  return { context, page, faults, [Symbol.asyncDispose]: () => context.close() }
}

/** Asks a question as a person does. */
export async function askDesk(page: Page, question: string): Promise<void> {
  await page.locator('#q').fill(question)
  await page.locator('#q').press('Enter')
}

/** Waits until an answer stands, and everything that was to be checked is. */
export async function settled(page: Page): Promise<void> {
  await page.locator('.took b').waitFor()
  await expect.poll(() => page.getByText(/Checking the records|正在核对其他/).count(), { timeout: 60_000 }).toBe(0)
}

export function soon<T>(look: () => Promise<T>): ReturnType<typeof expect.poll<T>> {
  return expect.poll(look, { timeout: 60_000 })
}

/** Waits until the traces have what is sealed: until then a search is as of what was read. */
export async function traced(ledger: string, subject: string): Promise<void> {
  const size = async (path: string, read: (answer: never) => number | undefined): Promise<number | undefined> => {
    const answer = await fetch(`${ledger}${path}`)
    return answer.ok ? read((await answer.json()) as never) : undefined
  }
  await until(
    'the traces have what is sealed',
    async () => {
      const sealed = await size('/healthz', ({ sealed }: { sealed?: { size: number } }) => sealed?.size)
      const read = await size(
        `/v1/trace?${new URLSearchParams({ subject })}`,
        ({ treeSize }: { treeSize: number }) => treeSize,
      )
      return read !== undefined && read === sealed
    },
    120_000,
  )
}
