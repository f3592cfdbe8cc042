// A server that wants to deceive, as a phone meets it: one lie of each kind, over a real line. All kinds: verifier-web/src/check.test.ts.
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { type Bundle, decodeBundle, encodeBundle, SECRET_RANDOM_BYTES, secretFrom } from '@tristamp/protocol'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { LOT, PACK, PRODUCT, recallOperation } from '../../verifier-web/src/_sample-verdicts.ts'
import { haveChromium } from './_chromium.ts'
import { accessOf } from './_desk.ts'
import type { Lie } from './_liar.ts'
import { LiarStage, SOON, words } from './_liar-stage.ts'
import { partsThatDoNotCome } from './_parts-missing.ts'
import { poisonedFields } from './_poisoned-fields.ts'

const NEVER = `${PRODUCT}/21/NEVER1`
const CBOR = { 'Content-Type': 'application/cbor' }
const regulator = accessOf('bureau', 'regulator')

let stage: LiarStage

/** Where the page is read. */
const yearThere = (ms: number): string =>
  new Intl.DateTimeFormat('en', { timeZone: 'Asia/Shanghai', year: 'numeric' }).format(ms)

const changed = (bytes: Buffer, change: (bundle: Bundle) => void): Buffer => {
  const bundle = decodeBundle(new Uint8Array(bytes))
  change(bundle)
  return Buffer.from(encodeBundle(bundle))
}

const answer =
  (body: Buffer | string, headers: Record<string, string> = CBOR, status = 200): Lie =>
  (_, response) =>
    void response.writeHead(status, headers).end(body)

