import * as crypto from 'node:crypto'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { parsePolicy, type SensorElement, type Verdict, verify, verifyOnNode } from '@tristamp/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Child } from '../_harness/child.ts'
import { temporaryFolder } from '../_harness/folder.ts'
import { freePort } from '../_harness/free-port.ts'
import { descendants, isRunning } from '../_harness/process-tree.ts'
import { until } from '../_harness/until.ts'
import { haveChromium, launchChromium } from '../browser/_chromium.ts'

// What a user does: `npm start`, open the address, Ctrl-C, and the same again. No part of it is replaced by anything.

/** A life takes less than two minutes on two cores; longer than this is a hang. */
const LIFE_MS = 300_000
const SCAN = /^Scan: (http:\S+)$/m

const folder = temporaryFolder()
let port: number
let start: Child | undefined
/** The product page's address, and the product. */
let address: URL
let subject: string
let verdict: Verdict

beforeAll(async () => {
  port = await freePort()
  const began = performance.now()
  start = Child.start('start', ['--port', String(port), '--data', folder.path])
  const [, scan] = await start.says(SCAN, LIFE_MS)
  console.log(`one product's life took ${((performance.now() - began) / 1000).toFixed(1)} s`)
  await start.says(/^Serving until Ctrl-C/m)
  address = new URL(scan!)
  subject = `https://id.gs1.org${address.pathname}`
}, 2 * LIFE_MS)

