import { afterEach, beforeEach, expect, it } from 'vitest'
import { itemUri, TestLedger, until } from '../_harness.ts'
import { TestFollower } from '../follow/_follow.ts'

const ITEM = itemUri('A1')
let ledger: TestLedger
let follower: TestFollower | undefined

beforeEach(async () => {
  ledger = await TestLedger.start()
})
afterEach(async () => {
  await follower?.remove()
  await ledger.remove()
})

it('a follower counts its own readers, and takes their reports, by itself', async () => {
  const [gate] = await ledger.enrolGateways('gw1')
  const { entry } = (await (await ledger.post(gate!.batch(ITEM))).json()) as { entry: number }
  await ledger.sealed(entry)
  let laterMs = 0
  follower = await TestFollower.start(ledger.url, { now: () => Date.now() + laterMs })
  const node = follower
  await until(async () => (await node.size()) > entry, 60_000)
  const post = (path: string, body: object): Promise<Response> =>
    node.get(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
  const times = async (response: Promise<Response>): Promise<number> =>
    ((await (await response).json()) as { times: number }).times
  const query = `/v1/scans?subject=${encodeURIComponent(ITEM)}`
  expect(await times(post('/v1/scans', { subject: ITEM, region: 'CN-HB' }))).toBe(1)
  expect((await post('/v1/reports', { subject: ITEM, kind: 'smell' })).status).toBe(201)
  // What this hour brought is told with the next.
  laterMs = 3_600_000
  expect([await times(node.get(query)), await times(ledger.get(query))]).toEqual([1, 0])
})