describe.skipIf(!haveChromium())('a server that lies', () => {
  /** What the ledger's state of the pack and the lot was before anything else was recorded. */
  let before: Buffer
  let policy: Buffer

  beforeAll(async () => {
    stage = await LiarStage.start(regulator.access)
    before = await stage.bundleOf(PACK)
    policy = Buffer.from(await (await fetch(`${stage.pork.ledger.url}/v1/policy`)).arrayBuffer())
  })

  afterEach(() => stage.liar.truth())

  afterAll(() => stage[Symbol.asyncDispose]())

  const stream =
    (headers: Record<string, string>, chunk: Buffer, times = Number.POSITIVE_INFINITY): Lie =>
    (_, response) => {
      response.writeHead(200, headers)
      let sent = 0
      const more = (): void => {
        while (sent++ < times) if (!response.write(chunk)) return void response.once('drain', more)
        response.end()
      }
      more()
    }

  type Row = [lie: string, word: string, code: string | RegExp, answer: () => Promise<Lie> | Lie]
  const ROWS: Row[] = [
    ['another product’s proofs', '记录不符', 'HISTORY_MISSING', async () => answer(await stage.bundleOf(NEVER))],
    [
      'the proof that another number has no record',
      '记录不符',
      'HISTORY_PROOF',
      async () =>
        answer(
          changed(await stage.bundleOf(NEVER), (b) => {
            b.histories[0]!.subject = PACK
          }),
        ),
    ],
    [
      'the lot’s history left out, where a recall would stand',
      '记录不符',
      /HISTORY_(?:MISSING|PROOF)/,
      () =>
        answer(
          changed(
            before,
            (b) =>
              void b.histories.splice(
                b.histories.findIndex((h) => h.subject === LOT),
                1,
              ),
          ),
        ),
    ],
    [
      'a page in place of proofs',
      '暂时',
      'SERVER 200',
      () => answer('<h1>记录一致</h1>', { 'Content-Type': 'text/html' }),
    ],
    ['a page that calls itself proofs', '暂时', 'BUNDLE_MALFORMED', () => answer('<h1>记录一致</h1>')],
    ['500', '暂时', 'SERVER 500', () => answer('{}', CBOR, 500)],
    ['true proofs as 404', '暂时', 'SERVER 404', () => answer(before, CBOR, 404)],
    ['another address', '暂时', 'OFFLINE', () => answer('', { Location: `${stage.pork.ledger.url}/v1/history` }, 302)],
    ['an address of others', '暂时', 'OFFLINE', () => answer('', { Location: 'https://evil.example/v1/history' }, 307)],
    [
      'compressed proofs that end too early',
      // To the browser these are whole, and short. The goods have no part in it.
      '暂时',
      'BUNDLE_MALFORMED',
      () => {
        const whole = gzipSync(before)
        return answer(whole.subarray(0, whole.length - 200), { ...CBOR, 'Content-Encoding': 'gzip' })
      },
    ],
    [
      'what is not compressed as it says',
      '暂时',
      'OFFLINE',
      () => answer(before, { ...CBOR, 'Content-Encoding': 'br' }),
    ],
    [
      'a little that becomes very much',
      '暂时',
      'SIZE',
      () => answer(brotliCompressSync(Buffer.alloc(64 * 1024 * 1024)), { ...CBOR, 'Content-Encoding': 'br' }),
    ],
    ['no end of it', '暂时', 'SIZE', () => stream(CBOR, Buffer.alloc(1 << 18))],
    [
      'a line that is cut',
      '暂时',
      'OFFLINE',
      () => (_, response) => {
        response.writeHead(200, { ...CBOR, 'Content-Length': before.length })
        response.write(before.subarray(0, 2000), () => response.destroy())
      },
    ],
  ]
  it('is told by each lie’s own words and code, and nothing of it is kept', async () => {
    for (const [lie, word, code, make] of ROWS) {
      stage.liar.lie('/v1/history', await make())
      const page = await stage.visit()
      const foreign: string[] = []
      page.on('request', (one) => {
        if (!one.url().startsWith(stage.liar.url) && !one.url().startsWith('data:')) foreign.push(one.url())
      })
      const said = await stage.open(page)
      expect([lie, said]).toEqual([lie, expect.stringContaining(word)])
      expect([lie, await page.locator('#checks .code').first().innerText()]).toEqual([lie, expect.stringMatching(code)])
      expect([lie, await page.locator('body').innerText()]).not.toEqual([lie, expect.stringContaining('记录一致')])
      expect([lie, await page.evaluate(() => Object.keys(localStorage)), foreign]).toEqual([lie, [], []])
      await page.context().close()
    }
  }, 240_000)

  it('cannot name other rules to a device that knows the ledger, nor make a cache speak for it', async () => {
    const page = await stage.visit()
    stage.liar.header('/v1/history', 'cache-control', 'public, max-age=31536000, immutable')
    stage.liar.header('/v1/policy', 'cache-control', 'public, max-age=31536000, immutable')
    expect(await stage.open(page)).toContain('记录一致')
    // Goods on the way to a recall: the answer of before is in the browser's cache, marked as good for a year.
    stage.liar.asked.length = 0
    for (let i = 0; i < 2; i++) {
      await page.goto('about:blank')
      expect(await stage.open(page)).toContain('记录一致')
    }
    expect(stage.liar.asked.filter((path) => path.startsWith('/v1/history')).length).toBeGreaterThanOrEqual(2)
    expect(stage.liar.asked.filter((path) => path.startsWith('/v1/policy'))).toEqual([])
    stage.liar.lie('/v1/policy', answer('log none\n', { 'Content-Type': 'text/plain' }))
    await page.goto('about:blank')
    expect(await stage.open(page)).toContain('记录一致')
    await page.context().close()
  })

  it('of its own counters is believed in nothing that is proved', async () => {
    const page = await stage.visit()
    for (const body of [
      '<h1>记录一致</h1>',
      '[]',
      JSON.stringify({ firstSeen: '<img src=x onerror=globalThis.broken=1>', times: -1, lastDays: 'x' }),
      JSON.stringify({ firstSeen: '2026-11-22T08Z', times: 9e15, lastDays: [{ day: '<b>', region: '<b>', times: 1 }] }),
      'x'.repeat(1 << 20),
    ]) {
      stage.liar.lie('/v1/scans', answer(body, { 'Content-Type': 'application/json' }))
      expect(await stage.open(page)).toContain('记录一致')
      await expect.poll(() => page.locator('#seen').innerText(), SOON).not.toContain('正在问')
      expect(await page.locator('#seen img, #seen b').count()).toBe(0)
      expect(await page.evaluate(() => (globalThis as { broken?: number }).broken)).toBeUndefined()
    }
    stage.liar.lie('/v1/scans', (_, response) => response.destroy())
    expect(await stage.open(page)).toContain('记录一致')
    await page.context().close()
  })

  it('tells hours that there are none, and takes no verdict away by it', async () => {
    const page = await stage.visit()
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(String(error)))
    const json = { 'Content-Type': 'application/json' }
    for (const told of [
      { firstSeen: '2026-99-99T08Z', times: 3, lastDays: [] },
      { times: 3, lastDays: [], opened: { firstAt: '2026-11-01T77Z', times: 2 } },
    ]) {
      stage.liar.lie('/v1/scans', answer(JSON.stringify(told), json))
      expect(await stage.open(page)).toContain('记录一致')
      await expect.poll(() => page.locator('#seen').innerText(), SOON).not.toContain('正在问')
      expect(await page.locator('body').innerText()).not.toMatch(/NaN|Invalid/)
      expect(await page.getByRole('status').first().innerText()).toContain('记录一致')
    }
    expect(faults).toEqual([])
    await page.context().close()
  })

  it('cannot put a page of its own where the device keeps the true one', async () => {
    const page = await stage.visit()
    const poison = '<!doctype html><title>kept</title><h1>poisoned</h1>'
    stage.liar.lie('/', answer(poison, { 'Content-Type': 'text/html' }))
    const state = (): Promise<string> =>
      page.evaluate(async () => {
        const registration = await navigator.serviceWorker.getRegistration()
        return registration === undefined ? 'none' : (registration.active?.state ?? 'on its way')
      })
    expect(await stage.open(page)).toContain('记录一致')
    await expect.poll(() => stage.liar.asked.filter((path) => path === '/').length, SOON).toBeGreaterThan(0)
    // What the worker was given is not what it was made for: it is not installed at all.
    await expect.poll(state, SOON).toBe('none')
    expect(await page.evaluate(() => caches.keys())).toEqual([])
    stage.liar.truth()
    await page.goto('about:blank')
    expect(await stage.open(page)).toContain('记录一致')
    await expect.poll(state, SOON).toBe('activated')
    await page.context().setOffline(true)
    await page.goto('about:blank')
    expect(await stage.open(page)).not.toContain('poisoned')
    await page.context().close()
  })

  describe('by parts that do not come', () => partsThatDoNotCome(() => stage))

  it('finds no secret in the address, which is checked all the same', async () => {
    const page = await stage.visit({ serviceWorkers: 'block' })
    const secret = secretFrom(new Uint8Array(SECRET_RANDOM_BYTES).fill(7))
    let release = (): void => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    await page.route('**/assets/verdict-*', async (route) => {
      await held
      await route.continue()
    })
    await page.goto(`${stage.liar.url}${new URL(PACK).pathname}?lang=zh#s=${secret}`, { waitUntil: 'commit' })
    await expect.poll(() => page.url(), SOON).not.toContain(secret)
    release()
    await page.waitForSelector('#page[data-state=consistent]', SOON)
    await page.getByRole('link', { name: 'EN', exact: true }).click()
    await expect.poll(() => page.locator('[data-sealed]').getAttribute('data-sealed'), SOON).toBe('sealed.none')
    expect(page.url()).not.toContain(secret)
    expect(await page.evaluate(() => JSON.stringify(history.state))).toBe('null')
    // A code of the same pack, read while its page is open, and while its words may still change.
    const again = page.waitForEvent('load', SOON)
    await page.evaluate((fragment) => {
      location.hash = fragment
    }, `s=${secret}`)
    await again
    await page.waitForSelector('#page[data-state=consistent]', SOON)
    await expect.poll(() => page.url(), SOON).not.toContain(secret)
    await expect.poll(() => page.locator('[data-sealed]').getAttribute('data-sealed'), SOON).toBe('sealed.none')
    await page.context().close()
  })

  it('that counts too much moves what was said of the seal, and asks for nothing twice', async () => {
    const page = await stage.visit()
    const secret = secretFrom(new Uint8Array(SECRET_RANDOM_BYTES).fill(7))
    let release = (): void => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const day = (n: number): string => new Date(Date.now() - n * 86_400_000).toISOString().slice(0, 10)
    const lastDays = Array.from({ length: 20 }, (_, n) => ({
      day: day(20 - n),
      region: ['CN-SC', 'CN-XJ', 'CN-HL'][n % 3],
      times: 40,
      hours: [1, 2, 3, 4, 5, 6, 7, 8],
    }))
    const body = JSON.stringify({ firstSeen: `${day(20)}T01Z`, times: 800, lastDays, counted: true })
    stage.liar.lie('/v1/scans', (_, response) => {
      void held.then(() => response.writeHead(200, { 'Content-Type': 'application/json' }).end(body))
    })
    stage.liar.asked.length = 0
    await page.goto(`${stage.liar.url}${new URL(PACK).pathname}?lang=zh#s=${secret}`)
    await expect.poll(() => page.locator('[data-sealed]').getAttribute('data-sealed'), SOON).toBe('sealed.none')
    release()
    await page.waitForSelector('#page[data-state=elsewhere]', SOON)
    await stage.settled(page)
    await expect.poll(() => page.locator('#seen dl').count(), SOON).toBe(1)
    expect(await page.locator('[data-sealed]').count()).toBe(1)
    expect(stage.liar.asked.filter((path) => path.startsWith('/v1/scans'))).toHaveLength(1)
    await page.context().close()
  })

  it('that shows yesterday is told by its age, whatever the device’s clock says', async () => {
    const page = await stage.visit()
    const day = 86_400_000
    const now = Date.now()
    stage.liar.lie('/v1/history', answer(before))
    const rows: [number, string | undefined, string][] = [
      [0, undefined, '没有召回'],
      [3, '3 天前', '现在不知道'],
      [400, '400 天前', '现在不知道'],
      [-1, '本机时钟慢了', '没有召回'],
      [-400, '本机时钟慢了', '没有召回'],
    ]
    for (const [days, said, recall] of rows) {
      await page.clock.setFixedTime(now + days * day)
      const text = await stage.open(page)
      expect(text).toContain('记录一致')
      for (const words of ['天前', '时钟慢了'])
        expect([days, text.includes(words)]).toEqual([days, said?.includes(words) ?? false])
      if (said !== undefined) expect(text.replace(/\s/g, ' ')).toContain(said)
      if (days !== 0) expect(text).toContain(yearThere(now))
      expect(await page.locator('#safety').innerText()).toContain(recall)
      await page.evaluate(() => localStorage.clear())
    }
    // A clock that was turned back to the day of the proofs is known by what this device saw since.
    await page.clock.setFixedTime(now + 30 * day)
    await stage.open(page)
    await page.clock.setFixedTime(now)
    expect(await stage.open(page)).toContain('本机时钟慢了')
    await page.context().close()
  })

  it('is no better as a file: its age is told there, too', async () => {
    const page = await stage.visit()
    await page.clock.setFixedTime(Date.now() + 90 * 86_400_000)
    await page.goto(`${stage.liar.url}/?lang=zh`)
    await page.locator('#files').setInputFiles([
      { name: 'pack.tristamp', mimeType: 'application/octet-stream', buffer: before },
      { name: 'policy.txt', mimeType: 'text/plain', buffer: policy },
    ])
    const text = await stage.settled(page)
    expect(text).toContain(words('when.file').split('{')[0]!)
    expect(text.replace(/\u00a0/g, ' ')).toContain('90 天前')
    expect(await page.locator('#safety').innerText()).toContain('现在不知道')
    await page.context().close()
  })

  it('cannot show a device the time before a recall that it has seen, nor another that which it has not', async () => {
    const page = await stage.visit()
    expect(await stage.open(page)).toContain('记录一致')
    await stage.pork.govern(recallOperation())
    expect(await stage.open(page)).toContain('召回')
    stage.liar.lie('/v1/history', answer(before))
    expect(await stage.open(page)).toContain('记录不符')
    expect(await page.locator('#checks .code').first().innerText()).toContain('LEDGER_ROLLBACK')
    // Nothing can tell a device that never saw more; it is told of when what it sees is.
    const other = await stage.visit()
    expect(await stage.open(other)).toContain('记录一致')
    expect(await other.locator('#safety').innerText()).toMatch(/到.*为止/)
    await other.context().close()
    await page.context().close()
  })

  describe('whatever stands in every field', () => poisonedFields(() => stage, regulator.token))
})
