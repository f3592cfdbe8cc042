import * as crypto from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  bestVerify,
  decodeEntryBundle,
  leafHash,
  openAck,
  parsePolicy,
  parseSeal,
  parseTilePath,
  sha256,
  subjectHash,
  tileWidthAt,
  toBase64Url,
  toHex,
  treeRoot,
  utf8,
  verify,
  verifyOnNode,
} from '@tristamp/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { itemUri, rootOf, type TestGateway, TestLedger } from './_harness.ts'
import { keyPath, loadKey } from './keys.ts'
import { verifyLedger } from './verify.ts'

let ledger: TestLedger
let gateway: TestGateway
beforeAll(async () => {
  ledger = await TestLedger.start()
  ;[gateway] = (await ledger.enrolGateways('one')) as [TestGateway]
}, 120_000)
afterAll(() => ledger.remove())

describe('a node over HTTP', () => {
  test('a batch is recorded, sealed within a second or so, and proven', async () => {
    const posted = await ledger.post(gateway.batch(itemUri('A1'), itemUri('A2')))
    expect(posted.status).toBe(201)
    const { entry, seq, treeSize } = (await posted.json()) as { entry: number; seq: number; treeSize: number }
    expect(seq).toBe(0)
    expect(treeSize).toBe(entry + 1)
    await ledger.sealed(entry)
    const bundle = new Uint8Array(
      await (await ledger.get(`/v1/history?subject=${encodeURIComponent(itemUri('A1'))}`)).arrayBuffer(),
    )
    const policy = parsePolicy(await (await ledger.get('/v1/policy')).text())
    const verdict = await verify(bundle, itemUri('A1'), { policy }, await bestVerify())
    expect(verdict.checks.filter((c) => c.status === 'failed')).toEqual([])
    expect(verdict.events.map((e) => e.entry)).toContain(entry)
  })

  test('every tile of every level, and the entries under them, give the signed root', async () => {
    const checkpoint = await (await ledger.get('/checkpoint')).text()
    const size = Number(checkpoint.split('\n')[1])
    const width = tileWidthAt(0, 0, size)
    const tile = new Uint8Array(await (await ledger.get(`/tile/0/000.p/${width}`)).arrayBuffer())
    const entries = decodeEntryBundle(
      new Uint8Array(await (await ledger.get(`/tile/entries/000.p/${width}`)).arrayBuffer()),
    )
    const leaves = entries.map(leafHash)
    expect(toHex(tile)).toBe(leaves.map(toHex).join(''))
    expect(toHex(treeRoot(leaves))).toBe(toHex(rootOf(checkpoint)))
    expect(parseSeal(entries.at(-1)!).height).toBeGreaterThan(0)
    expect(parseTilePath(`tile/0/000.p/${width}`).width).toBe(width)
  })

  test('the same batch again is acknowledged as before', async () => {
    const batch = gateway.batch(itemUri('B1'))
    const first = (await (await ledger.post(batch)).json()) as { entry: number }
    const again = await ledger.post(batch)
    expect(again.status).toBe(200)
    expect(await again.json()).toMatchObject({ entry: first.entry, seq: gateway.seq - 1 })
    await ledger.sealed(first.entry)
    expect((await ledger.post(batch)).status).toBe(200)
  })

  test('a statement out of order is refused with the place that is expected', async () => {
    gateway.seq++
    const { prev } = gateway
    const refused = await ledger.post(gateway.batch(itemUri('C1')))
    gateway.seq -= 2
    gateway.prev = prev
    expect(refused.status).toBe(409)
    expect(await refused.json()).toMatchObject({
      code: 'SEQ_EXPECTED',
      expected: { seq: gateway.seq, prev: toBase64Url(prev) },
    })
  })

  test('what is no batch, too large, or of another type is refused', async () => {
    expect(await (await ledger.post(new Uint8Array([1, 2, 3]))).json()).toMatchObject({
      code: 'BATCH_MALFORMED',
      status: 422,
    })
    const big = await ledger.post(new Uint8Array(9 * 1024 * 1024))
    expect(big.status).toBe(413)
    expect(await big.json()).toMatchObject({ code: 'REQUEST_TOO_LARGE' })
    const text = await ledger.get('/v1/statements', { method: 'POST', body: 'hello' })
    expect(text.status).toBe(415)
  })

  test('the state of a key and of the gateways is shown', async () => {
    const key = await (await ledger.get(`/v1/keys/${toBase64Url(gateway.kid)}`)).json()
    expect(key).toMatchObject({
      status: 'active',
      nextSeq: gateway.seq,
      prev: toBase64Url(gateway.prev),
      kind: 'gateway',
      org: 'org',
      gateway: 'one',
    })
    const { gateways } = (await (await ledger.get('/v1/gateways')).json()) as { gateways: object[] }
    expect(gateways).toEqual([
      expect.objectContaining({ org: 'org', gateway: 'one', lastSeq: gateway.seq - 1, health: null }),
    ])
    expect((await ledger.get(`/v1/keys/${'A'.repeat(43)}`)).status).toBe(404)
    expect((await ledger.get('/v1/keys/nonsense')).status).toBe(400)
  })

  test('an event is found by its id, with its statement', async () => {
    const document = (await (
      await ledger.get('/01/09506000134352/21/A1', { headers: { Accept: 'application/json' } })
    ).json()) as {
      type: string
      epcisBody: { queryResults: { resultsBody: { eventList: { eventID: string }[] } } }
    }
    expect(document.type).toBe('EPCISQueryDocument')
    const linked = await ledger.get('/01/09506000134352/21/A1', { headers: { Accept: 'application/ld+json' } })
    expect(linked.headers.get('content-type')).toMatch(/^application\/ld\+json/)
    expect(await linked.json()).toMatchObject({ type: 'EPCISQueryDocument' })
    const [event] = document.epcisBody.queryResults.resultsBody.eventList
    const found = (await (await ledger.get(`/v1/events/${event!.eventID}`)).json()) as { records: { event: unknown }[] }
    expect(found.records).toEqual([expect.objectContaining({ position: 0, event })])
    expect((await ledger.get('/v1/events/urn:uuid:00000000-0000-4000-8000-000000000000')).status).toBe(404)
    expect((await ledger.get('/v1/events/17')).status).toBe(400)
  })

  test('headers: cached as long as the content holds, readable from anywhere, never sniffed', async () => {
    const checkpoint = await ledger.get('/checkpoint')
    expect(checkpoint.headers.get('cache-control')).toBe('no-cache')
    expect(checkpoint.headers.get('access-control-allow-origin')).toBe('*')
    expect(checkpoint.headers.get('x-content-type-options')).toBe('nosniff')
    expect(checkpoint.headers.get('x-powered-by')).toBeNull()
    const tile = await ledger.get('/tile/0/000.p/1')
    expect(tile.headers.get('content-type')).toBe('application/octet-stream')
    expect(tile.headers.get('cache-control')).toBe('public, max-age=60')
    const page = await ledger.get('/')
    expect(page.headers.get('content-security-policy')).toContain(
      "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:",
    )
    const bundle = await ledger.get(`/v1/history?subject=${encodeURIComponent(itemUri('A1'))}`)
    const etag = bundle.headers.get('etag')!
    const unchanged = await ledger.get(`/v1/history?subject=${encodeURIComponent(itemUri('A1'))}`, {
      headers: { 'If-None-Match': etag, 'Cache-Control': 'max-age=0' },
    })
    expect(unchanged.status).toBe(304)
    // A browser that keeps a bundle of the form before this one, of this very checkpoint, is not told that it is still the same.
    const before = [sha256(utf8(await checkpoint.text())), subjectHash(itemUri('A1'))].map(toBase64Url).join('-')
    const other = await ledger.get(`/v1/history?subject=${encodeURIComponent(itemUri('A1'))}`, {
      headers: { 'If-None-Match': `"${before}-0"`, 'Cache-Control': 'max-age=0' },
    })
    expect(other.status).toBe(200)
  })

  test('tiles that are not there yet, and paths that are no tiles, are not found', async () => {
    for (const path of [
      '/tile/0/000',
      '/tile/0/000.p/0',
      '/tile/0/0',
      '/tile/1/000',
      '/tile/entries/001',
      '/tile/64/000',
      '/tile/x/000',
    ]) {
      const answer = await ledger.get(path)
      expect(answer.status, path).toBe(404)
      const { title } = (await answer.clone().json()) as { title: string }
      expect(title).toMatch(/^There is (nothing|no tile) at this address/)
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/)
    }
  })

  test('addresses that are not valid are refused by name', async () => {
    for (const path of [
      '/v1/history',
      '/v1/history?subject=x',
      '/v1/history?subject=a:b&subject=c:d',
      '/v1/history?subject=a:b&since=-1',
      '/v1/qr?subject=a:b&format=gif',
    ]) {
      expect((await ledger.get(path)).status, path).toBe(400)
    }
    expect((await ledger.get('/%E0%A4%A')).status).toBe(404)
    expect((await ledger.get('/01/123', { headers: { Accept: 'application/json' } })).status).toBe(400)
    // What is wrong with a number is said, as it is elsewhere.
    const mistyped = await ledger.get('/01/09506000134353/21/A1', { headers: { Accept: 'application/ld+json' } })
    expect([mistyped.status, await mistyped.json()]).toMatchObject([400, { code: 'GS1_CHECK_DIGIT' }])
  })

  test('an address is taken as it is spelt', async () => {
    const subject = encodeURIComponent(itemUri('A1'))
    for (const path of [
      `/V1/History?subject=${subject}`,
      '/Checkpoint',
      '/v1/Gateways',
      `/V1/qr?subject=${subject}`,
      '/Healthz',
    ])
      expect((await ledger.get(path)).status, path).toBe(404)
  })

  test('an identifier that cannot be is refused with what is wrong with it', async () => {
    for (const subject of [
      'https://id.gs1.org/01/09506000134353/21/A1',
      'https://id.gs1.org/01/09506000134353#2026-11-22',
    ]) {
      const answer = await ledger.get(`/v1/history?subject=${encodeURIComponent(subject)}`)
      expect([answer.status, await answer.json()]).toMatchObject([400, { code: 'GS1_CHECK_DIGIT' }])
    }
    for (const subject of [`${gateway.station}#2026-11-22`, 'urn:tristamp:organisation:org', 'https://example.com/x'])
      expect((await ledger.get(`/v1/history?subject=${encodeURIComponent(subject)}`)).status, subject).toBe(200)
  })

  test('a code leads to a page here or is not made', async () => {
    for (const subject of [
      'javascript:alert(1)',
      'https://evil.example/01/09506000134352',
      'https://id.gs1.org.evil.example/01/09506000134352',
      'urn:x:y',
    ])
      expect((await ledger.get(`/v1/qr?subject=${encodeURIComponent(subject)}`)).status, subject).toBe(400)
    expect((await ledger.get(`/v1/qr?subject=${encodeURIComponent(gateway.station)}`)).status).toBe(200)
  })

  test('what other origins may read, they may ask for with headers of their own', async () => {
    for (const path of [
      '/checkpoint',
      '/tile/0/000.p/1',
      '/v1/policy',
      '/v1/gateways',
      '/v1/history?subject=a:b',
      '/01/09506000134352',
    ]) {
      const read = await ledger.get(path)
      expect(read.headers.get('access-control-allow-origin'), path).toBe('*')
      const asked = await ledger.get(path, { method: 'OPTIONS' })
      expect([asked.status, asked.headers.get('access-control-allow-origin')], path).toEqual([204, '*'])
      expect(asked.headers.get('access-control-allow-methods')).toBe('GET, HEAD')
    }
    const metrics = await ledger.get('/metrics', { method: 'OPTIONS' })
    expect(metrics.headers.get('access-control-allow-origin')).toBeNull()
  })

  test('a QR code in both forms', async () => {
    const svg = await ledger.get(`/v1/qr?subject=${encodeURIComponent(itemUri('A1'))}`)
    expect(svg.headers.get('content-type')).toMatch(/^image\/svg\+xml/)
    expect(await svg.text()).toMatch(/^<svg/)
    const png = Buffer.from(
      await (await ledger.get(`/v1/qr?subject=${encodeURIComponent(itemUri('A1'))}&format=png`)).arrayBuffer(),
    )
    expect(png.subarray(1, 4).toString()).toBe('PNG')
  })

  test('acks are signed by the key in the genesis', async () => {
    const ack = await loadKey(keyPath(ledger.folder, 'ack'))
    expect(ledger.node.genesis.ackKey).toBe(toBase64Url(ack.publicKey))
    expect(() => openAck(new Uint8Array(10), ack.publicKey, verifyOnNode(crypto))).toThrow()
  })

  test('an event that cannot be read has its own problem, and the health says so', async () => {
    const { entry } = (await (await ledger.post(gateway.batch(itemUri('LOST')))).json()) as { entry: number }
    await ledger.sealed(entry)
    expect((await ledger.get('/healthz')).status).toBe(200)
    const path = join(ledger.folder, 'bodies', '0000000000000000.seg')
    const whole = await readFile(path)
    await writeFile(path, Buffer.from(whole).fill(0, whole.length - 20))
    const problem = await ledger.get(`/v1/history?subject=${encodeURIComponent(itemUri('LOST'))}`)
    expect([problem.status, await problem.json()]).toMatchObject([500, { code: 'SEGMENT_CORRUPT' }])
    expect(ledger.logs.join()).toContain(path)
    const health = await ledger.get('/healthz')
    expect([health.status, await health.json()]).toMatchObject([503, { status: 'degraded', code: 'SEGMENT_CORRUPT' }])
    await writeFile(path, whole)
  })

  test('after a restart the log goes on, and an audit finds nothing', async () => {
    const before = await (await ledger.get('/checkpoint')).text()
    await ledger.stop()
    const audit = await verifyLedger(ledger.folder, verifyOnNode(crypto))
    expect(audit.flaw).toBeUndefined()
    await ledger.run()
    expect(await (await ledger.get('/checkpoint')).text()).toBe(before)
    const posted = (await (await ledger.post(gateway.batch(itemUri('D1')))).json()) as { entry: number }
    await ledger.sealed(posted.entry)
  })
})
