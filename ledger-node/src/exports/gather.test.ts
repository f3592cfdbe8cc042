import { parseStatement } from '@tristamp/protocol'
import { expect, test, vi } from 'vitest'
import type { Ledger } from '../ledger.ts'
import type { Entries } from '../query/source.ts'
import type { Traces } from '../trace/traces.ts'
import { lettuceChain } from './_chain.ts'
import { type ExportBounds, type Selection, select } from './gather.ts'

vi.mock('@tristamp/protocol', async (original) => ({
  ...(await original<typeof import('@tristamp/protocol')>()),
  parseStatement: vi.fn(() => ({ header: { kind: 'batch' } })),
}))

const chain = lettuceChain()
/** All events stand in one batch, as pieces of one buffer. */
const body = Buffer.concat(chain.map(({ bytes }) => bytes))
const pieces: { event: Uint8Array }[] = []
for (const { bytes } of chain) {
  const at = pieces.reduce((sum, { event }) => sum + event.length, 0)
  pieces.push({ event: body.subarray(at, at + bytes.length) })
}

function selected(bounds: Partial<ExportBounds> = {}): Promise<Selection> {
  const answer = {
    treeSize: 9,
    events: chain.map((_, i) => [7, i, 0, 0]),
    signers: [{ org: 'farm', gateway: 'gate-1' }],
    goods: [],
  }
  const sealed = { checkpoint: 'ledger.example/test\n', size: 9, root: new Uint8Array(32), seal: { timeMs: 0 } }
  const ledger = { read: (work: (state: unknown) => unknown) => Promise.resolve(work(sealed)) }
  const entries = { events: async () => pieces, bytes: async () => new Uint8Array() }
  const traces = { ask: async () => Buffer.from(JSON.stringify(answer)) }
  const parts = { ledger, entries, traces } as unknown as { ledger: Ledger; entries: Entries; traces: Traces }
  return select(parts, { subject: 'urn:x:1', from: 0, to: 1 }, { events: 100, bytes: 1_000_000, ...bounds })
}

async function texts({ events }: Selection): Promise<string[]> {
  const found: string[] = []
  for await (const { bytes } of events()) {
    // Of its own: a piece would keep the batch in memory.
    expect(bytes.buffer).not.toBe(body.buffer)
    found.push(Buffer.from(bytes).toString())
  }
  return found
}

const all = chain.map(({ bytes }) => Buffer.from(bytes).toString())

test('events are read as they were signed', async () => {
  const selection = await selected()
  expect(await texts(selection)).toEqual(all)
  expect(selection.scope).toMatchObject({ treeSize: 9, from: '1970-01-01T00:00:00.000Z', incomplete: [] })
})

test('a bound of events or of bytes leaves out the last, and is told', async () => {
  const few = await selected({ events: 3 })
  expect(await texts(few)).toEqual(all.slice(0, 3))
  expect(few.scope.incomplete).toEqual(['EXPORT_EVENTS'])
  const short = await selected({ bytes: all.slice(0, 2).join('').length })
  expect(await texts(short)).toEqual(all.slice(0, 2))
  expect(short.scope.incomplete).toEqual(['EXPORT_BYTES'])
})

test('an entry that is not what the trace read is damage', async () => {
  vi.mocked(parseStatement).mockReturnValueOnce({ header: { kind: 'governance' } } as never)
  await expect(texts(await selected())).rejects.toMatchObject({ code: 'SEGMENT_CORRUPT' })
})