afterAll(async () => {
  await start?.[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

describe('npm start', () => {
  it('plays a whole life, a step at a time', () => {
    expect(start!.out.match(/^ {2}✓ \d+ \w+ \d\d:\d\d {2}/gm)!.length).toBeGreaterThanOrEqual(12)
    expect(start!.err).toBe('')
  })

  it('ends with the product’s address and its QR code', () => {
    expect(address.href).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${port}/01/09506000134352/21/[0-9A-Z]+$`))
    expect(start!.out.slice(start!.out.indexOf('Scan: ')).match(/^.*[▀▄█]{2}.*$/gm)!.length).toBeGreaterThan(10)
  })
})

describe('the address', () => {
  it('is a page for people', async () => {
    const response = await get(address.pathname, 'text/html')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'")
    expect((await response.text()).toLowerCase()).toMatch(/^<!doctype html>/)
  })

  it('is an EPCIS document for programs, with links to its proof', async () => {
    const response = await get(address.pathname, 'application/json')
    const document = (await response.json()) as EpcisDocument
    expect(document.type).toBe('EPCISQueryDocument')
    expect(document.epcisBody.queryResults.resultsBody.eventList.length).toBeGreaterThanOrEqual(5)
    const links = response.headers.get('link') ?? ''
    expect(links).toContain(`/v1/history?subject=${encodeURIComponent(subject)}>; rel="urn:tristamp:rel:bundle"`)
    expect(links).toContain('rel="urn:tristamp:rel:policy"')
  })

  it.each(['svg', 'png'])('is what the QR code says, as %s', async (format) => {
    const response = await get(`/v1/qr?subject=${encodeURIComponent(subject)}&format=${format}`, '*/*')
    expect(response.headers.get('content-type')).toContain(format)
    const image = Buffer.from(await response.arrayBuffer())
    if (format === 'png') expect(modulesOfPng(image)).toEqual(modulesOf(address.href))
    else expect(image.toString()).toMatch(/^<svg[^>]*>.*<\/svg>\s*$/s)
  })
})

describe('the proof', () => {
  beforeAll(async () => {
    const policy = parsePolicy(await (await get('/v1/policy', 'text/plain')).text())
    const bundle = await get(`/v1/history?subject=${encodeURIComponent(subject)}`, 'application/cbor')
    const check = verifyOnNode(crypto)
    verdict = await verify(new Uint8Array(await bundle.arrayBuffer()), subject, { policy }, async (...a) => check(...a))
  })

  it('holds', () => {
    expect(verdict.checks.filter(({ status }) => status === 'failed')).toEqual([])
    expect(verdict.state).toBe('consistent')
    const passed = verdict.checks.filter(({ status }) => status === 'passed').map(({ id }) => id)
    expect(passed).toEqual(
      expect.arrayContaining(['checkpoint', 'seal', 'inclusion', 'contents', 'completeness', 'signatures']),
    )
  })

  it('tells the life from farm to table, by five gateways at five stations', () => {
    expect(verdict.events.length).toBeGreaterThanOrEqual(10)
    for (const part of ['station', 'gateway', 'org', 'kid'] as const)
      expect(new Set(verdict.events.map(({ signer }) => signer[part])).size).toBe(5)
    const times = verdict.events.map(({ event }) => Date.parse(event.eventTime))
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(times.at(-1)! - times[0]!).toBeGreaterThan(60 * 3_600_000)
  })

  it('has the three stamps in every event: place, time, quality', () => {
    for (const { event } of verdict.events) {
      expect(event['tristamp:geo']).toMatchObject({
        source: 'gnss',
        latE7: expect.any(Number),
        lonE7: expect.any(Number),
      })
      expect(event['tristamp:clock']).toMatchObject({ source: 'gnss', uncertaintyMs: expect.any(Number) })
      expect(event['tristamp:clock'].uncertaintyMs).toBeLessThan(10_000)
      expect(event.sensorElementList ?? event['tristamp:quality']).toBeDefined()
      expect(event['tristamp:origin']).toBe('device')
    }
  })

  it('has temperatures of every station, and those of chilled goods are chilled', () => {
    const by = new Map<string, number[]>()
    for (const { event, signer } of verdict.events) {
      const reports = (event.sensorElementList ?? []).flatMap(({ sensorReport }) => sensorReport)
      const values = reports.flatMap((r) => (r.type === 'Temperature' && r.maxValue !== undefined ? [r.maxValue] : []))
      by.set(signer.gateway, [...(by.get(signer.gateway) ?? []), ...values])
    }
    expect([...by.keys()].sort()).toEqual(['farm', 'plant', 'restaurant', 'truck', 'wholesaler'])
    for (const [gateway, values] of by) {
      expect(values.length, gateway).toBeGreaterThan(0)
      if (gateway !== 'farm') expect(Math.max(...values), gateway).toBeLessThan(6)
    }
  })

  it('shows the 40 minutes without a thermometer as a gap', () => {
    const elements = verdict.events
      .filter(({ signer }) => signer.gateway === 'truck')
      .flatMap(({ event }) => event.sensorElementList ?? [])
    const withGap = elements.filter((element) => element['tristamp:series']?.milli.includes(null))
    expect(withGap.length).toBeGreaterThan(0)
    for (const element of withGap)
      expect(element['tristamp:series']!.milli.filter((value) => value !== null).length).toBeGreaterThan(2)
    const gaps = joined(withGap.flatMap(nullsOf)).map(([from, to]) => (to - from) / 60_000)
    expect(Math.max(...gaps)).toBeGreaterThanOrEqual(40)
    expect(Math.max(...gaps)).toBeLessThan(80)
  })

  it('names everyone who had a part in it, in both languages', () => {
    const orgs = new Set(verdict.events.map(({ signer }) => signer.org))
    for (const org of orgs) {
      expect(verdict.names.organisations.get(org)?.name).toEqual({ zh: expect.any(String), en: expect.any(String) })
    }
    const product = subject.replace(/\/21\/.*/, '')
    expect(verdict.names.products.get(product)?.limits).toEqual({ minMilliC: 0, maxMilliC: 4000 })
  })
})

describe.skipIf(!haveChromium())('a phone', () => {
  it.each([
    ['zh-CN', '记录一致'],
    ['en-GB', 'The records agree'],
  ])('set to %s shows: %s', async (locale, word) => {
    const browser = await launchChromium()
    try {
      const context = await browser.newContext({ locale, viewport: { width: 390, height: 844 } })
      const page = await context.newPage()
      const faults: string[] = []
      page.on('pageerror', (error) => faults.push(String(error)))
      page.on('console', (message) => void (message.type() === 'error' && faults.push(message.text())))
      page.on('request', (request) => {
        const { origin, protocol } = new URL(request.url())
        if (origin !== address.origin && protocol !== 'data:' && protocol !== 'blob:') faults.push(request.url())
      })
      await page.goto(address.href)
      await page.getByText(word).first().waitFor({ timeout: 60_000 })
      expect(await page.getByRole('status').innerText()).toContain(word)
      expect(faults).toEqual([])
    } finally {
      await browser.close()
    }
  })
})

describe('Ctrl-C', () => {
  it('ends everything in time, and well', async () => {
    await until('all gateways have sent what they had', async () => {
      const { gateways } = (await (await get('/v1/gateways', '*/*')).json()) as { gateways: GatewayView[] }
      return gateways.length === 5 && gateways.every(({ health }) => health?.outbox.acked === health?.outbox.next)
    })
    await stopsClean(start!)
  })

  it('leaves a ledger that can be verified from its first byte', async () => {
    const { exit, out, err } = await Child.run('ledger', ['verify', '--data', join(folder.path, 'ledger')])
    expect(out, err).toMatch(/^ok \d+ entries/m)
    expect(exit).toBe(0)
  })

  it('keeps the product for the next start, which shows it at once', async () => {
    await using second = Child.start('start', ['--port', String(port), '--data', folder.path])
    const [, scan] = await second.says(SCAN, LIFE_MS)
    expect(scan).toBe(address.href)
    const policy = parsePolicy(await (await get('/v1/policy', 'text/plain')).text())
    // As a device asks that saw the ledger before: it may have grown since.
    const remembered = verdict.checkpoint!
    const asked = new URLSearchParams({ subject, since: String(remembered.size) })
    const bundle = await get(`/v1/history?${asked}`, 'application/cbor')
    const check = verifyOnNode(crypto)
    const bytes = new Uint8Array(await bundle.arrayBuffer())
    const again = await verify(bytes, subject, { policy, remembered }, async (...a) => check(...a))
    expect(again.checks.filter(({ status }) => status === 'failed')).toEqual([])
    expect(again.events.length).toBe(verdict.events.length)
    await second.says(/five gateways online/, 30_000)
    await stopsClean(second)
  })

  it('works in the middle of everything, and after a start that was killed', async () => {
    using other = temporaryFolder()
    const args = ['--port', String(await freePort()), '--data', other.path]
    await using killed = Child.start('start', args)
    await killed.says(/five gateways online/, 60_000)
    const orphans = descendants(killed.pid)
    await killed.kill('SIGKILL')
    expect(orphans.some(isRunning)).toBe(true)
    await using next = Child.start('start', args)
    await next.says(/five gateways online/, 60_000)
    expect(next.out).toMatch(/^Ended \d+ programs that an earlier start had left running\.$/m)
    expect(orphans.some(isRunning)).toBe(false)
    await stopsClean(next)
  })
})

interface EpcisDocument {
  type: string
  epcisBody: { queryResults: { resultsBody: { eventList: object[] } } }
}

interface GatewayView {
  health: { outbox: { next: number; acked: number } } | null
}

type Span = [fromMs: number, toMs: number]

/** The steps of a series without a value, none of them beyond the interval that was measured. */
function nullsOf({ sensorMetadata, 'tristamp:series': series }: SensorElement): Span[] {
  const startMs = Date.parse(sensorMetadata?.startTime ?? '')
  const endMs = Date.parse(sensorMetadata?.endTime ?? '')
  return series!.milli.flatMap((value, i): Span[] => {
    const fromMs = startMs + i * series!.everyMs
    return value === null ? [[fromMs, Math.min(fromMs + series!.everyMs, endMs)]] : []
  })
}

/** Spans that touch or overlap as one. */
function joined(spans: readonly Span[]): Span[] {
  const all: Span[] = []
  for (const [fromMs, toMs] of [...spans].sort((a, b) => a[0] - b[0])) {
    const last = all.at(-1)
    if (last && fromMs <= last[1]) last[1] = Math.max(last[1], toMs)
    else all.push([fromMs, toMs])
  }
  return all
}

function get(path: string, accept: string): Promise<Response> {
  return fetch(new URL(path, address), { headers: { Accept: accept } })
}

async function stopsClean(program: Child): Promise<void> {
  const children = descendants(program.pid)
  expect(await program.kill('SIGINT')).toBe(0)
  await until('nothing is left behind', () => !children.some(isRunning), 60_000)
}

/** The dark and light modules of a QR code that says this, row by row. */
function modulesOf(text: string): string[] {
  const QR = createRequire(new URL('../../ledger-node/package.json', import.meta.url))('qrcode') as {
    create(text: string): { modules: { size: number; get(row: number, column: number): number } }
  }
  const { modules } = QR.create(text)
  return grid(modules.size, (row, column) => modules.get(row, column) === 1)
}

/** The modules in a picture: whatever its scale and margin, a code's first corner is seven dark modules wide. */
function modulesOfPng(image: Buffer): string[] {
  const { PNG } = createRequire(
    createRequire(new URL('../../ledger-node/package.json', import.meta.url)).resolve('qrcode'),
  )('pngjs') as {
    PNG: { sync: { read(image: Buffer): { width: number; data: Buffer } } }
  }
  const { width, data } = PNG.sync.read(image)
  const dark = (x: number, y: number): boolean => data[4 * (y * width + x)]! < 128
  const first = Array.from({ length: width }, (_, i) => i).find((i) => dark(i, i))!
  let end = first
  while (dark(end, first)) end++
  const scale = (end - first) / 7
  const size = (width - 2 * first) / scale
  return grid(size, (row, column) => dark(first + (column + 0.5) * scale, Math.floor(first + (row + 0.5) * scale)))
}

function grid(size: number, dark: (row: number, column: number) => boolean): string[] {
  return Array.from({ length: size }, (_, row) =>
    Array.from({ length: size }, (_, column) => (dark(row, column) ? '█' : ' ')).join(''),
  )
}
