// The page behind the code, in a real browser on a CPU four times as slow: bytes and time until its verdict is painted; then a first visit over a
// bad line (400 kbit/s, 400 ms), with what a reader feels of it. Skipped where there is no Chromium.
import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { ledgerOfLives } from './_lives.mjs'
import { kilobytes, median, millis, row } from './_measure.mjs'

const BROWSER = process.env.CHROMIUM ?? '/usr/bin/chromium'
const SLOWDOWN = 4
const VISITS = 9
/** What the verdict waits for, by the names that the build gives it; all else loads behind it. */
const WAITED_FOR = /\/v1\/(?:history|policy)\b|\/(?:index|waiting|verdict|words-[a-z]{2,3})-[\w-]+\.\w+$/
/** CDP counts bytes a second. */
const BAD_LINE = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 }

export async function run({ scale, say }) {
  if (!existsSync(BROWSER)) {
    say(`page: skipped, there is no Chromium at ${BROWSER} (CHROMIUM says where)`)
    return []
  }
  const { ledger, subjects } = await ledgerOfLives(20)
  const browser = await chromium.launch({ executablePath: BROWSER, args: ['--no-sandbox', '--disable-gpu'] })
  try {
    // The first page of a browser waits for the browser too.
    await visit(browser, ledger.url + new URL(subjects[0]).pathname)
    const visits = []
    for (let i = 0; i < Math.max(3, Math.round(VISITS * scale)); i++) {
      visits.push(await visit(browser, ledger.url + new URL(subjects[i % subjects.length]).pathname))
    }
    const slowVisits = []
    for (let i = 0; i < Math.max(3, Math.round(5 * scale)); i++) {
      slowVisits.push(await visit(browser, ledger.url + new URL(subjects[i % subjects.length]).pathname, BAD_LINE))
    }
    const of = (name) => median(visits.map((v) => v[name]))
    const ofSlow = (name) => median(slowVisits.map((v) => v[name]))
    say(
      `page: verdict ${millis(of('verdict'))} after the bundle, ${millis(of('total'))} after the address, ${kilobytes(of('bytes'))}`,
    )
    say(
      `page over a bad line: verdict ${millis(ofSlow('total'))}, LCP ${millis(ofSlow('lcp'))}, slowest touch ${millis(ofSlow('touch'))} (${slowVisits.map((v) => v.slowest).join(', ')}), CLS ${ofSlow('shift').toFixed(3)}`,
    )
    const slow = `on a CPU ${SLOWDOWN} × as slow`
    return [
      row(`verdict painted ${slow}, from the last byte of bundle and script`, millis(of('verdict')), {
        goal: '< 100 ms',
        floor: `its ${visits[0].signatures} signatures alone, WebCrypto: ${millis(of('floor'))}`,
      }),
      row(`verdict painted ${slow}, from opening the address on loopback`, millis(of('total'))),
      row('bytes before the verdict, as served', kilobytes(of('bytes')), {
        goal: '≤ 40 kB',
        floor: `the bundle alone: ${kilobytes(of('bundle'))}`,
      }),
      row('first visit at 400 kbit/s and 400 ms, 4 × as slow a CPU: verdict painted', millis(ofSlow('total')), {
        goal: '≤ 3 s',
        floor: `two round trips and its bytes: ${millis(800 + (ofSlow('bytes') / BAD_LINE.downloadThroughput) * 1000)}`,
      }),
      row('the same: verdict painted, from the last byte of bundle and script', millis(ofSlow('verdict')), {
        goal: '< 100 ms',
      }),
      row('the same: largest contentful paint', millis(ofSlow('lcp')), { goal: '≤ 2.5 s' }),
      row(`the same: slowest of ${slowVisits[0].touches} touches (INP)`, millis(ofSlow('touch')), { goal: '≤ 200 ms' }),
      row('the same: layout shift (CLS)', ofSlow('shift').toFixed(3), { goal: '0' }),
    ]
  } finally {
    await browser.close()
    await ledger.remove()
  }
}

