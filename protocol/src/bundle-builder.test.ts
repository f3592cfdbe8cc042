import { describe, expect, it } from 'vitest'
import { sampleObjectEvent } from './_events.ts'
import { gatewayKey } from './_governance.ts'
import type { SaltedEvent } from './batch.ts'
import { type BundleSource, buildBundle, type EventPlace, MAX_HISTORY_EVENTS } from './bundle-builder.ts'
import type { Json } from './canonical-json.ts'

const ITEM = 'https://id.gs1.org/01/09506000134352/21/FLOOD'
const { statement, events } = gatewayKey('flood').statement('batch', [
  sampleObjectEvent({ epcList: [ITEM] }) as unknown as Json,
])

/** A ledger in which one item has so many events, each in a statement of its own beside others. */
function flooded(count: number, beside: readonly SaltedEvent[] = []): { source: BundleSource; reads: () => number } {
  let reads = 0
  const places = Array.from({ length: count }, (_, entry): EventPlace => ({ entry, position: 0 }))
  const source = {
    size: count + 1,
    checkpoint: '',
    entry: async () => statement,
    batch: async () => {
      reads++
      return [...events, ...beside]
    },
    sealAfter: async () => count,
    postings: async (subject: string) => (subject === ITEM ? places : []),
    mapProof: async () => ({ depth: 0, present: new Uint8Array(), siblings: [] }),
    readNodes: async (ids: readonly unknown[]) => ids.map(() => new Uint8Array(32)),
  }
  return { source, reads: () => reads }
}

describe('a history that no reader would take', () => {
  it('of too many events is not gathered', async () => {
    const { source, reads } = flooded(MAX_HISTORY_EVENTS + 1)
    await expect(buildBundle(ITEM, source)).rejects.toThrow('HISTORY_SIZE')
    expect(reads()).toBe(0)
  })

  it('in batches that fill the memory is not read to its end', async () => {
    const large = { salt: new Uint8Array(16), event: new Uint8Array(8 * 1024 * 1024) }
    const { source, reads } = flooded(4000, [large])
    await expect(buildBundle(ITEM, source)).rejects.toThrow('HISTORY_SIZE')
    expect(reads()).toBeLessThan(64)
  })

  it('larger than a bundle may be is not put together', async () => {
    const padded = sampleObjectEvent({ epcList: [ITEM], certificationInfo: 'x'.repeat(500) })
    const { source } = flooded(9000)
    const batch = gatewayKey('flood').statement('batch', [padded as unknown as Json]).events
    await expect(buildBundle(ITEM, { ...source, batch: async () => batch })).rejects.toThrow('HISTORY_SIZE')
  })
})
