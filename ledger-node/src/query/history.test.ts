import { brotliDecompressSync } from 'node:zlib'
import { decodeBundle } from '@tristamp/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { itemUri, type TestGateway, TestLedger } from '../_harness.ts'

let ledger: TestLedger
let gateway: TestGateway

beforeEach(async () => {
  ledger = await TestLedger.start()
  ;[gateway] = (await ledger.enrolGateways('one')) as [TestGateway]
})
afterEach(() => ledger.remove())

async function record(...items: string[]): Promise<void> {
  const answer = await ledger.post(gateway.batch(...items.map(itemUri)))
  await ledger.sealed(((await answer.json()) as { entry: number }).entry)
}

async function bundle(item: string, since = 0): Promise<Buffer> {
  const address = `/v1/history?subject=${encodeURIComponent(itemUri(item))}&since=${since}`
  const answer = await ledger.get(address, { headers: { 'Accept-Encoding': 'identity' } })
  expect(answer.headers.get('Content-Encoding')).toBe(null)
  return Buffer.from(await answer.arrayBuffer())
}

test('a bundle that is kept is that of its subject, its checkpoint and the size that the reader remembers', async () => {
  await record('A', 'B')
  const before = await bundle('A')
  expect(await bundle('A')).toEqual(before)
  expect(await bundle('B')).not.toEqual(before)
  expect(decodeBundle(await bundle('A', 2)).consistency?.from).toBe(2)
  expect(decodeBundle(before).consistency).toBe(undefined)

  await record('C')
  const after = decodeBundle(await bundle('A'))
  expect(after.checkpoint).toBe(await (await ledger.get('/checkpoint')).text())
  expect(after.checkpoint).not.toBe(decodeBundle(before).checkpoint)
  // All are of one lot, which is in the history of each.
  expect(after.events).toHaveLength(decodeBundle(before).events.length + 1)
  await record('A')
  expect(decodeBundle(await bundle('A')).events).toHaveLength(after.events.length + 1)
})

test('readers that ask at once get the same bytes', async () => {
  await record('A')
  const [first, ...others] = await Promise.all(Array.from({ length: 8 }, () => bundle('A')))
  for (const other of others) expect(other).toEqual(first)
})

test('squeezed it is the same bundle, for whoever takes Brotli', async () => {
  await record('A')
  const address = `/v1/history?subject=${encodeURIComponent(itemUri('A'))}`
  // fetch undoes what it knows, so the length on the line tells.
  const answer = await ledger.get(address, { headers: { 'Accept-Encoding': 'gzip, br' } })
  expect(answer.headers.get('Content-Encoding')).toBe('br')
  expect(answer.headers.get('Vary')).toContain('Accept-Encoding')
  const plain = await bundle('A')
  expect(Number(answer.headers.get('Content-Length'))).toBeLessThan(plain.length)
  const bytes = Buffer.from(await answer.arrayBuffer())
  expect(bytes.equals(plain) || brotliDecompressSync(bytes).equals(plain)).toBe(true)
})
