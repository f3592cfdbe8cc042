import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  encodeModel,
  encodeSpectrum,
  evidenceId,
  evidenceUri,
  fromBase64Url,
  type Json,
  recordedTest,
  runTest,
  testReport,
  toHex,
} from '@tristamp/protocol'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commissioned, itemUri, type TestGateway, TestLedger } from '../../ledger-node/src/_harness.ts'
import { DEVICE, measured, model } from '../../protocol/src/spectrum/_sample.ts'
import { closeAll } from '../_harness/close-all.ts'
import { haveChromium, launchChromium } from './_chromium.ts'
import { type BuiltPages, buildPages } from './_pages.ts'

// A recorded food test, run again in a real browser from the evidence that its ledger serves.

let pages: BuiltPages
let ledger: TestLedger
let browser: Browser

const modelBytes = encodeModel(model)

/** An event about this item that holds a test of this bent spectrum; its evidence is put on the ledger's disk. */
async function record(gateway: TestGateway, serial: string, bend: number): Promise<void> {
  const spectrum = measured(bend)
  const bytes = encodeSpectrum(spectrum)
  const folder = join(ledger.folder, 'evidence', 'sha-256')
  await mkdir(folder, { recursive: true })
  for (const piece of [bytes, modelBytes]) await writeFile(join(folder, toHex(fromBase64Url(evidenceId(piece)))), piece)
  const result = runTest(spectrum, model)
  const event = commissioned(itemUri(serial)) as { [name: string]: Json }
  delete event['tristamp:quality']
  event['sensorElementList'] = [
    {
      sensorMetadata: {
        deviceID: DEVICE,
        startTime: '2026-11-22T07:59:00.000Z',
        endTime: spectrum.at,
        rawData: evidenceUri(evidenceId(bytes)),
      },
      sensorReport: [testReport(result)],
      'tristamp:spectrum': recordedTest(result, evidenceUri(evidenceId(modelBytes)), spectrum.calibration),
    },
  ] as unknown as Json
  const answer = await ledger.post(gateway.batchOf([event]))
  gateway.seq++
  expect(answer.status).toBe(201)
  await ledger.sealed(((await answer.json()) as { entry: number }).entry)
}

async function told(page: Page, serial: string, lang: string): Promise<string> {
  await page.goto(`${ledger.url}${new URL(itemUri(serial)).pathname}?lang=${lang}`)
  await page.waitForSelector('#tests li')
  await page.waitForFunction(() => !/…/.test(document.querySelector('#tests')?.textContent ?? '…'))
  return page.locator('#tests').innerText()
}

describe.skipIf(!haveChromium())('a food test on the page', () => {
  beforeAll(async () => {
    pages = await buildPages()
    ledger = await TestLedger.start({}, { pages: pages.folder })
    const [gateway] = (await ledger.enrolGateways('one')) as [TestGateway]
    await record(gateway, 'GOOD', 0)
    await record(gateway, 'BAD', 0.08)
    browser = await launchChromium()
  }, 120_000)
  afterAll(async () => {
    await closeAll(browser)
    await ledger?.remove()
    await closeAll(pages)
  })

  it('is run again, and says so in both languages', async () => {
    const page = await browser.newPage()
    expect(await told(page, 'GOOD', 'en')).toContain(
      'The test was run again on this device, from what was measured: same result',
    )
    expect(await told(page, 'GOOD', 'en')).toContain('a made-up oil')
    // Of one lot the worst test counts: a pack beside this one came out suspicious.
    expect(await page.locator('#safety').innerText()).toMatch(/Spectrum not as expected\s+Measured by /)
    const bad = await told(page, 'BAD', 'zh')
    expect(bad).toContain('光谱与模型的样品不符')
    expect(bad).toContain('结果相同')
    expect(await page.locator('#safety .t-stop').allInnerTexts()).toContain('光谱检测不符')
    await page.close()
  })

  it('differs where the evidence was changed, and is not run where there is none', async () => {
    const page = await browser.newPage()
    await page.route('**/v1/evidence/*', async (route) => {
      const answer = await route.fetch()
      const body = await answer.body()
      body[body.length - 3]! ^= 1
      await route.fulfill({ response: answer, body })
    })
    expect(await told(page, 'GOOD', 'en')).toContain('it gives something else')
    expect(await page.locator('#safety .t-stop').allInnerTexts()).toContain('Comes out differently here')
    await page.unrouteAll()
    await page.route('**/v1/evidence/*', (route) => route.fulfill({ status: 404, body: '' }))
    expect(await told(page, 'GOOD', 'zh')).toContain('没有给出原始光谱')
    await page.unrouteAll()
    await page.route('**/v1/evidence/*', (route) => route.abort())
    expect(await told(page, 'GOOD', 'en')).toContain('could not be reached: not run again')
    await page.close()
  })
})
