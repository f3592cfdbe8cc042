import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { LOT, PACK, PRODUCT, recallOperation } from '../../verifier-web/src/_sample-verdicts.ts'
import { traced } from './_desk.ts'
import { type LiarStage, SOON } from './_liar-stage.ts'
import { PAYLOADS } from './_payloads.ts'

/** All payloads, in groups as long as a field of an answer may be. */
const GROUPS: string[] = []
for (const payload of PAYLOADS) {
  const last = GROUPS.at(-1)
  if (last === undefined || last.length + payload.length > 400) GROUPS.push(payload)
  else GROUPS[GROUPS.length - 1] = `${last} ${payload}`
}
/** What an answer must have to be read at all: times, codes, words of a closed list, identifiers, digests, numbers. */
const CLOSED =
  /^(?:\d{4}-\d\d-\d\d.*|[A-Z][A-Z0-9_]*|[a-z][A-Za-z-]{0,23}|urn:\S+|https?:\S+|[\w-]{16,64}|[A-Z]{2}-\w+|[+-]\d\d:\d\d|\d+)$/
/** Fields that hold what others call themselves, also where it looks like a word of a list. */
const TEXTS = new Set([
  'zh',
  'en',
  'name',
  'org',
  'gateway',
  'by',
  'text',
  'contact',
  'reason',
  'place',
  'party',
  'lot',
])

/** Answers in which every field that others write holds what would do harm if it were more than text. @param token of the regulator */
export function poisonedFields(stage: () => LiarStage, token: string): void {
  let round = 0
  /** The fields of answers that held something else than the ledger wrote. */
  const fields = new Set<string>()

  /** The same answer with every text of others replaced by one of the groups in turn, so that in as many rounds each field has had them all. */
  function poisoned(value: unknown, path = ''): unknown {
    if (typeof value === 'string') {
      if (CLOSED.test(value) && !TEXTS.has(path.split('.').at(-1)!)) return value
      fields.add(path)
      return GROUPS[(round + fields.size) % GROUPS.length]
    }
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map((one) => poisoned(one, path))
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, poisoned(one, `${path}.${name}`)]))
  }

  const watch = async (page: Page): Promise<string[]> => {
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(String(error)))
    page.on('dialog', (dialog) => void faults.push(dialog.message()))
    page.on('request', (one) => {
      if (!one.url().startsWith(stage().liar.url) && !/^(?:data|blob):/.test(one.url())) faults.push(one.url())
    })
    await page.route('**/v1/**', async (route) => {
      const { pathname } = new URL(route.request().url())
      try {
        const response = await route.fetch()
        if (!/json/.test(response.headers()['content-type'] ?? '')) return await route.fulfill({ response })
        const json = poisoned(await response.json(), pathname.replace(/[^/]*\d{2}[^/]*/g, '*'))
        await route.fulfill({ response, json })
      } catch {
        // The page has gone on meanwhile, and wants no answer.
        await route.abort().catch(() => undefined)
      }
    })
    return faults
  }

  const look = (page: Page): Promise<object> =>
    page.evaluate(() => ({
      broken: (globalThis as { broken?: unknown }).broken,
      handlers: [...document.querySelectorAll('*')].flatMap((one) =>
        [...one.attributes].map(({ name }) => name).filter((name) => name.startsWith('on')),
      ),
      elements: [...document.querySelectorAll('iframe, object, embed, base, script:not([src^="/assets/"])')].map(
        (one) => one.outerHTML,
      ),
      links: [...document.querySelectorAll<HTMLAnchorElement>('a[href]')]
        .map(({ href }) => href)
        .filter(
          (href) =>
            new URL(href).origin !== location.origin && !/^(?:tel:12315|https:\/\/www\.12315\.cn\/)$/.test(href),
        ),
    }))
  const nothing = { broken: undefined, handlers: [], elements: [], links: [] }

  const both = (n: number): { zh: string; en: string } => ({
    zh: GROUPS[n % GROUPS.length]!,
    en: GROUPS[n % GROUPS.length]!,
  })
  const recall = recallOperation({
    id: '9a0c9d1e-8a51-4c39-9a58-2f6f6a1f0b14',
    ...{ reason: both(0), hazard: both(1), consumer: both(2), holder: both(3), contact: PAYLOADS[9]! },
  })

  beforeAll(async () => {
    await stage().pork.govern(recall)
  })

  it('the desk shows it as text', async () => {
    const response = await fetch(`${stage().liar.url}/v1/reports`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ subject: PACK, kind: 'smell', text: PAYLOADS[0], contact: PAYLOADS[1] }),
    })
    expect(response.status).toBe(201)
    await traced(stage().pork.ledger.url, PACK)
    const page = await stage().visit({ viewport: { width: 1440, height: 1000 } })
    const faults = await watch(page)
    for (round = 0; round < GROUPS.length; round++) {
      for (const hash of ['', `s=${encodeURIComponent(LOT)}`]) {
        // Of recalled goods the last that is asked for is how far their recall is.
        const last = hash === '' ? /^\/v1\/desk$/ : /^\/v1\/recalls\/[^/]+\/progress$/
        const answered = page.waitForResponse((one) => last.test(new URL(one.url()).pathname), SOON)
        // A page of its own each time: another place in the same page would count as loaded before it is.
        await page.goto(`${stage().liar.url}/desk?lang=en&round=${round}${hash && '&goods'}#token=${token}&${hash}`)
        await answered
        await expect.poll(() => page.locator('body').innerText(), SOON).toMatch(/broken=1|evil\.example/)
        await page.waitForLoadState('networkidle')
        expect([hash, await look(page)]).toEqual([hash, nothing])
      }
    }
    expect(faults).toEqual([])
    // Complaints, recalls, traces with amounts of hand-overs, findings, names.
    const asked = new Set([...fields].map((field) => field.split('.')[0]))
    expect([...asked].sort()).toEqual(
      expect.arrayContaining(['/v1/desk', '/v1/desk/reports', '/v1/recalls/*/progress', '/v1/trace']),
    )
    await page.context().close()
  }, 240_000)

  it('the notice and the page of the goods show it as text, signed as it is', async () => {
    const page = await stage().visit()
    const faults = await watch(page)
    for (const [path, ready] of [
      [`/notice?recall=${recall.id}&lang=en`, 'main:not([data-standing=checking])'],
      [`${new URL(PACK).pathname}?lang=en`, '#page:not([data-state=checking]) footer.end'],
    ] as const) {
      await page.goto(stage().liar.url + path)
      await page.waitForSelector(ready, SOON)
      const text = await page.evaluate(() => document.body.textContent!)
      for (const part of [recall.reason, recall.hazard, recall.consumer, recall.holder]) expect(text).toContain(part.en)
      expect(text).toContain(recall.contact)
      expect(await look(page)).toEqual(nothing)
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
    }
    expect(faults).toEqual([])
    await page.context().close()
  }, 120_000)

  it('the page of labels shows it as text', async () => {
    const page = await stage().visit()
    const faults = await watch(page)
    for (round = 0; round < GROUPS.length; round++) {
      await page.goto(`${stage().liar.url}/labels?lang=en&round=${round}`)
      await page.getByRole('textbox').first().fill(PRODUCT.split('/').at(-1)!)
      await expect.poll(() => page.locator('body').innerText(), SOON).toMatch(/broken=1|evil\.example/)
      expect(await look(page)).toEqual(nothing)
    }
    expect(faults).toEqual([])
    await page.context().close()
  }, 120_000)
}