/** A first visit, with nothing in the browser's cache. */
async function visit(browser, address, line) {
  // The service worker loads behind the page what the page has loaded already.
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, serviceWorkers: 'block' })
  const page = await context.newPage()
  const cdp = await context.newCDPSession(page)
  await cdp.send('Network.enable')
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN })
  if (line !== undefined) await cdp.send('Network.emulateNetworkConditions', line)
  let bytes = 0
  const first = new Set()
  cdp.on('Network.responseReceived', ({ requestId, type, response }) => {
    if (type === 'Document' || WAITED_FOR.test(response.url)) first.add(requestId)
  })
  cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (first.has(requestId)) bytes += encodedDataLength
  })
  await page.addInitScript(() => {
    const look = () => {
      const state = document.querySelector('#page')?.getAttribute('data-state')
      if (!state || state === 'checking' || globalThis.hasVerdict) return
      globalThis.hasVerdict = true
      // What is posted in a frame comes when the frame is painted.
      const painted = new MessageChannel()
      painted.port1.onmessage = () => {
        globalThis.verdictAt = performance.now()
      }
      requestAnimationFrame(() => painted.port2.postMessage(undefined))
    }
    globalThis.felt = { lcp: 0, shift: 0, touch: 0, slowest: '', touches: 0 }
    const watch = (type, take) =>
      new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({
        type,
        buffered: true,
        durationThreshold: 16,
      })
    watch('largest-contentful-paint', ({ startTime }) => {
      felt.lcp = startTime
    })
    watch('layout-shift', ({ value, hadRecentInput }) => {
      if (!hadRecentInput) felt.shift += value
    })
    watch('event', ({ duration, interactionId }) => {
      if (interactionId > 0 && duration > felt.touch)
        Object.assign(felt, { touch: duration, slowest: globalThis.touched })
    })
    new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true })
  })
  await page.goto(address)
  // Not at every frame: to be asked is work too.
  await page.waitForFunction(() => globalThis.verdictAt !== undefined, undefined, { polling: 200 })
  const before = bytes
  const { state, total, loaded, size } = await page.evaluate(() => {
    const loads = performance.getEntriesByType('resource')
    const bundle = loads.find(({ name }) => name.includes('/v1/history'))
    // They travel together: the work begins with the later of the two.
    const script = loads.find(({ name }) => name.includes('/verdict-'))
    const state = document.querySelector('#page').getAttribute('data-state')
    return {
      state,
      total: globalThis.verdictAt,
      loaded: Math.max(bundle.responseEnd, script.responseEnd),
      size: bundle.transferSize,
    }
  })
  if (state !== 'consistent') throw new Error(`the verdict is ${state}`)
  await page.waitForSelector('footer.end')
  await settled(page)
  const { shift } = await page.evaluate(() => globalThis.felt)
  await touchAll(page)
  // The browser tells of an event some time after it.
  await page.waitForTimeout(300)
  // Whoever changes the language, or opens a fold, asks for what moves then.
  const felt = { ...(await page.evaluate(() => globalThis.felt)), shift }
  const signatures = 25
  const floor = await page.evaluate(verifyAlone, signatures)
  await context.close()
  return { verdict: total - loaded, total, bytes: before, bundle: size, signatures, floor, ...felt }
}

/** Until the line has been silent for half a second, and what came is drawn. */
async function settled(page) {
  await page.waitForLoadState('networkidle')
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
}

/** Touches what can be touched: the languages there and back, every fold, the form of a report and a letter in it. Each is over before the next begins. */
async function touchAll(page) {
  const touch = async (name, act, isDone = async () => {}) => {
    await page.evaluate((touched) => {
      Object.assign(globalThis, { touched })
      felt.touches++
    }, name)
    await act()
    await isDone()
    await settled(page)
  }
  for (const lang of ['zh-Hans', 'en', 'zh-Hans', 'en']) {
    const isSpoken = () => page.waitForFunction((tag) => document.documentElement.lang === tag, lang, { polling: 100 })
    await touch(lang, () => page.locator(`.langs a[lang=${lang}]`).click(), isSpoken)
  }
  for (const fold of await page.locator('details > summary').all())
    if (await fold.isVisible()) await touch(await fold.innerText(), () => fold.click())
  const form = page.locator('#report button').first()
  if (await form.isVisible()) await touch('report', () => form.click())
  const field = page.locator('#report').locator('textarea, input:not([type=radio], [type=checkbox])').first()
  if (await field.isVisible()) await touch('a letter', () => field.press('a'))
}

/** Runs in the page. */
async function verifyAlone(times) {
  const { publicKey, privateKey } = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])
  const message = new Uint8Array(300)
  const signature = await crypto.subtle.sign('Ed25519', privateKey, message)
  const begin = performance.now()
  await Promise.all(Array.from({ length: times }, () => crypto.subtle.verify('Ed25519', publicKey, signature, message)))
  return performance.now() - begin
}
