import { afterEach, expect, it, vi } from 'vitest'
import { commissioned, itemUri, TestLedger } from '../_harness.ts'

// As if no reader took more than two events of a subject, so that three are too many.
vi.mock(import('@tristamp/protocol'), async (original) => ({ ...(await original()), MAX_HISTORY_EVENTS: 2 as never }))

const ITEM = itemUri('A1')

let ledger: TestLedger
afterEach(() => ledger.remove())

it('goods with a longer history than any reader takes can be reported, and looks at them counted', async () => {
  ledger = await TestLedger.start()
  const [gate] = await ledger.enrolGateways('gw1')
  const response = await ledger.post(gate!.batchOf([1, 2, 3].map(() => commissioned(ITEM))))
  await ledger.sealed(((await response.json()) as { entry: number }).entry)
  const post = async (path: string, body: object): Promise<unknown[]> => {
    const headers = { 'Content-Type': 'application/json' }
    const answer = await ledger.get(path, { method: 'POST', headers, body: JSON.stringify(body) })
    return [answer.status, await answer.json()]
  }

  expect((await ledger.get(`/v1/history?subject=${encodeURIComponent(ITEM)}`)).status).toBe(413)
  expect(await post('/v1/reports', { subject: ITEM, kind: 'sick' })).toMatchObject([201, { signed: false }])
  expect(await post('/v1/scans', { subject: ITEM })).toMatchObject([200, { counted: true }])
  expect((await post('/v1/scans', { subject: itemUri('A2') }))[0]).toBe(404)
})
