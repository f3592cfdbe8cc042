import { decodeBundle, parseSeal } from '@tristamp/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { itemUri, type TestGateway, TestLedger } from '../_harness.ts'

let ledger: TestLedger
let gateway: TestGateway

beforeEach(async () => {
  ledger = await TestLedger.start()
  ;[gateway] = (await ledger.enrolGateways('one')) as [TestGateway]
})
afterEach(() => ledger.remove())

test('a history carries the seal over each of its steps', { timeout: 120_000 }, async () => {
  const entries: number[] = []
  for (const items of [['A'], ['B'], ['A', 'B'], ['B']]) {
    const answer = await ledger.post(gateway.batch(...items.map(itemUri)))
    const { entry } = (await answer.json()) as { entry: number }
    await ledger.sealed(entry)
    if (items.includes('A')) entries.push(entry)
  }
  const answer = await ledger.get(`/v1/history?subject=${encodeURIComponent(itemUri('A'))}`)
  const { seals, seal } = decodeBundle(new Uint8Array(await answer.arrayBuffer()))
  const covered = [...seals, seal].map(({ entry, bytes }) => ({ ...parseSeal(bytes), entry }))
  // The last of the tree may cover something else, or nothing.
  expect(seals.length).toBeGreaterThanOrEqual(entries.length - 1)
  for (const entry of entries) {
    const over = covered.filter((one) => one.firstEntry <= entry && entry < one.entry)
    expect(over).toHaveLength(1)
    expect(over[0]!.firstEntry + over[0]!.entryCount).toBe(over[0]!.entry)
  }
})
