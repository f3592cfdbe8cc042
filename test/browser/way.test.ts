import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  encodeRoute,
  evidenceId,
  evidenceUri,
  fromBase64Url,
  type Json,
  type RoutePoint,
  toHex,
} from '@tristamp/protocol'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commissioned, itemUri, type TestGateway, TestLedger } from '../../ledger-node/src/_harness.ts'
import { closeAll } from '../_harness/close-all.ts'
import { haveChromium, launchChromium } from './_chromium.ts'
import { type BuiltPages, buildPages } from './_pages.ts'

// The way of a vehicle and the intervals of its thermometer, on the consumer's page in a real browser.

const FROM_MS = Date.parse('2026-11-22T01:02:03.004Z')
const HALF_HOUR_MS = 1_800_000

let pages: BuiltPages
let ledger: TestLedger
let browser: Browser

/** Some 30 km through the hills, a point every 20 seconds. */
const points: RoutePoint[] = Array.from({ length: 90 }, (_, i) => ({
  s: Math.floor(FROM_MS / 1000) + 20 * i,
  latE5: 3_024_000 + Math.round(8000 * Math.sin(i / 14)),
  lonE5: 10_948_000 + 300 * i,
}))
const bytes = encodeRoute(points)

async function record(gateway: TestGateway, item: string): Promise<void> {
  const folder = join(ledger.folder, 'evidence', 'sha-256')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, toHex(fromBase64Url(evidenceId(bytes)))), bytes)
  const begun = commissioned(item) as { [name: string]: Json }
  const { ilmd: _, 'tristamp:quality': __, ...rest } = commissioned(item) as { [name: string]: Json }
  const later = {
    ...rest,
    action: 'OBSERVE',
    bizStep: 'storing',
    eventTime: new Date(FROM_MS + HALF_HOUR_MS).toISOString(),
    'tristamp:geo': { ...(rest['tristamp:geo'] as object), route: evidenceUri(evidenceId(bytes)) },
    'tristamp:clock': { ...(rest['tristamp:clock'] as object), monotonicMs: 123_456 + HALF_HOUR_MS },
    sensorElementList: [
      {
        sensorMetadata: {
          deviceID: 'https://id.gs1.org/8004/9506000134COLD1',
          startTime: new Date(FROM_MS).toISOString(),
          endTime: new Date(FROM_MS + HALF_HOUR_MS).toISOString(),
        },
        sensorReport: [{ type: 'Temperature', uom: 'CEL', value: 3.1, minValue: 1.9, meanValue: 3.25, maxValue: 5.5 }],
        'tristamp:summary': {
          Temperature: { ok: 176, missing: 4, why: ['silent'], gapMs: 40_000, aboveMs: 300_000, belowMs: 0 },
        },
      },
    ],
  } as unknown as Json
  const answer = await ledger.post(gateway.batchOf([begun, later]))
  gateway.seq++
  expect(answer.status, await answer.clone().text()).toBe(201)
  await ledger.sealed(((await answer.json()) as { entry: number }).entry)
}

const item = itemUri('WAY1')

async function open(lang: string, shape: (page: Page) => Promise<unknown> = () => Promise.resolve()): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 390, height: 844 } })
  await shape(page)
  await page.goto(`${ledger.url}${new URL(item).pathname}?lang=${lang}`)
  await page.waitForSelector('#way figcaption')
  await page.waitForFunction(() => !/…/.test(document.querySelector('#way')?.textContent ?? '…'))
  return page
}

describe.skipIf(!haveChromium())('the way and the intervals on the page', () => {
  beforeAll(async () => {
    pages = await buildPages()
    ledger = await TestLedger.start({}, { pages: pages.folder })
    const [gateway] = (await ledger.enrolGateways('one')) as [TestGateway]
    await record(gateway, item)
    browser = await launchChromium()
  }, 120_000)
  afterAll(async () => {
    await closeAll(browser)
    await ledger?.remove()
    await closeAll(pages)
  })

  it('draws the way that the stamp names, with its length and both ends, and asks nobody for a map', async () => {
    const asked: string[] = []
    const page = await open('en', async (one) => one.on('request', (request) => asked.push(request.url())))
    const text = await page.locator('#way').innerText()
    expect(text).toMatch(/46\skm in 30\smin/)
    expect(text).toContain('it is the way that the signed stamp names')
    expect(text).toMatch(/Start .*9:02.*End .*9:31/s)
    expect(await page.locator('#way svg.drawn').getAttribute('data-points')).toBe('90')
    // Its style rules over nothing else: the journey beside it keeps its room.
    const journey = await page.locator('ol.way').evaluate((list) => [list.scrollHeight, list.clientHeight])
    expect(journey[0]).toBe(journey[1])
    const path = (await page.locator('#way svg.drawn path').getAttribute('d')) ?? ''
    expect(path.match(/[ML]/g)).toHaveLength(90)
    expect(asked.filter((url) => !url.startsWith(ledger.url))).toEqual([])
    await page.close()
  })

  it('says for how long it was too warm, and shows each interval', async () => {
    const page = await open('zh')
    const section = page.locator('#temperature')
    expect(await section.innerText()).toMatch(/按网关统计：高于上限 5\s?分钟，低于下限 无/)
    await section.locator('#intervals summary').click()
    const row = await section.locator('#intervals tbody tr').innerText()
    for (const cell of ['1.9', '3.3', '5.5', '176 / 180']) expect(row).toContain(cell)
    await page.close()
  })

  it('shows no other line than the one that the stamp names', async () => {
    const changed = await open('en', (page) =>
      page.route('**/v1/evidence/*', async (route) => {
        const answer = await route.fetch()
        const body = await answer.body()
        body[body.length - 1]! ^= 1
        await route.fulfill({ response: answer, body })
      }),
    )
    expect(await changed.locator('#way').innerText()).toContain('is not the way that the stamp names')
    expect(await changed.locator('#way svg.drawn').count()).toBe(0)
    await changed.close()
    const gone = await open('zh', (page) =>
      page.route('**/v1/evidence/*', (route) => route.fulfill({ status: 404, body: '' })),
    )
    expect(await gone.locator('#way').innerText()).toContain('账本没有给出路线')
    await gone.close()
    const away = await open('en', (page) => page.route('**/v1/evidence/*', (route) => route.abort()))
    expect(await away.locator('#way').innerText()).toContain('could not be reached')
    await away.close()
  })
})
